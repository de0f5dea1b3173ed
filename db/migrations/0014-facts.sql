-- When each paper was last asked for at a service that states facts about papers that are here, and when it is again.
create table fact_queries (
  service  text not null,
  paper_id bigint not null references papers on delete cascade,
  asked_at timestamptz not null,
  next_at  timestamptz not null,
  -- Of the last answer, where the service has one.
  etag     text,
  primary key (service, paper_id)
);
create index fact_queries_next on fact_queries (service, next_at);
create index fact_queries_asked on fact_queries (service, asked_at);
create index fact_queries_paper on fact_queries (paper_id);
