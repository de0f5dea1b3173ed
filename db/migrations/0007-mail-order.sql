-- Mail that somebody waits for goes first, and some is of no use after a while.

alter table outgoing_mail
  add column urgent boolean not null default false,
  -- Not sent after that: what it says no longer holds.
  add column expires_at timestamptz,
  -- While a process sends it. A process that died gives it back at that time.
  add column claimed_until timestamptz;

drop index outgoing_mail_due;
-- In the order in which mails are claimed.
create index outgoing_mail_due on outgoing_mail (urgent desc, due_at, id) where due_at is not null;
create index outgoing_mail_expiry on outgoing_mail (expires_at) where due_at is not null and expires_at is not null;
