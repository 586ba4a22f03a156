"""What becomes of a round, and who is seated at it."""

import pytest
from django.core.exceptions import ValidationError

from negotiations import ranges
from negotiations.models import Delegate, Negotiation, Participation, Person, Round, State
from negotiations.operations import Conflict
from negotiations.rounds import (
    cancel_round,
    hold_round,
    postpone_round,
    seat_again,
    seat_delegate,
)
from tests.factories import (
    DelegateFactory,
    ParticipationFactory,
    PartyFactory,
    PersonFactory,
    RoundFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def at(text: str):
    return ranges.parse_times(text, "Europe/Istanbul")


@pytest.fixture
def planned():
    return RoundFactory(
        planned=at("12 June 2025"), time_zone="Europe/Istanbul", state=State.PUBLISHED
    )


def test_a_round_is_held(planned):
    held = hold_round(
        user=UserFactory(),
        round=planned,
        version=1,
        held=at("12 June 2025, 14:00–15:30"),
        venue="Ankara",
        duration=ranges.parse_quantity("90"),
    )
    assert (held.status, held.venue, held.version) == ("held", "Ankara", 2)
    assert ranges.times_text(held.held, held.time_zone) == "12 June 2025, 14:00–15:30"
    assert ranges.times_text(held.planned, held.time_zone) == "12 June 2025"


def test_a_round_is_not_held_without_a_day(planned):
    with pytest.raises(ValidationError, match="say when"):
        hold_round(user=UserFactory(), round=planned, version=1, held=None)
    planned.refresh_from_db()
    assert planned.status == "planned"


def test_a_round_is_postponed_to_a_day_or_to_none_yet(planned):
    later = postpone_round(user=UserFactory(), round=planned, version=1, planned=at("20 June 2025"))
    assert later.status == "postponed"
    assert ranges.times_text(later.planned, later.time_zone) == "20 June 2025"
    assert postpone_round(user=UserFactory(), round=later, version=2).planned is None


def test_a_cancelled_round_keeps_what_was_planned(planned):
    cancelled = cancel_round(user=UserFactory(), round=planned, version=1)
    assert (cancelled.status, cancelled.planned) == ("cancelled", planned.planned)


@pytest.mark.parametrize("act", [postpone_round, cancel_round])
def test_what_was_held_is_neither_postponed_nor_cancelled(planned, act):
    held = hold_round(user=UserFactory(), round=planned, version=1, held=at("12 June 2025"))
    with pytest.raises(ValidationError, match="was held"):
        act(user=UserFactory(), round=held, version=2)
    assert Round.objects.get(pk=held.pk).status == "held"


def test_the_stored_round_decides_whether_it_was_held(planned):
    hold_round(user=UserFactory(), round=planned, version=1, held=at("12 June 2025"))
    with pytest.raises(Conflict):
        cancel_round(user=UserFactory(), round=planned, version=1)


@pytest.mark.parametrize("act", [postpone_round, cancel_round])
def test_who_did_not_see_that_it_was_held_gets_the_newer_round(planned, act):
    held = hold_round(user=UserFactory(), round=planned, version=1, held=at("12 June 2025"))
    with pytest.raises(Conflict) as conflict:
        act(user=UserFactory(), round=held, version=1)
    assert (conflict.value.current.status, conflict.value.current.version) == ("held", 2)


@pytest.mark.parametrize(
    ("act", "fields"),
    [(hold_round, {"held": at("12 June 2025")}), (postpone_round, {}), (cancel_round, {})],
)
def test_somebody_else_was_quicker(planned, act, fields):
    postpone_round(user=UserFactory(), round=planned, version=1, planned=at("13 June 2025"))
    with pytest.raises(Conflict) as conflict:
        act(user=UserFactory(), round=planned, version=1, **fields)
    assert conflict.value.current.status == "postponed"


def test_a_delegate_who_is_known(planned):
    person, party = (
        PersonFactory(negotiation=planned.negotiation),
        PartyFactory(negotiation=planned.negotiation),
    )
    seat = seat_delegate(
        user=UserFactory(),
        round=planned,
        party=party,
        person=person,
        capacity="Minister of defence",
        is_head=True,
        attended=None,
    )
    assert (seat.person, seat.capacity, seat.is_head, seat.attended, seat.state) == (
        person,
        "Minister of defence",
        True,
        None,
        "published",
    )


def test_a_delegate_who_is_new_is_recorded_with_the_seat_or_not_at_all(planned):
    party = PartyFactory(negotiation=planned.negotiation)
    named = {"user": UserFactory(), "round": planned, "party": party}
    seat = seat_delegate(**named, person={"name": "Somebody New"})
    assert seat.person.name == "Somebody New"
    with pytest.raises(ValidationError):
        seat_delegate(**named, person={"name": "Nobody Else"}, capacity="x" * 301)
    assert not Person.objects.filter(name="Nobody Else").exists()


def test_nobody_sits_twice_on_one_list(planned):
    party = PartyFactory(negotiation=planned.negotiation)
    named = {"user": UserFactory(), "round": planned, "party": party}
    seat = seat_delegate(**named, person={"name": "Somebody"})
    with pytest.raises(ValidationError, match="list already"):
        seat_delegate(**named, person=seat.person)


def test_seats_of_a_draft_or_of_a_reviewed_negotiation_are_drafts(planned):
    party = PartyFactory(negotiation=planned.negotiation)
    draft = RoundFactory(negotiation=planned.negotiation)
    seat = seat_delegate(user=UserFactory(), round=draft, party=party, person={"name": "Somebody"})
    assert seat.state == "draft"
    Negotiation.objects.filter(pk=planned.negotiation_id).update(review="required")
    reviewed = Round.objects.get(pk=planned.pk)
    assert (
        seat_delegate(user=UserFactory(), round=reviewed, party=party, person=seat.person).state
        == "draft"
    )


@pytest.fixture
def last_time(planned):
    """Two roles and two people at the round before."""
    before = RoundFactory(negotiation=planned.negotiation, track=planned.track)
    sides = PartyFactory.create_batch(2, negotiation=planned.negotiation)
    roles = [ParticipationFactory(round=before, party=party) for party in sides]
    seats = [
        DelegateFactory(round=before, party=sides[0], capacity="Minister", is_head=True),
        DelegateFactory(round=before, party=sides[1], attended=False),
    ]
    return roles, seats


def test_as_last_time_keeps_role_capacity_and_head(planned, last_time):
    roles, seats = last_time
    seat_again(user=UserFactory(), round=planned, participations=roles, delegates=seats)
    now = Delegate.objects.filter(round=planned).order_by("pk")
    assert [(s.person, s.capacity, s.is_head, s.attended, s.state) for s in now] == [
        (seats[0].person, "Minister", True, None, "published"),
        (seats[1].person, "", None, None, "published"),
    ]
    again = Participation.objects.filter(round=planned)
    assert {(p.party, p.role) for p in again} == {(r.party, r.role) for r in roles}


def test_at_a_round_that_was_held_they_attended(planned, last_time):
    held = hold_round(user=UserFactory(), round=planned, version=1, held=at("12 June 2025"))
    seat_again(user=UserFactory(), round=held, delegates=last_time[1])
    assert set(Delegate.objects.filter(round=held).values_list("attended", flat=True)) == {True}


def test_as_last_time_all_or_nothing(planned, last_time):
    roles, seats = last_time
    seat_again(user=UserFactory(), round=planned, delegates=seats[1:])
    with pytest.raises(ValidationError, match="list already"):
        seat_again(user=UserFactory(), round=planned, participations=roles, delegates=seats)
    assert Participation.objects.filter(round=planned).count() == 0
    assert Delegate.objects.filter(round=planned).count() == 1
