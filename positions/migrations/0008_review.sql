-- Where a negotiation requires review, the database itself holds to it: what is published was in
-- review and is what was in review, a reviewer or manager decided, and nobody approves what they
-- wrote. What is published changes only by an edit that was kept, as it was kept, and approved by
-- somebody else. The owner's role, which migrates, is not asked.

-- Which tables only list what belongs to a record with a state: the holders of a demand, the choices
-- of a value.
CREATE VIEW gate.link AS
SELECT list.relname AS source, p.field, owner.relname AS owner
  FROM gate.pointer p
  JOIN gate.gated g ON g.source = p.source AND g.kind = ''
  JOIN pg_class list ON list.oid = p.source
  JOIN pg_class owner ON owner.oid = p.target
 WHERE p.target <> 'public.negotiations_record'::regclass
   AND EXISTS (SELECT FROM pg_attribute a
                WHERE a.attrelid = p.target AND a.attname = 'state' AND NOT a.attisdropped)
   AND NOT EXISTS (SELECT FROM pg_attribute a
                    WHERE a.attrelid = p.source AND a.attname = 'state' AND NOT a.attisdropped);

-- Who has written a record, or a list of it, since it was last published. Its state alone is nobody's
-- writing. "besides" is a changeset that does not count.
CREATE FUNCTION gate.authors(record bigint, besides bigint DEFAULT 0) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH subject AS (
    SELECT r.negotiation_id AS negotiation, c.relname AS name
      FROM public.negotiations_record r
      JOIN gate.gated g ON g.kind = r.kind
      JOIN pg_class c ON c.oid = g.source
     WHERE r.id = record
  ), image AS (
    SELECT h.id, h.changeset_id, h.data->>'state' AS state,
           h.data - '{state,version}'::text[] AS said,
           lag(h.data - '{state,version}'::text[]) OVER (ORDER BY h.id) AS was
      FROM subject s
      JOIN gate.history h ON h.negotiation_id = s.negotiation AND h.table_name = s.name
                         AND h.row_id = record AND h.changeset_id <> besides
  ), since AS (
    SELECT coalesce(max(id), 0) AS id FROM image WHERE state = 'published'
  ), wrote AS (
    SELECT i.changeset_id FROM image i, since WHERE i.id > since.id AND i.said IS DISTINCT FROM i.was
    UNION
    SELECT h.changeset_id
      FROM subject s
      JOIN gate.link l ON l.owner = s.name
      JOIN gate.history h ON h.negotiation_id = s.negotiation AND h.table_name = l.source
                         AND (h.data->>l.field)::bigint = record AND h.changeset_id <> besides,
           since
     WHERE h.id > since.id
  )
  SELECT coalesce(array_agg(DISTINCT c.user_id), '{}')
    FROM wrote JOIN gate.changeset c ON c.id = wrote.changeset_id
   WHERE c.user_id IS NOT NULL
$$;

-- The same for those who only read.
CREATE FUNCTION public.positions_authors(record bigint) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT gate.authors(record)
$$;

CREATE FUNCTION gate.refuse_unreviewed(rule text, words text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '%', words USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END $$;

-- The images of rows that this changeset approves: of edits that waited before it, and that its user
-- has not written.
CREATE FUNCTION gate.approved_rows(cs bigint) RETURNS SETOF jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_array_elements(before.data->'rows')
    FROM gate.history h
    JOIN gate.changeset c ON c.id = h.changeset_id
    JOIN LATERAL (SELECT b.data FROM gate.history b
                   WHERE b.negotiation_id = h.negotiation_id AND b.table_name = h.table_name
                     AND b.row_id = h.row_id AND b.changeset_id <> cs
                   ORDER BY b.id DESC LIMIT 1) before ON true
   WHERE h.changeset_id = cs AND h.table_name = 'positions_pendingedit'
     AND h.data->>'stage' = 'approved' AND before.data->>'stage' = 'waiting'
     AND NOT EXISTS (SELECT FROM gate.history w JOIN gate.changeset by ON by.id = w.changeset_id
                      WHERE w.negotiation_id = h.negotiation_id AND w.table_name = h.table_name
                        AND w.row_id = h.row_id AND w.changeset_id <> cs
                        AND by.user_id IS NOT DISTINCT FROM c.user_id)
$$;

CREATE FUNCTION gate.check_reviewed(cs bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  change gate.changeset;
  may_decide boolean;
  bad record;
BEGIN
  SELECT * INTO change FROM gate.changeset WHERE id = cs;
  IF NOT EXISTS (SELECT FROM public.negotiations_negotiation
                  WHERE id = change.negotiation_id AND review = 'required')
     OR session_user = (SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'gate')
  THEN
    RETURN;
  END IF;
  may_decide := EXISTS (SELECT FROM public.negotiations_membership
                         WHERE negotiation_id = change.negotiation_id
                           AND user_id = change.user_id AND role IN ('reviewer', 'manager'));

  FOR bad IN
    WITH approved AS (
      SELECT r->>'table' AS name, (r->>'id')::bigint AS id,
             CASE jsonb_typeof(r->'after') WHEN 'object' THEN (r->'after') - 'version'
                  ELSE 'null' END AS after
        FROM gate.approved_rows(cs) r
    ), image AS (
      SELECT DISTINCT ON (table_name, row_id) table_name, row_id, data,
             CASE WHEN operation = 'D' THEN 'null'::jsonb ELSE data - 'version' END AS now
        FROM gate.history WHERE changeset_id = cs AND data ? 'state'
       ORDER BY table_name, row_id, id DESC
    ), was AS (
      SELECT i.*, coalesce((SELECT CASE WHEN b.operation = 'D' THEN NULL ELSE b.data - 'version' END
                              FROM gate.history b
                             WHERE b.negotiation_id = change.negotiation_id
                               AND b.table_name = i.table_name AND b.row_id = i.row_id
                               AND b.changeset_id <> cs
                             ORDER BY b.id DESC LIMIT 1), 'null'::jsonb) AS before
        FROM image i
    )
    SELECT w.*, g.kind, w.now->>'state' AS state, w.before->>'state' AS former,
           EXISTS (SELECT FROM approved a WHERE a.name = w.table_name AND a.id = w.row_id
                      AND a.after = w.now) AS is_approved
      FROM was w
      JOIN gate.gated g ON g.source = to_regclass('public.' || quote_ident(w.table_name))
     WHERE 'published' IN (w.now->>'state', w.before->>'state') AND w.now <> w.before
  LOOP
    IF bad.is_approved AND may_decide THEN
      CONTINUE;
    ELSIF bad.former = 'published' AND bad.state = 'published' THEN
      PERFORM gate.refuse_unreviewed('published_changes_by_review', format(
        'Published %s %s changes only by an edit that somebody else approves.', bad.kind, bad.row_id));
    ELSIF bad.state IS NULL THEN
      PERFORM gate.refuse_unreviewed('published_is_retracted_first', format(
        'Published %s %s is retracted before it is deleted.', bad.kind, bad.row_id));
    ELSIF bad.state = 'published' AND bad.former IS DISTINCT FROM 'in review' THEN
      PERFORM gate.refuse_unreviewed('published_after_review', format(
        '%s %s has not been in review.', bad.kind, bad.row_id));
    ELSIF bad.state = 'published' AND bad.now - 'state' <> bad.before - 'state' THEN
      PERFORM gate.refuse_unreviewed('approved_as_it_was', format(
        '%s %s is approved as it was in review.', bad.kind, bad.row_id));
    ELSIF NOT may_decide THEN
      PERFORM gate.refuse_unreviewed('reviewers_decide',
        'A reviewer or a manager decides on what is published.');
    ELSIF bad.state = 'published' AND change.user_id = ANY (gate.authors(bad.row_id, cs)) THEN
      PERFORM gate.refuse_unreviewed('nobody_approves_their_own', format(
        'Nobody approves what they wrote: %s %s.', bad.kind, bad.row_id));
    END IF;
  END LOOP;

  -- What is only listed belongs to its record, and changes as that does.
  FOR bad IN
    SELECT l.owner, h.table_name, (h.data->>l.field)::bigint AS owner_id, r.kind
      FROM gate.history h
      JOIN gate.link l ON l.source = h.table_name
      JOIN public.negotiations_record r ON r.id = (h.data->>l.field)::bigint
     WHERE h.changeset_id = cs AND r.state = 'published'
       AND NOT (may_decide AND EXISTS (
             SELECT FROM gate.approved_rows(cs) a
              WHERE a->>'table' = h.table_name AND (a->>'id')::bigint = h.row_id
                AND a->'after' = CASE WHEN h.operation = 'D' THEN 'null'::jsonb ELSE h.data END))
     LIMIT 1
  LOOP
    PERFORM gate.refuse_unreviewed('published_changes_by_review', format(
      'Published %s %s changes only by an edit that somebody else approves.', bad.kind, bad.owner_id));
  END LOOP;
END $$;

-- Asked after all other checks: what it alone refuses would do as an edit for review.
SELECT gate.register_check('gate.check_reviewed', ARRAY(
    SELECT c.relname::text FROM gate.gated g JOIN pg_class c ON c.oid = g.source
     WHERE EXISTS (SELECT FROM pg_attribute a
                    WHERE a.attrelid = g.source AND a.attname = 'state' AND NOT a.attisdropped)
        OR c.relname IN (SELECT source FROM gate.link)), '{}', 'zz_reviewed');
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA gate FROM PUBLIC;
