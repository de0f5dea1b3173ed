-- Lists of many papers: counts that are kept rather than counted by each reader, and the indexes that pages walk.

-- How many papers that are not hidden each edition has, by their primary category ('' for those without), and how many
-- each category has. All who write papers hold one lock until they commit, so that no two wait for each other here.
create table edition_counts (
  edition  date not null,
  category text not null,
  papers   integer not null,
  primary key (edition, category)
);
create table topic_counts (
  category text primary key,
  papers   integer not null
);

-- Papers come and go by statement.
create function count_papers() returns trigger language plpgsql as $$
declare
  step constant integer := case tg_op when 'INSERT' then 1 else -1 end;
begin
  insert into edition_counts as c (edition, category, papers)
    select edition, coalesce(primary_category, ''), step * count(*) from changed where not hidden group by 1, 2
    on conflict (edition, category) do update set papers = c.papers + excluded.papers;
  insert into topic_counts as c (category, papers)
    select category, step * count(*) from changed, unnest(categories) as category where not hidden group by 1
    on conflict (category) do update set papers = c.papers + excluded.papers;
  return null;
end $$;
create trigger papers_added_counted after insert on papers referencing new table as changed
  for each statement execute function count_papers();
create trigger papers_removed_counted after delete on papers referencing old table as changed
  for each statement execute function count_papers();

-- Few papers move: votes and what else readers do never come by here.
create function count_moved_paper() returns trigger language plpgsql as $$
begin
  insert into edition_counts as c (edition, category, papers)
    select edition, coalesce(category, ''), sum(step)
    from (values (old.edition, old.primary_category, old.hidden, -1), (new.edition, new.primary_category, new.hidden, 1))
      as v (edition, category, hidden, step)
    where not hidden group by 1, 2 having sum(step) <> 0
    on conflict (edition, category) do update set papers = c.papers + excluded.papers;
  insert into topic_counts as c (category, papers)
    select category, sum(step)
    from (values (old.categories, old.hidden, -1), (new.categories, new.hidden, 1)) as v (categories, hidden, step),
      unnest(categories) as category
    where not hidden group by 1 having sum(step) <> 0
    on conflict (category) do update set papers = c.papers + excluded.papers;
  return null;
end $$;
create trigger paper_moved_counted after update of edition, primary_category, categories, hidden on papers for each row
  when ((old.edition, old.primary_category, old.categories, old.hidden)
    is distinct from (new.edition, new.primary_category, new.categories, new.hidden))
  execute function count_moved_paper();

insert into edition_counts (edition, category, papers)
  select edition, coalesce(primary_category, ''), count(*) from papers where not hidden group by 1, 2;
insert into topic_counts (category, papers)
  select category, count(*) from papers, unnest(categories) as category where not hidden group by 1;

-- Few papers are hidden: what else is counted, is counted with them and without them after it.
create index papers_hidden on papers (id) where hidden;

-- A name's page is made of its index alone: how it is printed, how many papers it has, and which.
drop index paper_authors_name;
create index paper_authors_name on paper_authors (name_key, dated_at desc, paper_id desc) include (name);

-- What a paper's heat is made of is read out of the index by which its events are found, however many they are.
alter table signals drop constraint signals_paper_id_kind_origin_origin_key_key;
alter table signals add constraint signals_of_paper unique (paper_id, kind, origin, origin_key)
  include (id, amount, weight, at, takes_back);
