"""Chains of supersession of any shape: what stands at the end of a day, and for whom."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from negotiations import ranges
from negotiations.models import Party
from positions.models import Demand, DemandHolder
from tests.factories import IssueFactory, PartyFactory
from tests.recording import published_demand

pytestmark = pytest.mark.django_db

FIRST = date(2025, 6, 1)
DAYS = 6
SIDES = range(3)


@st.composite
def forests(draw):
    """Return demands: what each supersedes, by its place, its holders, and when it was stated."""
    forest: list[tuple[int | None, frozenset[int], int]] = []
    for place in range(draw(st.integers(2, 5))):
        older = draw(st.none() | st.integers(0, place - 1)) if place else None
        holders = draw(st.frozensets(st.sampled_from(SIDES), min_size=1))
        if older is not None:
            holders |= {draw(st.sampled_from(sorted(forest[older][1])))}
        forest.append((older, holders, draw(st.integers(0, DAYS - 1))))
    return forest


def recorded(forest) -> list[Demand]:
    issue = IssueFactory()
    parties = PartyFactory.create_batch(len(SIDES), negotiation=issue.negotiation)
    demands: list[Demand] = []
    for older, holders, day in forest:
        demands.append(
            published_demand(
                negotiation=issue.negotiation,
                issue=issue,
                holders=[parties[side] for side in sorted(holders)],
                stated=ranges.day(FIRST + timedelta(days=day)),
                supersedes=None if older is None else demands[older],
            )
        )
    return demands


def beyond(forest, place) -> set[int]:
    """Return the places of all that supersede a demand, however many lie between."""
    newer = {n for n, (older, *_rest) in enumerate(forest) if older == place}
    return newer.union(*(beyond(forest, n) for n in newer))


def standing(forest, day) -> set[tuple[int, int]]:
    """Return who holds what at the end of a day, as domain.md has it."""
    return {
        (place, side)
        for place, (_older, holders, stated) in enumerate(forest)
        for side in holders
        if stated <= day
        and not any(
            side in forest[newer][1] and forest[newer][2] <= day for newer in beyond(forest, place)
        )
    }


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(forest=forests())
def test_current_never_shows_two_members_of_one_chain(forest):
    with transaction.atomic():
        demands = recorded(forest)
        places = {demand.pk: place for place, demand in enumerate(demands)}
        parties = Party.objects.filter(negotiation=demands[0].negotiation).order_by("pk")
        sides = {party.pk: side for side, party in enumerate(parties)}
        for day in range(DAYS):
            as_of = FIRST + timedelta(days=day)
            links = DemandHolder.objects.filter(demand__in=Demand.objects.current(as_of))
            found = {
                (places[link.demand_id], sides[link.party_id]) for link in links.remaining(as_of)
            }
            assert found == standing(forest, day)
            for place, side in found:
                assert not {(newer, side) for newer in beyond(forest, place)} & found
        transaction.set_rollback(True)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(forest=forests(), days=st.sets(st.integers(0, DAYS - 1), min_size=1, max_size=3))
def test_what_stands_on_several_days_and_the_way_back_from_it(forest, days):
    with transaction.atomic():
        demands = recorded(forest)
        places = {demand.pk: place for place, demand in enumerate(demands)}
        dates = {day: FIRST + timedelta(days=day) for day in days}
        parties = Party.objects.filter(negotiation=demands[0].negotiation).order_by("pk")
        sides = {party.pk: side for side, party in enumerate(parties)}
        on = list(dates.values())
        found = Demand.objects.standing_on(on).with_holding(on).with_steps()
        held: dict[int, set[tuple[int, int]]] = {day: set() for day in days}
        for demand in found:
            place = places[demand.pk]
            for day in days:
                held[day] |= {(place, sides[pk]) for pk in demand.holding[str(dates[day])] or ()}
            way = [(places[newer], places[older]) for newer, older, _coded in demand.steps]
            assert way == way_back(forest, place)
        assert held == {day: standing(forest, day) for day in days}
        assert {places[demand.pk] for demand in found} == {
            place for day in days for place, _side in standing(forest, day)
        }
        transaction.set_rollback(True)


def way_back(forest, place) -> list[tuple[int, int]]:
    older = forest[place][0]
    return [] if older is None else [(place, older), *way_back(forest, older)]


def test_a_party_that_comes_back_to_a_joint_position_holds_the_newer_one_only():
    forest = [(None, {0, 1}, 0), (0, {1}, 1), (1, {0, 1}, 2)]
    demands = recorded(forest)
    as_of = FIRST + timedelta(days=2)
    assert list(Demand.objects.current(as_of)) == [demands[2]]
