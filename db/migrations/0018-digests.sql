-- Mail that readers subscribe to: who gets what and when, each issue and what became of it, and what each was sent.

-- An address that gets mail, with or without an account.
create table subscribers (
  id            bigint generated always as identity primary key,
  -- null: the archive, which everybody may read; it has one subscriber for each of its series.
  email         text unique check (length(email) <= 254),
  -- Where its mail goes.
  domain        text generated always as (split_part(email, '@', 2)) stored,
  created_at    timestamptz not null,
  -- No mail goes there while it is paused, or suppressed: it bounced too often, or its reader called a mail spam.
  paused_at     timestamptz,
  suppressed_at timestamptz,
  suppressed_for text check (suppressed_for in ('bounces', 'complaint')),
  -- What bounces have added up to, as it stood at `bounced_at`; it halves with time.
  bounce_score  double precision not null default 0,
  bounced_at    timestamptz
);

create table subscriptions (
  id            bigint generated always as identity primary key,
  subscriber_id bigint not null references subscribers on delete cascade,
  -- The address of a list or search on this site, from the root: `/`, `/topics/cs.CL`, `/papers?q=graphs`.
  list          text not null check (list like '/%' and length(list) <= 2000),
  every         text not null check (every in ('day', 'week', 'month')),
  -- The hour of the day at which it is due, in this time zone (IANA name).
  hour          smallint not null check (hour between 0 and 23),
  time_zone     text not null,
  -- Bit 0 is Monday. Every day: the days on which it comes; every week: the first of them is its day.
  weekdays      smallint not null check (weekdays between 1 and 127),
  -- The most papers of an issue.
  length        smallint not null check (length between 5 and 25),
  -- Words and phrases: papers that have one of them are left out.
  not_about     text[] not null default '{}',
  created_at    timestamptz not null,
  -- null until somebody has pressed the button behind the link that was mailed to the address.
  confirmed_at  timestamptz,
  paused_at     timestamptz,
  -- When its next issue is due, and for which period; null until it is confirmed.
  next_at       timestamptz,
  next_period   text,
  -- Up to when papers were looked at for its last issue, and the newest edition that this one took in.
  looked_at     timestamptz,
  covered_to    date,
  unique (subscriber_id, list)
);
create index subscriptions_next on subscriptions (next_at) where confirmed_at is not null and paused_at is null;
create index subscriptions_unconfirmed on subscriptions (created_at) where confirmed_at is null;

-- All issues of one period: those of 29 November, of week 48, of November.
create table digest_runs (
  id            bigint generated always as identity primary key,
  every         text not null check (every in ('day', 'week', 'month')),
  period        text not null,
  begun_at      timestamptz not null,
  finished_at   timestamptz,
  -- While it is paused nothing of it is sent. Why it paused itself; null where a curator did.
  paused_at     timestamptz,
  pause_reason  text,
  -- When a run that paused itself tries again.
  resume_at     timestamptz,
  -- When curators were told that something of it is late.
  told_late_at  timestamptz,
  unique (every, period)
);

create table digest_issues (
  id              bigint generated always as identity primary key,
  run_id          bigint not null references digest_runs on delete cascade,
  -- null once its reader has left.
  subscription_id bigint references subscriptions on delete set null,
  period          text not null,
  due_at          timestamptz not null,
  composed_at     timestamptz not null,
  -- Nothing that says so late is worth sending: the next issue is near.
  expires_at      timestamptz not null,
  -- `published`: in the archive. `in doubt`: who sent it died, or the server's answer was lost, so it may have arrived.
  state           text not null check (state in
    ('waiting', 'sending', 'sent', 'in doubt', 'bounced', 'given up', 'expired', 'skipped', 'published')),
  -- What it says, as digests/content.ts reads it; null where it says nothing, or was forgotten.
  content         jsonb,
  -- When it is tried next, while it waits.
  due_again_at    timestamptz,
  attempts        integer not null default 0,
  claimed_until   timestamptz,
  holder          uuid,
  sent_at         timestamptz,
  failure         text,
  complained_at   timestamptz,
  unsubscribed_at timestamptz,
  unique (subscription_id, period)
);
create index digest_issues_due on digest_issues (due_again_at, id) where state = 'waiting';
create index digest_issues_claimed on digest_issues (claimed_until) where state = 'sending';
create index digest_issues_in_doubt on digest_issues (id) where state = 'in doubt';
create index digest_issues_published on digest_issues (composed_at desc, id desc) where state = 'published';
create index digest_issues_of_run on digest_issues (run_id, state);
create index digest_issues_kept on digest_issues (composed_at) where content is not null and state <> 'published';

-- What each subscriber was sent. Numbers of papers are never given again: those of papers that were merged since stay, so
-- that what they became is known.
create table digest_papers (
  subscriber_id bigint not null references subscribers on delete cascade,
  paper_id      bigint not null,
  issue_id      bigint not null,
  -- When the reader was told that it was retracted, withdrawn or doubted.
  warned_at     timestamptz,
  primary key (subscriber_id, paper_id)
);

-- Addresses that asked never to be written to: keyed hashes, which cannot be read.
create table suppressed_addresses (
  hash  text primary key,
  since timestamptz not null
);

-- Reports of bounces and complaints that were read, so that none counts twice.
create table mail_reports (
  key     text primary key,
  read_at timestamptz not null
);

-- When the next mail may go to a domain, or at all (`*`), where there is a rate.
create table mail_turns (
  key     text primary key,
  next_at timestamptz not null
);

-- What curators put at the head of an edition.
create table edition_heads (
  edition      date primary key,
  -- Markdown, and what was made of it.
  note         text not null default '',
  note_html    text,
  html_version integer not null default 0,
  top_paper_id bigint references papers on delete set null,
  curator_id   uuid references readers on delete set null,
  written_at   timestamptz not null
);
create index edition_heads_paper on edition_heads (top_paper_id) where top_paper_id is not null;
create index edition_heads_curator on edition_heads (curator_id) where curator_id is not null;
