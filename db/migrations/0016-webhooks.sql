-- Telling the outside: webhooks, what each has told, and what is on its way.

create table webhooks (
  id               bigint generated always as identity primary key,
  -- The address of a list or search on this site, from the root: `/`, `/topics/cs.CL`, `/papers?q=graphs`.
  list             text not null check (list like '/%' and length(list) <= 2000),
  -- Where it posts to. Whoever knows the address of a chat can write in it.
  target           text not null check (length(target) <= 2000),
  shape            text not null check (shape in ('json', 'slack', 'discord', 'mattermost', 'teams', 'telegram')),
  -- Telegram only: the chat that the bot writes in.
  chat             text check (length(chat) <= 100),
  -- Base64, without a prefix. While `former_until` is ahead, messages are signed with the former one too.
  secret           text not null,
  former_secret    text,
  former_until     timestamptz,
  -- The hour of the day (of the site's time zone) at which it tells; null: as papers come.
  at_hour          smallint check (at_hour between 0 and 23),
  -- The most papers in one message.
  most             smallint not null check (most between 1 and 25),
  -- Trending papers only: the least heat, as pages show it.
  least_heat       double precision,
  -- Whether it was added on the machine itself: its address may be of a private network.
  trusted          boolean not null,
  created_at       timestamptz not null,
  paused_at        timestamptz,
  -- Why it paused itself; null where somebody did.
  pause_reason     text,
  -- When its list is looked at next.
  next_at          timestamptz not null,
  -- The newest edition that it has told, where its list is the front page.
  told_edition     date,
  last_told_at     timestamptz,
  -- Why the last attempt failed; null when it did not.
  trouble          text,
  -- Which process looks after it, and until when unless that says so again.
  holder           uuid,
  held_until       timestamptz
);
create index webhooks_next on webhooks (next_at) where paused_at is null;

-- Which papers each webhook has told, or found when it was added. Numbers of papers are never given again: those of papers
-- that were merged since stay, so that what they became is known.
create table webhook_papers (
  webhook_id bigint not null references webhooks on delete cascade,
  paper_id   bigint not null,
  primary key (webhook_id, paper_id)
);

create table webhook_deliveries (
  id           bigint generated always as identity primary key,
  webhook_id   bigint not null references webhooks on delete cascade,
  -- Names it once and for all: whoever gets it twice knows by it.
  message_id   text not null unique,
  kind         text not null check (kind in ('papers', 'edition', 'test')),
  edition      date,
  -- The papers named in it, in their order, and how many there were to tell.
  papers       jsonb not null,
  total        integer not null,
  queued_at    timestamptz not null,
  -- When it is tried next; null once it was taken or given up.
  due_at       timestamptz,
  attempts     integer not null default 0,
  delivered_at timestamptz,
  failure      text
);
create index webhook_deliveries_due on webhook_deliveries (webhook_id, id) where due_at is not null;
create index webhook_deliveries_queued on webhook_deliveries (queued_at);

-- Mail that was given up, to be counted.
create index outgoing_mail_failed on outgoing_mail (id) where due_at is null and sent_at is null;

-- A source is not silent for the time during which it was paused.
alter table sources add column resumed_at timestamptz;
