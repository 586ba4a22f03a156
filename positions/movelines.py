"""Movement as pages, API and tables show it: in words, with the statements it is about."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations.models import Party
from positions.gaplines import distance_text, term_text
from positions.gaps import COMPARED, Term
from positions.movement import Direction, Label, Move, TermMove

if TYPE_CHECKING:
    from positions.matrix import Statement

LABELS = {
    Label.NEW: gettext_lazy("new"),
    Label.SOFTENED: gettext_lazy("softened"),
    Label.HARDENED: gettext_lazy("hardened"),
    Label.REWORDED: gettext_lazy("reworded"),
    Label.RESTATED: gettext_lazy("restated"),
    Label.UNCHANGED: gettext_lazy("unchanged"),
    Label.DROPPED: gettext_lazy("dropped"),
}
MARKS = {
    Label.NEW: "+",
    Label.SOFTENED: "→←",
    Label.HARDENED: "←→",
    Label.REWORDED: "≈",
    Label.RESTATED: "=",
    Label.UNCHANGED: "=",
    Label.DROPPED: "−",
}
ORDER = tuple(
    map(
        Label,
        ["softened", "hardened", "new", "dropped", "reworded", "restated", "unchanged"],
    )
)
"""What tells most comes first."""
STANDING = frozenset({Label.UNCHANGED, Label.RESTATED})
"""What leaves everything where it was."""


@dataclass(frozen=True)
class TermLine:
    """A term on which a chain gives other values: what it gave before and gives after, in words."""

    code: str
    name: str
    before: str
    after: str
    move: TermMove
    unmeasured: str = ""
    """Why it is not measured, in words, where it is not."""

    @property
    def far(self) -> str:
        """Return how far it went, seen from the other side: "nearer: 27 days → 12 days"."""
        direction = self.move.direction
        before, after = self.move.distance_before, self.move.distance_after
        if direction == Direction.UNMEASURED or before is None or after is None:
            return self.unmeasured or _("not measured")
        words = {"before": distance_text(before), "after": distance_text(after)}
        if direction == Direction.NEARER:
            return _("nearer: %(before)s → %(after)s") % words
        if direction == Direction.FARTHER:
            return _("farther: %(before)s → %(after)s") % words
        return _("no nearer: %(after)s") % words


@dataclass(frozen=True)
class MoveLine:
    """What became of one chain, with its statements."""

    move: Move
    before: tuple["Statement", ...]
    after: tuple["Statement", ...]
    terms: tuple[TermLine, ...]

    @property
    def label(self) -> Label:
        return self.move.label

    @property
    def label_text(self) -> str:
        return str(LABELS[self.label])

    @property
    def mark(self) -> str:
        return MARKS[self.label]

    @property
    def coded_text(self) -> str:
        """Return the editor's word where the label is another one; empty where it is that word."""
        coded = self.move.coded
        return str(LABELS[coded]) if coded and coded != self.label else ""

    @property
    def by_editor(self) -> bool:
        """Whether nothing but the editor's word tells the label."""
        return self.move.coded == self.label and not self.move.measured

    @property
    def moved(self) -> bool:
        return self.label not in STANDING

    @property
    def telling(self) -> tuple[TermLine, ...]:
        """Return the terms that tell the label; where none does, those that changed."""
        telling = tuple(line for line in self.terms if line.move in self.move.telling)
        return telling or self.terms

    @property
    def replacing(self) -> tuple["Statement", ...]:
        """Return the statements to name: the later ones, or those that were dropped."""
        return self.after or self.before


@dataclass(frozen=True)
class LabelLine:
    """All moves of one cell that have one label."""

    label: Label
    moves: tuple[MoveLine, ...]

    @property
    def text(self) -> str:
        return str(LABELS[self.label])

    @property
    def mark(self) -> str:
        return MARKS[self.label]

    @property
    def explained(self) -> bool:
        """Whether each of the moves is told, rather than only counted."""
        return self.label not in STANDING and self.label != Label.NEW


def lines(
    moves: Iterable[Move], statements: Mapping[int, "Statement"], terms: Mapping[str, Term]
) -> tuple[MoveLine, ...]:
    """Return moves in words; ``statements`` are those of both days by number."""
    return tuple(sorted(_lines(moves, statements, terms), key=lambda line: ORDER.index(line.label)))


def _lines(moves, statements, terms) -> Iterator[MoveLine]:
    for move in moves:
        before, after = (
            tuple(statements[pk] for pk in numbers) for numbers in (move.before, move.after)
        )
        yield MoveLine(
            move=move,
            before=before,
            after=after,
            terms=tuple(
                TermLine(
                    code=term.term,
                    name=terms[term.term].name,
                    before=_text(before, term.term),
                    after=_text(after, term.term),
                    move=term,
                    unmeasured=_unmeasured(term, (*before, *after)),
                )
                for term in move.terms
            ),
        )


def _unmeasured(term: TermMove, statements: Sequence["Statement"]) -> str:
    """Return why it cannot be told whether a term went nearer; empty where it can."""
    if term.direction != Direction.UNMEASURED:
        return ""
    if not any(h.standing == Party.Standing.PRINCIPAL for s in statements for h in s.holders):
        return _("not measured: only principals are")
    if not all(statement.demand.kind in COMPARED for statement in statements):
        return _("not measured: of a kind that is not compared")
    if not term.before:
        return _("not measured: not given before")
    if not term.after:
        return _("not measured: not given any more")
    if term.distance_before is None and term.distance_after is None:
        return _("not measured: the other side gave nothing on it then")
    return _("not measured: left open")


def by_label(moves: Sequence[MoveLine]) -> tuple[LabelLine, ...]:
    """Return the moves of a cell, those of one label together, in the order of their telling."""
    return tuple(
        LabelLine(label, found)
        for label in ORDER
        if (found := tuple(move for move in moves if move.label == label))
    )


def _text(statements: Sequence["Statement"], code: str) -> str:
    texts = (term_text(statement, code) for statement in statements)
    return "; ".join(dict.fromkeys(text for text in texts if text))
