-- What must hold between rows of this app. The gate calls each function when a transaction that
-- touched one of its tables is sealed, under the lock of the negotiation's head, so that two halves
-- of a breach cannot pass each other.

-- What the touched rows of a table have or ever had in a column: an update that moves a pointer must
-- check the row that it moved away from, too.
CREATE FUNCTION gate.pointed_at(cs bigint, tab text, field text) RETURNS TABLE (id bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT (was.data->>field)::bigint
    FROM gate.history now
    JOIN gate.history was ON was.negotiation_id = now.negotiation_id
     AND was.table_name = now.table_name AND was.row_id = now.row_id
   WHERE now.changeset_id = cs AND now.table_name = tab
$$;

-- A published demand, outcome, event or silence has published evidence, if only an inference.
CREATE FUNCTION gate.check_published_has_evidence(cs bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE bad record;
BEGIN
  FOR bad IN
    WITH touched AS (
      SELECT row_id AS id FROM gate.history
       WHERE changeset_id = cs AND table_name IN
         ('positions_demand', 'positions_outcome', 'positions_event', 'positions_silence')
      UNION
      SELECT id FROM gate.pointed_at(cs, 'positions_evidence', 'record_id')
    )
    SELECT r.id, r.kind FROM touched JOIN public.negotiations_record r USING (id)
     WHERE r.state = 'published' AND r.kind IN ('demand', 'outcome', 'event', 'silence')
       AND NOT EXISTS (SELECT 1 FROM public.positions_evidence e
                        WHERE e.record_id = r.id AND e.state = 'published')
     LIMIT 1
  LOOP
    RAISE EXCEPTION 'Published % % has no published evidence.', bad.kind, bad.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'published_has_evidence';
  END LOOP;
END $$;

-- A demand supersedes one on the same issue with which it shares a holder.
CREATE FUNCTION gate.check_demand_supersedes(cs bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE bad record;
BEGIN
  FOR bad IN
    WITH touched AS (
      SELECT row_id AS id FROM gate.history
       WHERE changeset_id = cs AND table_name = 'positions_demand'
      UNION
      SELECT id FROM gate.pointed_at(cs, 'positions_demandholder', 'demand_id')
    ), pair AS (
      SELECT d.id AS newer_id FROM touched JOIN public.positions_demand d USING (id)
      UNION
      SELECT d.id FROM touched JOIN public.positions_demand d ON d.supersedes_id = touched.id
    )
    SELECT newer.id AS newer, older.id AS older
      FROM pair
      JOIN public.positions_demand newer ON newer.id = pair.newer_id
      JOIN public.positions_demand older ON older.id = newer.supersedes_id
     WHERE (newer.issue_id IS DISTINCT FROM older.issue_id
            OR NOT EXISTS (SELECT 1 FROM public.positions_demandholder a
                             JOIN public.positions_demandholder b ON b.party_id = a.party_id
                            WHERE a.demand_id = newer.id AND b.demand_id = older.id)
           AND EXISTS (SELECT 1 FROM public.positions_demandholder h
                        WHERE h.demand_id IN (newer.id, older.id)))
     LIMIT 1
  LOOP
    RAISE EXCEPTION 'Demand % supersedes demand %, of another holder or issue.', bad.newer, bad.older
      USING ERRCODE = 'check_violation', CONSTRAINT = 'demand_supersedes_its_like';
  END LOOP;
END $$;

-- Nobody holds an assessment, or what stands in a paper nobody owns up to; all else has a holder.
CREATE FUNCTION gate.check_demand_holder(cs bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE bad bigint;
BEGIN
  WITH touched AS (
    SELECT row_id AS id FROM gate.history
     WHERE changeset_id = cs AND table_name = 'positions_demand'
    UNION
    SELECT id FROM gate.pointed_at(cs, 'positions_demandholder', 'demand_id')
    UNION
    SELECT d.id FROM gate.history h JOIN public.positions_demand d ON d.clause_id = h.row_id
     WHERE h.changeset_id = cs AND h.table_name = 'positions_clause'
    UNION
    SELECT d.id FROM gate.history h
      JOIN public.positions_clause c ON c.proposal_id = (h.data->>'proposal_id')::bigint
      JOIN public.positions_demand d ON d.clause_id = c.id
     WHERE h.changeset_id = cs AND h.table_name = 'positions_proposalholder'
  )
  SELECT d.id INTO bad FROM touched JOIN public.positions_demand d USING (id)
   WHERE d.kind <> 'assessment'
     AND NOT EXISTS (SELECT 1 FROM public.positions_demandholder h WHERE h.demand_id = d.id)
     AND (d.clause_id IS NULL OR EXISTS (
            SELECT 1 FROM public.positions_clause c
              JOIN public.positions_proposalholder p ON p.proposal_id = c.proposal_id
             WHERE c.id = d.clause_id))
   LIMIT 1;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'Demand % has no holder.', bad
      USING ERRCODE = 'check_violation', CONSTRAINT = 'demand_has_holder';
  END IF;
END $$;

-- A value fits its term: its kind, and its choices are the term's own.
CREATE FUNCTION gate.check_value_fits_term(cs bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE bad bigint;
BEGIN
  WITH touched AS (
    SELECT row_id AS id FROM gate.history
     WHERE changeset_id = cs AND table_name = 'positions_termvalue'
    UNION
    SELECT id FROM gate.pointed_at(cs, 'positions_termvaluechoice', 'value_id')
    UNION
    SELECT v.id FROM gate.history h JOIN public.positions_termvalue v ON v.term_id = h.row_id
     WHERE h.changeset_id = cs AND h.table_name = 'positions_term'
    UNION
    SELECT l.value_id FROM gate.history h
      JOIN public.positions_termvaluechoice l ON l.choice_id = h.row_id
     WHERE h.changeset_id = cs AND h.table_name = 'positions_termchoice'
  ), value AS (
    SELECT v.*, t.kind,
           (SELECT count(*) FROM public.positions_termvaluechoice l WHERE l.value_id = v.id) AS named,
           (SELECT count(*) FROM public.positions_termvaluechoice l
              JOIN public.positions_termchoice c ON c.id = l.choice_id
             WHERE l.value_id = v.id AND c.term_id <> v.term_id) AS foreign_choices
      FROM touched JOIN public.positions_termvalue v USING (id)
      JOIN public.positions_term t ON t.id = v.term_id
  )
  SELECT id INTO bad FROM value
   WHERE foreign_choices > 0
      OR quantity IS NOT NULL AND kind <> 'quantity'
      OR dates IS NOT NULL AND kind <> 'date'
      OR (named > 0 OR others OR quantifier <> '') AND kind NOT IN ('choice', 'set')
      OR status <> 'given' AND (named > 0 OR others)
      OR status = 'given' AND quantity IS NULL AND dates IS NULL AND named = 0 AND NOT others
   LIMIT 1;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'Term value % does not fit its term.', bad
      USING ERRCODE = 'check_violation', CONSTRAINT = 'term_value_fits_term';
  END IF;
END $$;

-- A clause stands inside a clause of its own proposal.
CREATE FUNCTION gate.check_clause_parent(cs bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE bad bigint;
BEGIN
  WITH touched AS (
    SELECT row_id AS id FROM gate.history
     WHERE changeset_id = cs AND table_name = 'positions_clause'
  ), edge AS (
    SELECT c.id FROM touched JOIN public.positions_clause c USING (id)
    UNION
    SELECT c.id FROM touched JOIN public.positions_clause c ON c.parent_id = touched.id
  )
  SELECT child.id INTO bad
    FROM edge
    JOIN public.positions_clause child USING (id)
    JOIN public.positions_clause parent ON parent.id = child.parent_id
   WHERE child.proposal_id <> parent.proposal_id
   LIMIT 1;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'Clause % stands inside another proposal.', bad
      USING ERRCODE = 'check_violation', CONSTRAINT = 'clause_parent_same_proposal';
  END IF;
END $$;

SELECT gate.register_check('gate.check_published_has_evidence', ARRAY['positions_demand',
  'positions_outcome', 'positions_event', 'positions_silence', 'positions_evidence']);
SELECT gate.register_check('gate.check_demand_supersedes',
  ARRAY['positions_demand', 'positions_demandholder']);
SELECT gate.register_check('gate.check_demand_holder',
  ARRAY['positions_demand', 'positions_demandholder', 'positions_proposalholder',
        'positions_clause']);
SELECT gate.register_check('gate.check_value_fits_term', ARRAY['positions_termvalue',
  'positions_termvaluechoice', 'positions_term', 'positions_termchoice']);
SELECT gate.register_check('gate.check_clause_parent', ARRAY['positions_clause']);
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA gate FROM PUBLIC;

-- Whether a record that is answered still stands at the end of a day, or something restates it does.
-- "path" is what led here: a loop ends nothing. Tables are unqualified on purpose: read under another
-- search path, it answers for that schema.
CREATE FUNCTION public.positions_record_is_live(record bigint, day date, path bigint[] DEFAULT '{}')
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE r record; d record; beyond bigint[] := path || record;
BEGIN
  IF record = ANY (path) THEN
    RETURN true;
  END IF;
  SELECT kind, state INTO r FROM negotiations_record n WHERE n.id = record;
  IF r.state IS DISTINCT FROM 'published' THEN
    RETURN false;
  END IF;
  CASE r.kind
  WHEN 'clause' THEN
    RETURN public.positions_record_is_live(
      (SELECT proposal_id FROM positions_clause c WHERE c.id = record), day, beyond);
  WHEN 'proposal' THEN
    RETURN NOT EXISTS (SELECT FROM positions_proposal p WHERE p.supersedes_id = record
                          AND p.state = 'published' AND upper(p.tabled) <= day + 1);
  WHEN 'outcome' THEN
    RETURN NOT EXISTS (SELECT FROM positions_outcome o WHERE o.id = record
                          AND upper(o.ended) <= day + 1)
       AND NOT EXISTS (SELECT FROM positions_outcome o WHERE o.supersedes_id = record
                          AND o.state = 'published' AND upper(o.reached) <= day + 1);
  WHEN 'demand' THEN
    SELECT answers_id, clause_id, upper(ended) <= day + 1 AS is_over,
           EXISTS (SELECT FROM positions_demandholder h WHERE h.demand_id = record) AS is_held,
           EXISTS (SELECT FROM positions_demand s WHERE s.supersedes_id = record
                      AND s.state = 'published' AND upper(s.stated) <= day + 1) AS is_superseded,
           EXISTS (SELECT FROM positions_demandholder h WHERE h.demand_id = record
                      AND NOT EXISTS (
                        SELECT FROM positions_demand s
                          JOIN positions_demandholder n ON n.demand_id = s.id
                         WHERE s.supersedes_id = record AND n.party_id = h.party_id
                           AND s.state = 'published' AND upper(s.stated) <= day + 1)) AS is_kept
      INTO d FROM positions_demand WHERE id = record;
    RETURN d.is_over IS NOT TRUE
           AND (d.is_kept OR NOT d.is_held AND NOT d.is_superseded)
           AND (d.answers_id IS NULL
                OR public.positions_record_is_live(d.answers_id, day, beyond))
           AND (d.clause_id IS NULL
                OR public.positions_record_is_live(d.clause_id, day, beyond))
        OR EXISTS (SELECT FROM positions_demand s WHERE s.supersedes_id = record
                      AND s.state = 'published' AND upper(s.stated) <= day + 1
                      AND s.movement = 'restated'
                      AND public.positions_record_is_live(s.id, day, beyond));
  ELSE
    RETURN true;
  END CASE;
END $$;
