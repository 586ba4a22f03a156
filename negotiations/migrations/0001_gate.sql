-- The write gate. Row triggers on every gated table write the history and open the transaction's
-- changeset, one for each negotiation it touches. When the transaction ends, one deferred trigger
-- on the changeset locks the heads of its negotiations, checks what must hold between rows, gives
-- the changeset its revision and seals it into a chain of hashes. "Why" is in docs/architecture.md.
--
-- Every function that runs for the web role fixes its search path, temporary tables last, and
-- whatever else of a session decides how a value is written.

CREATE SCHEMA gate;

-- One sequence numbers the records of all kinds.
CREATE SEQUENCE public.record_id_seq;

-- How far each negotiation has come. Not a column of the negotiation: a stale save would turn it
-- back, and every transaction would wait for the first one's end instead of for its seal.
CREATE TABLE gate.head (
  negotiation_id bigint PRIMARY KEY,
  revision bigint NOT NULL DEFAULT 0,
  hash bytea
);

CREATE TABLE gate.changeset (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  negotiation_id bigint NOT NULL,
  revision bigint,
  user_id bigint,
  user_name text,
  reason text,
  db_role text NOT NULL DEFAULT session_user,
  sealed timestamptz,
  rows integer,
  hash bytea,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  UNIQUE (negotiation_id, revision)
);
CREATE UNIQUE INDEX changeset_open ON gate.changeset (xid, negotiation_id) WHERE revision IS NULL;

-- No foreign key to the changeset: a row is written just before the changeset it opens.
CREATE TABLE gate.history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  changeset_id bigint NOT NULL,
  negotiation_id bigint NOT NULL,
  table_name text NOT NULL,
  row_id bigint NOT NULL,
  operation text NOT NULL CHECK (operation IN ('I', 'U', 'D')),
  data jsonb NOT NULL
);
CREATE INDEX history_of_row ON gate.history (negotiation_id, table_name, row_id, id);
CREATE INDEX history_of_changeset ON gate.history (changeset_id);

-- The tables behind the gate; kind is empty where rows are not numbered.
CREATE TABLE gate.gated (
  source regclass PRIMARY KEY,
  kind text NOT NULL
);
CREATE UNIQUE INDEX gated_kind ON gate.gated (kind) WHERE kind <> '';

-- What must hold between rows: functions called at the seal of a changeset that touched the tables.
CREATE TABLE gate.check (
  name text PRIMARY KEY,
  function text NOT NULL,
  arguments text[] NOT NULL DEFAULT '{}',
  tables regclass[] NOT NULL
);

-- Which columns point inside their negotiation, and where to; to_record: to what has a number.
CREATE VIEW gate.pointer AS
SELECT con.conrelid AS source, field.attname AS field, con.confrelid AS target,
       con.confrelid = to_regclass('public.negotiations_record')
         OR EXISTS (SELECT FROM gate.gated g WHERE g.source = con.confrelid AND g.kind <> '')
         AS to_record
  FROM pg_constraint con
  JOIN pg_attribute field ON field.attrelid = con.conrelid AND field.attnum = con.conkey[1]
  JOIN pg_attribute scope ON scope.attrelid = con.conrelid AND scope.attnum = con.conkey[2]
 WHERE con.contype = 'f' AND cardinality(con.conkey) = 2 AND scope.attname = 'negotiation_id';



-- History

CREATE FUNCTION gate.write_history() RETURNS trigger
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
BEGIN
  SELECT id INTO changeset FROM gate.changeset
   WHERE xid = pg_current_xact_id() AND negotiation_id = negotiation AND revision IS NULL;
  is_first := changeset IS NULL;
  IF is_first THEN
    changeset := nextval('gate.changeset_id_seq');
  END IF;
  INSERT INTO gate.history (changeset_id, negotiation_id, table_name, row_id, operation, data)
  VALUES (changeset, negotiation, TG_TABLE_NAME, (image->>'id')::bigint, left(TG_OP, 1),
          image - ARRAY(SELECT attname::text FROM pg_attribute
                         WHERE attrelid = TG_RELID AND attgenerated <> ''));
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

CREATE FUNCTION gate.refuse_move() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'A row keeps its number and its negotiation for good.'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'number_and_negotiation_stay';
END $$;

CREATE FUNCTION gate.refuse_truncate() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'Nothing is truncated.' USING ERRCODE = 'insufficient_privilege';
END $$;


-- Record: the numbers. It has no history of its own, since it follows from the records' own.

CREATE FUNCTION gate.list_record() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO public.negotiations_record (id, negotiation_id, kind, state)
    VALUES (new.id, new.negotiation_id, TG_ARGV[0],
            coalesce(to_jsonb(new)->>'state', 'published'));
  ELSIF TG_OP = 'UPDATE' THEN
    UPDATE public.negotiations_record SET state = new.state WHERE id = new.id;
  ELSE
    DELETE FROM public.negotiations_record WHERE id = old.id;
  END IF;
  RETURN NULL;
END $$;

-- Arguments: the constraint's name, the pointing column, the kinds that it allows.
CREATE FUNCTION gate.check_kind() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  pointed bigint := to_jsonb(new)->>TG_ARGV[1];
BEGIN
  IF pointed IS NOT NULL AND NOT EXISTS (
    SELECT FROM public.negotiations_record
     WHERE id = pointed AND kind = ANY (TG_ARGV[2]::text[])
  ) THEN
    RAISE EXCEPTION 'Record % is not one of these: %.', pointed,
      array_to_string(TG_ARGV[2]::text[], ', ')
      USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0];
  END IF;
  RETURN NULL;
END $$;


-- The seal

CREATE FUNCTION gate.seal() RETURNS trigger
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
     SET revision = new.revision, sealed = new.sealed, rows = new.rows, hash = new.hash
   WHERE id = new.id;
  UPDATE gate.head SET revision = new.revision, hash = new.hash
   WHERE negotiation_id = new.negotiation_id;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER seal AFTER INSERT ON gate.changeset
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION gate.seal();


-- What must hold between rows

CREATE FUNCTION gate.run_checks(changeset bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  touched regclass[] := ARRAY(
    SELECT to_regclass('public.' || quote_ident(table_name))
      FROM (SELECT DISTINCT table_name FROM gate.history WHERE changeset_id = changeset) t);
  rule gate.check;
BEGIN
  PERFORM gate.check_published(changeset);
  FOR rule IN SELECT * FROM gate.check WHERE tables && touched ORDER BY name LOOP
    EXECUTE format('SELECT %s(%s)', rule.function,
      array_to_string(ARRAY['$1'] || ARRAY(SELECT quote_literal(a) FROM unnest(rule.arguments) a),
                      ', '))
    USING changeset;
  END LOOP;
END $$;

-- What is published points only to what is published. Looked at from both ends: the rows that this
-- changeset leaves published, and the records that it makes anything else.
CREATE FUNCTION gate.check_published(changeset bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  touched record;
  fields text[];
  unpublished bigint[];
  pointer record;
  bad record;
BEGIN
  FOR touched IN
    -- By table, the last images of its rows: what was in between does not count.
    SELECT g.source, g.kind,
           array_agg(image.id) FILTER (WHERE image.state = 'published') AS published,
           array_agg(image.id) FILTER (WHERE image.state <> 'published') AS others
      FROM (SELECT DISTINCT ON (table_name, row_id)
                   id, table_name, operation, data->>'state' AS state
              FROM gate.history WHERE changeset_id = changeset AND data ? 'state'
             ORDER BY table_name, row_id, id DESC) image
      JOIN gate.gated g ON g.source = to_regclass('public.' || quote_ident(image.table_name))
     WHERE image.operation <> 'D'
     GROUP BY g.source, g.kind
  LOOP
    IF touched.published IS NOT NULL THEN
      fields := ARRAY(SELECT p.field FROM gate.pointer p
                       WHERE p.source = touched.source AND p.to_record);
      SELECT h.row_id AS id, r.kind AS target_kind, r.id AS target_id INTO bad
        FROM gate.history h
       CROSS JOIN unnest(fields) field
        JOIN public.negotiations_record r ON r.id = (h.data->>field)::bigint
       WHERE h.id = ANY (touched.published) AND r.state <> 'published'
       LIMIT 1;
      IF FOUND THEN
        PERFORM gate.refuse_unpublished(touched.kind, bad.id, bad.target_kind, bad.target_id);
      END IF;
    END IF;

    CONTINUE WHEN touched.kind = '' OR touched.others IS NULL;
    unpublished := ARRAY(
      SELECT h.row_id FROM gate.history h
       WHERE h.id = ANY (touched.others)
         AND (SELECT before.data->>'state' FROM gate.history before
               WHERE before.negotiation_id = h.negotiation_id
                 AND before.table_name = h.table_name AND before.row_id = h.row_id
                 AND before.changeset_id <> changeset
               ORDER BY before.id DESC LIMIT 1) = 'published');
    CONTINUE WHEN unpublished = '{}';
    FOR pointer IN
      SELECT p.source::regclass, p.field, g.kind
        FROM gate.pointer p
        JOIN gate.gated g USING (source)
        JOIN pg_attribute a ON a.attrelid = p.source AND a.attname = 'state' AND NOT a.attisdropped
       WHERE p.target IN (touched.source, 'public.negotiations_record'::regclass)
    LOOP
      EXECUTE format(
        'SELECT id, %2$I AS target_id FROM %1$s WHERE %2$I = ANY ($1) AND state = ''published'' LIMIT 1',
        pointer.source, pointer.field)
      INTO bad USING unpublished;
      IF bad.id IS NOT NULL THEN
        PERFORM gate.refuse_unpublished(pointer.kind, bad.id, touched.kind, bad.target_id);
      END IF;
    END LOOP;
  END LOOP;
END $$;

CREATE FUNCTION gate.refuse_unpublished(kind text, id bigint, target_kind text, target_id bigint)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'Published % % points to % %, which is not published.',
    kind, id, target_kind, target_id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'published_points_to_published',
          DETAIL = format('%s %s → %s %s', kind, id, target_kind, target_id);
END $$;

-- Following a column of a table, one never comes back to where one started.
CREATE FUNCTION gate.check_loops(changeset bigint, rule text, field text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  source regclass := (SELECT tables[1] FROM gate.check WHERE name = rule);
  source_name text := (SELECT relname FROM pg_class WHERE oid = source);
  bad bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM gate.history WHERE changeset_id = changeset
                   AND table_name = source_name AND data->>field IS NOT NULL) THEN
    RETURN;
  END IF;
  EXECUTE format(
    'WITH RECURSIVE up (start, id) AS (
       SELECT t.id, t.%2$I FROM %1$s t
        WHERE t.id IN (SELECT row_id FROM gate.history
                        WHERE changeset_id = $1 AND table_name = %3$L)
       UNION
       SELECT up.start, t.%2$I FROM up JOIN %1$s t ON t.id = up.id
     )
     SELECT start FROM up WHERE id = start LIMIT 1',
    source, field, source_name)
  INTO bad USING changeset;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'Following % from % leads back to it.', field, bad
      USING ERRCODE = 'check_violation', CONSTRAINT = rule;
  END IF;
END $$;


-- What migrations call

CREATE FUNCTION gate.attach(table_name text, kind text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  source regclass := 'public.' || quote_ident(table_name);
  columns text[] := ARRAY(SELECT attname FROM pg_attribute
                           WHERE attrelid = source AND attnum > 0 AND NOT attisdropped);
  has_rows boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM %s)', source) INTO has_rows;
  IF has_rows THEN
    RAISE EXCEPTION 'Table % has rows that would have no history; gate it while it is empty.', source;
  END IF;
  -- What a dropped table left.
  DELETE FROM gate.gated g WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = g.source);
  INSERT INTO gate.gated VALUES (source, kind);
  IF kind <> '' THEN
    DELETE FROM public.negotiations_record r WHERE r.kind = attach.kind;
    EXECUTE format('ALTER TABLE %s ALTER id DROP IDENTITY IF EXISTS,
                      ALTER id SET DEFAULT nextval(''public.record_id_seq'')', source);
    EXECUTE format('CREATE TRIGGER gate_list AFTER INSERT OR DELETE ON %s
                      FOR EACH ROW EXECUTE FUNCTION gate.list_record(%L)', source, kind);
    IF 'state' = ANY (columns) THEN
      EXECUTE format('CREATE TRIGGER gate_list_state AFTER UPDATE ON %s FOR EACH ROW
                        WHEN (old.state IS DISTINCT FROM new.state)
                        EXECUTE FUNCTION gate.list_record(%L)', source, kind);
    END IF;
  END IF;
  EXECUTE format('CREATE TRIGGER gate_write AFTER INSERT OR DELETE ON %s
                    FOR EACH ROW EXECUTE FUNCTION gate.write_history()', source);
  -- *= compares the rows as they are stored: 1.0 in place of 1.00 is a change.
  EXECUTE format('CREATE TRIGGER gate_write_change AFTER UPDATE ON %s
                    FOR EACH ROW WHEN (NOT (old *= new))
                    EXECUTE FUNCTION gate.write_history()', source);
  EXECUTE format('CREATE TRIGGER gate_stay BEFORE UPDATE ON %s FOR EACH ROW WHEN (%s)
                    EXECUTE FUNCTION gate.refuse_move()', source,
    CASE WHEN 'negotiation_id' = ANY (columns)
         THEN 'old.id <> new.id OR old.negotiation_id <> new.negotiation_id'
         ELSE 'old.id <> new.id' END);
  EXECUTE format('CREATE TRIGGER gate_no_truncate BEFORE TRUNCATE ON %s
                    EXECUTE FUNCTION gate.refuse_truncate()', source);
END $$;

CREATE FUNCTION gate.detach(table_name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  source_table regclass := 'public.' || quote_ident(table_name);
  trigger name;
BEGIN
  FOR trigger IN SELECT tgname FROM pg_trigger
                  WHERE tgrelid = source_table AND starts_with(tgname, 'gate_') LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', trigger, source_table);
  END LOOP;
  DELETE FROM gate.gated WHERE source = source_table;
END $$;

CREATE FUNCTION gate.point_at_kinds(rule text, table_name text, field text, kinds text)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OF %I ON public.%I FOR EACH ROW
                    EXECUTE FUNCTION gate.check_kind(%L, %L, %L)',
                 rule, field, table_name, rule, field, kinds);
END $$;

CREATE FUNCTION gate.register_check(function text, tables text[], arguments text[] DEFAULT '{}',
                                    name text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO gate.check (name, function, arguments, tables)
  VALUES (coalesce(name, function), function, arguments,
          ARRAY(SELECT ('public.' || quote_ident(t))::regclass FROM unnest(tables) t))
  ON CONFLICT ON CONSTRAINT check_pkey DO UPDATE
    SET function = excluded.function, arguments = excluded.arguments, tables = excluded.tables;
  EXECUTE format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', function);
END $$;

CREATE FUNCTION gate.unregister_check(check_name text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM gate.check WHERE name = check_name
$$;

CREATE FUNCTION gate.forbid_loops(rule text, table_name text, field text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT gate.register_check('gate.check_loops', ARRAY[table_name], ARRAY[rule, field], rule)
$$;

CREATE FUNCTION gate.allow_loops(rule text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT gate.unregister_check(rule)
$$;

-- For tables that only triggers write.
CREATE FUNCTION gate.protect(table_name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON public.%I FROM parley_web', table_name);
  EXECUTE format('CREATE TRIGGER gate_no_truncate BEFORE TRUNCATE ON public.%I
                    EXECUTE FUNCTION gate.refuse_truncate()', table_name);
END $$;


-- What the web role may do

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA gate FROM PUBLIC;
GRANT USAGE ON SCHEMA gate TO parley_web;
GRANT SELECT ON gate.head, gate.changeset, gate.history TO parley_web;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO parley_web;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO parley_web;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO parley_web;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO parley_web;
REVOKE INSERT, UPDATE, DELETE ON public.django_migrations FROM parley_web;

DO $$
BEGIN
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
  IF pg_has_role('parley_web'::regrole, current_user, 'MEMBER')
     OR has_database_privilege('parley_web'::regrole, current_database(), 'TEMPORARY, CREATE')
     OR has_schema_privilege('parley_web'::regrole, 'public', 'CREATE') THEN
    RAISE EXCEPTION 'The web role could go round the gate.'
      USING HINT = 'It must not be the role that migrates, nor one of its members, and must not'
                   ' make tables, temporary ones included.';
  END IF;
END $$;
