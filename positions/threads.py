"""Threads of answers: what was put forward, what was answered to that, and who has not answered.

Plain data in, plain data out. A thread starts at a record that is answered, or that somebody noted
as unanswered. Its steps are the answers, the answers to those, and what restates any of them, each
once, below the step that it follows. An answer follows what it answers, even where it also replaces
an earlier answer; what only replaces a step follows that step.

The days between two steps are a range, since the days of both may be: the least and the greatest
number that fit, never below 0. An answer that can only be older than what it answers has none.

Who is waited for: the parties that are asked, unless they put it forward themselves, and those that
somebody noted as silent. An answer to what restates a record answers the record. Where a party has
none, the kinds of blank are told apart:

* *none reported*: somebody looked and found none; the days count until they last looked;
* *nothing now*: it did answer, but no answer stands any more;
* *not coded*: no answer is recorded, and nobody noted having looked; the days count until today.

Nothing waits once what was put forward has ended: the days then count until its end, and the thread
is not open. What is not published is shown, but answers nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Days = tuple[date | None, date | None]


@dataclass(frozen=True)
class Span:
    """A number of days between a least and a greatest; no greatest is no limit."""

    low: int
    high: int | None


class Blank(StrEnum):
    """Why a party's answer is missing."""

    NONE_REPORTED = "none reported"
    NOTHING_NOW = "nothing now"
    NOT_CODED = "not coded"


class Follows(StrEnum):
    """How a step follows another."""

    ANSWERS = "answers"
    RESTATES = "restates"


@dataclass(frozen=True)
class Entry:
    """A record that may be answered, or answers.

    ``when`` are the first and the last day it may be of, None where it has no day. ``asks`` are
    the parties of whom an answer is expected; ``ended`` the last day it may have ended, if it has.
    ``stands`` is False for what has ended or was replaced.
    """

    id: int
    parties: frozenset[str] = frozenset()
    when: Days | None = None
    answers: int | None = None
    supersedes: int | None = None
    asks: frozenset[str] = frozenset()
    ended: date | None = None
    stands: bool = True
    published: bool = True


@dataclass(frozen=True)
class Looked:
    """That somebody looked for a party's answer to a record until a day, and found none."""

    id: int
    party: str
    about: int
    until: date


@dataclass(frozen=True)
class Step:
    """A record in a thread, so many steps below the first; ``days`` since the one it follows."""

    id: int
    depth: int
    after: int | None = None
    follows: Follows | None = None
    days: Span | None = None


@dataclass(frozen=True)
class Wait:
    """A party whose answer to a step is missing, why, and for how many days.

    ``looked`` are the numbers of the notes that say so, ``until`` the last day somebody looked,
    ``since`` the days from then to the day of the page, for which nothing is known.
    """

    party: str
    about: int
    blank: Blank
    days: Span | None = None
    looked: tuple[int, ...] = ()
    until: date | None = None
    since: int = 0


@dataclass(frozen=True)
class Thread:
    """Steps in the order in which they are read; ``open`` if an answer is still waited for."""

    steps: tuple[Step, ...]
    waits: tuple[Wait, ...]
    open: bool

    @property
    def start(self) -> int:
        return self.steps[0].id

    @property
    def longest(self) -> int:
        """Return how many days an answer is missing for certain; 0 if none is."""
        return max((w.days.low + w.since for w in self.waits if w.days), default=0)


def days_between(before: Days | None, after: Days | None) -> Span | None:
    """Return how many days lie between two records of which one follows the other.

    None if either has no day, or if the later can only be older.
    """
    if before is None or after is None:
        return None
    (first, last), (then_first, then_last) = before, after
    high = None if first is None or then_last is None else (then_last - first).days
    if high is not None and high < 0:
        return None
    low = 0 if last is None or then_first is None else max(0, (then_first - last).days)
    return Span(low, high)


def threads(entries: Iterable[Entry], looked: Iterable[Looked], as_of: date) -> tuple[Thread, ...]:
    """Return the threads among ``entries`` at the end of ``as_of``.

    Open threads come first, those longest without an answer before others; then the rest, those
    with the latest step first. A pointer to an entry that is not given is none.
    """
    known = {entry.id: entry for entry in entries}
    notes: dict[int, list[Looked]] = defaultdict(list)
    for note in looked:
        if note.about in known:
            notes[note.about].append(note)
    follows = _follows(known, notes)
    below: dict[int, list[int]] = defaultdict(list)
    for pk, (before, _how) in follows.items():
        below[before].append(pk)
    starts = [pk for pk in _involved(known, notes, follows) if pk not in follows]
    found = [_Reader(known, notes, follows, below, as_of).thread(pk) for pk in starts]
    return tuple(sorted(found, key=lambda thread: _rank(thread, known)))


def _rank(thread: Thread, known: Mapping[int, Entry]):
    latest = max((_last_day(known[step.id]) for step in thread.steps), default=date.min)
    return not thread.open, -thread.longest if thread.open else 0, -latest.toordinal(), thread.start


def _last_day(entry: Entry) -> date:
    when = entry.when or (None, None)
    return when[1] or when[0] or date.min


def _follows(
    known: Mapping[int, Entry], notes: Mapping[int, Sequence[Looked]]
) -> dict[int, tuple[int, Follows]]:
    """What each step follows and how; a step that would follow itself by way of others does not.

    What replaces something only follows it if that is in a thread by its own right.
    """
    found: dict[int, tuple[int, Follows]] = {}

    def link(pk: int, before: int, how: Follows) -> None:
        above: int | None = before
        while above is not None and above != pk:
            above = found[above][0] if above in found else None
        if above is None:
            found[pk] = (before, how)

    for pk, entry in sorted(known.items()):
        if entry.answers is not None and entry.answers in known:
            link(pk, entry.answers, Follows.ANSWERS)
    involved = {before for before, _how in found.values()} | set(found) | set(notes)
    newer: dict[int, list[int]] = defaultdict(list)
    for pk, entry in sorted(known.items()):
        before = entry.supersedes
        if before is not None and before in known and pk not in found:
            newer[before].append(pk)
    waiting = sorted(involved)
    while waiting:
        before = waiting.pop()
        for pk in newer.pop(before, ()):
            link(pk, before, Follows.RESTATES)
            waiting.append(pk)
    return found


def _involved(known, notes, follows) -> list[int]:
    named = {*follows, *(before for before, _how in follows.values()), *notes}
    return [pk for pk in known if pk in named]


class _Reader:
    """Reads threads off what follows what."""

    def __init__(self, known, notes, follows, below, as_of: date):
        self.known: Mapping[int, Entry] = known
        self.notes: Mapping[int, Sequence[Looked]] = notes
        self.follows: Mapping[int, tuple[int, Follows]] = follows
        self.below: Mapping[int, Sequence[int]] = below
        self.as_of = as_of

    def thread(self, start: int) -> Thread:
        steps = tuple(self._steps(start))
        waits = tuple(
            wait
            for step in steps
            if step.follows != Follows.RESTATES
            for wait in self._waits(step.id, is_start=step.id == start)
        )
        is_open = any(wait.blank != Blank.NOTHING_NOW and self._live(wait.about) for wait in waits)
        return Thread(steps, waits, is_open)

    def _steps(self, start: int) -> Iterator[Step]:
        waiting = [Step(start, 0)]
        while waiting:
            step = waiting.pop()
            yield step
            here = self.known[step.id].when
            after = [
                Step(
                    pk,
                    step.depth + 1,
                    step.id,
                    self.follows[pk][1],
                    days_between(here, self.known[pk].when),
                )
                for pk in sorted(self.below.get(step.id, ()), key=self._place)
            ]
            waiting.extend(reversed(after))

    def _place(self, pk: int) -> tuple[date, int]:
        return _last_day(self.known[pk]), pk

    def _family(self, pk: int) -> list[int]:
        """A record and what restates it, and what restates that."""
        family = [pk]
        for each in family:
            family += [
                newer
                for newer in self.below.get(each, ())
                if self.follows[newer][1] == Follows.RESTATES
            ]
        return family

    def _live(self, pk: int) -> bool:
        return any(self.known[each].stands for each in self._family(pk))

    def _waits(self, pk: int, is_start: bool) -> Iterator[Wait]:
        family = self._family(pk)
        noted = [note for each in family for note in self.notes.get(each, ())]
        asked = {p for each in family for p in self.known[each].asks} if is_start else set()
        own = {p for each in family for p in self.known[each].parties}
        answers = [
            self.known[given]
            for each in family
            for answer in self.below.get(each, ())
            if self.follows[answer][1] == Follows.ANSWERS
            for given in self._family(answer)
            if self.known[given].published
        ]
        for party in sorted(asked - own | {note.party for note in noted}):
            mine = [answer for answer in answers if party in answer.parties]
            if not any(answer.stands for answer in mine) and (self._live(pk) or not mine):
                yield self._wait(pk, party, bool(mine), [n for n in noted if n.party == party])

    def _wait(self, pk: int, party: str, answered: bool, noted: Sequence[Looked]) -> Wait:
        if answered:
            return Wait(party, pk, Blank.NOTHING_NOW)
        start = self.known[pk].when
        ends = [e.ended for e in map(self.known.__getitem__, self._family(pk)) if e.ended]
        today = self.as_of if self._live(pk) or not ends else min(self.as_of, max(ends))
        if not noted:
            return Wait(party, pk, Blank.NOT_CODED, days_between(start, (today, today)))
        until = max(note.until for note in noted)
        return Wait(
            party=party,
            about=pk,
            blank=Blank.NONE_REPORTED,
            days=days_between(start, (until, until)),
            looked=tuple(note.id for note in noted),
            until=until,
            since=max(0, (today - until).days),
        )
