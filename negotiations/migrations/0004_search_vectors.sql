-- Words in other letters than Latin, as they were written, for what has no stemmer.
CREATE TEXT SEARCH CONFIGURATION public.as_written (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION public.as_written DROP MAPPING FOR
  asciihword, asciiword, email, file, float, host, hword_asciipart, hword_numpart, int, numhword,
  numword, sfloat, uint, url, url_path, version;

-- What a row is found by: its negotiation, the stems of its words, and the words themselves. An
-- index holds it and nothing else does, so that neither tables nor history grow from it. A text is
-- cut where PostgreSQL would refuse to make one vector of it.
CREATE FUNCTION public.negotiations_search_vector(negotiation bigint, texts text[])
RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  -- The letter that some write for an apostrophe would make one word of the two around it.
  words text := replace(left(array_to_string(texts, E'\n'), 100000), 'ʼ', '''');
BEGIN
  RETURN array_to_tsvector(ARRAY['§' || negotiation])
      || to_tsvector('pg_catalog.russian', words) || to_tsvector('public.as_written', words);
END $$;
