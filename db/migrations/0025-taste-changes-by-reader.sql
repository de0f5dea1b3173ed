-- What readers did since their interests were kept is looked up by reader, however much it is (after an import).
create index taste_changes_reader on taste_changes (reader_id, id);
