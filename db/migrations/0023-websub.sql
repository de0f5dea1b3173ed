-- The hub for the feeds of this site (WebSub): what programs asked for, to whom feeds are sent, and what was sent last.

-- A feed to which somebody has subscribed.
create table websub_topics (
  id         bigint generated always as identity primary key,
  -- Its address on this site, from the root, with its query.
  path       text not null unique check (path like '/%' and length(path) <= 2000),
  -- What it was when it was last seen to have changed, and how often that was.
  type       text not null,
  body       text not null,
  digest     text not null,
  version    bigint not null default 0,
  changed_at timestamptz not null,
  -- When it is looked at next.
  next_at    timestamptz not null,
  holder     uuid,
  held_until timestamptz
);
create index websub_topics_next on websub_topics (next_at);

create table websub_subscriptions (
  id            bigint generated always as identity primary key,
  topic_id      bigint not null references websub_topics on delete cascade,
  callback      text not null check (length(callback) <= 2000),
  callback_host text not null,
  -- Whence it was asked for: a keyed hash, which cannot be read.
  network       text not null,
  -- What it is signed with; null where the subscriber wants no signature.
  secret        text,
  expires_at    timestamptz not null,
  -- The version of the feed that was sent last.
  told_version  bigint not null,
  -- When it is sent next; null while there is nothing to send.
  due_at        timestamptz,
  -- Failures in a row, and the reason of the last.
  attempts      integer not null default 0,
  failure       text,
  holder        uuid,
  held_until    timestamptz,
  unique (topic_id, callback)
);
create index websub_subscriptions_due on websub_subscriptions (due_at) where due_at is not null;
create index websub_subscriptions_expire on websub_subscriptions (expires_at);
create index websub_subscriptions_host on websub_subscriptions (callback_host);
create index websub_subscriptions_network on websub_subscriptions (network);

-- What was asked for and is not verified yet, and what subscribers are still to be told: that their subscription is denied.
create table websub_asks (
  id            bigint generated always as identity primary key,
  path          text not null check (path like '/%' and length(path) <= 2000),
  callback      text not null check (length(callback) <= 2000),
  callback_host text not null,
  network       text not null,
  mode          text not null check (mode in ('subscribe', 'unsubscribe', 'denied')),
  lease_seconds integer not null,
  secret        text,
  reason        text,
  due_at        timestamptz not null,
  attempts      integer not null default 0,
  holder        uuid,
  held_until    timestamptz,
  unique (path, callback)
);
create index websub_asks_due on websub_asks (due_at);
create index websub_asks_host on websub_asks (callback_host);
create index websub_asks_network on websub_asks (network);
