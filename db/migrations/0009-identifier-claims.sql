-- Identifiers that a paper's sources name but do not own. They lead nowhere; curators see them.

create table identifier_claims (
  paper_id bigint not null references papers on delete cascade,
  source   text not null,
  scheme   text not null,
  value    text not null,
  primary key (paper_id, source, scheme, value)
);
create index identifier_claims_value on identifier_claims (scheme, value);
