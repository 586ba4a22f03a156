"""The page of conditions: what waits for what, drawn and as a table, and the deadlocks in it.

All of it is read off the comparison of the day; nothing here asks the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from negotiations.models import Negotiation, Party
from positions import comparison as comparisons
from positions.filters import OVERALL
from positions.graphlayout import Arrow, Box, Drawing, PlacedArrow, PlacedBox, draw, wrapped
from positions.matrix import Comparison
from positions.models import Issue
from positions.preconditions import Condition, Deadlock
from positions.question import Question


@dataclass(frozen=True)
class ShownBox:
    """A box of the drawing; its first ``head`` lines say who and what it is about."""

    box: PlacedBox
    head: int
    side: str
    is_words: bool

    @property
    def lines(self) -> tuple[tuple[int, str, bool], ...]:
        """Return each line with its height, and whether it is of the heading."""
        return tuple(
            (y, text, place < self.head) for place, (y, text) in enumerate(self.box.baselines)
        )


@dataclass(frozen=True)
class ShownArrow:
    """A line of the drawing with the relation that it stands for."""

    line: PlacedArrow
    label: str
    blocked: bool


@dataclass(frozen=True)
class ShownDrawing:
    boxes: tuple[ShownBox, ...]
    arrows: tuple[ShownArrow, ...]
    width: int
    height: int


@dataclass(frozen=True)
class Ring:
    """A deadlock with its drawing: the places that wait for each other."""

    deadlock: Deadlock
    drawing: ShownDrawing


@dataclass(frozen=True)
class ConditionsPage:
    """Everything that the page of conditions shows; ``asked`` are the issues asked for."""

    negotiation: Negotiation
    as_of: date
    comparison: Comparison
    asked: tuple[Issue, ...]
    conditions: tuple[Condition, ...]
    deadlocks: tuple[Deadlock, ...]
    complete: bool

    @property
    def question(self) -> Question:
        return self.comparison.question

    @property
    def every_issue(self) -> tuple[Issue, ...]:
        return self.comparison.every_issue

    @property
    def every_party(self) -> tuple[Party, ...]:
        return self.comparison.every_party

    @cached_property
    def rings(self) -> tuple[Ring, ...]:
        return tuple(Ring(deadlock, _ring(deadlock)) for deadlock in self.deadlocks)

    @cached_property
    def drawing(self) -> ShownDrawing:
        return _drawing(self.conditions)


def build(*, negotiation: Negotiation, user, question: Question) -> ConditionsPage:
    """Return the conditions that ``user`` may see, as ``question`` asks for them.

    Of the question the clocks and issues count. Raises ``UnknownRevision``.
    """
    return page_of(comparisons.build(negotiation=negotiation, user=user, question=question))


def page_of(comparison: Comparison) -> ConditionsPage:
    """Return the page of a comparison.

    Where it was asked for issues, only what waits on these and their parts, or hangs on what is of
    them, is shown.
    """
    found = comparison.preconditions
    assert found is not None  # what a builder made has them
    asked = comparison.question.issues
    shown = {row.code for row in comparison.rows}
    codes = shown if asked else None
    return ConditionsPage(
        negotiation=comparison.negotiation,
        as_of=comparison.as_of,
        comparison=comparison,
        asked=tuple(issue for issue in comparison.every_issue if issue.code in asked),
        conditions=tuple(
            each
            for each in found.conditions
            if codes is None or _codes((*each.issues, *each.anchor_issues)) & codes
        ),
        deadlocks=tuple(each for each in found.deadlocks if codes is None or each.issues & codes),
        complete=found.complete,
    )


def _codes(issues: Iterable[Issue]) -> set[str]:
    """The codes of issues; what is of none is of the talks as a whole."""
    return {issue.code for issue in issues} or {OVERALL}


@dataclass(frozen=True)
class _End:
    """One end of a condition as it is drawn."""

    id: str
    parties: tuple[Party, ...]
    issues: tuple[Issue, ...]
    text: str
    is_words: bool = False

    @property
    def heading(self) -> str:
        parts = (", ".join(map(str, self.parties)), ", ".join(map(str, self.issues[:2])))
        more = f" +{len(self.issues) - 2}" if len(self.issues) > 2 else ""
        return " · ".join(part for part in parts if part) + more

    @property
    def side(self) -> str:
        """Return the class of the colour of the one principal that holds it, if one does."""
        mine = [p for p in self.parties if p.standing == Party.Standing.PRINCIPAL]
        return f"side-{mine[0].side}" if len(mine) == len(self.parties) == 1 else ""  # type: ignore[attr-defined]


def _ends(condition: Condition) -> tuple[_End, _End]:
    """What comes first, and what waits for it."""
    anchor = condition.anchor
    words = " ".join(condition.on.split())
    first = _End(
        str(anchor) if anchor else f"words {words.casefold()}",
        condition.anchor_parties,
        condition.anchor_issues,
        words,
        is_words=anchor is None,
    )
    then = _End(str(condition.record.pk), condition.parties, condition.issues, condition.text)
    return first, then


def _drawing(conditions: Iterable[Condition]) -> ShownDrawing:
    ends: dict[str, _End] = {}
    lines: dict[Arrow, list[Condition]] = {}
    for condition in conditions:
        first, then = _ends(condition)
        ends.setdefault(first.id, first)
        ends[then.id] = then
        lines.setdefault(Arrow(first.id, then.id), []).append(condition)
    heads = {end.id: wrapped(end.heading) for end in ends.values()}
    boxes = [Box(end.id, (*heads[end.id], *wrapped(end.text))) for end in ends.values()]
    drawn = draw(boxes, lines)
    return ShownDrawing(
        tuple(
            ShownBox(box, len(heads[box.id]), ends[box.id].side, ends[box.id].is_words)
            for box in drawn.boxes
        ),
        tuple(
            ShownArrow(
                line,
                ", ".join(dict.fromkeys(each.label for each in lines[line.arrow])),
                any(each.blocked for each in lines[line.arrow]),
            )
            for line in drawn.arrows
        ),
        *_size(drawn),
    )


def _ring(deadlock: Deadlock) -> ShownDrawing:
    names = [step.place.name for step in deadlock.steps]
    labels = {
        Arrow(str((place + 1) % len(names)), str(place)): ", ".join(
            dict.fromkeys(str(party) for each in step.because for party in each.parties)
        )
        for place, step in enumerate(deadlock.steps)
    }
    boxes = [Box(str(place), wrapped(name)) for place, name in enumerate(names)]
    drawn = draw(boxes, labels)
    return ShownDrawing(
        tuple(ShownBox(box, len(box.lines), "", False) for box in drawn.boxes),
        tuple(ShownArrow(line, labels[line.arrow], True) for line in drawn.arrows),
        *_size(drawn),
    )


def _size(drawn: Drawing) -> tuple[int, int]:
    return drawn.width, drawn.height
