"""The past: what was there at a revision, read by the query sets of today."""

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, models, transaction
from django.db.utils import Error, InternalError, OperationalError, ProgrammingError

from accounts.models import ApiToken, User
from negotiations.constraints import Gated
from negotiations.fulltext import read_words
from negotiations.history import history_of
from negotiations.models import (
    Changeset,
    Delegate,
    Head,
    History,
    Membership,
    Negotiation,
    Party,
    Record,
    Round,
    Source,
    Track,
    UnsavedForm,
)
from negotiations.past import UnknownRevision, at_revision
from positions.models import Comment
from tests.database import seal, sql
from tests.factories import (
    MembershipFactory,
    NegotiationFactory,
    PartyFactory,
    RoundFactory,
    SourceFactory,
    TrackFactory,
    UserFactory,
)
from tests.refusing import FACTORIES, our_models

ANYBODY = AnonymousUser()
GATED = [m for m in our_models() if any(isinstance(c, Gated) for c in m._meta.constraints)]
#: Read as they are today: who is asking, and whether they may see the negotiation.
TODAY = [Membership, User, apps.get_model("sessions", "Session")]
IN_THE_PAST = sorted({*GATED, *TODAY, Record, Head, Changeset, History}, key=lambda m: m.__name__)


def rows_of(negotiation):
    """All rows that keep a history, and the records, as the database has them."""
    return {
        model.__name__: list(
            model._base_manager.filter(
                **{"pk" if model is Negotiation else "negotiation": negotiation.pk}
            )
            .order_by("pk")
            .values()
        )
        for model in [*GATED, Record]
        if model is not Membership
    }


def change(row):
    """Change a text of a row, or its version; a link, which has neither, goes and comes back."""
    rows = type(row)._base_manager.filter(pk=row.pk)
    fixed = {"code", "slug", "time_zone", "url", "field", "reads", "retired_because"}
    texts = [
        field
        for field in row._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not (field.choices or field.name in fixed)
    ]
    if texts:
        name = texts[0].attname
        rows.update(**{name: f"{getattr(row, name)} now"})
    elif hasattr(row, "version"):
        rows.update(version=row.version + 1)
    else:
        rows._raw_delete("default")
        row.save(force_insert=True)


def delete_all(rows):
    """Delete rows in whichever order they let go of each other."""
    while rows:
        left = []
        for row in rows:
            try:
                with transaction.atomic():
                    type(row)._base_manager.filter(pk=row.pk)._raw_delete("default")
            except IntegrityError:
                left.append(row)
        assert len(left) < len(rows)
        rows = left


class TestRows:
    def test_every_row_is_as_it_was(self, negotiation):
        made = [
            FACTORIES[model](negotiation=negotiation)
            for model in GATED
            if model not in (Negotiation, Membership)
        ]
        seal()
        whole = rows_of(negotiation)
        assert all(whole.values())
        # A comment stays as it was written.
        for row in [each for each in (*made, negotiation) if not isinstance(each, Comment)]:
            change(row)
        seal()
        changed = rows_of(negotiation)
        same = {name for name in whole if whole[name] == changed[name]}
        links = {"DemandHolder", "DemandAddressee", "DemandObligor", "OutcomeConfirmation"}
        assert same <= {
            *links,
            "Participation",
            "ProposalHolder",
            "Record",
            "TermValueChoice",
            "Comment",
            "Mention",
        }
        delete_all(
            [
                row
                for model in GATED
                if model not in (Negotiation, Membership)
                for row in model._base_manager.filter(negotiation=negotiation)
            ]
        )
        seal()
        number = next(row.pk for row in made if isinstance(row, Track))
        TrackFactory(pk=number, name="Again", negotiation=negotiation)
        seal()
        again = rows_of(negotiation)
        assert len(again["Track"]) == len(again["Record"]) == 1
        last = negotiation.head.revision
        for revision, then in {last - 3: whole, last - 2: changed, last: again}.items():
            with at_revision(negotiation, revision):
                assert rows_of(negotiation) == then
        with at_revision(negotiation, last - 1):
            gone = rows_of(negotiation)
            assert gone.pop("Negotiation") == changed["Negotiation"]
            assert not any(gone.values())

    def test_ranges_lists_and_times(self, negotiation):
        meeting = RoundFactory(negotiation=negotiation, title="Вода")
        PartyFactory(negotiation=negotiation, aliases=["a, b", 'c "d"', ""])
        sql(
            "UPDATE negotiations_round SET duration = '[1.50,)', status = 'held',"
            " held = '[2025-05-16 10:30+03, 2025-05-16 12:29+03)' WHERE id = %s",
            meeting.pk,
        )
        seal()
        then = rows_of(negotiation)
        Round.objects.all().delete()
        Party.objects.update(aliases=[])
        seal()
        with at_revision(negotiation, 2):
            assert rows_of(negotiation) == then

    def test_only_one_negotiation_is_there(self, negotiation):
        other = TrackFactory().negotiation
        TrackFactory(negotiation=negotiation, name="Ours")
        seal()
        with at_revision(negotiation, 2):
            assert [track.name for track in Track.objects.all()] == ["Ours"]
            assert list(Negotiation.objects.visible_to(ANYBODY)) == [negotiation]
        with at_revision(other, 1):
            assert Track.objects.get().negotiation == other

    def test_the_negotiation_is_given_as_it_was(self, negotiation):
        Negotiation.objects.update(
            title="Renamed", slug="renamed", summary="Long", review="required"
        )
        seal()
        today = Negotiation.objects.with_revision().get()
        with at_revision(today, 1) as then:
            assert (then.title, then.summary, then.review) == (negotiation.title, "", "off")
            # Its address is today's: that is where links lead.
            assert (then.slug, then.revision) == ("renamed", 1)
            assert Negotiation.objects.get().revision == 1
        assert today.revision == Negotiation.objects.get().revision == 2

    def test_changes_end_there(self, negotiation):
        track = TrackFactory(negotiation=negotiation, name="A")
        seal()
        Track.objects.update(name="B")
        seal()
        with at_revision(negotiation, 2):
            assert [row.data["name"] for row in history_of(track)] == ["A"]
            assert Changeset.objects.count() == Head.objects.get().revision == 2
            newest = History.objects.newest_of_each_row().get(row_id=track.pk)
            assert newest.data["name"] == "A"
        assert [row.data["name"] for row in history_of(track)] == ["A", "B"]

    def test_words_are_found_that_stood_there(self, negotiation):
        SourceFactory(negotiation=negotiation, title="A ceasefire")
        seal()
        Source.objects.update(title="A truce")
        seal()
        words = read_words("ceasefires")
        assert not Source.objects.matching(words, negotiation)
        with at_revision(negotiation, 2):
            assert Source.objects.matching(words, negotiation).get().title == "A ceasefire"


class TestWhoSees:
    def test_the_state_of_then_decides(self, negotiation):
        editor = MembershipFactory(negotiation=negotiation).user
        draft = SourceFactory(negotiation=negotiation, outlet="Draft then")
        public = SourceFactory(negotiation=negotiation, outlet="Public then", state="published")
        seal()
        Source.objects.filter(pk=draft.pk).update(state="published")
        Source.objects.filter(pk=public.pk).update(state="retracted")
        seal()
        assert list(Source.objects.visible_to(ANYBODY)) == [draft]
        with at_revision(negotiation, 2):
            assert list(Source.objects.visible_to(ANYBODY)) == [public]
            assert list(Record.objects.visible_to(ANYBODY).values("pk", "state")) == [
                {"pk": public.pk, "state": "published"}
            ]
            assert set(Source.objects.visible_to(editor)) == {draft, public}

    def test_membership_is_todays(self, negotiation):
        SourceFactory(negotiation=negotiation)
        left = MembershipFactory(negotiation=negotiation)
        seal()
        left.delete()
        joined = MembershipFactory(negotiation=negotiation)
        seal()
        with at_revision(negotiation, 2):
            assert not Source.objects.visible_to(left.user)
            assert Source.objects.visible_to(joined.user).count() == 1

    def test_what_is_for_members_today_has_a_past_for_members(self, negotiation):
        member = MembershipFactory(negotiation=negotiation, role="reader").user
        TrackFactory(negotiation=negotiation)
        seal()
        Negotiation.objects.update(visibility="members")
        seal()
        with at_revision(negotiation, 2):
            assert not Negotiation.objects.visible_to(ANYBODY)
            assert not Track.objects.visible_to(ANYBODY)
            assert not Track.objects.visible_to(UserFactory.build(pk=10**9))
            assert Track.objects.visible_to(member).count() == 1
        Negotiation.objects.update(visibility="public")
        seal()
        with at_revision(negotiation, 3):
            assert Track.objects.visible_to(ANYBODY).count() == 1


class TestViews:
    @pytest.mark.parametrize("model", IN_THE_PAST, ids=lambda model: model.__name__)
    def test_what_pages_read_is_there(self, negotiation, model):
        table = model._meta.db_table
        kinds = (
            "SELECT attname, format_type(atttypid, -1) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        )
        assert sql(kinds, f"asof.{table}") == sql(kinds, f"public.{table}")
        with at_revision(negotiation, 1):
            list(model._base_manager.all())

    def test_nothing_else_is(self, negotiation):
        views = sql("SELECT relname FROM pg_class WHERE relnamespace = 'asof'::regnamespace")
        assert {name for (name,) in views} == {model._meta.db_table for model in IN_THE_PAST}

    @pytest.mark.parametrize("model", [UnsavedForm, ApiToken])
    def test_a_table_without_a_view_is_an_error(self, negotiation, model):
        with pytest.raises(ProgrammingError, match="does not exist"), at_revision(negotiation, 1):
            model._base_manager.exists()
        assert not model._base_manager.exists()

    def test_they_give_nobody_more_than_the_tables_do(self, db):
        loose = sql(
            "SELECT relname FROM pg_class WHERE relnamespace = 'asof'::regnamespace"
            " AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}'"
        )
        assert loose == []

    def test_outside_there_is_no_past(self, db):
        with pytest.raises(Error, match=r"parley\.negotiation|invalid input"):
            sql("SELECT FROM asof.negotiations_track")

    def test_grouping(self, negotiation):
        TrackFactory(negotiation=negotiation)
        seal()
        with at_revision(negotiation, 2):
            counted = Track.objects.annotate(meetings=models.Count("rounds"))
            assert [track.meetings for track in counted] == [0]


@pytest.mark.parametrize("revision", [-1, 0, 3, 10**30])
class TestUnknownRevisions:
    def test_refused(self, negotiation, revision):
        TrackFactory(negotiation=negotiation)
        seal()
        with (
            pytest.raises(UnknownRevision, match=f"{negotiation.slug} has no revision {revision}"),
            at_revision(negotiation, revision),
        ):
            pytest.fail("it was entered")
        assert Track.objects.exists()


def test_what_is_not_sealed_is_no_revision(negotiation):
    new = NegotiationFactory()
    with pytest.raises(UnknownRevision), at_revision(new, 1):
        pytest.fail("it was entered")


def settings():
    (values,) = sql(
        "SELECT current_setting('search_path'), current_setting('transaction_read_only'),"
        " nullif(current_setting('parley.revision', true), ''), current_setting('jit')"
    )
    return *values, connection.features.allows_group_by_selected_pks


class TestEnteringAndLeaving:
    @pytest.fixture
    def talks(self, transactional_db):
        """A negotiation of two revisions, committed."""
        negotiation = NegotiationFactory()
        TrackFactory(negotiation=negotiation, name="A")
        return negotiation

    def test_all_is_as_before(self, talks):
        before = settings()
        with at_revision(talks, 1):
            assert settings()[:3] == ("asof", "on", "1")
            assert sql("SHOW transaction_isolation") == [("repeatable read",)]
            assert not Track.objects.exists()
        assert settings() == before
        assert not connection.in_atomic_block
        assert Track.objects.exists()

    def test_after_an_error_too(self, talks):
        before = settings()
        for error, act in [
            (ZeroDivisionError, lambda: 1 / 0),
            (ProgrammingError, lambda: sql("SELECT FROM nowhere")),
        ]:
            with pytest.raises(error), at_revision(talks, 1):
                act()
            assert settings() == before

    def test_nothing_is_written(self, talks):
        track = Track.objects.get()
        for act in (track.save, track.delete, lambda: TrackFactory(negotiation=talks)):
            with pytest.raises(OperationalError), at_revision(talks, 2):
                act()
        with pytest.raises(InternalError, match="read-only"), at_revision(talks, 2):
            sql("UPDATE public.negotiations_track SET name = 'B'")
        assert [track.name for track in Track.objects.all()] == ["A"]
        Track.objects.update(name="B")

    def test_all_queries_see_one_moment(self, talks, connect):
        with at_revision(talks, 2):
            assert Negotiation.objects.visible_to(ANYBODY).exists()
            with connect() as other:
                other.execute("UPDATE negotiations_negotiation SET visibility = 'members'")
            assert Negotiation.objects.visible_to(ANYBODY).exists()
        assert not Negotiation.objects.visible_to(ANYBODY).exists()

    def test_inside_another_transaction(self, talks):
        with transaction.atomic():
            before = settings()
            Track.objects.update(name="B")
            with at_revision(talks, 2):
                assert Track.objects.get().name == "A"
            assert settings() == before
            with pytest.raises(ZeroDivisionError), at_revision(talks, 2):
                raise ZeroDivisionError
            assert settings() == before
            assert Track.objects.get().name == "B"
            Track.objects.update(name="C")
        assert Track.objects.get().name == "C"

    def test_inside_another_past(self, talks):
        Track.objects.update(name="B")
        with at_revision(talks, 2):
            assert Track.objects.get().name == "A"
            with at_revision(talks, 3) as then:
                assert (Track.objects.get().name, then.revision) == ("B", 3)
            assert Track.objects.get().name == "A"
            assert Negotiation.objects.get().revision == 2
        assert Track.objects.get().name == "B"

    def test_the_pool_gives_out_clean_connections(self, talks, connect):
        with at_revision(talks, 2):
            pass
        before = settings()
        connection.close()
        assert settings() == before
        with at_revision(talks, 1):
            assert not Delegate.objects.exists()
