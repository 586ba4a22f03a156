-- The past: in the schema asof stand views of the same names as the tables. They give each row as it
-- was at revision parley.revision of negotiation parley.negotiation, two settings of the reading
-- transaction. That transaction's search path holds asof alone, so that a table without a view is
-- an error there and never today's rows. What decides who may see is read as it is today.
--
-- The views have the columns that the tables have now, so each migration ends by building them anew
-- (negotiations/migrating.py), and one that adds or renames a column says how older history reads it.

CREATE SCHEMA asof;
GRANT USAGE ON SCHEMA asof TO parley_web;

CREATE FUNCTION gate.last_history_id() RETURNS bigint
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(pg_sequence_last_value('gate.history_id_seq'), 0)
$$;

-- What was written before a table was gated is of another table, of the same name, that is gone.
ALTER TABLE gate.gated ADD COLUMN since bigint NOT NULL DEFAULT 0;
ALTER TABLE gate.gated ALTER COLUMN since SET DEFAULT gate.last_history_id();

-- The columns of gated tables that history tells of; generated ones follow from them.
CREATE VIEW gate.stored_column AS
SELECT g.source, c.relname::text AS table_name, a.attname::text AS column_name, a.attnum,
       a.attnotnull AS is_required,
       format_type(a.atttypid, -1)
         || CASE WHEN a.attcollation <> t.typcollation
                 THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END AS type
  FROM gate.gated g
  JOIN pg_class c ON c.oid = g.source
  JOIN pg_attribute a ON a.attrelid = g.source AND a.attnum > 0 AND NOT a.attisdropped
                     AND a.attgenerated = ''
  JOIN pg_type t ON t.oid = a.atttypid;

-- The columns for which it is settled how all of the history reads them. One that is not here is
-- refused: its old values, or the lack of any, would else silently read as null. The number tells
-- another column of the same name; in a database restored elsewhere the table's own tells nothing.
CREATE TABLE gate.known_column (
  table_name text,
  column_name text,
  source oid NOT NULL,
  number smallint NOT NULL,
  PRIMARY KEY (table_name, column_name)
);
INSERT INTO gate.known_column
SELECT table_name, column_name, source, attnum FROM gate.stored_column;

-- What became of columns: history up to and including the row "until" has another name for one,
-- "was"; or, where that is null, nothing, and reads "value".
CREATE TABLE gate.column_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  table_name text NOT NULL,
  column_name text NOT NULL,
  was text,
  value jsonb,
  until bigint NOT NULL,
  CHECK ((was IS NULL) = (value IS NOT NULL))
);


-- What migrations call

-- From here to the end of the transaction nobody else writes the table: what its history has by now
-- was written with the columns of before.
CREATE FUNCTION gate.begin_column(table_name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM gate.gated
                  WHERE source = to_regclass('public.' || quote_ident(table_name))) THEN
    RAISE EXCEPTION 'Table % has no history.', table_name;
  END IF;
  EXECUTE format('LOCK TABLE public.%I IN SHARE ROW EXCLUSIVE MODE', table_name);
  IF NOT EXISTS (SELECT FROM gate.known_column k WHERE k.table_name = begin_column.table_name) THEN
    INSERT INTO gate.known_column
    SELECT s.table_name, s.column_name, s.source, s.attnum FROM gate.stored_column s
     WHERE s.table_name = begin_column.table_name;
  END IF;
END $$;

CREATE FUNCTION gate.add_column(table_name text, column_name text, value jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  added gate.stored_column;
BEGIN
  PERFORM gate.begin_column(add_column.table_name);
  SELECT * INTO added FROM gate.stored_column s
   WHERE s.table_name = add_column.table_name AND s.column_name = add_column.column_name;
  IF added IS NULL THEN
    RAISE EXCEPTION 'Table % has no column % to hold values.',
      add_column.table_name, add_column.column_name;
  END IF;
  IF added.is_required AND value = 'null' THEN
    RAISE EXCEPTION 'Column %.% cannot read null.', added.table_name, added.column_name;
  END IF;
  -- Refused here if it is no value of the column's type.
  EXECUTE format('SELECT x FROM jsonb_to_record($1) AS r (x %s)', added.type)
    USING jsonb_build_object('x', value);
  DELETE FROM gate.column_history
   WHERE table_name = added.table_name AND column_name = added.column_name;
  INSERT INTO gate.column_history (table_name, column_name, value, until)
  VALUES (added.table_name, added.column_name, value, gate.last_history_id());
  DELETE FROM gate.known_column
   WHERE table_name = added.table_name AND column_name = added.column_name;
  INSERT INTO gate.known_column
  VALUES (added.table_name, added.column_name, added.source, added.attnum);
END $$;

CREATE FUNCTION gate.take_column_back(table_name text, column_name text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM gate.column_history c
   WHERE c.table_name = take_column_back.table_name
     AND c.column_name = take_column_back.column_name;
  DELETE FROM gate.known_column c
   WHERE c.table_name = take_column_back.table_name
     AND c.column_name = take_column_back.column_name;
$$;

CREATE FUNCTION gate.rename_column(table_name text, was text, column_name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  PERFORM gate.begin_column(rename_column.table_name);
  DELETE FROM gate.column_history
   WHERE table_name = rename_column.table_name AND column_name = rename_column.column_name;
  UPDATE gate.column_history SET column_name = rename_column.column_name
   WHERE table_name = rename_column.table_name AND column_name = rename_column.was;
  INSERT INTO gate.column_history (table_name, column_name, was, until)
  VALUES (rename_column.table_name, rename_column.column_name, rename_column.was,
          gate.last_history_id());
  IF EXISTS (SELECT FROM gate.known_column
              WHERE table_name = rename_column.table_name AND column_name = rename_column.was) THEN
    DELETE FROM gate.known_column
     WHERE table_name = rename_column.table_name AND column_name = rename_column.column_name;
    UPDATE gate.known_column SET column_name = rename_column.column_name
     WHERE table_name = rename_column.table_name AND column_name = rename_column.was;
  END IF;
END $$;


-- Building the views

CREATE FUNCTION gate.drop_past() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  past name;
BEGIN
  FOR past IN SELECT relname FROM pg_class WHERE relnamespace = 'asof'::regnamespace LOOP
    EXECUTE format('DROP VIEW asof.%I', past);
  END LOOP;
END $$;

-- "today" names the tables that are read as they are now, "today_columns" the columns of the
-- negotiation that are.
CREATE FUNCTION gate.build_past(today text[], today_columns text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  past record;
  name text;
BEGIN
  PERFORM gate.drop_past();
  PERFORM gate.settle_columns();
  FOREACH name IN ARRAY today LOOP
    -- An app may have migrated without the others.
    CONTINUE WHEN to_regclass('public.' || quote_ident(name)) IS NULL;
    EXECUTE format('CREATE VIEW asof.%1$I WITH (security_invoker) AS SELECT * FROM public.%1$I', name);
  END LOOP;
  FOR past IN
    SELECT g.source, c.relname::text AS table_name, g.since
      FROM gate.gated g JOIN pg_class c ON c.oid = g.source
     WHERE c.relname <> ALL (today)
  LOOP
    EXECUTE format('CREATE VIEW asof.%I WITH (security_invoker) AS %s', past.table_name,
                   gate.past_of(past.source, past.table_name, past.since, today_columns));
  END LOOP;
  IF to_regclass('public.negotiations_record') IS NOT NULL THEN
    EXECUTE format('CREATE VIEW asof.negotiations_record WITH (security_invoker) AS %s',
                   gate.past_of_records());
  END IF;
  CREATE VIEW asof.negotiations_head WITH (security_invoker) AS
  SELECT negotiation_id, revision, hash FROM gate.changeset
   WHERE negotiation_id = current_setting('parley.negotiation')::bigint
     AND revision = current_setting('parley.revision')::bigint;
  CREATE VIEW asof.negotiations_changeset WITH (security_invoker) AS
  SELECT * FROM gate.changeset
   WHERE negotiation_id = current_setting('parley.negotiation')::bigint
     AND revision <= current_setting('parley.revision')::bigint;
  CREATE VIEW asof.negotiations_history WITH (security_invoker) AS
  SELECT h.* FROM gate.history h JOIN gate.changeset c ON c.id = h.changeset_id
   WHERE h.negotiation_id = current_setting('parley.negotiation')::bigint
     AND c.revision <= current_setting('parley.revision')::bigint;
  GRANT SELECT ON ALL TABLES IN SCHEMA asof TO parley_web;
END $$;

-- Refuse what would silently be read wrong; forget what is gone.
CREATE FUNCTION gate.settle_columns() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  added record;
  unexplained text;
  has_stray_rows boolean;
BEGIN
  DELETE FROM gate.known_column k WHERE NOT EXISTS (
    SELECT FROM gate.stored_column s
     WHERE s.table_name = k.table_name AND s.column_name = k.column_name);
  DELETE FROM gate.column_history k WHERE NOT EXISTS (
    SELECT FROM gate.stored_column s
     WHERE s.table_name = k.table_name AND s.column_name = k.column_name);
  SELECT string_agg(s.table_name || '.' || s.column_name, ', ' ORDER BY s.table_name, s.attnum)
    INTO unexplained
    FROM gate.stored_column s
   WHERE EXISTS (SELECT FROM gate.known_column k WHERE k.table_name = s.table_name)
     AND NOT EXISTS (SELECT FROM gate.known_column k
                      WHERE k.table_name = s.table_name AND k.column_name = s.column_name
                        AND (k.number = s.attnum OR k.source <> s.source));
  IF unexplained IS NOT NULL THEN
    RAISE EXCEPTION 'Nothing says how history that is older than these columns reads them: %.',
      unexplained
      USING HINT = 'Follow AddField with AddedColumn and RenameField with RenamedColumn, both of'
                   ' negotiations/migrating.py, in the same migration.';
  END IF;
  FOR added IN
    SELECT DISTINCT s.source, s.table_name FROM gate.stored_column s
     WHERE NOT EXISTS (SELECT FROM gate.known_column k WHERE k.table_name = s.table_name)
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s t WHERE NOT EXISTS (
                      SELECT FROM gate.history h WHERE h.table_name = %L AND h.row_id = t.id
                         AND h.negotiation_id = %s))',
                   added.source, added.table_name,
                   CASE WHEN EXISTS (SELECT FROM gate.stored_column s
                                      WHERE s.source = added.source
                                        AND s.column_name = 'negotiation_id')
                        THEN 't.negotiation_id' ELSE 't.id' END)
    INTO has_stray_rows;
    IF has_stray_rows THEN
      RAISE EXCEPTION 'Table % has rows that have no history under its name.', added.table_name
        USING HINT = 'A gated table keeps its name: leave its db_table as it was.';
    END IF;
  END LOOP;
  DELETE FROM gate.known_column;
  INSERT INTO gate.known_column
  SELECT table_name, column_name, source, attnum FROM gate.stored_column;
END $$;

-- The newest image of each row that was sealed by the revision; "which" says of which rows.
CREATE FUNCTION gate.newest_images(which text) RETURNS text
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'SELECT DISTINCT ON (h.row_id) h.row_id, h.id AS written, h.operation, h.table_name, h.data
            FROM gate.history h JOIN gate.changeset c ON c.id = h.changeset_id
           WHERE h.negotiation_id = current_setting(''parley.negotiation'')::bigint
             AND c.negotiation_id = h.negotiation_id
             AND c.revision <= current_setting(''parley.revision'')::bigint
             AND ' || which || '
           ORDER BY h.row_id, h.id DESC'
$$;

-- The query that gives a table as it was: the columns that it has now, of the types they have now
-- but not of their length, since what was longer once was that long. Materialized: a query that looks
-- into a table once for each row of another reads its images once all the same.
CREATE FUNCTION gate.past_of(source regclass, table_name text, since bigint, today_columns text[])
RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  -- A gated table that is in no negotiation is the negotiation.
  is_negotiation boolean := NOT EXISTS (
    SELECT FROM gate.stored_column s
     WHERE s.source = past_of.source AND s.column_name = 'negotiation_id');
  stored text;
  types text;
  shown text;
  has_generated boolean;
  then_query text;
BEGIN
  SELECT string_agg(format(CASE WHEN s.column_name = 'id' THEN 'newest.row_id AS id'
                                WHEN is_negotiation AND s.column_name = ANY (today_columns)
                                THEN 'now.%I' ELSE 'image.%I' END, s.column_name),
                    ', ' ORDER BY s.attnum),
         string_agg(format('%I %s', s.column_name, s.type), ', ' ORDER BY s.attnum)
    INTO stored, types
    FROM gate.stored_column s WHERE s.source = past_of.source;
  then_query := format(
    'WITH past AS MATERIALIZED (
       SELECT %s FROM (%s) newest CROSS JOIN LATERAL jsonb_to_record(%s) AS image (%s) %s
        WHERE newest.operation <> ''D''
     ) SELECT * FROM past',
    stored,
    gate.newest_images(format('h.table_name = %L AND h.id > %s', table_name, since)),
    gate.image_of(table_name), types,
    CASE WHEN is_negotiation THEN format('JOIN %s now ON now.id = newest.row_id', source) END);

  SELECT string_agg(CASE a.attgenerated
           WHEN '' THEN quote_ident(a.attname)
           ELSE format('(%s) AS %I', pg_get_expr(d.adbin, d.adrelid), a.attname) END,
           ', ' ORDER BY a.attnum),
         bool_or(a.attgenerated <> '')
    INTO shown, has_generated
    FROM pg_attribute a
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attrelid = source AND a.attnum > 0 AND NOT a.attisdropped;
  RETURN CASE WHEN has_generated THEN format('SELECT %s FROM (%s) stored', shown, then_query)
              ELSE then_query END;
END $$;

-- The expression for a row's image with the names that the columns have now.
CREATE FUNCTION gate.image_of(table_name text) RETURNS text
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'newest.data' || coalesce(' || jsonb_build_object(' || string_agg(
           format('%L, %s', c.column_name, c.value), ', ') || ')', '')
    FROM (SELECT h.column_name,
                 format('coalesce(CASE %s ELSE newest.data->%L END, %s)',
                        string_agg(format('WHEN newest.written <= %s THEN %s', h.until,
                                          CASE WHEN h.was IS NULL THEN format('%L::jsonb', h.value)
                                               ELSE format('newest.data->%L', h.was) END),
                                   ' ' ORDER BY h.id),
                        h.column_name,
                        coalesce(max(format('%L::jsonb', h.value)) FILTER (WHERE h.was IS NULL),
                                 '''null''')) AS value
            FROM gate.column_history h
           WHERE h.table_name = image_of.table_name
           GROUP BY h.column_name) c
$$;

-- Records follow from the rows they number.
CREATE FUNCTION gate.past_of_records() RETURNS text
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT format(
    'WITH past AS MATERIALIZED (
       SELECT newest.row_id AS id, numbered.kind::character varying AS kind,
              coalesce(newest.data->>''state'', ''published'')::character varying AS state,
              current_setting(''parley.negotiation'')::bigint AS negotiation_id
         FROM (%s) newest JOIN (VALUES %s) numbered (table_name, kind) USING (table_name)
        WHERE newest.operation <> ''D''
     ) SELECT * FROM past',
    gate.newest_images('(' || string_agg(format('h.table_name = %L AND h.id > %s', c.relname, g.since),
                                         ' OR ') || ')'),
    string_agg(format('(%L, %L)', c.relname, g.kind), ', '))
    FROM gate.gated g JOIN pg_class c ON c.oid = g.source
   WHERE g.kind <> ''
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA gate FROM PUBLIC;


-- Views of the gate's own tables, so that reading them follows the search path as well.

CREATE VIEW public.negotiations_head WITH (security_invoker) AS SELECT * FROM gate.head;
CREATE VIEW public.negotiations_changeset WITH (security_invoker) AS SELECT * FROM gate.changeset;
CREATE VIEW public.negotiations_history WITH (security_invoker) AS SELECT * FROM gate.history;
REVOKE INSERT, UPDATE, DELETE
  ON public.negotiations_head, public.negotiations_changeset, public.negotiations_history
  FROM parley_web;
