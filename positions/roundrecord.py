"""A round as frozen data: what its page shows and its sheet prints."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from negotiations import ranges
from negotiations.models import Delegate, Negotiation, Participation, Party, Round, Source
from positions.matrix import Settled, Statement
from positions.models import Demand, Evidence, Issue, Proposal, Silence
from positions.periods import Happened


@dataclass(frozen=True)
class Fact:
    """A field of the round in words, with those who read it otherwise or say no more than it."""

    name: str
    label: str
    text: str
    readings: tuple[Evidence, ...]


@dataclass(frozen=True)
class Delegation:
    """A party at the round: its roles, who came, and who stayed away."""

    party: Party
    roles: tuple[Participation, ...]
    seats: tuple[Delegate, ...]

    @property
    def came(self) -> tuple[Delegate, ...]:
        return tuple(seat for seat in self.seats if seat.attended is not False)

    @property
    def absent(self) -> tuple[Delegate, ...]:
        return tuple(seat for seat in self.seats if seat.attended is False)

    @property
    def size(self) -> str:
        """Return how many people the delegation had, where that is known."""
        return next((ranges.quantity_text(role.size) for role in self.roles if role.size), "")


@dataclass(frozen=True)
class Answer:
    """What somebody answered to something of this round, then or later."""

    demand: Demand
    holders: tuple[Party, ...]

    @property
    def who(self) -> str:
        return ", ".join(str(party) for party in self.holders)


@dataclass(frozen=True)
class Tabled:
    """A paper or oral offer of this round, with whose it is and how it was answered."""

    proposal: Proposal
    holders: tuple[Party, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Said:
    """One line of a side: what it said, what that answers, how it was answered."""

    statement: Statement
    answered: Demand | Proposal | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Paper:
    """The points that a side made by a paper."""

    proposal: Proposal
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Side:
    """What one party said at the round, and where no answer of it was reported."""

    party: Party
    said: tuple[Said, ...]
    silences: tuple[Silence, ...]
    unanswered: tuple[Issue, ...]

    @property
    def spoken(self) -> tuple[Said, ...]:
        """Return what it said otherwise than by a paper."""
        return tuple(said for said in self.said if not said.statement.demand.clause)

    @property
    def papers(self) -> tuple[Paper, ...]:
        """Return its papers with the points they make, paper by paper."""
        found: dict[Proposal, list[Said]] = {}
        for said in self.said:
            if said.statement.demand.clause:
                found.setdefault(said.statement.demand.clause.proposal, []).append(said)
        return tuple(Paper(proposal, tuple(points)) for proposal, points in found.items())

    @property
    def spoken_of(self) -> frozenset[int | None]:
        """Return the numbers of the issues it spoke of or was noted to be silent on."""
        return frozenset(
            {said.statement.demand.issue_id for said in self.said}
            | {silence.issue_id for silence in self.silences}
        )


@dataclass(frozen=True)
class Used:
    """A source of this round, and how many of its records rest on it."""

    source: Source
    records: int


@dataclass(frozen=True)
class LastTime:
    """What the last round offers to the editors of this one; what is here already is left out."""

    round: Round
    roles: tuple[Participation, ...]
    seats: tuple[Delegate, ...]


@dataclass(frozen=True)
class RoundPage:
    """Everything that the page of a round shows."""

    negotiation: Negotiation
    round: Round
    day: date | None
    previous: Round | None
    next: Round | None
    facts: tuple[Fact, ...]
    evidence: tuple[Evidence, ...]
    delegations: tuple[Delegation, ...]
    tabled: tuple[Tabled, ...]
    sides: tuple[Side, ...]
    outcomes: tuple[Settled, ...]
    events: tuple[Happened, ...]
    events_before: tuple[Happened, ...]
    sources: tuple[Used, ...]
    unheld: tuple[Said, ...]
    last_time: LastTime | None
    issues_last: tuple[Issue, ...]
    issues_left: tuple[Issue, ...]

    @property
    def principals(self) -> tuple[Side, ...]:
        return tuple(s for s in self.sides if s.party.standing == Party.Standing.PRINCIPAL)

    @property
    def others(self) -> tuple[Side, ...]:
        """Return the other parties that said something or were noted to be silent."""
        return tuple(side for side in self.quiet_or_not if side.said or side.silences)

    @property
    def quiet_or_not(self) -> tuple[Side, ...]:
        return tuple(s for s in self.sides if s.party.standing != Party.Standing.PRINCIPAL)

    @property
    def day_text(self) -> str:
        """Return the day of the round as a form takes it; empty where there is none yet."""
        return ranges.date_text(ranges.day(self.day)) if self.day else ""

    @property
    def day_query(self) -> str:
        return quote(self.day_text)
