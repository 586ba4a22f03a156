"""What the page of claims and counts shows: claims against claims, and facts with rival values."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from negotiations.models import Negotiation, Party
from positions import rivals
from positions.claimwords import ground_text, verdict_text, weight_text
from positions.matrix import Statement
from positions.models import Evidence, Issue, Term
from positions.numberlines import Bar
from positions.question import Question
from positions.recordwords import OfRecord
from positions.values import Value


@dataclass(frozen=True)
class Side:
    """A claim in a pair; ``stands`` if it is current at the day of the page."""

    statement: Statement
    stands: bool


@dataclass(frozen=True)
class ClaimPair:
    """Two claims side by side: how they stand to each other, and why.

    ``remarks`` is what is said about the one as an answer to the other.
    """

    first: Side
    second: Side
    verdict: rivals.Verdict
    ground: rivals.Ground
    terms: tuple[str, ...]
    remarks: tuple[Evidence, ...]

    @property
    def verdict_text(self) -> str:
        return verdict_text(self.verdict)

    @property
    def ground_text(self) -> str:
        return ground_text(self.ground, self.terms)

    @property
    def issue(self) -> Issue | None:
        return self.first.statement.demand.issue


@dataclass(frozen=True)
class Against:
    """A piece of evidence against a claim, and the values for it that its source gives instead."""

    evidence: Evidence
    values: tuple[Value, ...]

    @property
    def gives(self) -> tuple[str, ...]:
        """Return those values in words: "Parts of the paper: 3"."""
        return tuple(f"{value.row.term.name}: {value.text}" for value in self.values)


@dataclass(frozen=True)
class Contradicted:
    """A claim that a source contradicts in its own voice."""

    claim: Side
    against: tuple[Against, ...]


@dataclass(frozen=True)
class RivalValue:
    """One of several values, with who gives it; ``own`` if the evidence is for the value itself."""

    value: Value
    evidence: tuple[Evidence, ...]
    own: bool
    weight: rivals.Weighed
    bar: Bar | None

    @property
    def deprecated(self) -> bool:
        return self.value.row.rank == "deprecated"

    @property
    def weight_text(self) -> str:
        return weight_text(self.weight)


@dataclass(frozen=True)
class RivalTerm:
    """A term of a fact with all its values, and how many independent sources they have together."""

    term: Term
    values: tuple[RivalValue, ...]
    independent: int

    @property
    def is_rival(self) -> bool:
        return len(self.values) > 1

    @property
    def drawn(self) -> bool:
        return any(value.bar for value in self.values)


@dataclass(frozen=True)
class RivalFact(OfRecord):
    """A demand, an outcome or an event for which somebody gives another value than others."""

    record: Any
    parties: tuple[Party, ...]
    terms: tuple[RivalTerm, ...]
    stands: bool


@dataclass(frozen=True)
class ClaimsPage:
    """What contradicts or answers what, and what is counted in several ways."""

    negotiation: Negotiation
    question: Question
    pairs: tuple[ClaimPair, ...]
    contradicted: tuple[Contradicted, ...]
    facts: tuple[RivalFact, ...]
    every_issue: tuple[Issue, ...]
    every_party: tuple[Party, ...]

    @property
    def as_of(self) -> date:
        return self.question.as_of
