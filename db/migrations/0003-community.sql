-- Readers with accounts, what they choose and say, and how order is kept.

-- --- Accounts (src/accounts; the library better-auth reads and writes the first five tables) ---

create table readers (
  id             uuid primary key default gen_random_uuid(),
  -- In lower case.
  email          text not null unique,
  email_verified boolean not null default false,
  -- As it stands beside what they write; empty until they choose one.
  name           text not null default '' check (length(name) <= 80),
  image          text,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  curator        boolean not null default false,
  orcid          text,
  -- Whether they signed in at ORCID with it.
  orcid_verified boolean not null default false,
  -- Whether others may see their page; private until they say otherwise.
  public         boolean not null default false,
  -- Whether replies to their comments are mailed to them.
  mail_replies   boolean not null default false,
  -- Since when their votes weigh in full (accounts/trust.ts says who is trusted without it).
  trusted_at     timestamptz,
  suspended_at   timestamptz
);
create unique index readers_orcid on readers (orcid) where orcid_verified;
-- Curators look for readers by the beginning of a name or an address.
create index readers_name_prefix on readers (lower(name) text_pattern_ops);
create index readers_email_prefix on readers (lower(email) text_pattern_ops);

create table sessions (
  id         uuid primary key default gen_random_uuid(),
  token      text not null unique,
  reader_id  uuid not null references readers on delete cascade,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  ip_address text,
  user_agent text
);
create index sessions_reader on sessions (reader_id);

-- A reader's accounts elsewhere, with which they sign in here.
create table identities (
  id                       uuid primary key default gen_random_uuid(),
  reader_id                uuid not null references readers on delete cascade,
  provider                 text not null,
  subject                  text not null,
  access_token             text,
  refresh_token            text,
  id_token                 text,
  access_token_expires_at  timestamptz,
  refresh_token_expires_at timestamptz,
  scope                    text,
  password                 text,
  created_at               timestamptz not null default now(),
  updated_at               timestamptz not null default now(),
  unique (provider, subject)
);
create index identities_reader on identities (reader_id);

-- Links and challenges that are good once and for a while.
create table verifications (
  id         uuid primary key default gen_random_uuid(),
  identifier text not null,
  value      text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index verifications_identifier on verifications (identifier);
create index verifications_expiry on verifications (expires_at);

create table passkeys (
  id            uuid primary key default gen_random_uuid(),
  name          text,
  public_key    text not null,
  reader_id     uuid not null references readers on delete cascade,
  credential_id text not null unique,
  counter       bigint not null,
  device_type   text not null,
  backed_up     boolean not null,
  transports    text,
  created_at    timestamptz,
  aaguid        text
);
create index passkeys_reader on passkeys (reader_id);

-- How often something was done within the window that began last; what is lost in a crash is only a count.
create unlogged table rate_limits (
  key          text primary key,
  window_start timestamptz not null,
  count        integer not null
);
create index rate_limits_window on rate_limits (window_start);

-- --- Mail (src/mail) ---

-- Mail on its way. `key` names it once and for all: queueing it twice sends it once.
create table outgoing_mail (
  id           bigint generated always as identity primary key,
  key          text not null unique,
  recipient    text not null,
  subject      text not null,
  text_body    text not null,
  html_body    text,
  headers      jsonb not null default '{}',
  queued_at    timestamptz not null,
  -- When it is to be tried next; null once it was sent or given up.
  due_at       timestamptz,
  attempts     integer not null default 0,
  sent_at      timestamptz,
  failure      text
);
create index outgoing_mail_due on outgoing_mail (due_at) where due_at is not null;

-- --- Papers in the hands of a community ---

alter table papers
  -- Taken off all lists by a curator.
  add column hidden boolean not null default false,
  add column comments_locked boolean not null default false,
  -- Votes weighed in tenths: 10 for a trusted reader's, 1 for a new account's.
  add column vote_points integer not null default 0,
  add column comment_count integer not null default 0,
  add column pick_count integer not null default 0;

drop index papers_edition;
create index papers_edition on papers (edition, vote_points desc, heat desc, dated_at desc, id desc) where not hidden;
drop index papers_new;
create index papers_new on papers (dated_at desc, id desc) where not hidden;
drop index papers_trending;
create index papers_trending on papers (heat desc, id desc) where heat > '-Infinity' and not hidden;
drop index papers_top;
create index papers_top on papers (attention desc, id desc) where attention > 0 and not hidden;

-- The event that undoes another one: neither counts any more, both stay.
alter table signals add column takes_back bigint unique references signals on delete cascade;

-- The votes that stand. The event of each is known by `event` (signals.origin_key); once a vote is taken back, nothing
-- tells whose the event was.
create table votes (
  paper_id  bigint not null references papers on delete cascade,
  reader_id uuid not null references readers on delete cascade,
  event     uuid not null unique,
  points    smallint not null,
  voted_at  timestamptz not null,
  primary key (paper_id, reader_id)
);
create index votes_reader on votes (reader_id, voted_at desc);
create index votes_time on votes (voted_at);

create table picks (
  paper_id   bigint not null references papers on delete cascade,
  curator_id uuid not null references readers on delete cascade,
  event      uuid not null unique,
  note       text not null default '' check (length(note) <= 500),
  picked_at  timestamptz not null,
  primary key (paper_id, curator_id)
);
create index picks_time on picks (picked_at desc);
create index picks_curator on picks (curator_id);

create table reading_list (
  reader_id uuid not null references readers on delete cascade,
  paper_id  bigint not null references papers on delete cascade,
  added_at  timestamptz not null,
  -- When they had read it.
  read_at   timestamptz,
  primary key (reader_id, paper_id)
);
create index reading_list_order on reading_list (reader_id, added_at desc, paper_id desc);
create index reading_list_paper on reading_list (paper_id);

create table not_for_me (
  reader_id uuid not null references readers on delete cascade,
  paper_id  bigint not null references papers on delete cascade,
  at        timestamptz not null,
  primary key (reader_id, paper_id)
);
create index not_for_me_paper on not_for_me (paper_id);

create table collections (
  -- Random: a private collection's address cannot be guessed from another one's.
  id          text primary key,
  reader_id   uuid not null references readers on delete cascade,
  title       text not null check (length(title) between 1 and 120),
  description text not null default '' check (length(description) <= 2000),
  public      boolean not null default false,
  -- Taken out of sight by a curator.
  hidden      boolean not null default false,
  created_at  timestamptz not null,
  changed_at  timestamptz not null
);
create index collections_reader on collections (reader_id, changed_at desc);
create index collections_public on collections (changed_at desc, id) where public and not hidden;

create table collection_papers (
  collection_id text not null references collections on delete cascade,
  paper_id      bigint not null references papers on delete cascade,
  position      integer not null,
  note          text not null default '' check (length(note) <= 1000),
  added_at      timestamptz not null,
  primary key (collection_id, paper_id)
);
create index collection_papers_order on collection_papers (collection_id, position);
create index collection_papers_paper on collection_papers (paper_id);

-- --- Comments ---

create table comments (
  id         bigint generated always as identity primary key,
  paper_id   bigint not null references papers on delete cascade,
  parent_id  bigint references comments on delete cascade,
  -- null once the account is gone.
  reader_id  uuid references readers on delete set null,
  -- Markdown with mathematics; empty once deleted.
  body       text not null check (length(body) <= 10000),
  -- The event by which it heats the paper, on a reader's first comment there.
  event      uuid,
  written_at timestamptz not null,
  edited_at  timestamptz,
  deleted_at timestamptz,
  hidden_at  timestamptz
);
create index comments_paper on comments (paper_id, written_at, id);
create index comments_parent on comments (parent_id);
create index comments_reader on comments (reader_id, written_at desc);
create index comments_newest on comments (written_at desc, id desc);

-- What a comment said before each edit.
create table comment_edits (
  comment_id  bigint not null references comments on delete cascade,
  replaced_at timestamptz not null,
  body        text not null,
  primary key (comment_id, replaced_at)
);

create table reactions (
  comment_id bigint not null references comments on delete cascade,
  reader_id  uuid not null references readers on delete cascade,
  reaction   text not null check (reaction in ('agree', 'insightful', 'thanks', 'unclear')),
  at         timestamptz not null,
  primary key (comment_id, reader_id, reaction)
);
create index reactions_reader on reactions (reader_id);

-- --- Submissions, claims, order ---

create table submissions (
  id           bigint generated always as identity primary key,
  -- What was asked for, as an identifier of papers (paper_identifiers).
  scheme       text not null check (scheme in ('arxiv', 'doi')),
  value        text not null,
  reader_id    uuid references readers on delete set null,
  -- A curator's note or the reader's first comment, which comes with the paper.
  note         text not null default '' check (length(note) <= 10000),
  -- What the source said of it: statements of HarvestedPaper.
  found        jsonb not null,
  state        text not null check (state in ('waiting', 'accepted', 'refused')),
  paper_id     bigint references papers on delete set null,
  submitted_at timestamptz not null,
  decided_at   timestamptz,
  decided_by   uuid references readers on delete set null,
  reason       text
);
create unique index submissions_waiting on submissions (scheme, value) where state = 'waiting';
create index submissions_queue on submissions (submitted_at) where state = 'waiting';
create index submissions_reader on submissions (reader_id, submitted_at desc);

-- What sources answered about single papers. Unlike harvests these are asked for by people, again and again.
create table lookups (
  scheme     text not null,
  value      text not null,
  asked_at   timestamptz not null,
  -- null: the source does not know it.
  found      jsonb,
  primary key (scheme, value)
);

-- When a source may be asked next, over all processes of the installation.
create table source_turns (
  source  text primary key,
  next_at timestamptz not null
);

create table authorship_claims (
  paper_id   bigint not null references papers on delete cascade,
  reader_id  uuid not null references readers on delete cascade,
  state      text not null check (state in ('waiting', 'confirmed', 'refused')),
  -- How it was confirmed, or is to be.
  by         text not null check (by in ('orcid', 'curator')),
  -- What the reader says for it.
  note       text not null default '' check (length(note) <= 1000),
  claimed_at timestamptz not null,
  decided_at timestamptz,
  primary key (paper_id, reader_id)
);
create index authorship_claims_queue on authorship_claims (claimed_at) where state = 'waiting';
create index authorship_claims_reader on authorship_claims (reader_id);

create table flags (
  id          bigint generated always as identity primary key,
  -- Exactly one of these is flagged.
  paper_id    bigint references papers on delete cascade,
  comment_id  bigint references comments on delete cascade,
  collection_id text references collections on delete cascade,
  reader_id   uuid references readers on delete set null,
  reason      text not null check (reason in ('spam', 'abuse', 'off-topic', 'duplicate', 'wrong', 'other')),
  note        text not null default '' check (length(note) <= 1000),
  flagged_at  timestamptz not null,
  settled_at  timestamptz,
  settled_by  uuid references readers on delete set null,
  check (num_nonnulls(paper_id, comment_id, collection_id) = 1)
);
create unique index flags_paper on flags (paper_id, reader_id) where settled_at is null;
create unique index flags_comment on flags (comment_id, reader_id) where settled_at is null;
create unique index flags_collection on flags (collection_id, reader_id) where settled_at is null;
create index flags_queue on flags (flagged_at) where settled_at is null;
-- Settled ones too: what was flagged before, and by whom.
create index flags_comment_all on flags (comment_id) where comment_id is not null;
create index flags_collection_all on flags (collection_id) where collection_id is not null;
create index flags_paper_all on flags (paper_id) where paper_id is not null;
create index flags_reader on flags (reader_id);

-- Votes that look arranged, as a job found them. `key` names a finding, so that it is shown once.
create table suspicions (
  id         bigint generated always as identity primary key,
  key        text not null unique,
  kind       text not null check (kind in ('ring', 'burst')),
  evidence   jsonb not null,
  found_at   timestamptz not null,
  settled_at timestamptz,
  settled_by uuid references readers on delete set null
);
create index suspicions_queue on suspicions (found_at) where settled_at is null;

-- What curators did, for everybody to read: rows are only ever added.
create table moderation_log (
  id         bigint generated always as identity primary key,
  at         timestamptz not null,
  -- null: the site itself, by its published rules, or a curator whose account is gone.
  curator_id uuid references readers on delete set null,
  act        text not null,
  -- What it was done to: a label that stands for itself and, where there is a page, its address.
  subject    text not null,
  address    text,
  reason     text not null check (length(reason) between 1 and 1000)
);
create index moderation_log_newest on moderation_log (at desc, id desc);

create function keep_moderation_log() returns trigger language plpgsql as $$
begin
  -- A curator's account may go; what they did stays.
  if tg_op = 'UPDATE' and new.curator_id is null
    and (new.id, new.at, new.act, new.subject, new.reason) = (old.id, old.at, old.act, old.subject, old.reason)
    and new.address is not distinct from old.address
  then return new; end if;
  raise exception 'the moderation log is only ever added to';
end $$;
create trigger moderation_log_stays before update or delete on moderation_log
  for each row execute function keep_moderation_log();

-- Moves what a community hung on a paper to the one it turned out to be, before the first is removed. Events are moved
-- by whoever unites papers, and heat is replayed after it.
create function move_community(absorbed bigint, kept bigint) returns void language plpgsql as $$
begin
  -- A reader who voted for both voted for one paper: the later vote is taken back.
  with twice as (
    select a.event from votes a join votes k using (reader_id) where a.paper_id = absorbed and k.paper_id = kept
    union all
    select a.event from picks a join picks k using (curator_id) where a.paper_id = absorbed and k.paper_id = kept
  )
  insert into signals (paper_id, kind, origin, origin_key, amount, weight, at, recorded_at, takes_back)
  select s.paper_id, s.kind, s.origin, 'not ' || s.origin_key, -s.amount, -s.weight, s.at, now(), s.id
  from signals s join twice on s.origin = 'reader' and s.origin_key = twice.event::text
  on conflict do nothing;

  update votes v set paper_id = kept where paper_id = absorbed
    and not exists (select from votes k where k.paper_id = kept and k.reader_id = v.reader_id);
  update picks v set paper_id = kept where paper_id = absorbed
    and not exists (select from picks k where k.paper_id = kept and k.curator_id = v.curator_id);
  update reading_list v set paper_id = kept where paper_id = absorbed
    and not exists (select from reading_list k where k.paper_id = kept and k.reader_id = v.reader_id);
  update not_for_me v set paper_id = kept where paper_id = absorbed
    and not exists (select from not_for_me k where k.paper_id = kept and k.reader_id = v.reader_id);
  update collection_papers v set paper_id = kept where paper_id = absorbed
    and not exists (select from collection_papers k where k.paper_id = kept and k.collection_id = v.collection_id);
  update authorship_claims v set paper_id = kept where paper_id = absorbed
    and not exists (select from authorship_claims k where k.paper_id = kept and k.reader_id = v.reader_id);
  update flags v set paper_id = kept where paper_id = absorbed
    and not exists (select from flags k where k.paper_id = kept and k.reader_id = v.reader_id and k.settled_at is null);
  update comments set paper_id = kept where paper_id = absorbed;
  update submissions set paper_id = kept where paper_id = absorbed;

  update papers p set
    votes = (select count(*) from votes where paper_id = kept),
    vote_points = (select coalesce(sum(points), 0) from votes where paper_id = kept),
    comment_count = (select count(*) from comments where paper_id = kept and deleted_at is null and hidden_at is null),
    pick_count = (select count(*) from picks where paper_id = kept)
  where p.id = kept;
end $$;
