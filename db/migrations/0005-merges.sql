-- Papers that became one: where each of them went, and one function that brings all together.

-- Which paper stands for one that was merged: its number leads on, also for whoever had its page open. Merged again, it
-- leads to the last one: there is never a second step.
create table paper_merges (
  merged_id bigint primary key,
  kept_id   bigint not null references papers on delete cascade,
  merged_at timestamptz not null
);
create index paper_merges_kept on paper_merges (kept_id);

drop function move_community(bigint, bigint);

-- Makes one paper of two that are the same work: all that hangs on the merged one goes to the kept one, what one reader did
-- to both counts once, and what its authors did counts no more. The caller holds the lock of recording and both papers, and
-- replays the kept paper's heat after it.
create function merge_paper(merged bigint, kept bigint, moment timestamptz) returns void language plpgsql as $$
declare
  authors uuid[];
  votes_undone uuid[];
  picks_undone uuid[];
  comments_undone uuid[];
begin
  perform 1 from papers where id in (merged, kept) order by id for update;
  -- Whoever puts a collection in order holds it.
  perform 1 from collections where id in (select collection_id from collection_papers where paper_id = merged)
    order by id for no key update;

  update signals s set paper_id = kept where paper_id = merged and not exists (
    select from signals k where k.paper_id = kept and (k.kind, k.origin, k.origin_key) = (s.kind, s.origin, s.origin_key));

  -- Of two claims to one work the one that came further.
  update authorship_claims k
    set state = m.state, by = m.by, note = m.note, claimed_at = m.claimed_at, decided_at = m.decided_at
    from authorship_claims m where k.paper_id = kept and m.paper_id = merged and m.reader_id = k.reader_id
      and array_position('{refused,waiting,confirmed}'::text[], m.state)
        > array_position('{refused,waiting,confirmed}'::text[], k.state);
  update authorship_claims m set paper_id = kept where paper_id = merged
    and not exists (select from authorship_claims k where k.paper_id = kept and k.reader_id = m.reader_id);
  authors := array(select reader_id from authorship_claims where paper_id = kept and state = 'confirmed');

  -- A reader who did the same to both did it to one paper. What authors did to it heats it no more.
  with gone as (
    delete from votes v where v.paper_id in (merged, kept) and (v.reader_id = any(authors) or (v.paper_id = merged
      and exists (select from votes k where k.paper_id = kept and k.reader_id = v.reader_id)))
    returning event
  ) select coalesce(array_agg(event), '{}') into votes_undone from gone;
  update votes set paper_id = kept where paper_id = merged;

  update picks k set note = m.note from picks m
    where k.paper_id = kept and m.paper_id = merged and m.curator_id = k.curator_id and k.note = '';
  with gone as (
    delete from picks v where v.paper_id in (merged, kept) and (v.curator_id = any(authors) or (v.paper_id = merged
      and exists (select from picks k where k.paper_id = kept and k.curator_id = v.curator_id)))
    returning event
  ) select coalesce(array_agg(event), '{}') into picks_undone from gone;
  update picks set paper_id = kept where paper_id = merged;

  -- The first comment of a reader that everybody sees keeps its event. A hidden one remembers its own, taken back by then.
  with standing as (
    select id, row_number() over (partition by reader_id order by written_at, id) as place from comments
    where paper_id in (merged, kept) and event is not null and hidden_at is null and deleted_at is null
  ), losing as (
    select id, event from comments where paper_id in (merged, kept) and event is not null
      and (reader_id = any(authors) or id in (select id from standing where place > 1))
  ), lost as (
    update comments c set event = null from losing where losing.id = c.id returning losing.event
  ) select coalesce(array_agg(event), '{}') into comments_undone from lost;
  update comments set paper_id = kept where paper_id = merged;

  insert into signals (paper_id, kind, origin, origin_key, amount, weight, at, recorded_at, takes_back)
  select s.paper_id, s.kind, s.origin, 'not ' || s.origin_key, -s.amount, -s.weight, s.at, moment, s.id
  from signals s
  where s.paper_id = kept and s.kind in ('vote', 'pick', 'comment') and s.origin = 'reader'
    and s.origin_key = any((votes_undone || picks_undone || comments_undone)::text[])
  on conflict do nothing;

  update reading_list k set added_at = least(k.added_at, m.added_at), read_at = coalesce(k.read_at, m.read_at)
    from reading_list m where k.paper_id = kept and m.paper_id = merged and m.reader_id = k.reader_id;
  update reading_list m set paper_id = kept where paper_id = merged
    and not exists (select from reading_list k where k.paper_id = kept and k.reader_id = m.reader_id);
  update not_for_me m set paper_id = kept where paper_id = merged
    and not exists (select from not_for_me k where k.paper_id = kept and k.reader_id = m.reader_id);
  update collection_papers k set note = m.note from collection_papers m
    where k.paper_id = kept and m.paper_id = merged and m.collection_id = k.collection_id and k.note = '';
  update collection_papers m set paper_id = kept where paper_id = merged
    and not exists (select from collection_papers k where k.paper_id = kept and k.collection_id = m.collection_id);
  -- A reader has one open flag on a paper; the other one stays as what was flagged before.
  update flags m set settled_at = moment where paper_id = merged and settled_at is null
    and exists (select from flags k where k.paper_id = kept and k.reader_id = m.reader_id and k.settled_at is null);
  update flags set paper_id = kept where paper_id = merged;
  update submissions set paper_id = kept where paper_id = merged;
  update paper_identifiers set paper_id = kept where paper_id = merged;

  update papers p set
    votes = (select count(*) from votes where paper_id = kept),
    vote_points = (select coalesce(sum(points), 0) from votes where paper_id = kept),
    comment_count = (select count(*) from comments where paper_id = kept and deleted_at is null and hidden_at is null),
    pick_count = (select count(*) from picks where paper_id = kept),
    -- A discussion that a curator closed stays closed.
    comments_locked = p.comments_locked or (select comments_locked from papers where id = merged)
  where p.id = kept;

  update paper_merges set kept_id = kept where kept_id = merged;
  delete from papers where id = merged;
  insert into paper_merges (merged_id, kept_id, merged_at) values (merged, kept, moment);
end $$;
