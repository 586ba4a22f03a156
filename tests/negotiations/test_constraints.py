"""Same negotiation, kinds and loops: in words beforehand, and by the database whatever comes."""

import psycopg
import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, models
from django.db.migrations.writer import MigrationWriter

from negotiations.constraints import Acyclic, Gated, SameNegotiation, field_of
from negotiations.models import Record, Round, Scoped, Source, Track
from negotiations.operations import create
from positions.models import TermValue
from tests.database import seal, sql
from tests.factories import (
    DemandFactory,
    EventFactory,
    IssueFactory,
    RoundFactory,
    SourceFactory,
    TermFactory,
    TermValueFactory,
    TrackFactory,
)

OURS = [
    SameNegotiation(field="track", name="round_track_same_negotiation"),
    SameNegotiation(field="record", name="value_record", kinds=["demand", "term value"]),
    Gated(name="round_gated"),
    Gated(name="round_gated", kind="round"),
    Acyclic(field="parent", name="issue_parent_acyclic"),
]


class TestDeclaring:
    @pytest.mark.parametrize("constraint", OURS, ids=repr)
    def test_a_constraint_survives_a_migration(self, constraint):
        text, imports = MigrationWriter.serialize(constraint)
        scope = {}
        exec("\n".join(imports), scope)
        assert eval(text, scope) == constraint
        assert constraint.clone() == constraint if hasattr(constraint, "clone") else True

    def test_each_differs_from_the_others(self):
        for one in OURS:
            assert [other for other in OURS if other == one] == [one]

    @pytest.mark.django_db
    def test_models_and_migrations_agree(self):
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)

    def test_each_pointer_inside_a_negotiation_is_kept_there(self):
        """The composite key is the only one: a second, on the number alone, adds nothing."""
        pointers = [
            (model, field)
            for model in apps.get_models()
            if issubclass(model, Scoped)
            for field in model._meta.concrete_fields
            if field.is_relation and issubclass(field.related_model, Scoped | Record)
        ]
        assert len(pointers) > 40
        for model, field in pointers:
            own = [
                constraint
                for constraint in model._meta.constraints
                if isinstance(constraint, SameNegotiation) and constraint.field == field.name
            ]
            assert len(own) == 1, field
            assert bool(own[0].kinds) == (field.related_model is Record), field
            assert not field.db_constraint, field
            assert field.remote_field.on_delete is models.PROTECT, field

    @pytest.mark.parametrize(
        ("constraint", "field"),
        [
            (OURS[0], "track"),
            (OURS[4], "parent"),
            (OURS[2], None),
            (models.UniqueConstraint(fields=["negotiation", "code"], name="x"), "code"),
            (models.UniqueConstraint(fields=["party", "round"], name="x"), None),
            (models.CheckConstraint(condition=~models.Q(name=""), name="x"), "name"),
            (models.CheckConstraint(condition=models.Q(a=models.F("b")), name="x"), None),
        ],
        ids=repr,
    )
    def test_the_field_that_a_violation_is_shown_at(self, constraint, field):
        assert field_of(constraint) == field


class TestRemoving:
    """What a later migration takes away is gone, and can be put back."""

    @pytest.fixture
    def owner(self, transactional_db, connect, owner_role):
        return connect(owner_role)

    def statements(self, model, constraint):
        with connection.schema_editor(collect_sql=True) as editor:
            editor.add_constraint(model, constraint)
            editor.remove_constraint(model, constraint)
        # Deferred, so that what is added comes after all else.
        removed, *added = editor.collected_sql
        return removed, " ".join(added)

    @pytest.mark.parametrize(
        ("model", "name"),
        [
            (TermValue, "term_value_record_same_negotiation"),
            (Round, "round_track_same_negotiation"),
            (Source, "source_derived_from_acyclic"),
        ],
    )
    def test_a_constraint(self, owner, model, name):
        def rules():
            rows = owner.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                " UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger"
                " WHERE NOT tgisinternal"
                " UNION ALL SELECT name, c::text FROM gate.check c ORDER BY 1, 2"
            )
            return rows.fetchall()

        (constraint,) = (c for c in model._meta.constraints if c.name == name)
        before = rules()
        remove, add = self.statements(model, constraint)
        owner.execute(remove)
        assert rules() == [rule for rule in before if rule[0] != name]
        owner.execute(add)
        assert rules() == before

    def test_the_gate(self, owner):
        (constraint,) = (c for c in Round._meta.constraints if isinstance(c, Gated))
        triggers = (
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
            " AND tgrelid = 'negotiations_round'::regclass ORDER BY 1"
        )
        before = owner.execute(triggers).fetchall()
        assert len(before) == 6
        remove, add = self.statements(Round, constraint)
        owner.execute(remove)
        assert [t for (t,) in owner.execute(triggers) if "gate" in t.split(" ON ")[0]] == []
        owner.execute(add)
        assert owner.execute(triggers).fetchall() == before


class TestSameNegotiation:
    def test_in_words(self, db):
        elsewhere = TrackFactory(name="Military")
        meeting = RoundFactory()
        meeting.track = elsewhere
        with pytest.raises(ValidationError) as caught:
            meeting.full_clean()
        assert caught.value.message_dict == {
            "track": ["“Military” belongs to another negotiation."]
        }

    def test_what_is_not_there(self, db):
        meeting = RoundFactory()
        (constraint,) = (
            c for c in Round._meta.constraints if c.name == "round_track_same_negotiation"
        )
        missing = Round(negotiation=meeting.negotiation, track_id=meeting.pk)
        with pytest.raises(ValidationError, match="not there"):
            constraint.validate(Round, missing)
        constraint.validate(Round, missing, exclude={"track"})

    @pytest.mark.parametrize("write", ["save", "update", "bulk_create", "sql"])
    def test_by_the_database(self, db, write):
        meeting, elsewhere = RoundFactory(), TrackFactory()
        with pytest.raises(IntegrityError, match="round_track_same_negotiation"):
            {
                "save": lambda: RoundFactory(negotiation=meeting.negotiation, track=elsewhere),
                "update": lambda: Round.objects.update(track=elsewhere),
                "bulk_create": lambda: Round.objects.bulk_create(
                    [Round(negotiation=meeting.negotiation, track=elsewhere, title="A")]
                ),
                "sql": lambda: sql("UPDATE negotiations_round SET track_id = %s", elsewhere.pk),
            }[write]()

    def test_after_an_operation_it_still_holds_at_once(self, db):
        """Not only at the end of the test's transaction."""
        meeting = RoundFactory()
        create(Track, user=None, negotiation=meeting.negotiation, name="A")
        with pytest.raises(IntegrityError, match="round_track_same_negotiation"):
            Round.objects.filter(pk=meeting.pk).update(track=TrackFactory())


class TestKinds:
    def test_in_words(self, db):
        issue = IssueFactory()
        value = TermValueFactory.build(
            negotiation=issue.negotiation, about=issue, term=TermFactory(issue=issue)
        )
        with pytest.raises(ValidationError) as caught:
            value.full_clean()
        assert caught.value.message_dict == {
            "record": [
                f"“issue {issue.pk}” does not belong here: it must be one of: "
                "demand, outcome, event."
            ]
        }

    @pytest.mark.parametrize("made_by", [DemandFactory, EventFactory])
    def test_what_is_allowed(self, db, made_by):
        about = made_by()
        value = TermValueFactory(about=about, negotiation=about.negotiation)
        assert value.record.kind == about._meta.model_name

    @pytest.mark.parametrize("statement", ["insert", "update"])
    def test_by_the_database(self, db, statement):
        issue = IssueFactory()
        value = TermValueFactory(negotiation=issue.negotiation)
        writes = {
            "insert": lambda: TermValueFactory(about=issue, term=value.term),
            "update": lambda: TermValue.objects.update(record_id=issue.pk),
        }
        with pytest.raises(IntegrityError) as caught:
            writes[statement]()
        assert caught.value.__cause__.diag.constraint_name == "term_value_record_same_negotiation"
        assert caught.value.__cause__.diag.sqlstate == "23514"

    def test_a_record_that_is_not_there(self, db):
        value = TermValueFactory()
        with pytest.raises(IntegrityError, match="term_value_record_same_negotiation") as caught:
            TermValue.objects.update(record_id=value.pk + 10**9)
        assert caught.value.__cause__.diag.sqlstate == "23503"

    def test_a_number_cannot_change_hands_under_a_pointer(self, transactional_db, connect):
        """Not even where all that can be deferred is."""
        event = EventFactory()
        TermValueFactory(about=event)
        web = connect()
        web.execute("SET CONSTRAINTS ALL DEFERRED")
        with pytest.raises(psycopg.errors.ForeignKeyViolation) as caught:
            web.execute("DELETE FROM positions_event WHERE id = %s", [event.pk])
        assert caught.value.diag.constraint_name == "term_value_record_same_negotiation"


class TestLoops:
    @pytest.fixture
    def chain(self, db):
        """Three sources, each derived from the one before."""
        first = SourceFactory()
        second = SourceFactory(negotiation=first.negotiation, derived_from=first)
        third = SourceFactory(negotiation=first.negotiation, derived_from=second)
        seal()
        return first, second, third

    @pytest.mark.parametrize("end", [0, 1, 2])
    def test_in_words(self, chain, end):
        chain[0].derived_from = chain[end]
        with pytest.raises(ValidationError) as caught:
            chain[0].full_clean()
        assert caught.value.message_dict == {"derived_from": ["This would lead back to itself."]}

    def test_a_chain_is_none(self, chain):
        for source in chain:
            source.full_clean()
        chain[2].corrects = chain[0]
        chain[2].full_clean()
        chain[0].corrects = chain[1]
        chain[0].full_clean()

    @pytest.mark.parametrize("end", [0, 1, 2])
    def test_by_the_database(self, chain, end):
        Source.objects.filter(pk=chain[0].pk).update(derived_from=chain[end])
        with pytest.raises(IntegrityError) as caught:
            seal()
        assert caught.value.__cause__.diag.constraint_name == "source_derived_from_acyclic"
        connection.needs_rollback = True

    def test_each_field_for_itself(self, chain):
        Source.objects.filter(pk=chain[0].pk).update(corrects=chain[2])
        seal()
        Source.objects.filter(pk=chain[2].pk).update(corrects=chain[0])
        with pytest.raises(IntegrityError) as caught:
            seal()
        assert caught.value.__cause__.diag.constraint_name == "source_corrects_acyclic"
        connection.needs_rollback = True

    def test_a_loop_that_is_opened_again_in_time_is_none(self, chain):
        Source.objects.filter(pk=chain[0].pk).update(derived_from=chain[2])
        Source.objects.filter(pk=chain[1].pk).update(derived_from=None)
        seal()
