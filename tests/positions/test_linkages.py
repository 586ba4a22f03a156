"""Links as loaded: what they wait for, whether it has come about, and by when the rest is due."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from negotiations import ranges
from positions.deadlines import Span
from positions.linkages import links_of
from tests.factories import NegotiationFactory, PartyFactory, TermFactory, on
from tests.recording import (
    published_clause,
    published_demand,
    published_event,
    published_outcome,
    published_proposal,
)

pytestmark = pytest.mark.django_db

MAY_1, JUNE_30 = date(2025, 5, 1), date(2025, 6, 30)


@pytest.fixture
def here():
    return {"negotiation": NegotiationFactory()}


@pytest.fixture
def said(here):
    """Return a function that records what East says, with linkages and a span of days."""
    east = PartyFactory(**here, name="East")
    days = TermFactory(**here, name="Within", kind="quantity", unit="day")

    def say(text, *links, least=None, most=None, **fields):
        values = []
        if least is not None or most is not None:
            values = [{"term": days, "quantity": ranges.quantity(least, most)}]
        return published_demand(
            **here,
            **fields,
            holders=[east],
            text=text,
            links=[{"relation": relation, "anchor_id": on_.pk} for relation, on_ in links],
            values=values,
        )

    return say


def links(record, as_of=JUNE_30):
    user = AnonymousUser()
    return links_of([record.pk], user, negotiation=record.negotiation, as_of=as_of)[record.pk]


def test_a_deadline_has_no_date_until_its_anchor_has_one(said):
    lifted = said("Martial law is lifted.")
    elected = said("Elections are held.", ("within", lifted), most=100)
    (link,) = links(elected)
    assert link.met is None
    assert link.deadline.text == "at most 100 days after “Martial law is lifted”: no date yet"
    assert link.deadline.short == "at most 100 days after that: no date yet"
    assert (link.deadline.earliest, link.deadline.latest) == (None, None)


@pytest.mark.parametrize(
    ("ending", "day", "text"),
    [
        ("fulfilled", "1 May 2025", "at most 100 days after that: by 9 August 2025"),
        ("fulfilled", "May 2025", "at most 100 days after that: by 8 September 2025"),
        ("withdrawn", "1 May 2025", "at most 100 days after that: no date yet"),
        ("fulfilled", "1 July 2025", "at most 100 days after that: no date yet"),
    ],
)
def test_a_fulfilled_demand_starts_the_clock_by_the_day_it_is_known(said, ending, day, text):
    lifted = said("Martial law is lifted.", ended=on(day), ending=ending)
    (link,) = links(said("Elections are held.", ("within", lifted), most=100))
    assert link.deadline.short == text


def test_a_deadline_that_has_passed_is_told(said):
    lifted = said("Martial law is lifted.", ended=on("1 May 2025"), ending="fulfilled")
    (link,) = links(said("Elections are held.", ("within", lifted), most=100), date(2025, 8, 10))
    assert link.deadline.short.endswith("by 9 August 2025, which has passed")


def test_a_least_and_a_greatest_number_of_days(said):
    lifted = said("Martial law is lifted.", ended=on("1 May 2025"), ending="fulfilled")
    (link,) = links(said("Elections are held.", ("within", lifted), least=5, most=7))
    assert link.deadline.short == "5–7 days after that: 6–8 May 2025, which has passed"
    (link,) = links(said("A ruling.", ("within", lifted)))
    assert link.deadline.short == "an unrecorded time after that: from 1 May 2025"


def test_a_chain_of_deadlines_over_demands_that_no_page_has_loaded(said):
    lifted = said("Martial law is lifted.", ended=on("1 May 2025"), ending="fulfilled")
    elected = said("Elections are held.", ("within", lifted), most=100)
    (link,) = links(said("The oath.", ("within", elected), most=30))
    assert link.deadline.short == (
        "at most 30 days after that: no date yet; 1 May – 8 September 2025, if what comes first "
        "keeps its own time"
    )
    assert not link.deadline.certain


def test_events_and_outcomes_start_a_clock(here, said):
    event = published_event(**here, title="Storm", happened=on("1 May 2025"))
    (link,) = links(said("Repair.", ("after", event)))
    assert (link.kind, link.met) == ("event", Span(MAY_1, MAY_1))
    assert link.deadline.text == "after “Storm”: from 1 May 2025"
    reached = {"reached": on("1 April 2025"), "text": "Settled."}
    outcome = published_outcome(**here, **reached, in_force=on("1 May 2025"))
    (link,) = links(said("Repair.", ("only if", outcome)))
    assert (link.met, link.met_text, link.deadline) == (Span(MAY_1, MAY_1), "1 May 2025", None)
    refused = published_outcome(**here, **reached, kind="not agreed")
    (link,) = links(said("Repair.", ("only if", refused)))
    assert link.met is None


def test_a_clause_is_met_once_all_that_stands_in_it_is_fulfilled(here, said):
    paper = published_proposal(**here)
    root = published_clause(proposal=paper, label="Whole", operator="all")
    group = published_clause(proposal=paper, parent=root, label="Group", operator="all")
    inner = published_clause(proposal=paper, parent=group, label="Inner")
    done = {"ending": "fulfilled"}
    said("First.", clause=group, ended=on("1 May 2025"), **done)
    said("Beside.", clause=root)
    waits = said("Repair.", ("within", group), most=10)
    (link,) = links(waits)
    assert (link.kind, link.text) == ("clause", "Group")
    assert link.met == Span(MAY_1, MAY_1)
    second = said("Second.", clause=inner)
    (link,) = links(waits)
    assert (link.met, link.deadline.latest) == (None, None)
    type(second).objects.filter(pk=second.pk).update(ended=on("3 May 2025"), **done)
    (link,) = links(waits)
    assert link.deadline.latest == date(2025, 5, 13)


def test_a_condition_in_words_never_has_a_date(said):
    demand = said("Repair.")
    demand = published_demand(
        negotiation=demand.negotiation,
        text="Oath.",
        links=[{"relation": "after", "condition": "The rain ends."}],
    )
    (link,) = links(demand)
    assert (link.text, link.kind, link.met) == ("The rain ends.", "", None)
    assert link.deadline.text == "after “The rain ends”: no date yet"


def test_it_is_one_query(said):
    lifted = said("Martial law is lifted.")
    demands = [said(f"Demand {n}", ("within", lifted), most=n) for n in range(1, 4)]
    with CaptureQueriesContext(connection) as captured:
        links_of(
            [each.pk for each in demands],
            AnonymousUser(),
            negotiation=lifted.negotiation,
            as_of=JUNE_30,
        )
    assert len(captured) == 1
