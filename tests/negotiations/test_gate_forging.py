"""Nobody who holds the web role's password gets round the gate."""

import psycopg
import pytest

from negotiations.history import broken_revision, revision_of
from negotiations.models import Changeset, History, Track
from tests.database import seal, sql
from tests.factories import (
    NegotiationFactory,
    TrackFactory,
)

TRACKS = Track._meta.db_table


FORBIDDEN = [
    "INSERT INTO gate.history (changeset_id, negotiation_id, table_name, row_id, operation, data)"
    " VALUES (1, 1, 'x', 1, 'I', '{}')",
    "UPDATE gate.history SET data = '{}'",
    "DELETE FROM gate.history",
    "TRUNCATE gate.history",
    "INSERT INTO gate.changeset (negotiation_id) VALUES (1)",
    "UPDATE gate.changeset SET user_name = 'somebody'",
    "DELETE FROM gate.changeset",
    "INSERT INTO gate.head VALUES (1, 1)",
    "UPDATE gate.head SET revision = 0",
    "SELECT FROM gate.head FOR UPDATE",
    "DELETE FROM gate.check",
    "DELETE FROM gate.gated",
    "DELETE FROM gate.known_column",
    "DELETE FROM gate.column_history",
    "SELECT FROM gate.known_column",
    "INSERT INTO negotiations_head VALUES (1, 1)",
    "UPDATE negotiations_history SET data = '{}'",
    "UPDATE negotiations_changeset SET user_name = 'somebody'",
    "UPDATE asof.negotiations_membership SET role = 'manager'",
    "UPDATE asof.accounts_user SET is_superuser = true",
    "CREATE VIEW asof.negotiations_delegate AS SELECT 1 AS id",
    "INSERT INTO negotiations_record VALUES (1, 'track', 'published', 1)",
    "UPDATE negotiations_record SET state = 'published'",
    "DELETE FROM negotiations_record",
    "TRUNCATE negotiations_track CASCADE",
    "TRUNCATE negotiations_record CASCADE",
    "DELETE FROM django_migrations",
    "ALTER TABLE negotiations_track DISABLE TRIGGER ALL",
    "ALTER TABLE gate.changeset DISABLE TRIGGER seal",
    "DROP TRIGGER gate_write ON negotiations_track",
    "DROP TRIGGER seal ON gate.changeset",
    "DROP SCHEMA gate CASCADE",
    "ALTER TABLE negotiations_track ADD COLUMN x int",
    "ALTER TABLE negotiations_track DROP CONSTRAINT track_name_unique",
    "CREATE TRIGGER x AFTER INSERT ON negotiations_track EXECUTE FUNCTION gate.refuse_truncate()",
    "CREATE OR REPLACE FUNCTION gate.run_checks(bigint) RETURNS void LANGUAGE sql AS ''",
    "SET session_replication_role = 'replica'",
    "SET ROLE parley_owner",
    "SET SESSION AUTHORIZATION parley_owner",
    "ALTER SEQUENCE record_id_seq RESTART",
    "SELECT setval('record_id_seq', 1)",
    "SELECT setval('gate.history_id_seq', 1)",
    "CREATE TEMPORARY TABLE changeset (LIKE gate.changeset)",
    "CREATE TEMPORARY VIEW head AS SELECT 1",
    "SELECT 1 AS id INTO TEMPORARY negotiations_record",
    "CREATE TABLE public.head (negotiation_id bigint)",
    "CREATE TABLE gate.more (id bigint)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
    "SELECT gate.detach('negotiations_track')",
    "SELECT gate.attach('auth_group', '')",
    "SELECT gate.protect('negotiations_track')",
    "SELECT gate.run_checks(1)",
    "UPDATE gate.history SET hash = sha256(''), before = NULL",
    "UPDATE gate.changeset SET field_hashes = NULL",
    "SELECT gate.row_hash(1, 1, 1, 'x', 1, 'I', '{}')",
    "SELECT gate.check_published(1)",
    "SELECT gate.check_loops(1, 'x', 'y')",
    "SELECT gate.register_check('gate.run_checks', '{negotiations_track}')",
    "SELECT gate.unregister_check('source_corrects_acyclic')",
    "SELECT gate.allow_loops('source_corrects_acyclic')",
    "SELECT gate.forbid_loops('x', 'negotiations_source', 'corrects_id')",
    "SELECT gate.point_at_kinds('x', 'negotiations_track', 'id', '{}')",
    "SELECT gate.refuse_unpublished('a', 1, 'b', 2)",
    "SELECT gate.drop_past()",
    "SELECT gate.build_past('{}', '{}')",
    "SELECT gate.add_column('negotiations_track', 'name', '1')",
    "SELECT gate.rename_column('negotiations_track', 'name', 'x')",
]


class TestForging:
    @pytest.mark.parametrize("statement", FORBIDDEN)
    def test_the_web_role_may_not(self, db, connect, statement):
        web = connect()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(statement)

    def test_it_has_no_right_that_is_not_listed_here(self, db, connect):
        web = connect()
        rights = web.execute(
            "SELECT c.relnamespace::regnamespace::text, right_name, array_agg(relname::text)"
            " FROM pg_class c, unnest('{SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES,"
            " TRIGGER, MAINTAIN}'::text[]) right_name"
            " WHERE relkind IN ('r', 'v', 'm', 'p', 'f')"
            " AND relnamespace::regnamespace::text IN ('asof', 'gate', 'public')"
            " AND has_table_privilege(c.oid, right_name) GROUP BY 1, 2"
        )
        held = {(schema, right): set(tables) for schema, right, tables in rights}
        everything = held["public", "SELECT"]
        assert {"negotiations_record", "django_migrations", TRACKS} < everything
        views = {"negotiations_head", "negotiations_changeset", "negotiations_history"}
        assert views < everything
        writable = everything - views - {"negotiations_record", "django_migrations"}
        past = {"accounts_user", "django_session", "negotiations_record", TRACKS, *views}
        assert past < held["asof", "SELECT"] < everything
        assert held == {
            ("asof", "SELECT"): held["asof", "SELECT"],
            ("gate", "SELECT"): {"head", "changeset", "history"},
            ("public", "SELECT"): everything,
            ("public", "INSERT"): writable,
            ("public", "UPDATE"): writable,
            ("public", "DELETE"): writable,
        }
        functions = web.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE has_function_privilege(oid,"
            " 'EXECUTE') AND pronamespace = 'gate'::regnamespace"
        )
        assert functions.fetchall() == [("gate.unlike_history(bigint)",)]  # it only reads

    def test_each_function_that_has_its_owners_rights_fixes_its_search_path(self, db, connect):
        loose = connect().execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'gate'::regnamespace AND"
            " prosecdef AND coalesce(proconfig[1], '') NOT LIKE 'search_path=pg_catalog%%'"
        )
        assert loose.fetchall() == []

    def test_a_search_path_of_its_own_leads_nobody_astray(self, negotiation):
        sql("SET LOCAL search_path = gate, public, pg_catalog")
        TrackFactory(negotiation=negotiation)
        seal()
        assert revision_of(negotiation) == 2
        assert broken_revision(negotiation) is None

    def test_even_the_owner_truncates_nothing(self, db, connect, owner_role):
        owner = connect(owner_role, autocommit=True)
        for table in (TRACKS, "negotiations_negotiation", "negotiations_record"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="Nothing is truncated"):
                owner.execute(f"TRUNCATE {table} CASCADE")

    @pytest.mark.parametrize(
        "tricks",
        [
            ["SET CONSTRAINTS ALL IMMEDIATE"],
            ["SET CONSTRAINTS gate.seal IMMEDIATE"],
            ["SET CONSTRAINTS ALL DEFERRED"],
            ["SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"],
            ["SAVEPOINT s", "SET CONSTRAINTS ALL IMMEDIATE", "ROLLBACK TO s"],
            ["SET LOCAL standard_conforming_strings = off", "SET LOCAL array_nulls = off"],
        ],
        ids=" · ".join,
    )
    @pytest.mark.parametrize("before", [True, False], ids=["before", "between"])
    def test_what_a_transaction_says_of_constraints_leaves_nothing_unsealed(
        self, transactional_db, connect, tricks, before
    ):
        negotiation = NegotiationFactory()
        add = f"INSERT INTO {TRACKS} (negotiation_id, name) VALUES (%s, %s), (%s, %s)"
        n = negotiation.pk
        with connect() as web:
            if not before:
                web.execute(add, [n, "A", n, "B"])
            for trick in tricks:
                web.execute(trick)
            web.execute(add, [n, "C", n, "D"])
            web.execute(f"DELETE FROM {TRACKS} WHERE name = 'C'")
        names = sorted(Track.objects.values_list("name", flat=True))
        assert names == (["D"] if before else ["A", "B", "D"])
        assert not Changeset.objects.filter(revision=None).exists()
        sealed = Changeset.objects.filter(negotiation=negotiation)
        assert sum(changeset.rows for changeset in sealed) == History.objects.count()
        assert History.objects.filter(table_name=TRACKS).count() == (3 if before else 5)
        assert broken_revision(negotiation) is None

    def test_a_table_with_rows_is_not_gated_afterwards(self, db, connect, owner_role):
        owner = connect(owner_role)
        owner.execute("CREATE TABLE public.probe (id bigint PRIMARY KEY)")
        owner.execute("INSERT INTO public.probe VALUES (1)")
        with pytest.raises(psycopg.errors.RaiseException, match="gate it while it is empty"):
            owner.execute("SELECT gate.attach('probe', '')")
