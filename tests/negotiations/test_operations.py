"""Operations: one transaction each, signed, and refusals in words."""

import threading

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, connection, transaction

from negotiations.history import history_of, revision_of
from negotiations.models import (
    Changeset,
    History,
    Negotiation,
    Participation,
    Party,
    Round,
    Source,
    State,
    Track,
)
from negotiations.operations import Conflict, create, edit, operation, publish, remove, retract
from negotiations.refusals import explain, in_words
from positions.models import Demand, DemandHolder, Evidence, Proposal, TermValue
from tests.database import seal, sql
from tests.factories import (
    ClauseFactory,
    DemandFactory,
    EventFactory,
    EvidenceFactory,
    LinkageFactory,
    NegotiationFactory,
    ParticipationFactory,
    PartyFactory,
    ProposalFactory,
    RoundFactory,
    SourceFactory,
    TermChoiceFactory,
    TermFactory,
    TermValueFactory,
    TrackFactory,
    UserFactory,
)


@pytest.fixture
def user(db):
    return UserFactory()


def refusal(call):
    """The messages of the ``ValidationError`` that a call raises, by field."""
    with pytest.raises(ValidationError) as caught:
        call()
    error = caught.value
    return error.message_dict if hasattr(error, "error_dict") else {"": error.messages}


class TestOperation:
    def test_several_inside_one_are_one_changeset(self, transactional_db, user):
        negotiation = NegotiationFactory()

        @operation
        def make_two(*, user, reason=""):
            create(Track, user=UserFactory(), reason="inner", negotiation=negotiation, name="A")
            create(Track, user=UserFactory(), negotiation=negotiation, name="B")

        make_two(user=user, reason="outer")
        changeset = Changeset.objects.latest("pk")
        assert (changeset.revision, changeset.rows) == (2, 2)
        assert (changeset.user_id, changeset.reason) == (user.pk, "outer")

    def test_one_that_fails_leaves_nothing(self, transactional_db, user):
        negotiation = NegotiationFactory()

        @operation
        def make_and_fail(*, user, reason=""):
            create(Track, user=user, negotiation=negotiation, name="A")
            create(Track, user=user, negotiation=negotiation, name="")

        assert refusal(lambda: make_and_fail(user=user)) == {
            "name": ["This field cannot be blank."]
        }
        assert not Track.objects.exists()
        assert revision_of(negotiation) == 1
        assert create(Track, user=user, negotiation=negotiation, name="B").pk

    def test_the_signature_ends_with_it(self, user):
        create(Track, user=user, reason="why", negotiation=NegotiationFactory(), name="A")
        settings = sql(
            "SELECT current_setting('parley.user_id', true),"
            " current_setting('parley.user_name', true), current_setting('parley.reason', true)"
        )
        assert settings == [("", "", "")]

    @pytest.mark.parametrize("nobody", [None, AnonymousUser()])
    def test_nobody_may_sign(self, db, nobody):
        track = create(Track, user=nobody, negotiation=NegotiationFactory(), name="A")
        changeset = history_of(track).get().changeset
        assert (changeset.user_id, changeset.user_name) == (None, None)

    def test_it_names_its_user_whatever_another_thread_does(self, transactional_db):
        negotiation = NegotiationFactory()
        users = [UserFactory() for _ in range(2)]
        both = threading.Barrier(2)

        @operation
        def make(*, user, reason=""):
            both.wait(30)
            create(Track, user=user, negotiation=negotiation, name=user.username)
            both.wait(30)

        def run(user):
            try:
                make(user=user)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=[user]) for user in users]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
        for track in Track.objects.all():
            assert history_of(track).get().changeset.user_name == track.name
        assert Track.objects.count() == 2

    def test_what_ends_it_is_checked_before_it_returns(self, user):
        """Not by the caller's commit, whose error nobody can read."""
        meeting = RoundFactory()
        told = refusal(
            lambda: create(
                Participation,
                user=user,
                negotiation=meeting.negotiation,
                round=meeting,
                party=PartyFactory(negotiation=meeting.negotiation),
                role="mediator",
                state=State.PUBLISHED,
            )
        )
        (message,) = told[NON_FIELD_ERRORS]
        assert message.startswith("What is published rests only on what is published: particip")
        assert not Participation.objects.exists()


class TestCreate:
    def test_with_many_to_many_fields(self, user):
        negotiation = NegotiationFactory()
        parties = [PartyFactory(negotiation=negotiation) for _ in range(2)]
        proposal = create(
            Proposal,
            user=user,
            negotiation=negotiation,
            kind="memorandum",
            title="A",
            tabled=ProposalFactory.tabled,
            holders=parties,
        )
        assert list(proposal.holders.order_by("pk")) == parties
        assert proposal.holder_links.first().negotiation == negotiation

    def test_a_holder_from_elsewhere(self, user):
        stranger = PartyFactory(name="Stranger")
        told = refusal(
            lambda: create(
                Proposal,
                user=user,
                negotiation=NegotiationFactory(),
                kind="memorandum",
                title="A",
                tabled=ProposalFactory.tabled,
                holders=[stranger],
            )
        )
        assert told == {"holders": ["“Stranger” belongs to another negotiation."]}
        assert not Proposal.objects.exists()

    def test_errors_name_their_fields(self, user):
        negotiation = NegotiationFactory()
        create(Party, user=user, negotiation=negotiation, code="A", name="A", standing="principal")
        assert refusal(
            lambda: create(
                Party, user=user, negotiation=negotiation, code="A", name="", standing="friend"
            )
        ) == {
            "name": ["This field cannot be blank."],
            "standing": ["Value 'friend' is not a valid choice."],
            "code": ["This code is taken; choose another."],
        }

    @pytest.mark.parametrize("text", ["nul \0", "half \ud83d"])
    @pytest.mark.parametrize("field", ["name", "aliases"])
    def test_texts_that_no_database_holds(self, user, field, text):
        given = {"code": "A", "name": "A", "aliases": [], "standing": "principal"}
        given[field] = [text] if field == "aliases" else text
        told = refusal(lambda: create(Party, user=user, negotiation=NegotiationFactory(), **given))
        assert told == {field: ["This text holds a character that is none."]}

    @pytest.mark.parametrize("reason", ["nul \0", "half \ud83d"])
    def test_a_reason_that_no_database_holds(self, user, reason):
        negotiation = NegotiationFactory()
        told = refusal(
            lambda: create(Track, user=user, reason=reason, negotiation=negotiation, name="A")
        )
        assert told == {"reason": ["This text holds a character that is none."]}


class TestEdit:
    def test_it_counts_the_version(self, user):
        source = SourceFactory(outlet="A")
        changed = edit(source, user=user, version=1, outlet="B")
        assert (changed.pk, changed.outlet, changed.version) == (source.pk, "B", 2)
        source.refresh_from_db()
        assert (source.outlet, source.version) == ("B", 2)

    def test_an_older_version_is_a_conflict(self, user):
        source = SourceFactory(outlet="A")
        edit(source, user=user, version=1, outlet="B")
        with pytest.raises(Conflict) as caught:
            edit(source, user=user, version=1, outlet="C")
        assert (caught.value.current.outlet, caught.value.current.version) == ("B", 2)
        assert caught.value.as_json() == {
            "detail": "Somebody else has changed this since you opened it.",
            "id": source.pk,
            "version": 2,
        }
        source.refresh_from_db()
        assert source.outlet == "B"

    def test_the_same_again_is_no_change(self, user):
        source = SourceFactory(outlet="A")
        seal()
        before = Changeset.objects.count()
        same = edit(source, user=user, version=1, outlet="A", note="")
        assert same.version == 1
        assert Changeset.objects.count() == before

    def test_it_starts_from_what_is_stored(self, user):
        source = SourceFactory(outlet="A", note="old")
        Source.objects.update(note="new")
        edit(source, user=user, version=1, outlet="B")
        source.refresh_from_db()
        assert (source.outlet, source.note) == ("B", "new")

    def test_many_to_many_fields_are_edited_too(self, user):
        demand = DemandFactory()
        ((stays,), joins) = demand.holders.all(), PartyFactory(negotiation=demand.negotiation)
        link = DemandHolder.objects.get()
        changed = edit(demand, user=user, version=1, holders=[joins, stays])
        assert changed.version == 2
        assert set(demand.holders.all()) == {stays, joins}
        assert DemandHolder.objects.get(party=stays) == link
        assert edit(demand, user=user, version=2, holders=[stays, joins]).version == 2
        edit(demand, user=user, version=2, holders=[joins])
        assert list(demand.holders.all()) == [joins]

    def test_rows_without_versions(self, user):
        party = PartyFactory(name="A")
        assert edit(party, user=user, name="B").name == "B"
        assert refusal(lambda: edit(party, user=user, name="")) == {
            "name": ["This field cannot be blank."]
        }

    def test_what_is_gone(self, user):
        track = TrackFactory()
        Track.objects.filter(pk=track.pk).delete()
        assert refusal(lambda: edit(track, user=user, name="B")) == {
            "": [f"track {track.pk} is not there any more."]
        }


class TestState:
    def test_parts_that_were_in_its_state_go_along(self, user):
        demand = DemandFactory()
        evidence = EvidenceFactory(about=demand)
        source = SourceFactory(negotiation=demand.negotiation, state=State.PUBLISHED)
        Evidence.objects.update(source=source)
        doubted = TermValueFactory(about=demand, state=State.RETRACTED)
        value = TermValueFactory(about=demand)
        publish(demand, user=user, version=1)
        states = {
            row.pk: row.state for m in (Demand, Evidence, TermValue) for row in m.objects.all()
        }
        assert states == {
            demand.pk: "published",
            evidence.pk: "published",
            value.pk: "published",
            doubted.pk: "retracted",
        }
        demand.refresh_from_db()
        retract(demand, user=user, version=2)
        assert set(Evidence.objects.values_list("state", flat=True)) == {"retracted"}
        with pytest.raises(Conflict):
            publish(demand, user=user, version=1)


class TestRemove:
    def test_what_nothing_rests_on(self, user):
        track = TrackFactory()
        number = track.pk
        remove(track, user=user)
        assert not Track.objects.filter(pk=number).exists()
        assert History.objects.latest("pk").operation == "D"

    def test_what_rests_on_it_is_named(self, user):
        track = TrackFactory()
        meeting = RoundFactory(track=track)
        assert refusal(lambda: remove(track, user=user)) == {
            "": [f"Round {meeting.pk} rests on it."]
        }
        assert Track.objects.filter(pk=track.pk).exists()

    def test_a_link_is_named_as_what_it_belongs_to(self, user):
        demand = DemandFactory()
        party = demand.holders.get()
        assert refusal(lambda: remove(party, user=user)) == {
            "": [f"Demand {demand.pk} rests on it."]
        }

    def test_a_pointer_to_its_number_counts(self, user):
        event = EventFactory()
        link = LinkageFactory(
            about=DemandFactory(negotiation=event.negotiation), anchor_id=event.pk
        )
        assert refusal(lambda: remove(event, user=user)) == {
            "": [f"Linkage {link.pk} rests on it."]
        }

    def test_of_many_the_first_are_named(self, user):
        track = TrackFactory()
        rounds = [RoundFactory(track=track) for _ in range(7)]
        (message,) = refusal(lambda: remove(track, user=user))[""]
        assert message.endswith(" and others rest on it.")
        assert message.count("ound ") == 5
        assert str(rounds[0].pk) in message

    def test_its_links_and_parts_go_with_it(self, user):
        demand = DemandFactory()
        EvidenceFactory(about=demand)
        term = TermFactory(negotiation=demand.negotiation, kind="choice")
        TermValueFactory(about=demand, term=term, choices=[TermChoiceFactory(term=term)])
        kept = TermValueFactory(about=DemandFactory(negotiation=demand.negotiation))
        remove(demand, user=user)
        assert list(TermValue.objects.all()) == [kept]
        assert not Evidence.objects.exists()
        assert not Demand.objects.filter(pk=demand.pk).exists()

    def test_a_tree_of_parts(self, user):
        root = ClauseFactory()
        inner = ClauseFactory(parent=root)
        ClauseFactory(parent=inner)
        proposal = root.proposal
        assert "rests on it" in refusal(lambda: remove(root, user=user))[""][0]
        remove(proposal, user=user)
        assert not Proposal.objects.exists()

    def test_what_rests_on_a_part(self, user):
        clause = ClauseFactory()
        demand = DemandFactory(negotiation=clause.negotiation, clause=clause)
        assert refusal(lambda: remove(clause.proposal, user=user)) == {
            "": [f"Demand {demand.pk} rests on it."]
        }

    def test_evidence_in_a_circle(self, user):
        demand = DemandFactory()
        first = EvidenceFactory(about=demand)
        second = EvidenceFactory(about=first)
        Evidence.objects.filter(pk=first.pk).update(record_id=second.pk)
        (message,) = refusal(lambda: remove(first, user=user))[""]
        assert message.endswith("rests on it.")

    def test_a_negotiation_with_anything_in_it(self, user):
        party = PartyFactory()
        assert refusal(lambda: remove(party.negotiation, user=user)) == {
            "": [f"Party {party.pk} rests on it."]
        }
        empty = NegotiationFactory()
        remove(empty, user=user)
        assert not Negotiation.objects.filter(slug=empty.slug).exists()


class TestRefusals:
    """What passes every check beforehand and is refused by the database comes out in words."""

    def in_words(self, write):
        def run():
            with in_words(), transaction.atomic():
                write()
                seal()

        return refusal(run)

    def test_a_unique_field(self, db):
        NegotiationFactory(slug="talks")
        assert self.in_words(lambda: NegotiationFactory(slug="talks")) == {
            "slug": ["Negotiation with this Address already exists."]
        }

    def test_a_unique_constraint(self, db):
        seat = ParticipationFactory()
        again = {"round": seat.round, "party": seat.party, "role": seat.role}
        assert self.in_words(lambda: ParticipationFactory(**again)) == {
            "__all__": ["The party has this role at the round already."]
        }

    def test_a_check(self, db):
        assert self.in_words(lambda: TrackFactory(name="")) == {"name": ["Write something here."]}

    def test_a_pointer(self, db):
        track = TrackFactory()
        meeting = RoundFactory()
        told = self.in_words(lambda: Round.objects.filter(pk=meeting.pk).update(track=track))
        assert told == {
            "track": [
                "This is not there, not of this negotiation, or not of a kind that belongs here."
            ]
        }

    def test_a_loop(self, db):
        source = SourceFactory()
        told = self.in_words(lambda: Source.objects.update(derived_from=source))
        assert told == {"derived_from": ["This would lead back to itself."]}

    def test_a_value_too_great(self, db):
        told = self.in_words(lambda: sql('UPDATE negotiations_party SET "order" = 10^9::int'))
        assert "The database cannot hold this" in told[""][0]

    def test_a_rule_that_a_migration_added(self, db):
        raising = (
            "DO $$ BEGIN RAISE EXCEPTION 'Tea is cold.' USING ERRCODE = '23514',"
            " CONSTRAINT = 'tea_is_hot', DETAIL = 'cup 7'; END $$"
        )
        assert self.in_words(lambda: sql(raising)) == {"": ["Tea is cold."]}
        explain("tea_is_hot", "Warm it up: %(detail)s.", field="tea")
        assert self.in_words(lambda: sql(raising)) == {"tea": ["Warm it up: cup 7."]}

    def test_a_mistake_of_ours_goes_through(self, db):
        with pytest.raises(IntegrityError, match="null value"), in_words():
            sql("INSERT INTO negotiations_track (name) VALUES ('A')")
