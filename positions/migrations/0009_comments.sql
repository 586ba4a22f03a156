-- A comment stays as it was written. Who wrote it may take its words out, which the history keeps;
-- the row goes only with its record.
CREATE FUNCTION gate.check_comments_stay(cs bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE bad bigint;
BEGIN
  SELECT h.row_id INTO bad
    FROM gate.history h
    JOIN gate.changeset c ON c.id = h.changeset_id
    LEFT JOIN LATERAL (
      SELECT b.data FROM gate.history b
       WHERE b.negotiation_id = h.negotiation_id AND b.table_name = h.table_name
         AND b.row_id = h.row_id AND b.id < h.id
       ORDER BY b.id DESC LIMIT 1) before ON true
   WHERE h.changeset_id = cs AND h.table_name = 'positions_comment'
     AND (h.operation = 'U' AND NOT (
            h.data->>'removed' IS NOT NULL AND before.data->>'removed' IS NULL
            AND h.data->>'text' = ''
            AND h.data - '{text,removed}'::text[] = before.data - '{text,removed}'::text[]
            AND c.user_id IS NOT DISTINCT FROM (h.data->>'user_id')::bigint)
       OR h.operation = 'D' AND EXISTS (
            SELECT FROM public.negotiations_record WHERE id = (h.data->>'record_id')::bigint))
   LIMIT 1;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'Comment % stays as it was written; who wrote it may remove its words.', bad
      USING ERRCODE = 'check_violation', CONSTRAINT = 'comment_stays';
  END IF;
END $$;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA gate FROM PUBLIC;
