"""The rounds one after another and the times between them, with what was said in each."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from negotiations import ranges
from negotiations.models import Party, Round
from positions.days import last_day
from positions.matrix import Node, Settled, Statement
from positions.models import Demand, Event, Evidence, Outcome, Silence
from positions.vouching import Vouched


@dataclass(frozen=True)
class Period:
    """A round, or the time before or after one; the whole time where no round was held."""

    place: int
    title: str
    round: Round | None = None

    @property
    def when(self) -> str:
        """Return when the round was held, as exactly as it is known."""
        held = self.round
        return ranges.times_text(held.held, held.time_zone) if held and held.held else ""


@dataclass(frozen=True)
class Move:
    """A term on which a statement differs from the one that it replaces."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Tie:
    """A record at the other end: an answer to a statement, or what hangs on it."""

    is_answer: bool
    label: str
    parties: str
    record: Demand | Outcome


@dataclass(frozen=True)
class Said:
    """A statement in its time: what it moved, and what became of it by the day of the page."""

    statement: Statement
    group: Node | None
    replaces: Demand | None
    moves: tuple[Move, ...]
    replaced_by: tuple[Demand, ...]
    ended: bool
    stands: bool
    ties: tuple[Tie, ...]


@dataclass(frozen=True)
class Quiet:
    """A silence; ``answered`` if the party has spoken since."""

    silence: Silence
    answered: bool


@dataclass(frozen=True)
class PeriodCell:
    """What one party said in one period."""

    party: Party
    said: tuple[Said, ...]
    quiet: tuple[Quiet, ...]

    @property
    def holds(self) -> bool:
        return bool(self.said or self.quiet)


@dataclass(frozen=True)
class Happened(Vouched):
    """An event on the issue, with who says so."""

    event: Event
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class PeriodRow:
    """A round, or the time between rounds, with what every party said in it."""

    period: Period
    cells: tuple[PeriodCell, ...]
    outcomes: tuple[Settled, ...]
    events: tuple[Happened, ...]

    @property
    def principals(self) -> tuple[PeriodCell, ...]:
        return tuple(c for c in self.cells if c.party.standing == Party.Standing.PRINCIPAL)

    @property
    def others(self) -> tuple[PeriodCell, ...]:
        return tuple(
            c for c in self.cells if c.party.standing != Party.Standing.PRINCIPAL and c.holds
        )

    @property
    def shown(self) -> bool:
        """Whether there is something to show; a round always is."""
        held = any(cell.holds for cell in self.cells)
        return bool(self.period.round or held or self.outcomes or self.events)


def periods(rounds: Sequence[Round]) -> tuple[Period, ...]:
    """Return the rounds, in the order of their last days, and what lies between them."""
    if not rounds:
        return (Period(0, _("So far")),)
    found = [Period(0, _("Before %(round)s") % {"round": rounds[0]})]
    for place, held in enumerate(rounds):
        found.append(Period(2 * place + 1, str(held), held))
        found.append(Period(2 * place + 2, _("After %(round)s") % {"round": held}))
    return tuple(found)


def place_of(rounds: Sequence[Round], day: date, held: int | None = None) -> int:
    """Return the place of the period that something belongs to.

    It is that of the round it is known to be of (``held``, by number), else of the round on whose
    days ``day`` is, else of the time between.
    """
    numbers = [each.pk for each in rounds]
    if held in numbers:
        return 2 * numbers.index(held) + 1
    next_round = bisect_left([last_day(each) for each in rounds], day)
    if next_round < len(rounds) and first_day(rounds[next_round]) <= day:
        return 2 * next_round + 1
    return 2 * next_round


def first_day(held: Round) -> date:
    """Return the first day of a round, in the time its venue keeps; its last, if none is known."""
    start = held.held.lower
    return start.astimezone(ZoneInfo(held.time_zone)).date() if start else last_day(held)
