-- Accounts belong to whoever has proven their address, and a suspension outlives the account.

-- The mailbox that mail to an address ends up in: without what follows a plus, and at Gmail without dots. One mailbox has
-- many addresses, so limits and suspensions go by it. Accounts and mail never do.
create function canonical_mailbox(address text) returns text
language sql immutable strict parallel safe as $$
  select case
    when domain in ('gmail.com', 'googlemail.com') then coalesce(nullif(replace(base, '.', ''), ''), base) || '@gmail.com'
    else base || '@' || domain
  end
  from (
    select coalesce(nullif(split_part(local, '+', 1), ''), local) as base, domain
    from (
      select split_part(plain, '@', 1) as local, split_part(plain, '@', 2) as domain
      from (select lower(normalize(address, nfkc)) as plain) written
    ) parts
  ) bases
$$;

alter table readers add column mailbox text not null generated always as (canonical_mailbox(email)) stored;
create index readers_mailbox on readers (mailbox);
-- Curators look for readers by name alone.
drop index readers_email_prefix;

-- An address that was never proven may be anyone's: the emailed link is its only way in.
delete from sessions s using readers r where r.id = s.reader_id and not r.email_verified;
delete from identities i using readers r where r.id = i.reader_id and not r.email_verified;
delete from passkeys p using readers r where r.id = p.reader_id and not r.email_verified;

-- Accounts elsewhere that a reader removed from theirs: they sign no one in until the reader adds them again.
create table removed_identities (
  provider   text not null,
  subject    text not null,
  reader_id  uuid not null references readers on delete cascade,
  removed_at timestamptz not null,
  primary key (provider, subject, reader_id)
);
create index removed_identities_reader on removed_identities (reader_id);

-- Mailboxes and accounts elsewhere of suspended readers who deleted their account, as keyed hashes.
create table suspended_ways_in (
  hash         text primary key,
  suspended_at timestamptz not null,
  -- The account made with it since, suspended from the start. Reinstating that one ends this too.
  reader_id    uuid references readers on delete set null
);
create index suspended_ways_in_reader on suspended_ways_in (reader_id);

-- Proofs of work that were used, until they expire: each works once.
create unlogged table used_proofs (
  hash       text primary key,
  expires_at timestamptz not null
);
create index used_proofs_expiry on used_proofs (expires_at);
