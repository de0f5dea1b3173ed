-- The first figure of a paper, made small; or that there is none.
create table paper_pictures (
  paper_id bigint primary key references papers on delete cascade,
  -- Of the version that was asked for.
  version  integer not null,
  asked_at timestamptz not null,
  -- When it is worth asking again; null: not before there is another version.
  next_at  timestamptz,
  -- In WebP; null where there is no figure that could be shown.
  image    bytea,
  -- SHA-256 of the image: its address.
  digest   text,
  width    integer,
  height   integer,
  -- Its caption, in plain text.
  caption  text,
  check ((image is null) = (digest is null) and (image is null) = (width is null) and (image is null) = (height is null))
);
create index paper_pictures_digest on paper_pictures (digest) where digest is not null;
