-- What readers' own front pages are made of: their interests, what they say they follow, and what they were shown. All of it
-- is a reader's own: nobody else sees it, and it goes with the account.

-- How a reader wants theirs to be; no row: as it is by default.
create table tastes (
  reader_id      uuid primary key references readers on delete cascade,
  -- Whether papers that they open, and searches that they make, say something about them.
  learns_opened  boolean not null default true,
  learns_searches boolean not null default false,
  -- What their private feeds are known by; null until they ask for them. Its hash would do for finding, but the reader is
  -- shown it again.
  feed_key       text unique check (feed_key ~ '^[A-Za-z0-9_-]{32}$'),
  -- When they have finished or passed over the first questions.
  begun_at       timestamptz
);

create table interests (
  id             bigint generated always as identity primary key,
  reader_id      uuid not null references readers on delete cascade,
  name           text not null check (length(name) between 1 and 100),
  -- Whether the reader chose the name; others follow what the interest is about.
  named_by_reader boolean not null default false,
  -- How much its papers count beside those of other interests.
  boost          double precision not null default 1 check (boost between 0.25 and 4),
  paused_at      timestamptz,
  created_at     timestamptz not null
);
create index interests_reader on interests (reader_id, id);

-- To which interest a paper speaks that a reader has acted on. `interest_id` null: to none any more, for its interest was
-- dropped. `excluded_at`: the reader took it out of the interest ("Not this reason").
create table interest_papers (
  reader_id      uuid not null references readers on delete cascade,
  paper_id       bigint not null references papers on delete cascade,
  interest_id    bigint references interests on delete set null,
  excluded_at    timestamptz,
  primary key (reader_id, paper_id)
);
create index interest_papers_paper on interest_papers (paper_id);
create index interest_papers_interest on interest_papers (interest_id);

-- Topics and authors that a reader follows.
create table followed_topics (
  reader_id      uuid not null references readers on delete cascade,
  category       text not null,
  at             timestamptz not null,
  primary key (reader_id, category)
);
create table followed_authors (
  reader_id      uuid not null references readers on delete cascade,
  name_key       text not null check (length(name_key) between 1 and 200),
  name           text not null check (length(name) between 1 and 200),
  at             timestamptz not null,
  primary key (reader_id, name_key)
);

-- What a reader said of a paper that they were asked about, without a vote that others see.
create table paper_ratings (
  reader_id      uuid not null references readers on delete cascade,
  paper_id       bigint not null references papers on delete cascade,
  likes          boolean not null,
  -- Whether it is the answer to a question of ours, and not something that the reader brought along.
  asked          boolean not null default false,
  at             timestamptz not null,
  primary key (reader_id, paper_id)
);
create index paper_ratings_paper on paper_ratings (paper_id);

-- Papers that a reader opened, the last time.
create table opened_papers (
  reader_id      uuid not null references readers on delete cascade,
  paper_id       bigint not null references papers on delete cascade,
  at             timestamptz not null,
  primary key (reader_id, paper_id)
);
create index opened_papers_paper on opened_papers (paper_id);

-- Papers that a reader was shown on their own front page, the first time: they step back, and those passed over tell a
-- little about what is not for them.
create table seen_papers (
  reader_id      uuid not null references readers on delete cascade,
  paper_id       bigint not null references papers on delete cascade,
  at             timestamptz not null,
  primary key (reader_id, paper_id)
);
create index seen_papers_paper on seen_papers (paper_id);
create index seen_papers_newest on seen_papers (reader_id, at desc);

-- What a reader searched for, where they allow it to be remembered.
create table reader_searches (
  id             bigint generated always as identity primary key,
  reader_id      uuid not null references readers on delete cascade,
  text           text not null check (length(text) between 1 and 300),
  at             timestamptz not null,
  unique (reader_id, text)
);

-- A reader's private note on a paper. Where two papers turn out to be one, it has both notes, however long they are.
create table paper_notes (
  reader_id      uuid not null references readers on delete cascade,
  paper_id       bigint not null references papers on delete cascade,
  body           text not null check (body <> ''),
  changed_at     timestamptz not null,
  primary key (reader_id, paper_id)
);
create index paper_notes_paper on paper_notes (paper_id);
create index paper_notes_words on paper_notes using gin (to_tsvector('simple', body));

-- The newest readers who voted for a paper or saved it, of however many.
create index votes_newest on votes (paper_id, voted_at desc);
create index reading_list_newest on reading_list (paper_id, added_at desc);
drop index reading_list_paper;

-- Readers whose interests are to be looked at again. Rows are only added and removed: nobody waits for another here.
create table taste_changes (
  id             bigint generated always as identity primary key,
  reader_id      uuid not null
);

create function note_taste_change() returns trigger language plpgsql as $$
begin
  if new.reader_id is not null then
    insert into taste_changes (reader_id) values (new.reader_id);
  end if;
  return null;
end $$;
create function note_collected_taste() returns trigger language plpgsql as $$
begin
  insert into taste_changes (reader_id) select reader_id from collections where id = new.collection_id;
  return null;
end $$;
create trigger votes_taste after insert on votes for each row execute function note_taste_change();
create trigger reading_list_taste after insert on reading_list for each row execute function note_taste_change();
create trigger comments_taste after insert on comments for each row execute function note_taste_change();
create trigger submissions_taste after insert or update of state on submissions for each row
  when (new.state = 'accepted') execute function note_taste_change();
create trigger collection_papers_taste after insert on collection_papers for each row
  execute function note_collected_taste();
create trigger paper_ratings_taste after insert or update of likes on paper_ratings for each row execute function note_taste_change();

-- Moves what is each reader's own from a paper to the one it turned out to be.
create function merge_own(merged bigint, kept bigint) returns void language plpgsql as $$
begin
  update interest_papers m set paper_id = kept where paper_id = merged
    and not exists (select from interest_papers k where k.paper_id = kept and k.reader_id = m.reader_id);
  update paper_ratings m set paper_id = kept where paper_id = merged
    and not exists (select from paper_ratings k where k.paper_id = kept and k.reader_id = m.reader_id);
  update opened_papers k set at = greatest(k.at, m.at)
    from opened_papers m where k.paper_id = kept and m.paper_id = merged and m.reader_id = k.reader_id;
  update opened_papers m set paper_id = kept where paper_id = merged
    and not exists (select from opened_papers k where k.paper_id = kept and k.reader_id = m.reader_id);
  update seen_papers m set paper_id = kept where paper_id = merged
    and not exists (select from seen_papers k where k.paper_id = kept and k.reader_id = m.reader_id);
  -- Nobody's note is lost: of two that differ, the kept paper has both.
  update paper_notes k set body = case when strpos(k.body, m.body) > 0 then k.body else k.body || E'\n\n' || m.body end,
    changed_at = greatest(k.changed_at, m.changed_at)
    from paper_notes m where k.paper_id = kept and m.paper_id = merged and m.reader_id = k.reader_id;
  update paper_notes m set paper_id = kept where paper_id = merged
    and not exists (select from paper_notes k where k.paper_id = kept and k.reader_id = m.reader_id);
end $$;

alter function merge_paper(bigint, bigint, timestamptz) rename to merge_paper_of_all;
create function merge_paper(merged bigint, kept bigint, moment timestamptz) returns void language plpgsql as $$
begin
  perform 1 from papers where id in (merged, kept) order by id for update;
  perform merge_own(merged, kept);
  perform merge_paper_of_all(merged, kept, moment);
end $$;

-- What comes by mail of one interest, to be ended with it.
create index subscriptions_of_interests on subscriptions (list) where list like '/for-you/interests/%';
