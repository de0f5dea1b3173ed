-- A paper of which nobody knows when it came out is in no edition: it was in that of the day on which it came in, and so on
-- the front page. Nor is one whose date is further ahead than journals date their volumes.
alter table papers alter column edition drop not null, alter column edition_from drop not null;
comment on column papers.edition is 'the calendar day, in the site''s time zone; null for a paper that is in no edition';

-- Papers come and go by statement, as before; those without an edition count in none.
create or replace function count_papers() returns trigger language plpgsql as $$
declare
  step constant integer := case tg_op when 'INSERT' then 1 else -1 end;
begin
  insert into edition_counts as c (edition, category, papers)
    select edition, coalesce(primary_category, ''), step * count(*) from changed
    where not hidden and edition is not null group by 1, 2
    on conflict (edition, category) do update set papers = c.papers + excluded.papers;
  insert into topic_counts as c (category, papers)
    select category, step * count(*) from changed, unnest(categories) as category where not hidden group by 1
    on conflict (category) do update set papers = c.papers + excluded.papers;
  return null;
end $$;

create or replace function count_moved_paper() returns trigger language plpgsql as $$
begin
  insert into edition_counts as c (edition, category, papers)
    select edition, coalesce(category, ''), sum(step)
    from (values (old.edition, old.primary_category, old.hidden, -1), (new.edition, new.primary_category, new.hidden, 1))
      as v (edition, category, hidden, step)
    where not hidden and edition is not null group by 1, 2 having sum(step) <> 0
    on conflict (edition, category) do update set papers = c.papers + excluded.papers;
  insert into topic_counts as c (category, papers)
    select category, sum(step)
    from (values (old.categories, old.hidden, -1), (new.categories, new.hidden, 1)) as v (categories, hidden, step),
      unnest(categories) as category
    where not hidden group by 1 having sum(step) <> 0
    on conflict (category) do update set papers = c.papers + excluded.papers;
  return null;
end $$;

update papers set edition = null, edition_from = null
  where edition_from = 'arrival' or (edition_from = 'publication' and edition > recorded_at::date + 366);

alter table papers drop constraint papers_edition_from_check;
alter table papers add constraint papers_edition_from_check check (edition_from in ('listing', 'publication')),
  add constraint papers_edition_and_from check ((edition is null) = (edition_from is null));
