-- Sources that papers arrive from by themselves, what is left of each to do, and what each run of one brought.

create table sources (
  id             bigint generated always as identity primary key,
  -- As people and commands call it.
  name           text not null unique check (name ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(name) <= 40),
  -- Which of sources/kinds/ reads it, with the settings that one asks for.
  kind           text not null,
  settings       jsonb not null,
  -- Words or phrases: a paper is taken where its title or abstract has one of the first, and none of the others.
  must_have      text[] not null default '{}',
  must_not_have  text[] not null default '{}',
  -- Whether it was added on the machine itself: its addresses may be of a private network.
  trusted        boolean not null,
  created_at     timestamptz not null,
  paused_at      timestamptz,
  -- When curators were told that it has been silent for longer than its calendar allows; null once it speaks again.
  told_silent_at timestamptz
);

-- One row for each thing that is done with a source by a schedule of its own.
create table source_tasks (
  source_id     bigint not null references sources on delete cascade,
  task          text not null,
  -- How far it has come: moves in the transaction that stores what it has passed.
  cursor        jsonb,
  next_at       timestamptz not null,
  -- Runs in a row that were not whole, and why the last one was not.
  failures      integer not null default 0,
  trouble       text,
  last_whole_at timestamptz,
  -- When it last brought papers that were not here.
  last_new_at   timestamptz,
  -- Which process runs it, and until when unless that says so again.
  holder        uuid,
  held_until    timestamptz,
  primary key (source_id, task)
);
create index source_tasks_next on source_tasks (next_at);

create table harvest_runs (
  id          bigint generated always as identity primary key,
  source_id   bigint not null references sources on delete cascade,
  task        text not null,
  started_at  timestamptz not null,
  -- null while it runs; stays null if it was killed.
  finished_at timestamptz,
  outcome     text check (outcome in ('whole', 'failed', 'stopped')),
  reason      text,
  new         integer not null default 0,
  updated     integer not null default 0,
  unchanged   integer not null default 0,
  -- Not taken: they lack the source's words, or have those it is not to have.
  passed_over integer not null default 0,
  quarantined integer not null default 0
);
create index harvest_runs_source on harvest_runs (source_id, id desc);
create index harvest_runs_started on harvest_runs (started_at);

-- Records that could not be read, as they came: they can be read again after an upgrade.
create table quarantined_records (
  id        bigint generated always as identity primary key,
  source_id bigint not null references sources on delete cascade,
  -- SHA-256 of the record: one that comes again is counted.
  digest    text not null,
  position  text not null,
  record    text not null,
  reason    text not null,
  first_at  timestamptz not null,
  last_at   timestamptz not null,
  times     integer not null default 1,
  unique (source_id, digest)
);

-- Which process may use the only connection that a service allows, over all machines of the installation.
create table service_connections (
  service    text primary key,
  holder     uuid not null,
  held_until timestamptz not null
);

-- Days on whose evening arXiv announces nothing, besides Fridays and Saturdays.
create table arxiv_holidays (
  day  date primary key,
  name text not null check (length(name) between 1 and 100)
);

insert into arxiv_holidays (day, name) values
  -- https://info.arxiv.org/help/availability.html
  ('2026-01-01', 'New Year’s Day'),
  ('2026-01-19', 'Martin Luther King Jr. Day'),
  ('2026-06-19', 'Juneteenth'),
  ('2026-07-03', 'Independence Day, observed'),
  ('2026-09-07', 'Labor Day'),
  ('2026-11-26', 'Thanksgiving'),
  ('2026-12-25', 'Christmas Day'),
  ('2026-12-29', 'Winter break'),
  ('2026-12-31', 'New Year’s Eve'),
  -- Kept every year; arXiv announces the others in the course of it.
  ('2027-01-01', 'New Year’s Day'),
  ('2027-01-18', 'Martin Luther King Jr. Day'),
  ('2027-09-06', 'Labor Day'),
  ('2027-11-25', 'Thanksgiving');

-- Papers of arXiv stand in the edition of the day on which they were announced.
alter table papers drop constraint papers_edition_from_check;
alter table papers add constraint papers_edition_from_check
  check (edition_from in ('announcement', 'listing', 'publication'));
