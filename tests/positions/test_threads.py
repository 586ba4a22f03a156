"""Threads of answers: each record once, honest days, and the kinds of blank told apart."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from positions.threads import (
    Blank,
    Entry,
    Follows,
    Looked,
    Span,
    Wait,
    days_between,
    threads,
)

PARTIES = ["E", "L", "W"]
AS_OF = date(2024, 3, 31)

some_days = st.dates(date(2024, 1, 1), date(2024, 3, 31))
open_days = st.tuples(st.none() | some_days, st.none() | some_days).filter(
    lambda ends: None in ends or ends[0] <= ends[1]
)


def june(day: int) -> date:
    return date(2025, 6, day)


def on(day: int):
    return june(day), june(day)


@st.composite
def records(draw):
    """Records that answer and replace each other in any way, loops included, and notes on them."""
    size = draw(st.integers(0, 8))
    numbers = st.none() | st.integers(0, 10)
    entries = [
        Entry(
            pk,
            parties=frozenset(draw(st.sets(st.sampled_from(PARTIES), max_size=2))),
            when=draw(st.none() | open_days),
            answers=draw(numbers),
            supersedes=draw(numbers),
            asks=frozenset(draw(st.sets(st.sampled_from(PARTIES)))),
            stands=draw(st.booleans()),
            published=draw(st.booleans()),
        )
        for pk in range(size)
    ]
    looked = [
        Looked(
            100 + pk,
            draw(st.sampled_from(PARTIES)),
            draw(st.integers(0, 10)),
            draw(some_days),
        )
        for pk in range(draw(st.integers(0, 3)))
    ]
    return entries, looked


@given(records())
def test_each_record_stands_in_one_thread_below_what_it_follows(drawn):
    entries, looked = drawn
    known = {entry.id: entry for entry in entries}
    found = threads(entries, looked, AS_OF)
    steps = [step for thread in found for step in thread.steps]
    assert len({step.id for step in steps}) == len(steps)
    for thread in found:
        depths = {step.id: step.depth for step in thread.steps}
        first, *rest = thread.steps
        assert (first.after, first.follows, first.depth) == (None, None, 0)
        for step in rest:
            assert step.after is not None
            assert step.depth == depths[step.after] + 1
            pointer = "answers" if step.follows == Follows.ANSWERS else "supersedes"
            assert getattr(known[step.id], pointer) == step.after
            assert step.days == days_between(known[step.after].when, known[step.id].when)


@given(records())
def test_whatever_is_answered_answers_or_is_noted_is_in_a_thread(drawn):
    entries, looked = drawn
    known = {entry.id: entry for entry in entries}
    shown = {step.id for thread in threads(entries, looked, AS_OF) for step in thread.steps}
    noted = {note.about for note in looked} & set(known)
    assert noted <= shown
    for entry in entries:
        # One that answers itself, or answers in a loop, answers nothing that comes before it.
        if entry.answers in known and not _loops(entry, known):
            assert {entry.id, entry.answers} <= shown


def _loops(entry, known) -> bool:
    seen, at = set(), entry
    while at is not None and at.id not in seen:
        seen.add(at.id)
        at = known.get(at.answers)
    return at is not None


@given(records())
def test_the_open_come_first_and_the_longest_waiting_of_them_foremost(drawn):
    found = threads(*drawn, AS_OF)
    assert [t.open for t in found] == sorted((t.open for t in found), reverse=True)
    waiting = [t.longest for t in found if t.open]
    assert waiting == sorted(waiting, reverse=True)


@given(records())
def test_nobody_is_waited_for_who_answered_or_put_it_forward(drawn):
    entries, looked = drawn
    known = {entry.id: entry for entry in entries}
    noted = {(note.about, note.party) for note in looked}
    for thread in threads(entries, looked, AS_OF):
        direct = [known[s.id] for s in thread.steps if s.follows == Follows.ANSWERS]
        for wait in thread.waits:
            answers = [e for e in direct if e.answers == wait.about and e.published]
            mine = [e for e in answers if wait.party in e.parties]
            assert not any(e.stands for e in mine)
            assert (wait.blank == Blank.NOTHING_NOW) or not mine
            if wait.blank == Blank.NOT_CODED:
                assert (wait.about, wait.party) not in noted
                assert wait.party not in known[wait.about].parties


@given(open_days, open_days)
def test_days_are_those_between_some_day_of_each(before, after):
    """Against every pair of days, where an open end goes far beyond what is drawn."""
    span = days_between(before, after)
    ends = [(low or date(2023, 1, 1), high or date(2025, 1, 1)) for low, high in (before, after)]
    apart = [(then - day).days for day in _days(*ends[0]) for then in (ends[1][0], ends[1][1])] + [
        (then - ends[0][0]).days for then in _days(*ends[1])
    ]
    possible = [number for number in apart if number >= 0]
    if span is None:
        assert not possible
        return
    unlimited = before[0] is None or after[1] is None
    assert span.high == (None if unlimited else max(possible))
    is_open = before[1] is None or after[0] is None
    assert span.low == (0 if is_open else min(possible))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def test_days_as_they_are_known():
    assert days_between(on(2), on(6)) == Span(4, 4)
    assert days_between((june(1), june(3)), on(6)) == Span(3, 5)
    assert days_between((None, june(2)), on(12)) == Span(10, None)
    assert days_between(on(2), (None, june(6))) == Span(0, 4)
    assert days_between(on(6), on(2)) is None
    assert days_between(None, on(2)) is None


def test_an_answer_to_an_answer_and_what_restates_it():
    entries = [
        Entry(1, frozenset("W"), on(1)),
        Entry(2, frozenset("E"), on(3), answers=1),
        Entry(3, frozenset("W"), on(4), answers=2),
        Entry(4, frozenset("W"), on(9), supersedes=3),
        Entry(5, frozenset("E"), on(9), answers=4),
        Entry(6, frozenset("E"), on(9), supersedes=7),
        Entry(7, frozenset("E"), on(8)),
    ]
    (thread,) = threads(entries, [], june(30))
    assert [(s.id, s.depth, s.follows, s.days and s.days.low) for s in thread.steps] == [
        (1, 0, None, None),
        (2, 1, Follows.ANSWERS, 2),
        (3, 2, Follows.ANSWERS, 1),
        (4, 3, Follows.RESTATES, 5),
        (5, 4, Follows.ANSWERS, 0),
    ]


def waits(*entries, looked=()) -> tuple[list[Wait], bool]:
    (thread,) = threads(entries, looked, june(30))
    return list(thread.waits), thread.open


ASKED = Entry(1, frozenset("E"), on(2), asks=frozenset("W"))


def test_no_answer_reported_and_not_coded_are_two_things():
    note = Looked(9, "L", 1, june(23))
    found, is_open = waits(ASKED, looked=[note])
    assert found == [
        Wait("L", 1, Blank.NONE_REPORTED, Span(21, 21), (9,), june(23), since=7),
        Wait("W", 1, Blank.NOT_CODED, Span(28, 28)),
    ]
    assert is_open


def test_an_answer_to_what_restates_it_is_an_answer():
    again = Entry(2, frozenset("E"), on(5), supersedes=1, asks=frozenset("W"))
    answer = Entry(3, frozenset("W"), on(6), answers=2)
    noted = [Looked(9, "W", 1, june(4))]
    assert waits(ASKED, again, answer, looked=noted) == ([], False)


def test_an_answer_that_ended_leaves_nothing_now():
    answer = Entry(3, frozenset("W"), on(6), answers=1, stands=False)
    assert waits(ASKED, answer) == ([Wait("W", 1, Blank.NOTHING_NOW)], False)


def test_an_answer_replaced_by_another_still_answers():
    answer = Entry(3, frozenset("W"), on(6), answers=1, stands=False)
    newer = Entry(4, frozenset("W"), on(8), supersedes=3)
    assert waits(ASKED, answer, newer) == ([], False)


def test_a_draft_answers_nothing():
    draft = Entry(3, frozenset("W"), on(6), answers=1, published=False)
    found, is_open = waits(ASKED, draft)
    assert (found[0].blank, is_open) == (Blank.NOT_CODED, True)


def test_nobody_waits_for_an_answer_to_what_has_ended():
    over = Entry(1, frozenset("E"), on(2), asks=frozenset("W"), ended=june(12), stands=False)
    found, is_open = waits(over, looked=[Looked(9, "W", 1, june(4))])
    (wait,) = found
    assert (wait.blank, wait.days, wait.since, is_open) == (
        Blank.NONE_REPORTED,
        Span(2, 2),
        8,
        False,
    )


def test_who_looked_last_counts():
    notes = [Looked(8, "W", 1, june(4)), Looked(9, "W", 1, june(20))]
    ((wait,), _open) = waits(ASKED, looked=notes)
    assert (wait.days, wait.until, wait.looked) == (Span(18, 18), june(20), (8, 9))
