-- Programs that act for a reader: the tokens that they bear, and what was already done under a key of theirs.

create table tokens (
  id           uuid primary key default gen_random_uuid(),
  reader_id    uuid not null references readers (id) on delete cascade,
  name         text not null check (length(name) between 1 and 60),
  -- SHA-256 of the token, which nobody can find again: it is long and random, so that a slow hash would protect nothing.
  hash         bytea not null unique,
  -- Its last characters, by which a reader tells it from others.
  ending       text not null check (length(ending) = 4),
  scopes       text[] not null check (cardinality(scopes) > 0),
  created_at   timestamptz not null,
  -- null: it does not expire.
  expires_at   timestamptz,
  -- To the minute, or less often.
  last_used_at timestamptz
);
create index tokens_reader on tokens (reader_id);

-- What a program did under a key of its own, and how it was answered: written in the transaction of the act, so that
-- there is never one without the other, and asking again does nothing again.
create table idempotency_keys (
  reader_id    uuid not null references readers (id) on delete cascade,
  -- SHA-256 of the key.
  key          bytea not null,
  -- SHA-256 of what was asked.
  request      bytea not null,
  answered_at  timestamptz not null,
  status       smallint not null,
  -- The address of what was made.
  location     text,
  body         text not null,
  primary key (reader_id, key)
);
create index idempotency_keys_answered on idempotency_keys (answered_at);
