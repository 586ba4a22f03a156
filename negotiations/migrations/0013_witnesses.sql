-- So that tampering can be put down to one row: beside the chain of changesets, which seals all that
-- each of them wrote, every row of history has a hash of its own and the hash of what was written of
-- the same row before, and every changeset short hashes of who, why and when. The chain's own formula
-- stays. Only the gate writes these columns; who could forge one of them is told by the others.

ALTER TABLE gate.history ADD COLUMN hash bytea, ADD COLUMN before bytea;
ALTER TABLE gate.changeset ADD COLUMN field_hashes bytea;
CREATE OR REPLACE VIEW public.negotiations_changeset WITH (security_invoker) AS
SELECT * FROM gate.changeset;
CREATE OR REPLACE VIEW public.negotiations_history WITH (security_invoker) AS
SELECT * FROM gate.history;

CREATE FUNCTION gate.row_hash(id bigint, changeset_id bigint, negotiation_id bigint,
                              table_name text, row_id bigint, operation text, data jsonb)
RETURNS bytea LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT sha256(convert_to(jsonb_build_array(id, changeset_id, negotiation_id, table_name, row_id,
                                             operation, data)::text, 'UTF8'))
$$;

-- Four bytes each: they tell which field was changed; that one was, the chain tells.
CREATE FUNCTION gate.field_hashes(its gate.changeset) RETURNS bytea
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_agg(substr(sha256(convert_to(value::text, 'UTF8')), 1, 4), '' ORDER BY place)
    FROM jsonb_array_elements(jsonb_build_array(
           its.user_id, its.user_name, its.reason, its.db_role, extract(epoch FROM its.sealed), its.rows))
         WITH ORDINALITY AS field (value, place)
$$;

UPDATE gate.history h
   SET hash = gate.row_hash(h.id, h.changeset_id, h.negotiation_id, h.table_name, h.row_id,
                            h.operation, h.data);
UPDATE gate.history h SET before = earlier.hash
  FROM (SELECT id, lag(hash) OVER (PARTITION BY negotiation_id, table_name, row_id ORDER BY id) AS hash
          FROM gate.history) earlier
 WHERE earlier.id = h.id AND earlier.hash IS NOT NULL;
UPDATE gate.changeset c SET field_hashes = gate.field_hashes(c) WHERE revision IS NOT NULL;
ALTER TABLE gate.history ALTER COLUMN hash SET NOT NULL;

CREATE OR REPLACE FUNCTION gate.write_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC' SET datestyle = 'ISO' SET intervalstyle = 'iso_8601'
SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
DECLARE
  image jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(old) ELSE to_jsonb(new) END;
  -- A gated table that is in no negotiation is the negotiation.
  negotiation bigint := CASE WHEN image ? 'negotiation_id' THEN image->>'negotiation_id'
                             ELSE image->>'id' END;
  changeset bigint;
  is_first boolean;
  number bigint := nextval('gate.history_id_seq');
  row_number bigint := image->>'id';
  name text := TG_TABLE_NAME;
  kind text := left(TG_OP, 1);
BEGIN
  SELECT id INTO changeset FROM gate.changeset
   WHERE xid = pg_current_xact_id() AND negotiation_id = negotiation AND revision IS NULL;
  is_first := changeset IS NULL;
  IF is_first THEN
    changeset := nextval('gate.changeset_id_seq');
  END IF;
  image := image - ARRAY(SELECT attname::text FROM pg_attribute
                          WHERE attrelid = TG_RELID AND attgenerated <> '');
  INSERT INTO gate.history (id, changeset_id, negotiation_id, table_name, row_id, operation, data,
                            hash, before)
  OVERRIDING SYSTEM VALUE
  VALUES (number, changeset, negotiation, name, row_number, kind, image,
          -- As gate.row_hash(), which takes longer to call than to compute.
          sha256(convert_to(jsonb_build_array(number, changeset, negotiation, name, row_number,
                                              kind, image)::text, 'UTF8')),
          (SELECT earlier.hash FROM gate.history earlier
            WHERE earlier.negotiation_id = negotiation AND earlier.table_name = name
              AND earlier.row_id = row_number
            ORDER BY earlier.id DESC LIMIT 1));
  -- Only now: after SET CONSTRAINTS … IMMEDIATE the seal fires right here, and must see that row.
  IF is_first THEN
    INSERT INTO gate.changeset (id, negotiation_id, user_id, user_name, reason)
    OVERRIDING SYSTEM VALUE
    VALUES (changeset, negotiation,
            nullif(current_setting('parley.user_id', true), '')::bigint,
            nullif(current_setting('parley.user_name', true), ''),
            nullif(current_setting('parley.reason', true), ''));
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION gate.seal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  head gate.head;
  row_hashes bytea;
BEGIN
  -- All negotiations of this transaction, in one order: else two transactions could each hold
  -- the head that the other waits for.
  INSERT INTO gate.head (negotiation_id)
  SELECT negotiation_id FROM gate.changeset
   WHERE xid = pg_current_xact_id() AND revision IS NULL ORDER BY negotiation_id
  ON CONFLICT DO NOTHING;
  PERFORM FROM gate.head
   WHERE negotiation_id IN (SELECT negotiation_id FROM gate.changeset
                             WHERE xid = pg_current_xact_id() AND revision IS NULL)
   ORDER BY negotiation_id FOR UPDATE;

  -- Under the lock, so that two transactions cannot each keep a rule that both together break.
  PERFORM gate.run_checks(new.id);

  SELECT * INTO head FROM gate.head WHERE negotiation_id = new.negotiation_id;
  new.revision := head.revision + 1;
  new.sealed := clock_timestamp();
  SELECT count(*), coalesce(string_agg(sha256(convert_to(
           jsonb_build_array(table_name, row_id, operation, data)::text, 'UTF8')), '' ORDER BY id), '')
    INTO new.rows, row_hashes
    FROM gate.history WHERE changeset_id = new.id;
  new.hash := sha256(coalesce(head.hash, '') || convert_to(
    jsonb_build_array(new.negotiation_id, new.revision, new.user_id, new.user_name, new.reason,
                      new.db_role, extract(epoch FROM new.sealed), new.rows)::text, 'UTF8')
    || row_hashes);
  UPDATE gate.changeset
     SET revision = new.revision, sealed = new.sealed, rows = new.rows, hash = new.hash,
         field_hashes = gate.field_hashes(new)
   WHERE id = new.id;
  UPDATE gate.head SET revision = new.revision, hash = new.hash
   WHERE negotiation_id = new.negotiation_id;
  RETURN NULL;
END $$;

-- Where the rows of a negotiation are not as they were last written: changed since, gone, or there
-- without a word in the history. "history_id" is the last that was written, if anything was.
CREATE FUNCTION gate.unlike_history(negotiation bigint)
RETURNS TABLE (table_name text, row_id bigint, history_id bigint, what text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC' SET datestyle = 'ISO' SET intervalstyle = 'iso_8601'
SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
DECLARE
  gated record;
BEGIN
  FOR gated IN
    SELECT g.source, c.relname::text AS name, g.since,
           ARRAY(SELECT a.attname::text FROM pg_attribute a
                  WHERE a.attrelid = g.source AND a.attgenerated <> '') AS generated,
           CASE WHEN EXISTS (SELECT FROM pg_attribute a
                              WHERE a.attrelid = g.source AND a.attname = 'negotiation_id')
                THEN 'negotiation_id' ELSE 'id' END AS scope
      FROM gate.gated g JOIN pg_class c ON c.oid = g.source ORDER BY c.relname
  LOOP
    RETURN QUERY EXECUTE format(
      'SELECT %1$L, coalesce(live.id, last.row_id), last.written,
              CASE WHEN live.id IS NULL THEN ''gone''
                   WHEN last.image IS NULL THEN ''unwritten'' ELSE ''changed'' END
         FROM (SELECT newest.row_id, newest.written,
                      CASE WHEN newest.operation <> ''D'' THEN %4$s END AS image
                 FROM (SELECT DISTINCT ON (h.row_id) h.row_id, h.id AS written, h.operation, h.data
                         FROM gate.history h
                        WHERE h.negotiation_id = $1 AND h.table_name = %1$L AND h.id > %5$s
                        ORDER BY h.row_id, h.id DESC) newest) last
         FULL JOIN (SELECT t.id, to_jsonb(t) - $2 AS image FROM %2$s t WHERE t.%3$I = $1) live
           ON live.id = last.row_id
        WHERE (live.id IS NULL AND last.image IS NOT NULL)
           OR (live.id IS NOT NULL
               AND live.image IS DISTINCT FROM
                   last.image - ARRAY(SELECT jsonb_object_keys(last.image)
                                      EXCEPT SELECT jsonb_object_keys(live.image)))
        ORDER BY 2',
      gated.name, gated.source, gated.scope, gate.image_of(gated.name), gated.since)
    USING negotiation, gated.generated;
  END LOOP;
END $$;

REVOKE EXECUTE ON FUNCTION
  gate.row_hash(bigint, bigint, bigint, text, bigint, text, jsonb), gate.field_hashes(gate.changeset),
  gate.unlike_history(bigint)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gate.unlike_history(bigint) TO parley_web;
