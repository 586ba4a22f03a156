-- The SHA-256 of a text in UTF-8, in hexadecimal digits; of no text, nothing. convert_to() is only
-- called stable because of encodings that could be redefined; that from UTF-8 to UTF-8 cannot be.
CREATE FUNCTION public.negotiations_text_hash(words text) RETURNS varchar
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog AS $$
  SELECT CASE WHEN words = '' THEN '' ELSE encode(sha256(convert_to(words, 'UTF8')), 'hex') END
$$;
