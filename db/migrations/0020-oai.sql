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
create index oai_records_arxiv on oai_records (stamp, paper_id) where on_arxiv;
create index oai_records_edition on oai_records (edition, stamp, paper_id) where edition is not null;

create table oai_topics (
  category text not null,
  stamp    bigint not null,
  paper_id bigint not null,
  primary key (category, stamp, paper_id)
);

-- Runs as the transaction commits, and holds the lock of stamping (db/locks.ts) until it has: whoever then waits for that
-- lock sees all that was stamped before.
create function stamp_for_harvesters() returns trigger language plpgsql as $$
declare
  paper papers%rowtype;
  moment bigint;
begin
  if tg_op = 'DELETE' then paper := old; else paper := new; end if;
  perform pg_advisory_xact_lock(4152020);
  -- A clock that was set back must not hide a change behind those before it.
  moment := greatest((extract(epoch from clock_timestamp()) * 1000000)::bigint,
    (select max(stamp) + 1 from oai_records));
  delete from oai_topics t using oai_records r
    where (r.paper_id = paper.id or r.uuid = paper.uuid)
      and t.category = any(r.categories) and t.stamp = r.stamp and t.paper_id = r.paper_id;
  -- A paper that had gone, and came back from elsewhere with another number.
  delete from oai_records where uuid = paper.uuid and paper_id <> paper.id;
  insert into oai_records (paper_id, uuid, stamp, edition, categories, on_arxiv)
    values (paper.id, paper.uuid, moment, paper.edition, paper.categories, paper.arxiv_id is not null)
    on conflict (paper_id) do update set uuid = excluded.uuid, stamp = excluded.stamp, edition = excluded.edition,
      categories = excluded.categories, on_arxiv = excluded.on_arxiv;
  insert into oai_topics (category, stamp, paper_id)
    select distinct category, moment, paper.id from unnest(paper.categories) category;
  return null;
end $$;

-- Votes, comments and heat are no part of a record. A migration that changes these columns and then the table itself first
-- has to `set constraints all immediate`.
create constraint trigger paper_stamped_when_new after insert on papers
  deferrable initially deferred for each row execute function stamp_for_harvesters();
create constraint trigger paper_stamped_when_changed
  after update of uuid, address, arxiv_id, doi, title, abstract, synopsis, authors, authors_truncated, published, versions,
    categories, comments, journal_reference, license_url, withdrawn, provenance, edition, hidden on papers
  deferrable initially deferred for each row
  when ((old.uuid, old.address, old.arxiv_id, old.doi, old.title, old.abstract, old.synopsis, old.authors, old.authors_truncated,
      old.published, old.versions, old.categories, old.comments, old.journal_reference, old.license_url, old.withdrawn,
      old.provenance, old.edition, old.hidden)
    is distinct from (new.uuid, new.address, new.arxiv_id, new.doi, new.title, new.abstract, new.synopsis, new.authors,
      new.authors_truncated, new.published, new.versions, new.categories, new.comments, new.journal_reference,
      new.license_url, new.withdrawn, new.provenance, new.edition, new.hidden))
  execute function stamp_for_harvesters();
create constraint trigger paper_stamped_when_gone after delete on papers
  deferrable initially deferred for each row execute function stamp_for_harvesters();

-- Nobody has harvested yet: what is here changed when it last did.
insert into oai_records (paper_id, uuid, stamp, edition, categories, on_arxiv)
  select id, uuid, (extract(epoch from least(changed_at, now())) * 1000000)::bigint, edition, categories, arxiv_id is not null
  from papers;
insert into oai_topics (category, stamp, paper_id)
  select distinct category, stamp, paper_id from oai_records, unnest(categories) category;
