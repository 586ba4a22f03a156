"""What the page of a paper shows: its clauses as a tree, with the answers beside each."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from negotiations import ranges
from negotiations.models import Negotiation, Party, Source
from positions.clausediff import Change
from positions.matrix import Node, Settled, Statement
from positions.models import (
    Demand,
    Evidence,
    Issue,
    Linkage,
    Outcome,
    Proposal,
    Silence,
)
from positions.options import LeafCell, ShownGroup, groups_of, standings_of
from positions.question import Question
from positions.vouching import Vouched


@dataclass(frozen=True)
class Placed:
    """A demand of the paper or an answer to it; ``over`` where it was replaced or has ended.

    ``about`` is the demand that it answers, where it does not answer the clause as such.
    """

    statement: Statement
    over: bool
    about: Demand | None = None


@dataclass(frozen=True)
class AnswerCell:
    """What one party answered to a clause, or is known not to have answered.

    ``target`` is the number that an answer here names.
    """

    party: Party
    target: int
    answers: tuple[Placed, ...]
    silences: tuple[Silence, ...]
    stands: LeafCell | None = None
    """How the party stands to the clause, if only by its answer to a clause above."""

    @property
    def inherited(self) -> LeafCell | None:
        """Return what it answered, or did not, to a clause above, where nothing nearer is noted."""
        return self.stands if self.stands and self.stands.by and not self.holds else None

    @property
    def holds(self) -> bool:
        return bool(self.answers or self.silences)

    @property
    def slot(self) -> str:
        """Return the id of the place where an answer is typed."""
        return f"slot-{self.target}-{self.party.code}"


@dataclass(frozen=True)
class Waiting:
    """A demand or an outcome that hangs on a clause."""

    link: Linkage
    record: Demand | Outcome


@dataclass(frozen=True)
class ClauseNode(Vouched, Node):
    """A clause with all that names it."""

    children: "tuple[ClauseNode, ...]"
    depth: int
    evidence: tuple[Evidence, ...]
    demands: tuple[Placed, ...]
    cells: tuple[AnswerCell, ...]
    others: tuple[AnswerCell, ...]
    outcomes: tuple[Settled, ...]
    waiting: tuple[Waiting, ...]
    change: Change | None
    to_carry: tuple[Demand, ...]
    is_first: bool
    is_last: bool

    @property
    def is_root(self) -> bool:
        return self.depth == 0

    @property
    def can_rise(self) -> bool:
        return not self.is_first

    @property
    def can_sink(self) -> bool:
        return not self.is_last

    @property
    def can_leave(self) -> bool:
        """Whether it stands in another clause than the outermost one."""
        return self.depth > 1

    @property
    def slot(self) -> str:
        """Return the id of the place where what belongs to the clause is typed."""
        return f"slot-{self.clause.pk}"

    @property
    def level(self) -> int:
        """Return how far it is indented: as far as a page has room."""
        return min(self.depth, 6)

    @property
    def parts(self) -> int:
        """Return how many clauses stand inside it."""
        return sum(1 for _ in self.walk()) - 1

    @property
    def issue(self) -> Issue | None:
        """Return the issue of the first demand in it that has one."""
        inside = (s.demand.issue for node in self.walk() for s in node.statements)
        return next((issue for issue in inside if issue), None)


@dataclass(frozen=True)
class PaperPage:
    """Everything that the page of a paper shows at the end of a day.

    ``ahead`` if the paper had not been tabled by then, or no source had published it.
    """

    negotiation: Negotiation
    proposal: Proposal
    holders: tuple[Party, ...]
    question: Question
    ahead: bool
    root: ClauseNode | None
    parties: tuple[Party, ...]
    whole: tuple[AnswerCell, ...]
    whole_others: tuple[AnswerCell, ...]
    evidence: tuple[Evidence, ...]
    sources: tuple[Source, ...]
    newer: tuple[Proposal, ...]
    responses: tuple[Proposal, ...]
    versions: tuple[Proposal, ...]
    compared: Proposal | None
    changes: tuple[Change, ...]

    @property
    def as_of(self) -> date:
        return self.question.as_of

    @property
    def every_issue(self) -> tuple[Issue, ...]:
        """Return nothing: a paper is not narrowed to issues."""
        return ()

    @property
    def every_party(self) -> tuple[Party, ...]:
        return ()

    @property
    def lines(self) -> "tuple[ClauseNode, ...]":
        """Return the clauses as ``rows``, with what each party answered to a clause above."""
        stands = standings_of(self)
        return tuple(
            replace(
                row,
                cells=tuple(
                    replace(cell, stands=stands.get((row.clause.pk, cell.party.code)))
                    for cell in row.cells
                ),
            )
            for row in self.rows
        )

    @property
    def rows(self) -> "tuple[ClauseNode, ...]":
        """Return the clauses in the order in which one reads them."""
        return tuple(self.root.walk()) if self.root else ()  # type: ignore[arg-type]

    @property
    def leaves(self) -> int:
        """Return how many clauses have no parts of their own."""
        return sum(not row.children for row in self.rows)

    @property
    def answer_due(self) -> bool:
        """Whether the day to answer by, if there is one, has not passed by the day of the page."""
        last = ranges.latest(self.proposal.answer_by) if self.proposal.answer_by else None
        return last is not None and last >= self.as_of

    @property
    def points(self) -> str:
        """Return the number of its points in words; empty where it is not recorded."""
        return ranges.quantity_text(self.proposal.points) if self.proposal.points else ""

    @cached_property
    def groups(self) -> tuple[ShownGroup, ...]:
        """Return its groups of clauses with the sets that would satisfy each."""
        return groups_of(self)

    @property
    def answered(self) -> tuple[AnswerCell, ...]:
        """Return the answers to a paper that has no clauses."""
        return tuple(cell for cell in (*self.whole, *self.whole_others) if cell.holds)

    @property
    def others(self) -> bool:
        """Whether a party without a column of its own has answered."""
        return any(row.others for row in self.rows)

    @property
    def to_carry(self) -> int:
        """Return how many demands of the version before are not carried over."""
        return sum(len(row.to_carry) for row in self.rows)
