"""The matrix as frozen data: what pages loop over, CSV lists and the API answers with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from negotiations import ranges
from negotiations.models import Negotiation, Party, Round, Source, Track
from positions import gaplines, gaps, satisfying
from positions.baselines import Baseline
from positions.models import (
    Clause,
    Demand,
    Event,
    Evidence,
    Issue,
    Outcome,
    Silence,
)
from positions.movelines import LabelLine, MoveLine, by_label
from positions.options import Sufficing, sufficing, tree_of_node
from positions.priorities import Priority, priorities
from positions.question import Question
from positions.timeline import Moment, timeline
from positions.values import Hanging, Link, Received, Value, Waits, said, unsaid
from positions.vouching import SaidTerm, Vouched, said_terms
from positions.words import answer_text, operator_text

if TYPE_CHECKING:
    from positions.preconditions import Deadlock, Preconditions

BLANKS = {
    "none reported": gettext_lazy("no answer reported"),
    "nothing now": gettext_lazy("nothing now"),
    "not coded": gettext_lazy("not coded yet"),
    "left out": gettext_lazy("nothing that fits the filter"),
}
BRIEF = {
    str(Evidence.Basis.OFFICIAL): gettext_lazy("on the record"),
    str(Evidence.Basis.OTHER_SIDE): gettext_lazy("other side’s account"),
}
#: What counts in no gap: it wants nothing of the other side, or only says what else happens.
ASIDE = frozenset({Demand.Kind.CLAIM, Demand.Kind.THREAT, Demand.Kind.ASSESSMENT})
AUTHORITY = {basis: place for place, basis in enumerate(Evidence.Basis.values)}


@dataclass(frozen=True)
class Statement(Vouched):
    """A current demand with everything that tells who says it and how far it goes."""

    demand: Demand
    holders: tuple[Party, ...]
    values: tuple[Value, ...]
    links: tuple[Link, ...]
    evidence: tuple[Evidence, ...]
    path: tuple[Clause, ...]
    hanging: tuple[Hanging, ...] = ()
    only_if: tuple[Waits, ...] = ()
    received: tuple[Received, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether it is one of those that were asked for; all are where nothing was asked."""
        return getattr(self.demand, "fits", True)

    @property
    def joint(self) -> bool:
        return len(self.holders) > 1

    @property
    def answer_text(self) -> str:
        """Return what it does to what it answers: "rejects"; empty if it answers nothing."""
        return answer_text(self.demand.answer)

    @property
    def target_text(self) -> str:
        """Return the words of what it answers, where they were loaded."""
        return getattr(self.demand, "target_text", "")

    @property
    def said(self) -> tuple[Value, ...]:
        """Return the values of the terms it speaks of."""
        return said(self.values)

    @property
    def terms(self) -> tuple[SaidTerm, ...]:
        """Return those values by term, rivals side by side."""
        return said_terms(self.said, self.evidence)

    @property
    def unsaid(self) -> tuple[str, ...]:
        """Return the names of the terms it is recorded not to specify."""
        return unsaid(self.values)

    @property
    def authority(self) -> str | None:
        """Return the best basis among the evidence that supports the demand, or None."""
        bases = [
            e.basis for e in self.evidence if e.stance == Evidence.Stance.SUPPORTS and not e.field
        ]
        return min(bases, key=AUTHORITY.__getitem__, default=None)

    @property
    def authority_label(self) -> str:
        return str(Evidence.Basis(self.authority).label) if self.authority else ""

    @property
    def authority_brief(self) -> str:
        """Return the authority in the fewest words."""
        return str(BRIEF.get(self.authority or "", self.authority_label))

    @property
    def speakers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(e.speaker.name for e in self.evidence if e.speaker))


@dataclass(frozen=True)
class Reading:
    """One way to read how a group's parts combine, with those who read it so."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Node:
    """A clause with what stands in it: a group of options, a package, an item."""

    clause: Clause
    readings: tuple[Evidence, ...]
    statements: tuple[Statement, ...]
    children: tuple["Node", ...]

    @property
    def operator_text(self) -> str:
        return operator_text(self.clause.operator, len(self.children))

    @property
    def readings_by_text(self) -> tuple[Reading, ...]:
        """Return the readings of the operator, those who read it alike together."""
        found: dict[str, list[Evidence]] = {}
        for row in self.readings:
            text = operator_text(row.reads, len(self.children)) or row.get_stance_display()
            found.setdefault(text, []).append(row)
        return tuple(Reading(text, tuple(rows)) for text, rows in found.items())

    @cached_property
    def sufficing(self) -> tuple[Sufficing, ...]:
        """Return what satisfies the group, under each way to read its operator."""
        return sufficing(self)

    @cached_property
    def satisfied_by(self) -> satisfying.Satisfying:
        """Return the sets of clauses that satisfy the group, reading by reading."""
        return satisfying.satisfying(tree_of_node(self))

    def walk(self) -> Iterator["Node"]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Cell:
    """Where one party stands on one issue, and what moved ``since`` a day, if there is one.

    ``facing`` is the number of what another party put forward last, if any did.
    """

    party: Party
    issue: Issue | None
    groups: tuple[Node, ...]
    statements: tuple[Statement, ...]
    silences: tuple[Silence, ...]
    blank: str | None
    since: Baseline | None = None
    moves: tuple[MoveLine, ...] = ()
    facing: int | None = None

    @property
    def blank_text(self) -> str:
        return str(BLANKS[self.blank]) if self.blank else ""

    @property
    def holds(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.statements or self.silences or self.groups or self.moves)

    @property
    def movement(self) -> tuple[LabelLine, ...]:
        """Return the moves, those of one label together."""
        return by_label(self.moves)

    @property
    def moved(self) -> bool:
        """Whether anything is other than it was."""
        return any(move.moved for move in self.moves)

    @property
    def grouped(self) -> frozenset[int]:
        """Return the numbers of the demands that stand in a group of this cell."""
        return frozenset(s.demand.pk for g in self.groups for n in g.walk() for s in n.statements)

    @property
    def loose(self) -> tuple[Statement, ...]:
        """Return the statements that no group of this cell shows already."""
        return tuple(s for s in self.statements if s.demand.pk not in self.grouped)

    @property
    def foremost(self) -> tuple[Statement, ...]:
        """Return the loose statements that are shown first: all of them but those ``aside``."""
        return tuple(s for s in self.loose if s not in self.aside)

    @cached_property
    def aside(self) -> tuple[Statement, ...]:
        """Return what is said beside the demands, and counts in no gap: claims, threats and such.

        It is nothing where they are all that is said, and leaves out what is no more than a draft.
        """
        said = tuple(
            s for s in self.loose if s.demand.kind in ASIDE and s.demand.state == "published"
        )
        return said if self.groups or len(said) < len(self.loose) else ()

    @property
    def aside_kinds(self) -> tuple[str, ...]:
        """Return the kinds of what is said aside, each once."""
        return tuple(dict.fromkeys(str(s.demand.get_kind_display()) for s in self.aside))


@dataclass(frozen=True)
class Settled(Vouched):
    """An outcome in force at the day, with the parties that confirm it."""

    outcome: Outcome
    confirmed_by: tuple[Party, ...]
    values: tuple[Value, ...]
    evidence: tuple[Evidence, ...]
    links: tuple[Link, ...] = ()
    hanging: tuple[Hanging, ...] = ()

    @property
    def said(self) -> tuple[Value, ...]:
        """Return the values of the terms it speaks of."""
        return said(self.values)

    @property
    def terms(self) -> tuple[SaidTerm, ...]:
        """Return those values by term, rivals side by side."""
        return said_terms(self.said, self.evidence)

    @property
    def unsaid(self) -> tuple[str, ...]:
        """Return the names of the terms it is recorded not to specify."""
        return unsaid(self.values)


@dataclass(frozen=True)
class Row:
    """One issue; ``issue`` is None for what is said of the whole.

    ``unheld`` is what nobody holds: assessments, and what stands in a paper nobody owns up to.
    ``every_statement`` is also what the filters leave out of the cells, ``every_party`` also those
    without a cell; the gaps rest on them.
    """

    issue: Issue | None
    cells: tuple[Cell, ...]
    outcomes: tuple[Settled, ...]
    gaps: tuple[gaps.Gap, ...]
    unheld: tuple[Statement, ...] = ()
    every_statement: tuple[Statement, ...] = ()
    deadlocks: tuple["Deadlock", ...] = ()
    every_party: tuple[Party, ...] = ()

    @property
    def code(self) -> str:
        return self.issue.code if self.issue else "overall"

    @property
    def fits(self) -> bool:
        """Whether any statement that was asked for stands here."""
        return bool(self.unheld) or any(cell.statements for cell in self.cells)

    @property
    def is_over(self) -> bool:
        """Whether the issue is retired and nothing stands on it any more."""
        if self.issue is None or self.issue.retired is None:
            return False
        silences = any(cell.silences for cell in self.cells)
        return not (self.every_statement or self.outcomes or silences)

    @property
    def moved(self) -> bool:
        """Whether any party moved, or anything was settled since; True with no day to tell from."""
        since = [cell.since.day for cell in self.cells if cell.since]
        reached = [ranges.latest(settled.outcome.reached) for settled in self.outcomes]
        settled = not since or any(day and day > min(since) for day in reached)
        return settled or any(cell.moved for cell in self.cells)

    def shows(self, number: int) -> bool:
        """Whether a demand, an outcome or a silence stands in this row, in a group of it even."""
        held = {n for c in self.cells for n in {s.demand.pk for s in c.statements} | c.grouped}
        silent = {silence.pk for cell in self.cells for silence in cell.silences}
        return number in held | silent | {settled.outcome.pk for settled in self.outcomes}

    @property
    def has_spoken(self) -> bool:
        """Whether any party says something here, so that another's silence can be noted."""
        return any(cell.statements for cell in self.cells)

    @property
    def principals(self) -> tuple[Cell, ...]:
        return tuple(c for c in self.cells if c.party.standing == Party.Standing.PRINCIPAL)

    @property
    def others(self) -> tuple[Cell, ...]:
        return tuple(c for c in self.cells if c.party.standing != Party.Standing.PRINCIPAL)

    @property
    def others_hold(self) -> bool:
        """Whether any party that is no principal has something to show."""
        return any(cell.holds for cell in self.others)

    @cached_property
    def shown_gaps(self) -> tuple[gaplines.ShownGap, ...]:
        return gaplines.shown(self)


@dataclass(frozen=True)
class ShownPriority:
    """An issue's row with its place by weight."""

    row: Row
    priority: Priority

    @property
    def percent(self) -> int | None:
        """Return how much of what was compared is open, in percent."""
        share = self.priority.openness
        return None if share is None else round(share * 100)

    @property
    def weights(self) -> tuple[tuple[str, int, bool], ...]:
        """Return what it may weigh, as a parameter and a number, and whether it does."""
        weight = self.priority.weight
        numbers = sorted({*range(6), 10, weight})
        return tuple((f"{self.row.code}:{n}", n, n == weight) for n in numbers)


@dataclass(frozen=True)
class Comparison:
    """The whole matrix, as ``question`` asks for it."""

    negotiation: Negotiation
    question: Question
    parties: tuple[Party, ...]
    rows: tuple[Row, ...]
    rounds: tuple[Round, ...]
    events: tuple[Event, ...]
    every_issue: tuple[Issue, ...] = ()
    every_party: tuple[Party, ...] = ()
    cited: tuple[Source, ...] = ()
    preconditions: "Preconditions | None" = None

    @property
    def as_of(self) -> date:
        return self.question.as_of

    @property
    def round(self) -> Round | None:
        return self.question.round

    @property
    def principals(self) -> tuple[Party, ...]:
        return tuple(p for p in self.parties if p.standing == Party.Standing.PRINCIPAL)

    @property
    def others(self) -> tuple[Party, ...]:
        return tuple(p for p in self.parties if p.standing != Party.Standing.PRINCIPAL)

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Return the tracks of the rounds that were held."""
        return tuple(dict.fromkeys(held.track for held in self.rounds))

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """Return the days since which movement is told, one for each that some party has."""
        cells = (cell for row in self.rows for cell in row.cells)
        return tuple(dict.fromkeys(cell.since for cell in cells if cell.since))

    @cached_property
    def priorities(self) -> tuple["ShownPriority", ...]:
        """Return the issues shown by how open they are, as weighed."""
        rows = {row.code: row for row in self.rows if row.issue}
        gaps_by_code = ((code, row.gaps) for code, row in rows.items())
        return tuple(
            ShownPriority(rows[found.code], found)
            for found in priorities(gaps_by_code, self.question.weights or {})
        )

    @cached_property
    def timeline(self) -> tuple[Moment, ...]:
        return timeline(self.rounds, self.events, self.as_of, self.round)

    @cached_property
    def last_round(self) -> Round | None:
        """Return the last round held by the day, or None."""
        held = [m.record for m in self.timeline if isinstance(m.record, Round) and not m.ahead]
        return held[-1] if held else None

    def row(self, code: str) -> Row:
        """Return the row of an issue's code, or ``overall``; raise KeyError if there is none."""
        return {row.code: row for row in self.rows}[code]
