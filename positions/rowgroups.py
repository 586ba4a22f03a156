"""The comparison's rows under the issues they are parts of; a group of parts can be folded."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from positions.matrix import Row


@dataclass(frozen=True)
class Line:
    """A row in its place: ``depth`` is 0 for an issue that is part of none shown here.

    The head of a group has the number of its ``parts``, whether they are ``closed``, and the codes
    that are ``then`` closed, once its parts are folded or unfolded.
    """

    row: Row
    depth: int = 0
    parts: int = 0
    closed: bool = False
    then: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """An issue and its parts, the parts of these included; or one row alone."""

    lines: tuple[Line, ...]

    @property
    def closed(self) -> bool:
        """Whether only the first of its rows is to be seen."""
        return self.lines[0].closed


def grouped(rows: Sequence[Row], closed: Collection[str] = ()) -> tuple[Group, ...]:
    """Return the rows in groups, those with a code in ``closed`` folded.

    The order is that of the rows, but that parts follow their issue. A part whose issue is not
    among the rows stands for itself, and so does what is said of the whole.
    """
    shown = {row.issue.pk for row in rows if row.issue}
    parts: dict[int, list[Row]] = {}
    tops = []
    for row in rows:
        if row.issue and row.issue.parent_id in shown:
            parts.setdefault(row.issue.parent_id, []).append(row)
        else:
            tops.append(row)
    return tuple(_group(tuple(_walk(top, parts)), closed) for top in tops)


def _walk(row: Row, parts: dict[int, list[Row]], depth: int = 0) -> Iterator[Line]:
    yield Line(row, depth)
    for part in parts.get(row.issue.pk, ()) if row.issue else ():
        yield from _walk(part, parts, depth + 1)


def _group(lines: tuple[Line, ...], closed: Collection[str]) -> Group:
    head, *rest = lines
    if not rest:
        return Group(lines)
    code = head.row.code
    others = tuple(sorted(set(closed) - {code}))
    folded = code in closed
    then = others if folded else (*others, code)
    return Group((Line(head.row, 0, len(rest), folded, then), *rest))


def tally(rows: Sequence[Row]) -> tuple[tuple[str, int], ...]:
    """Return the statuses of the rows' gaps and how often each is met, commonest first."""
    counted = Counter(gap.label for row in rows for gap in row.shown_gaps)
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
