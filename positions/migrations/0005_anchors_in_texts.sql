-- What is placed in the text that a source has now stands there, word for word.
CREATE FUNCTION gate.check_anchor_holds(cs bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE bad record;
BEGIN
  FOR bad IN
    WITH touched AS (
      SELECT row_id AS id FROM gate.history
       WHERE changeset_id = cs AND table_name = 'positions_evidence'
      UNION
      SELECT e.id FROM gate.history h JOIN public.positions_evidence e ON e.source_id = h.row_id
       WHERE h.changeset_id = cs AND h.table_name = 'negotiations_source'
    )
    SELECT e.id, s.id AS source
      FROM touched
      JOIN public.positions_evidence e USING (id)
      JOIN public.negotiations_source s ON s.id = e.source_id AND s.text_hash = e.text_hash
     WHERE e.start IS NOT NULL
       AND substr(s.text, e.start + 1, e."end" - e.start) <> e.quote
     LIMIT 1
  LOOP
    RAISE EXCEPTION 'The words of evidence % are not at their place in source %.', bad.id, bad.source
      USING ERRCODE = 'check_violation', CONSTRAINT = 'anchor_holds';
  END LOOP;
END $$;
SELECT gate.register_check('gate.check_anchor_holds',
  ARRAY['positions_evidence', 'negotiations_source']);
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA gate FROM PUBLIC;

-- The places that hold so far are in the texts that the sources have; others are lost.
UPDATE public.positions_evidence e SET text_hash = s.text_hash
  FROM public.negotiations_source s
 WHERE s.id = e.source_id AND e.start IS NOT NULL
   AND substr(s.text, e.start + 1, e."end" - e.start) = e.quote;
