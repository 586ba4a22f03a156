-- What stands at the end of a day, as far as one could know by another: the function that tells
-- whether an answer's target stands takes the second day as well. Tables are unqualified on purpose:
-- read under another search path, the functions answer for that schema.

DROP FUNCTION public.positions_record_is_live(bigint, date, bigint[]);

-- Whether a source published by the end of a day speaks to a record; without a day everything is
-- known. Papers may have no evidence of their own: those are known.
CREATE FUNCTION public.positions_known(record bigint, known date, unsourced boolean DEFAULT false)
RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT known IS NULL
      OR EXISTS (SELECT FROM positions_evidence e JOIN negotiations_source s ON s.id = e.source_id
                  WHERE e.record_id = record AND e.state = 'published'
                    AND upper(s.published) <= known + 1)
      OR unsourced AND NOT EXISTS (SELECT FROM positions_evidence e
                                    WHERE e.record_id = record AND e.state = 'published')
$$;

-- Whether a record that is answered still stands at the end of a day, or something restates it does.
-- "path" is what led here: a loop ends nothing.
CREATE FUNCTION public.positions_record_stands(record bigint, day date, known date,
                                               path bigint[] DEFAULT '{}')
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
    RETURN public.positions_record_stands(
      (SELECT proposal_id FROM positions_clause c WHERE c.id = record), day, known, beyond);
  WHEN 'proposal' THEN
    RETURN NOT EXISTS (SELECT FROM positions_proposal p WHERE p.supersedes_id = record
                          AND p.state = 'published' AND upper(p.tabled) <= day + 1
                          AND public.positions_known(p.id, known, true));
  WHEN 'outcome' THEN
    RETURN NOT EXISTS (SELECT FROM positions_outcome o WHERE o.id = record
                          AND upper(o.ended) <= day + 1)
       AND NOT EXISTS (SELECT FROM positions_outcome o WHERE o.supersedes_id = record
                          AND o.state = 'published' AND upper(o.reached) <= day + 1
                          AND public.positions_known(o.id, known));
  WHEN 'demand' THEN
    SELECT answers_id, clause_id, upper(ended) <= day + 1 AS is_over,
           EXISTS (SELECT FROM positions_demandholder h WHERE h.demand_id = record) AS is_held,
           EXISTS (SELECT FROM positions_demand s WHERE s.supersedes_id = record
                      AND s.state = 'published' AND upper(s.stated) <= day + 1
                      AND public.positions_known(s.id, known)) AS is_superseded,
           EXISTS (SELECT FROM positions_demandholder h WHERE h.demand_id = record
                      -- Somebody who left it may come back to what has superseded it since.
                      AND NOT EXISTS (
                        WITH RECURSIVE line AS (
                          SELECT id FROM positions_demand WHERE supersedes_id = record
                          UNION
                          SELECT further.id FROM positions_demand further
                            JOIN line ON further.supersedes_id = line.id)
                        SELECT FROM line
                          JOIN positions_demand s ON s.id = line.id
                          JOIN positions_demandholder n ON n.demand_id = s.id
                         WHERE n.party_id = h.party_id
                           AND s.state = 'published' AND upper(s.stated) <= day + 1
                           AND public.positions_known(s.id, known))) AS is_kept
      INTO d FROM positions_demand WHERE id = record;
    RETURN d.is_over IS NOT TRUE
           AND (d.is_kept OR NOT d.is_held AND NOT d.is_superseded)
           AND (d.answers_id IS NULL
                OR public.positions_record_stands(d.answers_id, day, known, beyond))
           AND (d.clause_id IS NULL
                OR public.positions_record_stands(d.clause_id, day, known, beyond))
        OR EXISTS (SELECT FROM positions_demand s WHERE s.supersedes_id = record
                      AND s.state = 'published' AND upper(s.stated) <= day + 1
                      AND public.positions_known(s.id, known)
                      AND s.movement = 'restated'
                      AND public.positions_record_stands(s.id, day, known, beyond));
  ELSE
    RETURN true;
  END CASE;
END $$;
