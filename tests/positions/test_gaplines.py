"""A gap in words and drawn to scale, from rows that no database need hold."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from negotiations import ranges
from negotiations.models import Party
from positions import gaps
from positions.gaplines import Bar, distance_text, shown
from positions.matrix import Cell, Row, Statement
from positions.models import Clause, Demand, Issue, Linkage, Term, TermValue
from positions.stands import stand_of
from positions.statements import only_if_of
from positions.values import Choice, Link, Received, Value, Waits

UKRAINE = Party(pk=1, code="UA", name="Ukraine", standing="principal")
RUSSIA = Party(pk=2, code="RU", name="Russia", standing="principal")
TURKIYE = Party(pk=3, code="TR", name="Türkiye", standing="third party")
LENGTH = Term(code="duration", name="Length", kind="quantity", unit="day")
START = Term(code="start", name="Start", kind="date")
AREA = Term(code="area", name="Area", kind="choice")


def value(term, *, choice=None, **fields) -> Value:
    named = (Choice(choice, choice, None),) if choice else ()
    return Value(TermValue(term=term, **fields), named, ())


def length(low, high, **fields) -> Value:
    return value(LENGTH, quantity=ranges.quantity(low, high), **fields)


def between(*days) -> Value:
    return value(START, dates=ranges.days(*days))


def statement(pk, party, *values, only_if=(), received=(), **fields) -> Statement:
    links = tuple(Link(Linkage(relation="only if", condition=text), text) for text in only_if)
    demand = Demand(pk=pk, kind="demand", state="published", **fields)
    waits = only_if_of(links, (), {})
    return Statement(demand, (party,), values, links, (), (), only_if=waits, received=received)


def gap_of(*statements, pair=None, status="apart", reason="no term met", parties=("UA", "RU")):
    """The shown gap of a row that holds the statements and one computed gap."""
    sides = [UKRAINE, RUSSIA, TURKIYE]
    issue = Issue(pk=1, code="ceasefire", name="Ceasefire")
    cells = tuple(
        Cell(party, issue, (), tuple(s for s in statements if party in s.holders), (), None)
        for party in sides
    )
    pairs = (pair,) if pair else ()
    computed = gaps.Gap(
        parties,
        gaps.Status(status),
        gaps.Reason(reason),
        pairs[0].demands if pairs else None,
        pairs,
    )
    (found,) = shown(
        Row(issue, cells, (), (computed,), every_statement=statements, every_party=tuple(sides))
    )
    return found


def line_between(ones, others, low="27", unit="day"):
    """The line of the one term on which two demands have a distance."""
    distance = gaps.TermDistance(ones.row.term.code, Decimal(low), Decimal(low), unit)
    found = gap_of(
        statement(1, UKRAINE, ones),
        statement(2, RUSSIA, others),
        pair=gaps.Pair((1, 2), 1, (distance,), (), ()),
    )
    (line,) = found.closest.lines
    return line


@pytest.mark.parametrize(
    ("low", "high", "unit", "same", "words"),
    [
        ("27", "27", "day", False, "27 days"),
        ("1", "1", "day", False, "1 day"),
        ("27", "87", "day", False, "27–87 days"),
        ("0", "0", "day", True, "the same"),
        ("0", "0", "day", False, "overlapping"),
        ("1", "1", "step", False, "1 step"),
        ("2", "2", "step", False, "2 steps"),
        ("0", "0", "step", False, "the same"),
        ("1", "1", "member", False, "1 differs"),
        ("3", "3", "member", False, "3 differ"),
        ("1", "1", "", False, "different"),
        ("0", "1", "", False, "perhaps the same"),
        ("0", "0", "", False, "the same"),
    ],
)
def test_distances_in_words(low, high, unit, same, words):
    distance = gaps.TermDistance("term", Decimal(low), Decimal(high), unit)
    assert distance_text(distance, same=same) == words


def test_a_gap_names_its_terms_what_each_gives_and_who_lacks_one():
    found = gap_of(
        statement(1, UKRAINE, length(30, 30), value(AREA, choice="whole front")),
        statement(2, RUSSIA, length(2, 3), only_if=["withdrawal"]),
        pair=gaps.Pair(
            (1, 2),
            3,
            (gaps.TermDistance("duration", Decimal(27), Decimal(27), "day"),),
            ("area",),
            ("withdrawal",),
        ),
    )
    assert (found.label, found.reason) == ("Apart", "they meet on no term")
    assert found.parties == (UKRAINE, RUSSIA)
    shown_lines = [(ln.name, ln.text, ln.first, ln.second) for ln in found.closest.lines]
    assert shown_lines == [
        ("Length", "27 days", "30 days", "2–3 days"),
        ("Area", "not given by Russia", "whole front", ""),
        ("Only if", "only Russia: withdrawal", "", "withdrawal"),
    ]
    assert [ln.met for ln in found.closest.lines] == [False, False, False]


def test_a_step_not_shared_is_named_and_a_shared_condition_left_out():
    sequence = Clause(pk=10, operator="in sequence", text="The order of things")
    signed = Clause(pk=11, label="A memorandum is signed")
    truce = Clause(pk=12, label="A ceasefire of 30 days")
    waits = only_if_of((), (sequence, truce), {10: [signed, truce]})
    assert [(each.key, each.text, each.number) for each in waits] == [
        ("record 11", "A memorandum is signed", 11)
    ]
    assert only_if_of((), (sequence, signed), {10: [signed, truce]}) == ()
    shared = Waits("monitors agree.", "Monitors agree.")
    one = replace(statement(1, UKRAINE), only_if=(shared,))
    other = replace(statement(2, RUSSIA), only_if=(shared, *waits))
    pair = gaps.Pair((1, 2), 1, (), (), ("record 11",))
    (line,) = gap_of(one, other, pair=pair).closest.lines
    assert (line.text, line.first, line.second) == (
        "only Russia: A memorandum is signed",
        "",
        "A memorandum is signed",
    )


def test_who_rejects_what_is_said_and_a_draft_rejects_nothing():
    def answer(pk, party, word="rejected", state="published"):
        return Received(Demand(pk=pk, answer=word, state=state), (party,))

    asked = statement(
        1,
        UKRAINE,
        received=(
            answer(3, RUSSIA),
            answer(4, RUSSIA, state="draft"),
            answer(5, TURKIYE),
            answer(6, RUSSIA, "noted"),
        ),
    )
    offered = statement(2, RUSSIA, received=(answer(7, UKRAINE, "refuses to discuss"),))
    pair = gaps.Pair((1, 2), 0, (), (), ())
    found = gap_of(asked, offered, pair=pair, reason="rejected")
    assert found.reason == (
        "the closest pair is rejected: Russia rejects № 1 (№ 3);"
        " Ukraine refuses to discuss № 2 (№ 7)"
    )
    assert [each.demand.pk for each in found.closest.statements] == [1, 2]
    assert stand_of(asked).rejected_by == {"RU", "TR"}
    assert stand_of(statement(1, UKRAINE, received=(answer(4, RUSSIA, state="draft"),))) == (
        stand_of(statement(1, UKRAINE))
    )


def test_of_rivals_the_preferred_counts_and_no_line_is_drawn_of_several():
    rivals = statement(1, UKRAINE, length(30, 30), length(90, 90))
    preferred = statement(3, UKRAINE, length(30, 30, rank="preferred"), length(90, 90))
    other = statement(2, RUSSIA, length(2, 3))
    distance = gaps.TermDistance("duration", Decimal(27), Decimal(87), "day")
    texts = []
    for one in (rivals, preferred):
        pair = gaps.Pair((one.demand.pk, 2), 1, (distance,), (), ())
        (line,) = gap_of(one, other, pair=pair).closest.lines
        texts.append((line.first, line.picture is None))
    assert texts == [("30 days / 90 days", True), ("30 days", False)]


@pytest.mark.parametrize(
    ("others", "text"),
    [
        (["civilians"], "2 differ (both: civilians; only Ukraine: soldiers, children)"),
        (["prisoners"], "2 differ (only Ukraine: civilians, soldiers; only Russia: prisoners)"),
    ],
)
def test_two_sets_name_what_both_want_and_what_only_one(others, text):
    freed = Term(code="freed", name="To be freed", kind="set")

    def members(*codes):
        named = tuple(Choice(code, code, None) for code in codes)
        return Value(TermValue(term=freed, quantifier="all of"), named, ())

    ones = ["civilians", "soldiers"] + (["children"] if "civilians" in others else [])
    line = line_between(members(*ones), members(*others), low="2", unit="member")
    assert (line.text, line.met) == (text, False)
    unclear = members(*others)
    unclear.row.others = True
    assert line_between(members(*ones), unclear, low="2", unit="member").text == "2 differ"


def test_who_speaks_where_one_does():
    found = gap_of(
        statement(1, RUSSIA), statement(2, TURKIYE), status="one-sided", reason="other is silent"
    )
    assert found.reason == "only Russia has a position"
    assert (found.speaks, found.first_speaks, found.closest) == (RUSSIA, False, None)


def test_a_draft_and_a_threat_are_no_position():
    draft = statement(1, UKRAINE)
    draft.demand.state = "draft"
    threat = statement(2, RUSSIA)
    threat.demand.kind = "threat"
    found = gap_of(draft, threat, status="nothing", reason="neither speaks")
    assert (found.label, found.speaks) == ("Nothing", None)
    assert found.reason == "nothing put forward to compare"


def test_two_ranges_to_one_scale_that_starts_at_nothing():
    picture = line_between(length(30, 30), length(2, 3)).picture
    assert picture.first == Bar(x=114, width=0, opens_low=False, opens_high=False)
    assert picture.second == Bar(x=13, width=4, opens_low=False, opens_high=False)
    assert picture.between == (17, 114)


def test_an_open_end_runs_off_the_line():
    picture = line_between(length(30, None), length(2, 3)).picture
    assert (picture.first.opens_high, picture.first.end) == (True, 120)
    assert picture.first.x < 120
    assert picture.second.opens_high is False
    assert line_between(length(None, 5), length(30, 30)).picture.first.x == 0


def test_overlapping_ranges_have_nothing_between_them():
    line = line_between(length(10, 30), length(20, 40), low="0")
    assert line.picture.between is None
    assert (line.text, line.met) == ("overlapping", True)


def test_days_are_drawn_by_the_calendar_and_choices_are_not():
    june = between(date(2025, 6, 1), date(2025, 6, 30))
    picture = line_between(june, between(date(2025, 7, 30), date(2025, 7, 30))).picture
    assert (picture.first.x, picture.second.x) == (6, 114)
    assert picture.first.width == pytest.approx(108 * 29 / 59, abs=1)
    choices = [value(AREA, choice=name) for name in ("whole front", "stretches")]
    assert line_between(*choices, low="1", unit="step").picture is None


def test_one_and_the_same_point_is_not_drawn():
    assert line_between(length(30, 30), length(30, 30), low="0").picture is None


def test_colours_belong_to_principals():
    UKRAINE.side, RUSSIA.side = 1, 2
    found = gap_of(parties=("RU", "TR"))
    assert (found.first_class, found.second_class) == (" side-2", "")
