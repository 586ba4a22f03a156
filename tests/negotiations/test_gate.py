"""The write gate: all that is written is in the history, and nobody gets round it."""

from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange, NumericRange

from negotiations.constraints import Gated
from negotiations.history import broken_revision, history_of, revision_of
from negotiations.models import Changeset, Negotiation, Record, State, Track
from negotiations.operations import create, edit
from tests.database import parameters, seal, sign_in_as, sql, template_name
from tests.factories import (
    EventFactory,
    NegotiationFactory,
    PartyFactory,
    RoundFactory,
    SourceFactory,
    TrackFactory,
    UserFactory,
)
from tests.refusing import our_models

TRACKS = Track._meta.db_table


def written(negotiation):
    """What the newest changeset wrote: (operation, table, row's id), in order."""
    seal()
    newest = Changeset.objects.filter(negotiation=negotiation).latest("revision")
    rows = newest.history.order_by("pk").values_list("operation", "table_name", "row_id")
    assert newest.rows == len(rows)
    return list(rows)


class TestWhatIsWritten:
    def test_a_transaction_is_one_changeset_and_one_revision(self, transactional_db):
        with transaction.atomic():
            negotiation = Negotiation.objects.create(slug="talks", title="Talks")
            track = Track.objects.create(negotiation=negotiation, name="Military")
        assert negotiation.revision == revision_of(negotiation) == 1
        with transaction.atomic():
            track.delete()
        (first, second) = Changeset.objects.order_by("revision")
        assert (first.negotiation, first.revision, first.rows) == (negotiation, 1, 2)
        assert (first.user_id, first.user_name, first.reason) == (None, None, None)
        assert first.db_role == "parley_web"
        assert first.sealed <= second.sealed
        assert (second.negotiation, second.revision, second.rows) == (negotiation, 2, 1)
        assert broken_revision(negotiation) is None

    def test_two_negotiations_in_one_transaction_get_a_changeset_each(self, db):
        one, two = NegotiationFactory(), NegotiationFactory()
        TrackFactory(negotiation=one)
        seal()
        assert [(c.negotiation, c.rows) for c in Changeset.objects.order_by("pk")] == [
            (one, 2),
            (two, 1),
        ]

    def test_insert(self, negotiation):
        track = Track.objects.create(negotiation=negotiation, name="Military")
        assert written(negotiation) == [("I", TRACKS, track.pk)]
        (row,) = history_of(track)
        assert row.data == {"id": track.pk, "negotiation_id": negotiation.pk, "name": "Military"}

    def test_save(self, negotiation):
        track = TrackFactory(negotiation=negotiation)
        seal()
        track.name = "Political"
        track.save()
        assert written(negotiation) == [("U", TRACKS, track.pk)]
        assert [row.data["name"] for row in history_of(track)][1:] == ["Political"]

    def test_delete(self, negotiation):
        track = TrackFactory(negotiation=negotiation, name="Military")
        seal()
        number = track.pk
        track.delete()
        assert written(negotiation) == [("D", TRACKS, number)]
        track.pk = number
        assert history_of(track).last().data["name"] == "Military"

    def test_bulk_create(self, negotiation):
        tracks = Track.objects.bulk_create(
            Track(negotiation=negotiation, name=name) for name in ("A", "B", "C")
        )
        assert written(negotiation) == [("I", TRACKS, track.pk) for track in tracks]

    def test_bulk_create_over_what_is_there(self, negotiation):
        old = TrackFactory(negotiation=negotiation, name="A")
        seal()
        Track.objects.bulk_create(
            [Track(pk=old.pk, negotiation=negotiation, name="B")],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["name"],
        )
        assert written(negotiation) == [("U", TRACKS, old.pk)]

    def test_bulk_update(self, negotiation):
        tracks = [TrackFactory(negotiation=negotiation) for _ in range(3)]
        seal()
        for track in tracks:
            track.name += " again"
        Track.objects.bulk_update(tracks, ["name"])
        assert sorted(written(negotiation)) == [("U", TRACKS, track.pk) for track in tracks]

    def test_query_sets(self, negotiation):
        one, two = TrackFactory(negotiation=negotiation), TrackFactory(negotiation=negotiation)
        seal()
        Track.objects.filter(pk=one.pk).update(name="Renamed")
        Track.objects.filter(pk=two.pk).delete()
        assert written(negotiation) == [("U", TRACKS, one.pk), ("D", TRACKS, two.pk)]

    def test_raw_sql_names_the_database_role(self, negotiation):
        ((number,),) = sql(
            f"INSERT INTO {TRACKS} (negotiation_id, name) VALUES (%s, 'A') RETURNING id",
            negotiation.pk,
        )
        sql(f"UPDATE {TRACKS} SET name = 'B' WHERE id = %s", number)
        sql(f"DELETE FROM {TRACKS} WHERE id = %s", number)
        assert written(negotiation) == [(operation, TRACKS, number) for operation in "IUD"]
        changeset = Changeset.objects.latest("pk")
        assert (changeset.db_role, changeset.user_name) == ("parley_web", None)

    def test_copy_and_merge(self, negotiation):
        with connection.cursor() as cursor:
            with cursor.copy(f"COPY {TRACKS} (negotiation_id, name) FROM STDIN") as copy:
                copy.write_row((negotiation.pk, "A"))
            cursor.execute(
                f"MERGE INTO {TRACKS} t USING (VALUES ('A'), ('B')) v (name) ON t.name = v.name"
                " WHEN MATCHED THEN UPDATE SET name = 'C'"
                " WHEN NOT MATCHED THEN INSERT (negotiation_id, name) VALUES (%s, v.name)",
                [negotiation.pk],
            )
        assert sorted(operation for operation, *_ in written(negotiation)) == ["I", "I", "U"]

    def test_what_changes_nothing_is_not_recorded(self, negotiation):
        track = TrackFactory(negotiation=negotiation)
        seal()
        track.save()
        Track.objects.update(name=track.name)
        seal()
        assert revision_of(negotiation) == 2

    def test_another_way_to_write_the_same_number_is_a_change(self, negotiation):
        meeting = RoundFactory(
            negotiation=negotiation, duration=NumericRange(Decimal(30), Decimal(30), "[]")
        )
        seal()
        meeting.duration = NumericRange(Decimal("30.0"), Decimal("30.0"), "[]")
        meeting.save()
        assert written(negotiation) == [("U", "negotiations_round", meeting.pk)]

    def test_what_a_savepoint_takes_back_is_not_recorded(self, negotiation):
        with transaction.atomic():
            TrackFactory(negotiation=negotiation)
            transaction.set_rollback(True)
        track = TrackFactory(negotiation=negotiation)
        assert written(negotiation) == [("I", TRACKS, track.pk)]

    def test_values_are_written_alike_whatever_the_session_likes(self, negotiation):
        held = DateTimeTZRange(
            datetime(2025, 6, 2, 10, 30, tzinfo=UTC), datetime(2025, 6, 2, 12, tzinfo=UTC)
        )
        for setting in (
            "timezone = 'Asia/Kathmandu'",
            "datestyle = 'German'",
            "intervalstyle = 'sql_standard'",
            "extra_float_digits = -15",
            "bytea_output = 'escape'",
        ):
            sql(f"SET LOCAL {setting}")
        meeting = RoundFactory(negotiation=negotiation, held=held)
        (row,) = history_of(meeting)
        assert row.data["held"] == '["2025-06-02 10:30:00+00","2025-06-02 12:00:00+00")'

    def test_generated_columns_are_left_out(self, transactional_db, connect, owner_role):
        owner = connect(owner_role)
        owner.execute(
            "CREATE TABLE public.probe (id bigint PRIMARY KEY, negotiation_id bigint NOT NULL,"
            " amount float8, double float8 GENERATED ALWAYS AS (amount * 2) STORED)"
        )
        owner.execute("SELECT gate.attach('probe', '')")
        owner.execute("INSERT INTO public.probe VALUES (7, 1, 0.1)")
        data = owner.execute("SELECT data FROM gate.history WHERE table_name = 'probe'").fetchone()
        assert data == ({"id": 7, "negotiation_id": 1, "amount": 0.1},)
        owner.rollback()

    def test_every_table_with_a_negotiation_is_gated(self, db, connect, owner_role):
        ours = [model for model in our_models() if model is not Record]
        assert len(ours) > 20
        for model in ours:
            gates = [c for c in model._meta.constraints if isinstance(c, Gated)]
            assert len(gates) == 1, model
        attached = connect(owner_role).execute("SELECT source::text, kind FROM gate.gated")
        assert dict(attached.fetchall()) == {
            model._meta.db_table: gate.kind
            for model in ours
            for gate in model._meta.constraints
            if isinstance(gate, Gated)
        }


class TestWhoDidIt:
    def test_an_operation_names_its_user_and_reason(self, negotiation):
        user = UserFactory(username="ada")
        create(Track, user=user, reason="as reported", negotiation=negotiation, name="A")
        changeset = Changeset.objects.latest("pk")
        assert (changeset.user_id, changeset.user_name) == (user.pk, "ada")
        assert (changeset.reason, changeset.db_role) == ("as reported", "parley_web")

    def test_what_comes_before_and_after_it_in_a_transaction_is_not_its_own(self, negotiation):
        before = TrackFactory(negotiation=negotiation)
        made = create(Track, user=UserFactory(), negotiation=negotiation, name="A")
        after = TrackFactory(negotiation=negotiation)
        seal()
        names = [history_of(row).get().changeset.user_name for row in (before, made, after)]
        assert names[0] is None
        assert names[1] == UserFactory._meta.model.objects.get().username
        assert names[2] is None


class TestNumbers:
    def test_one_sequence_numbers_all_kinds_and_record_lists_them(self, negotiation):
        track = TrackFactory(negotiation=negotiation)
        party = PartyFactory(negotiation=negotiation)
        assert party.pk == track.pk + 1
        listed = Record.objects.filter(pk__in=[track.pk, party.pk]).order_by("pk")
        assert [(r.kind, r.state, r.negotiation) for r in listed] == [
            ("track", "published", negotiation),
            ("party", "published", negotiation),
        ]

    def test_the_state_is_listed_too(self, negotiation):
        source = SourceFactory(negotiation=negotiation)
        assert Record.objects.get(pk=source.pk).state == State.DRAFT
        source.state = State.PUBLISHED
        source.save()
        assert Record.objects.get(pk=source.pk).state == State.PUBLISHED

    def test_what_is_deleted_is_not_listed(self, negotiation):
        track = TrackFactory(negotiation=negotiation)
        number = track.pk
        track.delete()
        assert not Record.objects.filter(pk=number).exists()

    def test_a_number_is_given_once(self, negotiation):
        track = TrackFactory(negotiation=negotiation)
        with pytest.raises(IntegrityError, match="negotiations_record_pkey"):
            PartyFactory(pk=track.pk, negotiation=negotiation)

    @pytest.mark.parametrize("column", ["id", "negotiation_id"])
    def test_number_and_negotiation_stay(self, negotiation, column):
        track = TrackFactory(negotiation=negotiation)
        other = NegotiationFactory()
        with pytest.raises(IntegrityError) as caught:
            sql(f"UPDATE {TRACKS} SET {column} = %s WHERE id = %s", other.pk + 10**9, track.pk)
        assert caught.value.__cause__.diag.constraint_name == "number_and_negotiation_stay"

    def test_an_operation_says_so(self, negotiation):
        track = create(Track, user=None, negotiation=negotiation, name="A")
        with pytest.raises(ValidationError, match="keeps its number and its negotiation"):
            edit(track, user=None, negotiation=NegotiationFactory())


class TestChain:
    @pytest.fixture
    def revisions(self, negotiation):
        """Five revisions of a negotiation, all but the first signed."""
        signed = {"user": UserFactory(), "reason": "as reported"}
        track = create(Track, **signed, negotiation=negotiation, name="A")
        for name in ("B", "C", "D"):
            edit(track, **signed, name=name)
        assert broken_revision(negotiation) is None
        return negotiation

    @pytest.mark.parametrize(
        ("forgery", "broken"),
        [
            ('UPDATE gate.history SET data = data || \'{"name": "X"}\' WHERE {third}', 3),
            ("UPDATE gate.history SET row_id = row_id + 1 WHERE {third}", 3),
            ("DELETE FROM gate.history WHERE {third}", 3),
            ("UPDATE gate.changeset SET user_name = 'somebody' WHERE revision = 2", 2),
            ("UPDATE gate.changeset SET user_id = user_id + 1 WHERE revision = 2", 2),
            ("UPDATE gate.changeset SET reason = NULL WHERE revision = 2", 2),
            ("UPDATE gate.changeset SET db_role = 'parley_web ' WHERE revision = 2", 2),
            ("UPDATE gate.changeset SET rows = 2 WHERE revision = 2", 2),
            ("UPDATE gate.changeset SET sealed = sealed - interval '1 day' WHERE revision = 4", 4),
            ("UPDATE gate.changeset SET hash = sha256('') WHERE revision = 5", 5),
            ("DELETE FROM gate.changeset WHERE revision = 4", 4),
            ("DELETE FROM gate.changeset WHERE revision = 5", 5),
            ("UPDATE gate.head SET hash = sha256('')", 6),
            ("DELETE FROM gate.head", 6),
        ],
    )
    def test_a_forgery_by_the_owner_is_found(
        self, revisions, connect, owner_role, forgery, broken, transactional_db
    ):
        third = "changeset_id = (SELECT id FROM gate.changeset WHERE revision = 3)"
        with connect(owner_role) as owner:
            owner.execute(forgery.replace("{third}", third))
        assert broken_revision(revisions) == broken

    def test_an_untouched_negotiation_is_whole(self, db):
        assert broken_revision(Negotiation(pk=404)) is None
        assert revision_of(Negotiation(pk=404)) == 0


def test_the_gate_can_be_taken_away_and_put_back(transactional_db, owner_role, web_role):
    """In a copy of the migrated database; what there is of it before and after is the same."""
    name = connection.settings_dict["NAME"]
    scratch = f"{name}_scratch"
    postgres = {**parameters(owner_role), "dbname": "postgres"}
    with psycopg.connect(**postgres, autocommit=True) as owner:
        owner.execute(f"DROP DATABASE IF EXISTS {scratch}")
        owner.execute(f"CREATE DATABASE {scratch} TEMPLATE {template_name()}")
        try:
            sign_in_as(owner_role, scratch)
            made = rights_and_rules()
            assert "seal()" in str(made["functions"])
            EventFactory()
            call_command("migrate", "positions", "zero", verbosity=0)
            assert Record.objects.filter(kind="event").exists()
            call_command("migrate", "positions", verbosity=0)
            assert rights_and_rules() == made
            assert not Record.objects.filter(kind="event").exists()
            call_command("migrate", "negotiations", "zero", verbosity=0)
            gone = rights_and_rules()
            assert gone["functions"] == gone["triggers"] == gone["defaults"] == []
            assert {name for name, rights in gone["relations"] if rights} == set()
            call_command("migrate", verbosity=0)
            assert rights_and_rules() == made
        finally:
            sign_in_as(web_role, name)
            owner.execute(f"DROP DATABASE {scratch}")


def rights_and_rules():
    """All that the migrations have made besides columns, with who may do what."""
    ours = "IN ('public', 'gate', 'asof')"
    return {
        "relations": sql(
            "SELECT oid::regclass::text, ARRAY(SELECT privilege_type FROM aclexplode(relacl)"
            " WHERE grantee = 'parley_web'::regrole ORDER BY 1) FROM pg_class"
            f" WHERE relnamespace::regnamespace::text {ours} ORDER BY 1"
        ),
        "functions": sql(
            "SELECT oid::regprocedure::text, proacl::text, prosrc FROM pg_proc"
            f" WHERE pronamespace::regnamespace::text {ours} ORDER BY 1"
        ),
        "triggers": sql(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
        ),
        "constraints": sql(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
            f" FROM pg_constraint WHERE connamespace::regnamespace::text {ours} ORDER BY 1, 2"
        ),
        "defaults": sql("SELECT defaclobjtype, defaclacl::text FROM pg_default_acl ORDER BY 1"),
    }
