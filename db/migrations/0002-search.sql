-- What the search index is made from, and how it hears of changes.

-- Changes of papers are numbered in the order in which they are committed: who has read up to one has missed nothing
-- before it. (All who write papers hold one lock until they commit.)
create sequence papers_index_seq;
alter table papers add column index_seq bigint not null default nextval('papers_index_seq');
alter sequence papers_index_seq owned by papers.index_seq;
create index papers_index_seq_key on papers (index_seq);

-- Papers that are gone: their ids are never given again.
create table paper_removals (
  paper_id  bigint primary key,
  index_seq bigint not null default nextval('papers_index_seq')
);
create index paper_removals_index_seq on paper_removals (index_seq);

create function lock_recording() returns trigger language plpgsql as $$
begin
  -- The lock of recording (papers/record.ts), before any row is locked.
  perform pg_advisory_xact_lock(4152002);
  return null;
end $$;
create function note_paper_removal() returns trigger language plpgsql as $$
begin
  insert into paper_removals (paper_id) values (old.id) on conflict do nothing;
  return null;
end $$;
create trigger before_removal before delete on papers for each statement execute function lock_recording();
create trigger paper_removed after delete on papers for each row execute function note_paper_removal();

-- Vectors of papers by the model that made them. They take long to make, so they are kept with what cannot be made again.
create sequence paper_embeddings_seq;
create table paper_embeddings (
  model    text not null,
  paper_id bigint not null references papers on delete cascade,
  -- SHA-256 of the text the vector is of: the same text is not embedded twice.
  digest   bytea not null,
  -- 32-bit float scale, then the numbers as 8-bit integers.
  vector   bytea not null,
  seq      bigint not null default nextval('paper_embeddings_seq'),
  primary key (model, paper_id)
);
alter sequence paper_embeddings_seq owned by paper_embeddings.seq;
create index paper_embeddings_seq_key on paper_embeddings (model, seq);
-- Vectors do not compress.
alter table paper_embeddings alter column vector set storage plain;

-- Papers that a model is still to embed, taken from the changes of papers up to `through`.
create table embedding_models (
  model        text primary key,
  through      bigint not null default 0,
  -- The model whose vectors searches use: at most one.
  in_use       boolean not null default false,
  dimensions   integer
);
create unique index embedding_models_in_use on embedding_models (in_use) where in_use;
create table embedding_queue (
  model    text not null references embedding_models on delete cascade,
  paper_id bigint not null references papers on delete cascade,
  primary key (model, paper_id)
);
