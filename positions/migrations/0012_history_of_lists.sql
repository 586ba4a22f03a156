-- Who has written a record is asked of every record that waits. The history of its lists (the holders
-- of a demand, the choices of a value) is found by an index from here on, not by reading that of all.

-- The number of the record to which a row of a list belongs; NULL of other tables. A list that comes
-- later is added here, and the index made anew; a test says so.
DO $make$
DECLARE
  cases text;
BEGIN
  SELECT string_agg(format('WHEN %L THEN (data->>%L)::bigint', source, field), ' ' ORDER BY source)
    INTO STRICT cases FROM gate.link;
  EXECUTE format($body$
    CREATE FUNCTION gate.list_owner(source text, data jsonb) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    AS 'SELECT CASE source %s END'
  $body$, replace(cases, '''', ''''''));
END $make$;
CREATE INDEX history_of_list ON gate.history (gate.list_owner(table_name, data), id)
 WHERE gate.list_owner(table_name, data) IS NOT NULL;

CREATE OR REPLACE FUNCTION gate.authors(record bigint, besides bigint DEFAULT 0) RETURNS bigint[]
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
      FROM gate.history h
     WHERE gate.list_owner(h.table_name, h.data) = record
       AND h.id > (SELECT id FROM since) AND h.changeset_id <> besides
  )
  SELECT coalesce(array_agg(DISTINCT c.user_id), '{}')
    FROM wrote JOIN gate.changeset c ON c.id = wrote.changeset_id
   WHERE c.user_id IS NOT NULL
$$;

-- Dear: the planner asks it last, of what is left.
ALTER FUNCTION public.positions_authors(bigint) COST 10000;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA gate FROM PUBLIC;
