-- The papers of an edition are in the order of all the attention they drew: votes, picks, comments, and what was counted
-- elsewhere, in one sum of weights (ranking/heat.ts). To a millionth, so that sums of the same weights are the same in
-- whatever order they were added.

drop index papers_edition;
create index papers_edition
  on papers (edition, floor(attention * 1000000 + 0.5) desc, heat desc, dated_at desc, id desc) where not hidden;

-- The papers of an edition that readers discuss or curators picked are few, and shown beside it.
create index papers_noted on papers (edition) where (comment_count > 0 or pick_count > 0) and not hidden;
