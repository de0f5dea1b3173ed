-- Who embeds papers claims them for a time, so that no transaction is open while the model is at work. There is no index
-- on it: few rows are claimed at once, and without one a claim rewrites nothing but the row.
alter table embedding_queue add column leased_until timestamptz;
