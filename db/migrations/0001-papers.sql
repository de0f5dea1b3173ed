-- Papers, what each source says about them, and the attention they have drawn.

-- Facts about this installation that must survive a restart (for instance the time zone by which editions were dated).
create table site_state (
  name  text primary key,
  value jsonb not null
);

-- A paper as its page shows it. Every column that states a fact is derived from paper_records by papers/merge.ts.
create table papers (
  id                bigint generated always as identity primary key,
  -- Its name in feeds: stays when the address changes.
  uuid              uuid not null default gen_random_uuid(),
  address           text not null unique,
  arxiv_id          text,
  doi               text,
  title             text not null,
  abstract          text,
  synopsis          text,
  authors           jsonb not null default '[]',
  -- Whether there are more authors than the source names.
  authors_truncated boolean not null default false,
  published         jsonb,
  versions          jsonb not null default '[]',
  primary_category  text,
  categories        text[] not null default '{}',
  comments          text,
  journal_reference text,
  license_url       text,
  withdrawn         boolean not null default false,
  links             jsonb not null default '[]',
  provenance        jsonb not null default '{}',
  -- The calendar day whose edition it stands in, in the site's time zone.
  edition           date not null,
  -- What gave it that day: a page that listed it, its publication, or its arrival here.
  edition_from      text not null check (edition_from in ('listing', 'publication', 'arrival')),
  -- When it came out, as exactly as known: the instant it is sorted by in "new", topics and author pages.
  dated_at          timestamptz not null,
  votes             integer not null default 0,
  -- log2 of exponentially decayed attention (ranking/heat.ts); -Infinity before the first signal.
  heat              double precision not null default '-Infinity',
  -- Undecayed attention: the sum of the weights of its signals.
  attention         double precision not null default 0,
  recorded_at       timestamptz not null,
  changed_at        timestamptz not null
);
create index papers_edition on papers (edition, votes desc, heat desc, dated_at desc, id desc);
create index papers_new on papers (dated_at desc, id desc);
create index papers_trending on papers (heat desc, id desc) where heat > '-Infinity';
create index papers_top on papers (attention desc, id desc) where attention > 0;

-- One work, many identifiers: each leads to one paper.
create table paper_identifiers (
  scheme   text not null check (scheme in ('arxiv', 'doi', 'local')),
  value    text not null,
  paper_id bigint not null references papers on delete cascade,
  primary key (scheme, value)
);
create index paper_identifiers_paper on paper_identifiers (paper_id);

-- The latest statement of each source about a paper, as it was harvested.
create table paper_records (
  paper_id    bigint not null references papers on delete cascade,
  source      text not null,
  facts       jsonb not null,
  -- SHA-256 of the facts: an unchanged record is recognised without comparing them.
  digest      text not null,
  as_of       timestamptz,
  recorded_at timestamptz not null,
  primary key (paper_id, source)
);

-- Names as printed on papers. A name is not a person: the same key may stand for many people.
create table paper_authors (
  name_key text not null,
  dated_at timestamptz not null,
  paper_id bigint not null references papers on delete cascade,
  position integer not null,
  name     text not null,
  orcid    text,
  primary key (paper_id, position)
);
create index paper_authors_name on paper_authors (name_key, dated_at desc, paper_id desc);
create index paper_authors_orcid on paper_authors (orcid, dated_at desc, paper_id desc) where orcid is not null;

create table paper_categories (
  category text not null,
  dated_at timestamptz not null,
  paper_id bigint not null references papers on delete cascade,
  primary key (category, dated_at, paper_id)
);
create index paper_categories_paper on paper_categories (paper_id);

-- Everything that heats a paper: immutable events. `origin` and `origin_key` make recording one twice harmless.
create table signals (
  id          bigint generated always as identity primary key,
  paper_id    bigint not null references papers on delete cascade,
  kind        text not null,
  origin      text not null,
  origin_key  text not null,
  -- How many of the kind this event stands for (for instance upvotes since the event before).
  amount      double precision not null,
  weight      double precision not null,
  at          timestamptz not null,
  recorded_at timestamptz not null,
  unique (paper_id, kind, origin, origin_key)
);

-- One row an import: what came in, what was refused and why.
create table imports (
  id          bigint generated always as identity primary key,
  name        text not null,
  format      text not null,
  started_at  timestamptz not null,
  finished_at timestamptz,
  new         integer not null default 0,
  updated     integer not null default 0,
  unchanged   integer not null default 0,
  refused     integer not null default 0
);
create table import_refusals (
  import_id bigint not null references imports on delete cascade,
  number    integer not null,
  position  text not null,
  reason    text not null,
  primary key (import_id, number)
);

-- heat plus one event's log2 weight, in log space: log2(2^a + 2^b) without overflow. Beyond 60 binary orders of
-- magnitude the smaller one is below the precision of a double.
create function heat_sum(a double precision, b double precision) returns double precision
  language sql immutable parallel safe
  return case
    when a = '-Infinity' then b
    when b = '-Infinity' then a
    when abs(a - b) > 60 then greatest(a, b)
    else greatest(a, b) + ln(1 + power(2::double precision, -abs(a - b))) / ln(2::double precision)
  end;
