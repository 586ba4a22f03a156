"""How a term moved, drawn: time to the right, the value upwards, a stepped line for each party.

Numbers, days and ordered choices can be drawn; of anything else the table alone tells. The drawing
is in units of its own, with all texts inside, so that it can be shown at any width.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from django.utils.translation import gettext as _

from negotiations import ranges
from negotiations.models import Party
from positions.gaplines import counting
from positions.matrix import Statement
from positions.models import Term, TermValue
from positions.numberlines import Ends, ends_of, scale_of
from positions.periods import Period
from positions.values import Value

WIDTH, HEIGHT = 320, 168
LEFT, RIGHT = 10, 310
TOP, BOTTOM = 24, 130
BEYOND = 14
"""How far a range without an end goes on past the last number of the scale."""
APART = 3
"""How far beside and below each other the lines of two parties run that give the same."""
ROOM = {"long": 62, "short": 18}
"""How much room a label of a round takes, in words and as a bare number."""
MARKS = (
    "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0",
    "M-3.2-3.2H3.2V3.2H-3.2Z",
    "M0-4.4L4.4 0L0 4.4L-4.4 0Z",
    "M0-4L4 3.2H-4Z",
)
KINDS_OF_LINE = len(MARKS)


@dataclass(frozen=True)
class Given:
    """What a party gave for a term: from which period on, and until which, if it was replaced."""

    party: Party
    statement: Statement
    place: int
    until: int | None

    def stands_from_before(self, place: int) -> bool:
        return self.place < place and (self.until is None or self.until > place)


@dataclass(frozen=True)
class Stretch:
    """A value a party gave, from the period in which it did until it was replaced or ended.

    ``low`` and ``high`` are how far down its ends are drawn; an end may be open.
    """

    x: int
    until: int
    low: int
    high: int
    opens_low: bool
    opens_high: bool

    @property
    def height(self) -> int:
        return self.low - self.high

    @property
    def width(self) -> int:
        return self.until - self.x

    @property
    def middle(self) -> int:
        """Return how far down its mark stands: at the end that is known, or between the two."""
        if self.opens_high == self.opens_low:
            return (self.low + self.high) // 2
        return self.low if self.opens_high else self.high

    @property
    def arrows(self) -> str:
        """Return the path of the arrows at its open ends."""
        up = f"M{self.x - 3} {self.high + 5}l3-5l3 5" if self.opens_high else ""
        down = f"M{self.x - 3} {self.low - 5}l3 5l3-5" if self.opens_low else ""
        return up + down


@dataclass(frozen=True)
class Line:
    """A party's line: its stretches, and the steps from one to that which replaced it."""

    party: Party
    lane: int
    stretches: tuple[Stretch, ...]
    steps: tuple[str, ...]

    @property
    def look(self) -> str:
        """Return the classes of its colour and its dashes."""
        principal = self.party.standing == Party.Standing.PRINCIPAL
        side = f" side-{self.party.side}" if principal else ""  # type: ignore[attr-defined]
        return f"termline__line--{self.lane % KINDS_OF_LINE + 1}{side}"

    @property
    def path(self) -> str:
        """Return the line; equal values that overlap are joined, so that dashes stay clear."""
        runs: list[list[int]] = []
        for each in sorted(self.stretches, key=lambda each: (each.middle, each.x)):
            if runs and runs[-1][0] == each.middle and each.x <= runs[-1][2]:
                runs[-1][2] = max(runs[-1][2], each.until)
            else:
                runs.append([each.middle, each.x, each.until])
        return "".join(f"M{x} {y}H{until}" for y, x, until in runs) + "".join(self.steps)

    @property
    def mark(self) -> str:
        """Return the path of its mark, another one for each party."""
        return MARKS[self.lane % KINDS_OF_LINE]


@dataclass(frozen=True)
class Tick:
    """A round on the axis of time; without a label where there is no room for it."""

    x: int
    label: str


@dataclass(frozen=True)
class Drawing:
    """The lines of a term; ``high`` and ``low`` name the ends of the scale."""

    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    high: str
    low: str
    high_y: int
    low_y: int

    width, height = WIDTH, HEIGHT


def drawing_of(
    term: Term, periods: Sequence[Period], given: Sequence[Given], parties: Sequence[Party]
) -> Drawing | None:
    """Return the drawing of a term; None if it cannot be drawn, or is ever the same one number."""
    spans = [ends for each in given for ends in _spans(term, each)]
    scale = scale_of(spans, from_nothing=term.kind == Term.Kind.QUANTITY)
    if scale is None:
        return None
    height = _Height(scale, spans)
    first = min(each.place for each in given)
    time = _Time([period for period in periods if period.place >= first])
    low, high = scale
    return Drawing(
        lines=tuple(
            _line(term, party, lane, given, time, height) for lane, party in enumerate(parties)
        ),
        ticks=time.ticks(),
        high=end_text(term, high, given),
        low=end_text(term, low, given) if low != high else "",
        high_y=height.of(high),
        low_y=height.of(low),
    )


def end_text(term: Term, end, given: Sequence[Given]) -> str:
    """Return an end of a scale in words."""
    if term.kind == Term.Kind.CHOICE:
        return next(
            choice.name
            for each in given
            for value in counting(each.statement, term.code)
            for choice in value.choices
            if choice.ordinal is not None and _place(value, choice.ordinal) == end
        )
    if term.kind == Term.Kind.DATE:
        return ranges.date_text(ranges.day(date.fromordinal(end)))
    return ranges.quantity_text(ranges.quantity(end, end))


class _Time:
    """The axis to the right: each period has its place, and what still stands goes to the end."""

    def __init__(self, periods: Sequence[Period]):
        self.periods = periods
        self.first = periods[0].place
        self.pace = (RIGHT - LEFT - APART) / len(periods)

    def of(self, place: int | None, lane: int) -> int:
        if place is None:
            return RIGHT
        return round(LEFT + (place - self.first) * self.pace) + APART * lane

    def ticks(self) -> tuple[Tick, ...]:
        rounds = [period for period in self.periods if period.round]
        between = 2 * self.pace
        words = between >= ROOM["long"]
        every = 1 if words else ceil(ROOM["short"] / between)
        return tuple(
            Tick(self.of(period.place, 0), _label(period, words) if not place % every else "")
            for place, period in enumerate(rounds)
        )


def _label(period: Period, words: bool) -> str:
    number = period.round.number if period.round else None
    if number is None:
        return period.title if words else ""
    return _("Round %(number)s") % {"number": number} if words else str(number)


class _Height:
    """The axis upwards; room is left above and below the scale for ranges without an end."""

    def __init__(self, scale: Ends, spans: Sequence[Ends]):
        low, high = scale
        self.low, self.range = float(low or 0), float((high or 0) - (low or 0)) or 1.0
        self.top = TOP + (BEYOND if any(end is None for _low, end in spans) else 0)
        self.bottom = BOTTOM - (BEYOND if any(start is None for start, _high in spans) else 0)

    def of(self, value) -> int:
        share = (float(value) - self.low) / self.range
        return round(self.bottom - share * (self.bottom - self.top))


def _line(term, party, lane, given, time: _Time, height: _Height) -> Line:
    drawn = {
        each.statement.demand.pk: (
            each.statement.demand.supersedes_id,
            [_stretch(each, ends, lane, time, height) for ends in _spans(term, each)],
        )
        for each in given
        if each.party == party
    }
    steps = (
        f"M{new.x} {old.middle}V{new.middle}"
        for replaced, stretches in drawn.values()
        for old in drawn.get(replaced, (None, []))[1][:1]
        for new in stretches[:1]
    )
    return Line(
        party=party,
        lane=lane,
        stretches=tuple(each for _replaced, stretches in drawn.values() for each in stretches),
        steps=tuple(steps),
    )


def _stretch(given, ends: Ends, lane: int, time: _Time, height: _Height) -> Stretch:
    low, high = ends
    down = APART * lane
    return Stretch(
        x=time.of(given.place, lane),
        until=time.of(given.until, lane),
        low=down + (BOTTOM if low is None else height.of(low)),
        high=down + (TOP if high is None else height.of(high)),
        opens_low=low is None,
        opens_high=high is None,
    )


def _spans(term: Term, given: Given) -> Iterator[Ends]:
    for value in counting(given.statement, term.code):
        ends = _ordered(value) if term.kind == Term.Kind.CHOICE else ends_of(value.row)
        if ends is not None:
            yield ends


def _ordered(value: Value) -> Ends | None:
    """Return the least and the greatest place in the order among the choices that a value names."""
    places = [_place(value, c.ordinal) for c in value.choices if c.ordinal is not None]
    if value.row.quantifier == TermValue.Quantifier.NONE or not places:
        return None
    return min(places), None if value.row.others else max(places)


def _place(value: Value, ordinal: int) -> int:
    """Return the place of a choice in the order of its term."""
    return sorted({each for _code, each in value.places if each is not None}).index(ordinal)
