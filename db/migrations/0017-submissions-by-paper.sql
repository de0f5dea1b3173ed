-- Whether a paper was submitted, and what was decided.
create index submissions_paper on submissions (scheme, value);
