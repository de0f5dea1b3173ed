-- Libraries that readers have elsewhere: their account at Zotero, what is imported from there or from a file, and what is
-- saved there.

create table zotero_accounts (
  reader_id    uuid primary key references readers on delete cascade,
  -- The reader's key: encrypted for this reader alone, with a key that is made of the site's secret.
  sealed_key   bytea not null,
  user_id      bigint not null,
  username     text not null,
  may_write    boolean not null,
  -- Where papers can be imported from: `users/1`, or `groups/2` and its name, each perhaps with a collection in it.
  places       jsonb not null,
  connected_at timestamptz not null
);

create table library_imports (
  id                bigint generated always as identity primary key,
  reader_id         uuid not null references readers on delete cascade,
  collection_id     text not null references collections on delete cascade,
  -- As it is called: a file, a library or a collection there.
  name              text not null check (length(name) <= 300),
  -- `users/1` or `groups/2`, and a collection in it; null for a file.
  library           text check (length(library) <= 60),
  zotero_collection text check (length(zotero_collection) <= 20),
  -- A file, until it was read.
  file              bytea,
  state             text not null check (state in ('waiting', 'done', 'failed')),
  -- Of the library: how it was when it was last read to the end, and how it is while it is read again.
  version           bigint,
  pass_version      bigint,
  next_start        integer not null default 0,
  restarts          integer not null default 0,
  -- How many items the library says there are to read.
  total             integer,
  -- When everything was read, and only matching is left.
  read_at           timestamptz,
  -- Items beyond the most that are read.
  left_out          boolean not null default false,
  due_at            timestamptz,
  attempts          integer not null default 0,
  trouble           text,
  holder            uuid,
  held_until        timestamptz,
  asked_at          timestamptz not null,
  finished_at       timestamptz
);
create index library_imports_due on library_imports (due_at) where state = 'waiting';
create index library_imports_reader on library_imports (reader_id);
create index library_imports_collection on library_imports (collection_id, id);

create table library_items (
  import_id   bigint not null references library_imports on delete cascade,
  -- What names it where it comes from.
  key         text not null check (length(key) <= 300),
  place       integer not null,
  title       text not null check (length(title) <= 500),
  -- What it can be found by: `[{"scheme": "arxiv", "value": "2412.19723"}]`.
  identifiers jsonb not null,
  state       text not null check (state in ('waiting', 'added', 'there', 'absent', 'full', 'bare', 'unreadable')),
  -- Why it could not be read.
  reason      text,
  primary key (import_id, key)
);
create index library_items_state on library_items (import_id, state, place);

-- What is to be saved to a reader's library, and what was. Numbers of papers are never given again.
create table zotero_saves (
  reader_id  uuid not null references readers on delete cascade,
  library    text not null,
  paper_id   bigint not null,
  -- Chosen here, so that sending it twice makes one item.
  item_key   text not null,
  state      text not null check (state in ('waiting', 'saved', 'failed')),
  queued_at  timestamptz not null,
  saved_at   timestamptz,
  due_at     timestamptz,
  attempts   integer not null default 0,
  failure    text,
  holder     uuid,
  held_until timestamptz,
  primary key (reader_id, library, paper_id)
);
create index zotero_saves_due on zotero_saves (due_at) where state = 'waiting';
