-- What readers did once and withdrew, what is kept of comments, and what the moderation log says of people who have left.

-- When a reader first drew attention to a paper, once they have withdrawn it: doing it again counts as it did then. It is
-- deleted with the account, but no foreign key says so: to check one would hold readers after papers, against the order of locks.
create table first_acts (
  paper_id  bigint not null,
  reader_id uuid not null,
  kind      text not null check (kind in ('vote', 'pick', 'comment')),
  at        timestamptz not null,
  weight    double precision not null,
  primary key (paper_id, reader_id, kind)
);
create index first_acts_reader on first_acts (reader_id);

-- They follow a paper that is merged, and the earlier of two stays.
create function merge_first_acts() returns trigger language plpgsql as $$
begin
  insert into first_acts as f (paper_id, reader_id, kind, at, weight)
    select new.kept_id, reader_id, kind, at, weight from first_acts where paper_id = new.merged_id
  on conflict (paper_id, reader_id, kind) do update set at = excluded.at, weight = excluded.weight
    where excluded.at < f.at;
  delete from first_acts where paper_id = new.merged_id;
  return null;
end $$;
create trigger paper_merges_first_acts after insert on paper_merges
  for each row execute function merge_first_acts();

-- A comment as HTML, kept when it is written, and the version of the renderer that made it (discussion/comment-markdown.ts).
alter table comments add column html text, add column html_version smallint not null default 0;
alter table comment_edits add column html text, add column html_version smallint not null default 0;
create index comments_html_version on comments (html_version, id);
create index comment_edits_html_version on comment_edits (html_version, comment_id, replaced_at);

-- Whom an entry of the log is about, so that their name goes with their account.
alter table moderation_log add column about uuid references readers on delete set null;
create index moderation_log_about on moderation_log (about) where about is not null;

create or replace function keep_moderation_log() returns trigger language plpgsql as $$
begin
  -- People's accounts may go, and then their names; what was done stays.
  if tg_op = 'UPDATE' and (new.id, new.at, new.act) = (old.id, old.at, old.act)
    and (new.curator_id is null or new.curator_id is not distinct from old.curator_id)
  then
    if (new.subject, new.reason) = (old.subject, old.reason) and new.address is not distinct from old.address
      or current_setting('broadsheet.forgets_reader', true) = 'on'
    then return new; end if;
  end if;
  raise exception 'the moderation log is only ever added to';
end $$;

-- Of earlier entries, those that say whom they are about.
set local broadsheet.forgets_reader = 'on';
update moderation_log l set about = c.reader_id from comments c where l.address = '/comments/' || c.id;
update moderation_log l set about = c.reader_id from collections c where l.address = '/collections/' || c.id;
update moderation_log l set about = r.id from readers r where l.address = '/readers/' || r.id;
update moderation_log l set about = r.id from readers r
  where l.about is null and l.act in ('suspend-reader', 'reinstate-reader', 'trust-reader')
    and l.subject = case r.name when '' then 'Reader ' || left(r.id::text, 4) else r.name end
    and not exists (select from readers o where o.id <> r.id and o.name = r.name and r.name <> '');
set local broadsheet.forgets_reader = 'off';
