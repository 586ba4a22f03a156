"""The sample data, fact by fact: what holds each, and the pages on which it is read."""

import html
import re
from datetime import date
from functools import cache
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.test import Client

from negotiations.models import Membership, Negotiation, Record
from positions import comparison
from positions.models import Demand, Evidence, Silence
from positions.question import Question
from positions.sample import DEMO_PASSWORDS
from tests.positions import (
    sample_facts,
    sample_facts_between,
    sample_facts_papers,
    sample_facts_rivals,
    sample_facts_round_1,
    sample_facts_round_2,
)
from tests.positions.sample_queries import DAY, contents

SLUG = "russia-ukraine-2025"
TABLES = {
    sample_facts: [("S", 60)],
    sample_facts_rivals: [("B", 16)],
    sample_facts_round_1: [("B1", 22)],
    sample_facts_between: [("B2", 12)],
    sample_facts_round_2: [("C", 22)],
    sample_facts_papers: [("C-R", 27), ("C-U", 14)],
}
FACTS = [fact for table in TABLES for fact in table.FACTS]
ON_MATRIX = [fact for fact in FACTS if fact.on_matrix]

pytestmark = pytest.mark.usefixtures("sample")


@pytest.fixture(scope="module")
def matrix(loaded_sample):
    """Return a function that gives the text of the comparison of a day."""
    return cache(lambda day: page(f"/{SLUG}/compare/?as_of={day}"))


def page(address: str) -> str:
    """Return the text that anybody reads at an address, its markup taken away."""
    response = Client().get(address)
    assert response.status_code == 200, address
    markup = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def each(facts):
    return pytest.mark.parametrize("fact", facts, ids=lambda fact: fact.id)


@pytest.mark.parametrize("table", TABLES)
def test_the_table_has_every_row_of_its_part(table):
    rows = [
        f"{part}{number:02}" if part[-1] in "RU" else f"{part}-{number:02}"
        for part, last in TABLES[table]
        for number in range(1, last + 1)
    ]
    assert list(dict.fromkeys(fact.id for fact in table.FACTS)) == rows


@each(FACTS)
def test_a_query_finds_the_fact(fact):
    records = fact.find()
    assert len(records) == fact.count
    for record in records:
        told = contents(record)
        assert {name: told[name] for name in fact.says} == fact.says
        evidence = [contents(row) for row in Evidence.objects.published().filter(record=record.pk)]
        assert [
            row for row in evidence if {name: row[name] for name in fact.evidence} == fact.evidence
        ], evidence


@each(FACTS)
def test_the_fact_is_read_on_the_page_of_its_record(fact):
    for record in fact.find():
        text = page(f"/{SLUG}/records/{record.pk}/")
        for expected in (*fact.reads, fact.evidence["quote"]):
            assert expected in text


@each(ON_MATRIX)
def test_the_fact_is_read_on_the_comparison(fact, matrix):
    for expected in fact.on_matrix:
        assert expected in matrix(fact.day)


def compared(day=DAY):
    negotiation = Negotiation.objects.get(slug=SLUG)
    return comparison.build(
        negotiation=negotiation, user=AnonymousUser(), question=Question(as_of=day)
    )


def test_the_gap_on_the_ceasefire_is_in_length_area_and_conditions():
    """S-38; the fifth step of Russia's paper is nearest in length, and all pairs are listed."""
    (gap,) = compared().row("ceasefire").gaps
    (thirty_days,) = sample_facts.THIRTY_DAYS()
    (pause,) = sample_facts.PAUSE()
    (options,) = sample_facts.OFFER()
    (fifth_step,) = sample_facts_papers.FIFTH_STEP()
    pairs = {pair.demands: pair for pair in gap.pairs}
    assert gap.parties == ("UA", "RU")
    assert (gap.status, gap.reason) == ("apart", "rejected")
    assert gap.closest == (thirty_days.pk, fifth_step.pk)
    assert len(gap.pairs) == 3 * 4

    def between(other):
        pair = pairs[thirty_days.pk, other.pk]
        return [(t.term, t.low, t.high, t.unit) for t in pair.terms], pair.lacking

    assert between(pause) == (
        [("duration", 27, 27, "day"), ("area", 1, 1, "step")],
        ("conditions",),
    )
    assert between(options) == ([("conditions", 1, 1, "step")], ("duration", "area"))
    assert between(fifth_step) == (
        [("duration", 0, 0, "day"), ("conditions", 1, 1, "step")],
        ("area",),
    )


def test_russia_holds_several_positions_on_the_ceasefire_at_once():
    """S-39, S-25 to S-31: the options stand in the cell as a tree, the others beside them."""
    cell = next(c for c in compared().row("ceasefire").cells if c.party.code == "RU")
    (group,) = cell.groups
    assert [s.demand.text for s in cell.loose] == [
        "A ceasefire is conceivable only if Ukraine's mobilisation stops and arms supplies pause.",
        "A ceasefire of 30 days, as the fifth of nine steps.",
        "A short pause in the fighting on certain stretches of the front.",
        "Russia again refuses an unconditional ceasefire, by Kyslytsia's account.",
    ]
    assert group.clause.operator == "unclear"
    assert [(e.source.outlet, e.reads) for e in group.readings] == [
        ("ICARO Media Group", "unclear"),
        ("CNN", "unclear"),
        ("TASS", "any"),
        ("Interfax-Ukraine", "any"),
    ]
    first, second = group.children
    assert (first.clause.operator, second.clause.operator) == ("", "all")
    assert [s.demand.issue.code for node in group.walk() for s in node.statements] == [
        "ceasefire",
        "territory",
        "force-movement",
        "force-limits",
        "military-aid",
        "foreign-presence",
        "sabotage",
        "monitoring",
        "detainees",
        "martial-law",
        "elections",
        "settlement",
    ]
    assert [s.demand.text for s in first.statements] == [
        "All Ukrainian forces leave the regions of Donetsk, Luhansk, Kherson and Zaporizhzhia."
    ]


def test_silence_is_neither_rejection_nor_uncoded():
    """S-35 and S-50: where nobody answered, the cell says so, be it full as well."""
    blanks = {
        (row.code, cell.party.code): (cell.blank, len(cell.silences))
        for row in compared().rows
        for cell in row.cells
        if cell.silences
    }
    assert blanks == {
        **{(issue, "UA"): (None, 1) for issue in ("ceasefire", "territory", "force-limits")},
        **{
            (issue, "UA"): ("none reported", 1)
            for issue in ("military-aid", "martial-law", "elections")
        },
        ("leaders-meeting", "RU"): (None, 2),
    }


def test_each_silence_is_about_what_another_put_forward():
    silences = Silence.objects.select_related("party", "issue")
    demands = Demand.objects.prefetch_related("holders").in_bulk()
    about = [(silence, demands[silence.about_id]) for silence in silences]
    assert all(silence.issue_id == demand.issue_id for silence, demand in about)
    assert sorted((s.party.code, h.code) for s, d in about for h in d.holders.all()) == [
        ("RU", "TR"),
        ("RU", "UA"),
        *[("UA", "RU")] * 6,
    ]


def test_judgements_of_the_outlet_are_no_positions():
    """S-21 and S-59."""
    judging = Evidence.objects.filter(stance="judges")
    assert {row.record.kind for row in judging} == {"round", "event"}


def test_what_moved_between_the_rounds_is_coded_on_chains():
    newer = Demand.objects.filter(round__number=2, supersedes__round__number=1)
    assert set(newer.values_list("issue__code", "movement")) == {
        ("ceasefire", "softened"),
        ("territory", "softened"),
        ("territory", "hardened"),
        ("neutrality", "restated"),
        ("foreign-presence", "restated"),
        ("mass-destruction-weapons", "hardened"),
        ("reparations", "reworded"),
    }


def test_a_restated_demand_keeps_its_answer():
    """Russia's note of the request of May stands, since Ukraine's paper makes it again."""
    cell = next(c for c in compared().row("leaders-meeting").cells if c.party.code == "RU")
    assert "noted" in [s.demand.answer for s in cell.statements]


def test_a_joint_demand_stands_on_for_those_who_did_not_move():
    """Ukraine restated the call of 10 May on 2 June; the others who made it did not."""
    (joint,) = Demand.objects.filter(text__startswith="A full and unconditional ceasefire from")
    holding = {
        (day, cell.party.code)
        for day in (date(2025, 5, 16), DAY)
        for cell in compared(day).row("ceasefire").cells
        if joint in [s.demand for s in cell.statements]
    }
    assert holding == {(date(2025, 5, 16), "UA"), (date(2025, 5, 16), "E4"), (DAY, "E4")}


def test_what_was_fulfilled_is_settled_no_longer():
    """B1-10 and B1-12: the exchange of 1,000 for 1,000 was carried out by 25 May."""
    agreed = {
        day: [s.outcome.text for s in compared(day).row("prisoners").outcomes]
        for day in (date(2025, 5, 24), date(2025, 5, 25))
    }
    assert list(agreed.values()) == [["The sides exchange 1,000 prisoners each."], []]


def test_each_published_record_says_who_says_so():
    rows = Record.objects.exclude(kind__in=["party", "person", "track", "issue", "term"])
    silent = rows.exclude(kind__in=["source", "term value", "linkage", "evidence"]).filter(
        evidence=None
    )
    assert not silent
    assert not Record.objects.exclude(state="published")


def test_every_quote_is_of_the_words_that_the_facts_give():
    held = set(Evidence.objects.exclude(quote="").values_list("quote", flat=True))
    assert held == {fact.evidence["quote"] for fact in FACTS} - {""}


def test_loading_again_changes_nothing():
    before = (Negotiation.objects.with_revision().get().revision, Record.objects.count())
    said = StringIO()
    call_command("load_sample", stdout=said)
    assert "is there already" in said.getvalue()
    assert (Negotiation.objects.with_revision().get().revision, Record.objects.count()) == before


def test_each_role_has_an_account_that_signs_in():
    roles = {m.user.username: m.role for m in Membership.objects.filter(negotiation__slug=SLUG)}
    assert roles == {role: role for role in ("reader", "editor", "reviewer", "manager")}
    for username, password in DEMO_PASSWORDS.items():
        assert authenticate(username=username, password=password).username == username
