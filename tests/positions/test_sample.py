"""The article in the sample data, fact by fact: what holds it, and the page on which it is read."""

import html
import re
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.test import Client

from negotiations.models import Membership, Negotiation, Record
from positions import comparison
from positions.models import Demand, Evidence, Silence
from positions.sample import DEMO_PASSWORDS
from tests.positions.sample_facts import FACTS
from tests.positions.sample_queries import DAY, contents

SLUG = "russia-ukraine-2025"


pytestmark = pytest.mark.usefixtures("sample")


@pytest.fixture(scope="module")
def matrix(loaded_sample):
    return page(f"/{SLUG}/compare/?as_of={DAY}")


def page(address: str) -> str:
    """Return the text that anybody reads at an address, its markup taken away."""
    response = Client().get(address)
    assert response.status_code == 200, address
    markup = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def facts():
    return pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.id)


def test_the_table_has_all_sixty_facts():
    assert [fact.id for fact in FACTS] == [f"S-{number:02}" for number in range(1, 61)]


@facts()
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


@facts()
def test_the_fact_is_read_on_the_page_of_its_record(fact):
    for record in fact.find():
        text = page(f"/{SLUG}/records/{record.pk}/")
        for expected in (*fact.reads, fact.evidence["quote"]):
            assert expected in text


@pytest.mark.parametrize("fact", [f for f in FACTS if f.on_matrix], ids=lambda fact: fact.id)
def test_the_fact_is_read_on_the_comparison(fact, matrix):
    for expected in fact.on_matrix:
        assert expected in matrix


def compared():
    negotiation = Negotiation.objects.get(slug=SLUG)
    return comparison.build(negotiation=negotiation, user=AnonymousUser(), as_of=DAY)


def test_the_gap_on_the_ceasefire_is_in_length_area_and_conditions():
    """S-38; with the option group, which Russia holds as well (S-39), it is another pair."""
    (gap,) = compared().row("ceasefire").gaps
    thirty_days = Demand.objects.get(holders__code="UA", issue__code="ceasefire")
    pause = Demand.objects.get(holders__code="RU", issue__code="ceasefire", clause=None)
    options = Demand.objects.get(holders__code="RU", issue__code="ceasefire", clause__isnull=False)
    assert gap.parties == ("UA", "RU")
    assert gap.status == "apart"
    assert gap.closest == (thirty_days.pk, pause.pk)
    assert {pair.demands: pair.lacking for pair in gap.pairs} == {
        (thirty_days.pk, pause.pk): ("conditions",),
        (thirty_days.pk, options.pk): ("duration", "area"),
    }
    distances = {pair.demands[1]: pair.terms for pair in gap.pairs}
    assert [(t.term, t.low, t.high, t.unit) for t in distances[pause.pk]] == [
        ("duration", 27, 27, "day"),
        ("area", 1, 1, "step"),
    ]
    assert [(t.term, t.low, t.unit) for t in distances[options.pk]] == [("conditions", 1, "step")]


def test_russia_holds_two_positions_on_the_ceasefire_at_once():
    """S-39, S-25 to S-31: the options stand in the cell as a tree, the pause beside them."""
    cell = next(c for c in compared().row("ceasefire").cells if c.party.code == "RU")
    (group,) = cell.groups
    assert [s.demand.text for s in cell.loose] == [
        "A short pause in the fighting on certain stretches of the front."
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
        "force-limits",
        "military-aid",
        "martial-law",
        "elections",
    ]
    assert [s.demand.text for s in first.statements] == [
        "All Ukrainian forces leave the regions of Donetsk, Luhansk, Kherson and Zaporizhzhia."
    ]


def test_silence_is_neither_rejection_nor_uncoded():
    """S-35 and S-50: where nobody answered, the cell says so; the ceasefire's is full as well."""
    blanks = {
        (row.code, cell.party.code): (cell.blank, len(cell.silences))
        for row in compared().rows
        for cell in row.cells
        if cell.silences
    }
    unanswered = ("territory", "force-limits", "military-aid", "martial-law", "elections")
    assert blanks == {
        ("ceasefire", "UA"): (None, 1),
        **{(issue, "UA"): ("none reported", 1) for issue in unanswered},
        ("leaders-meeting", "RU"): ("none reported", 2),
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
