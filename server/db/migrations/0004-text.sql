-- Words as text search compares them: without accents, in lower case, and without the punctuation that the parser of
-- `to_tsvector` would take for letters. Indexing and searching both call it.
create function fold(text) returns text language sql immutable strict parallel safe as $$
  select lower(regexp_replace(
    regexp_replace(normalize($1, NFD), '[\u0300-\u036f]', '', 'g'),
    '[\u00a0-\u00bf\u2000-\u206f\u3000-\u303f]', ' ', 'g') collate "pg_c_utf8")
$$;
