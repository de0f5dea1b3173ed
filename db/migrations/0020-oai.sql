-- What harvesters are told of by OAI-PMH: every paper that ever was on a list, when each last changed, and its sets.

-- One row for each paper, which stays when the paper is merged or removed: harvesters then learn that it is gone. Whether it
-- is, and whether it is hidden, is read from `papers`.
create table oai_records (
  paper_id   bigint not null,
  uuid       uuid not null unique,
  -- Microseconds since 1970, by the database's clock, at which the change was committed: it grows from each commit to the
  -- next, so that whoever has read up to one has missed nothing before it.
  stamp      bigint not null,
  edition    date,
  categories text[] not null,
  on_arxiv   boolean not null,
  -- Maps of the site are made of this index alone.
  primary key (paper_id) include (stamp)
);
create index oai_records_stamp on oai_records (stamp, paper_id);
create index oai_records_edition on oai_records (edition, stamp, paper_id) where edition is not null;

create table oai_topics (
  category text not null,
  stamp    bigint not null,
  paper_id bigint not null,
  primary key (category, stamp, paper_id)
);

-- Papers to be stamped as the transaction that put them here commits: nobody else ever sees a row.
create table oai_pending (
  id        bigint generated always as identity primary key,
  paper_ids bigint[] not null
);

-- Stamps papers as they are now. The lock of stamping (db/locks.ts) is held until the transaction has ended: whoever then
-- waits for it sees all that was stamped before.
create function stamp_papers(ids bigint[]) returns void language plpgsql as $$
declare
  moment bigint;
begin
  perform pg_advisory_xact_lock(4152020);
  -- A clock that was set back must not hide a change behind those before it.
  moment := greatest((extract(epoch from clock_timestamp()) * 1000000)::bigint,
    (select max(stamp) + 1 from oai_records));
  delete from oai_topics t using oai_records r
    where r.paper_id = any(ids) and t.category = any(r.categories) and t.stamp = r.stamp and t.paper_id = r.paper_id;
  -- Papers that had gone, and came back from elsewhere with another number.
  with former as (
    delete from oai_records r using papers p
      where p.id = any(ids) and r.uuid = p.uuid and r.paper_id <> p.id returning r.*
  )
  delete from oai_topics t using former f
    where t.category = any(f.categories) and t.stamp = f.stamp and t.paper_id = f.paper_id;
  -- What is gone stays in the sets that it was in.
  update oai_records r set stamp = moment
    where r.paper_id = any(ids) and not exists (select from papers p where p.id = r.paper_id);
  insert into oai_records (paper_id, uuid, stamp, edition, categories, on_arxiv)
    select id, uuid, moment, edition, categories, arxiv_id is not null from papers where id = any(ids)
    on conflict (paper_id) do update set uuid = excluded.uuid, stamp = excluded.stamp, edition = excluded.edition,
      categories = excluded.categories, on_arxiv = excluded.on_arxiv;
  insert into oai_topics (category, stamp, paper_id)
    select category, r.stamp, r.paper_id from oai_records r, unnest(r.categories) category where r.paper_id = any(ids)
    on conflict do nothing;
end $$;

-- The first to run as a transaction commits stamps all that it changed.
create function stamp_pending() returns trigger language plpgsql as $$
declare
  ids bigint[];
begin
  if not exists (select from oai_pending where id = new.id) then return null; end if;
  with pending as (delete from oai_pending returning paper_ids)
    select array_agg(distinct paper_id) from pending, unnest(paper_ids) paper_id into ids;
  perform stamp_papers(ids);
  return null;
end $$;
create constraint trigger papers_stamped after insert on oai_pending
  deferrable initially deferred for each row execute function stamp_pending();

-- Papers come and go by statement.
create function note_for_harvesters() returns trigger language plpgsql as $$
begin
  insert into oai_pending (paper_ids) select array_agg(id) from changed having count(*) > 0;
  return null;
end $$;
create trigger papers_added_noted after insert on papers referencing new table as changed
  for each statement execute function note_for_harvesters();
create trigger papers_removed_noted after delete on papers referencing old table as changed
  for each statement execute function note_for_harvesters();

-- Votes, comments and heat are no part of a record, and never come by here.
create function note_change_for_harvesters() returns trigger language plpgsql as $$
begin
  insert into oai_pending (paper_ids) values (array[new.id]);
  return null;
end $$;
create trigger paper_change_noted
  after update of uuid, address, arxiv_id, doi, title, abstract, synopsis, authors, authors_truncated, published, versions,
    categories, comments, journal_reference, license_url, withdrawn, provenance, edition, hidden on papers for each row
  when ((old.uuid, old.address, old.arxiv_id, old.doi, old.title, old.abstract, old.synopsis, old.authors,
      old.authors_truncated, old.published, old.versions, old.categories, old.comments, old.journal_reference,
      old.license_url, old.withdrawn, old.provenance, old.edition, old.hidden)
    is distinct from (new.uuid, new.address, new.arxiv_id, new.doi, new.title, new.abstract, new.synopsis, new.authors,
      new.authors_truncated, new.published, new.versions, new.categories, new.comments, new.journal_reference,
      new.license_url, new.withdrawn, new.provenance, new.edition, new.hidden))
  execute function note_change_for_harvesters();

-- Nobody has harvested yet: what is here changed when it last did.
insert into oai_records (paper_id, uuid, stamp, edition, categories, on_arxiv)
  select id, uuid, (extract(epoch from least(changed_at, now())) * 1000000)::bigint, edition, categories, arxiv_id is not null
  from papers;
insert into oai_topics (category, stamp, paper_id)
  select distinct category, stamp, paper_id from oai_records, unnest(categories) category;
