-- What came with another site's dump: whose words they are, and what was counted there.

-- Readers of other sites, whose public words came here. Nobody can sign in as one of them; `curator_there` is whether they
-- are marked as a curator beside what they wrote.
alter table readers
  add column from_site uuid,
  add column curator_there boolean not null default false;
create index readers_from_site on readers (from_site) where from_site is not null;

-- The sites whose dumps were imported.
create table imported_sites (
  site        uuid primary key,
  name        text not null,
  url         text,
  -- The state that the newest dump of it shows.
  taken_at    timestamptz not null,
  began_at    timestamptz not null,
  -- null while it is imported, or where that was interrupted.
  finished_at timestamptz
);

-- Comments of other sites by their numbers there. A row stays when its comment goes: what was deleted here stays deleted.
create table imported_comments (
  site       uuid not null,
  number     bigint not null,
  comment_id bigint references comments on delete set null,
  primary key (site, number)
);
create index imported_comments_comment on imported_comments (comment_id) where comment_id is not null;

-- How many readers of other sites reacted to a comment.
create table imported_reactions (
  comment_id bigint not null references comments on delete cascade,
  reaction   text not null check (reaction in ('agree', 'insightful', 'thanks', 'unclear')),
  count      integer not null check (count > 0),
  primary key (comment_id, reaction)
);

-- The votes of a paper are those of the readers here, and those that were counted elsewhere: an event (signals) for the votes
-- of one day at one site, which stands for so many (`amount`) and weighs as much as they did together.
create function elsewhere_votes(paper bigint, out votes integer, out points integer) language sql stable as $$
  select coalesce(sum(s.amount), 0)::integer, coalesce(sum(round(s.weight * 10)), 0)::integer from signals s
  where s.paper_id = paper and s.kind = 'vote' and s.origin like 'site:%' and s.takes_back is null
    and not exists (select from signals b where b.takes_back = s.id)
$$;

-- They follow a paper that is merged.
create function count_merged_votes() returns trigger language plpgsql as $$
begin
  update papers p set votes = own.votes + e.votes, vote_points = own.points + e.points
    from elsewhere_votes(new.kept_id) e,
      (select count(*) as votes, coalesce(sum(points), 0) as points from votes where paper_id = new.kept_id) own
    where p.id = new.kept_id and e.votes > 0;
  return null;
end $$;
create trigger paper_merges_votes after insert on paper_merges for each row execute function count_merged_votes();

-- Someone who has an account here may have come with a dump too: the ORCID of the account is the one that signs in.
drop index readers_orcid;
create unique index readers_orcid on readers (orcid) where orcid_verified and from_site is null;
