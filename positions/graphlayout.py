"""Draws what hangs on what from left to right: boxes in layers, and the lines between them.

Plain data in, plain data out, always the same for the same input. What comes first stands left of
what waits for it. A ring cannot: one line of each runs back, and is marked. Parts of the graph
that hang together stand beside and below each other. A line that passes a layer has a place of its
own there, so that it crosses no box.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from unicodedata import east_asian_width

BOX_WIDTH, LINE, PAD = 214, 16, 9
GAP_X, GAP_Y, GAP_PARTS = 104, 16, 30
PASSING = 10
PORT = 17
#: So many ordinary letters stand on a line of a box.
LETTERS = 29.0
SWEEPS = 6
#: Parts stand beside each other up to this width; one that is wider stands alone.
SHELF = 1120


@dataclass(frozen=True)
class Box:
    """Something to draw: its text is already broken into lines."""

    id: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Arrow:
    """A line from what comes first to what waits for it."""

    first: str
    then: str


@dataclass(frozen=True)
class PlacedBox:
    id: str
    lines: tuple[str, ...]
    x: int
    y: int
    width: int
    height: int

    @property
    def text_x(self) -> int:
        return self.x + PAD

    @property
    def baselines(self) -> tuple[tuple[int, str], ...]:
        """Return each line of the text with the height at which it is written."""
        top = self.y + PAD + 12
        return tuple((top + LINE * place, line) for place, line in enumerate(self.lines))


@dataclass(frozen=True)
class PlacedArrow:
    """A line by the points it goes through; ``backward`` if it runs against the order."""

    arrow: Arrow
    points: tuple[tuple[int, int], ...]
    backward: bool

    @property
    def path(self) -> str:
        """Return the line as an SVG path."""
        (x, y), *rest = self.points
        parts = [f"M{x} {y}"]
        for to_x, to_y in rest:
            bend = (to_x - x) // 2
            parts.append(f"C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}")
            x, y = to_x, to_y
        return " ".join(parts)

    @property
    def label_at(self) -> tuple[int, int]:
        """Return where a word about the line ends: before its head."""
        x, y = self.points[-1]
        return (x + 8, y - 4) if self.backward else (x - 8, y - 4)


@dataclass(frozen=True)
class Drawing:
    boxes: tuple[PlacedBox, ...] = ()
    arrows: tuple[PlacedArrow, ...] = ()
    width: int = 0
    height: int = 0


def wrapped(text: str, letters: float = LETTERS) -> tuple[str, ...]:
    """Return a text in lines that fit a box; a word that does not is broken."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        while _width(word) > letters:
            room = letters - _width(f"{line} ") if line else letters
            head = _fitting(word, room if room > letters / 3 else letters)
            if line and room > letters / 3:
                lines.append(f"{line} {head}")
            else:
                lines.extend([line, head] if line else [head])
            line, word = "", word[len(head) :]
        joined = f"{line} {word}" if line else word
        if _width(joined) > letters:
            lines.append(line)
            line = word
        else:
            line = joined
    return (*lines, line) if line else tuple(lines)


def _fitting(word: str, letters: float) -> str:
    """As much of a word as there is room for, one letter at least."""
    end = 1
    while end < len(word) and _width(word[: end + 1]) <= letters:
        end += 1
    return word[:end]


def _width(text: str) -> float:
    """About how wide a text is, in ordinary letters; nobody asks a font here."""
    return sum(
        2.0 if east_asian_width(c) in "WF" else 1.25 if c.isupper() or ord(c) > 0x24F else 1.0
        for c in text
    )


def draw(boxes: Sequence[Box], arrows: Iterable[Arrow]) -> Drawing:
    """Return where everything stands. Arrows to what is no box, or from a box to itself, are left
    out; of several between the same two boxes one is drawn."""
    known = {box.id for box in boxes}
    lines = list(
        dict.fromkeys(a for a in arrows if a.first != a.then and {a.first, a.then} <= known)
    )
    parts = []
    for part in _parts(boxes, lines):
        inside = {box.id for box in part}
        parts.append(_Part(part, [arrow for arrow in lines if arrow.first in inside]).drawing())
    return _on_shelves(parts)


def _on_shelves(parts: Sequence[Drawing]) -> Drawing:
    """The parts beside each other as far as there is room, the rest on the next shelf."""
    boxes: list[PlacedBox] = []
    arrows: list[PlacedArrow] = []
    right = down = height = width = 0
    for part in parts:
        if right and right + part.width > SHELF:
            right, down = 0, down + height + GAP_PARTS
            height = 0
        boxes += (
            PlacedBox(b.id, b.lines, b.x + right, b.y + down, b.width, b.height) for b in part.boxes
        )
        arrows += (
            PlacedArrow(a.arrow, tuple((x + right, y + down) for x, y in a.points), a.backward)
            for a in part.arrows
        )
        height, width = max(height, part.height), max(width, right + part.width)
        right += part.width + GAP_PARTS
    return Drawing(tuple(boxes), tuple(arrows), width, down + height)


def _parts(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> list[list[Box]]:
    """The boxes that hang together, in the order in which the first of each came."""
    near: dict[str, list[str]] = {box.id: [] for box in boxes}
    for arrow in arrows:
        near[arrow.first].append(arrow.then)
        near[arrow.then].append(arrow.first)
    placed: set[str] = set()
    parts = []
    for box in boxes:
        if box.id in placed:
            continue
        inside, ahead = {box.id}, [box.id]
        while ahead:
            new = set(near[ahead.pop()]) - inside
            inside |= new
            ahead.extend(new)
        placed |= inside
        parts.append([each for each in boxes if each.id in inside])
    return parts


class _Part:
    """Boxes that hang together. A slot is a box, or the place where a line passes a layer."""

    def __init__(self, boxes: Sequence[Box], arrows: Sequence[Arrow]):
        self.boxes = {box.id: box for box in boxes}
        self.arrows = arrows
        self.backward = _running_back(list(self.boxes), arrows)
        self.layer = self._layers()
        self.height = {number: self._height(box) for number, box in self.boxes.items()}
        self.routes = {arrow: self._route(arrow) for arrow in arrows}
        self.columns = self._columns()
        self.top = self._tops()

    def _ends(self, arrow: Arrow) -> tuple[str, str]:
        """The boxes of an arrow, the left one first."""
        ends = arrow.first, arrow.then
        return (ends[1], ends[0]) if arrow in self.backward else ends

    def _layers(self) -> dict[str, int]:
        """How many boxes come before each at the most."""
        before: dict[str, list[str]] = {number: [] for number in self.boxes}
        for arrow in self.arrows:
            left, right = self._ends(arrow)
            before[right].append(left)
        layer: dict[str, int] = {}
        while len(layer) < len(before):
            for number, firsts in before.items():
                if number not in layer and all(first in layer for first in firsts):
                    layer[number] = max((layer[first] + 1 for first in firsts), default=0)
        # What hangs on nothing stands just before what hangs on it.
        for number in self.boxes:
            after = [layer[r] for left, r in map(self._ends, self.arrows) if left == number]
            if not before[number] and after:
                layer[number] = min(after) - 1
        return layer

    def _height(self, box: Box) -> int:
        lefts, rights = zip(*map(self._ends, self.arrows), strict=True) if self.arrows else ((), ())
        ports = max(lefts.count(box.id), rights.count(box.id))
        return max(2 * PAD + LINE * len(box.lines), PORT * (ports + 1))

    def _route(self, arrow: Arrow) -> tuple[str, ...]:
        """The slots that a line goes through, from left to right."""
        left, right = self._ends(arrow)
        passed = range(self.layer[left] + 1, self.layer[right])
        between = tuple(f"{arrow.first}\n{arrow.then}\n{place}" for place in passed)
        for slot, place in zip(between, passed, strict=True):
            self.layer[slot] = place
            self.height[slot] = PASSING
        return left, *between, right

    def _columns(self) -> list[list[str]]:
        columns: list[list[str]] = [[] for _ in range(max(self.layer.values()) + 1)]
        for slot, place in self.layer.items():
            columns[place].append(slot)
        before: dict[str, list[str]] = {slot: [] for slot in self.layer}
        after: dict[str, list[str]] = {slot: [] for slot in self.layer}
        for route in self.routes.values():
            for left, right in pairwise(route):
                before[right].append(left)
                after[left].append(right)
        for sweep in range(SWEEPS):
            near, order = (before, columns) if sweep % 2 == 0 else (after, columns[::-1])
            for beside, column in pairwise(order):
                _sort(column, beside, near)
        return columns

    def _tops(self) -> dict[str, int]:
        """How far down each slot begins; the columns stand in the middle of the tallest."""
        tall = [
            sum(self.height[slot] for slot in column) + GAP_Y * (len(column) - 1)
            for column in self.columns
        ]
        self.tallest = max(tall)
        top = {}
        for column, own in zip(self.columns, tall, strict=True):
            down = (self.tallest - own) // 2
            for slot in column:
                top[slot] = down
                down += self.height[slot] + GAP_Y
        return top

    def drawing(self) -> Drawing:
        boxes = tuple(
            PlacedBox(
                number,
                box.lines,
                self.layer[number] * (BOX_WIDTH + GAP_X),
                self.top[number],
                BOX_WIDTH,
                self.height[number],
            )
            for number, box in self.boxes.items()
        )
        width = len(self.columns) * (BOX_WIDTH + GAP_X) - GAP_X
        return Drawing(boxes, tuple(self._arrows()), width, self.tallest)

    def _arrows(self):
        out, into = self._ports(0), self._ports(-1)
        for arrow, route in self.routes.items():
            left, *between, right = route
            start = self.layer[left] * (BOX_WIDTH + GAP_X) + BOX_WIDTH
            end = self.layer[right] * (BOX_WIDTH + GAP_X)
            points = [(start, out[arrow])]
            for slot in between:
                x, y = self.layer[slot] * (BOX_WIDTH + GAP_X), self.top[slot] + PASSING // 2
                points += [(x, y), (x + BOX_WIDTH, y)]
            points.append((end, into[arrow]))
            backward = arrow in self.backward
            yield PlacedArrow(arrow, tuple(points[::-1] if backward else points), backward)

    def _ports(self, end: int) -> dict[Arrow, int]:
        """How far down each line leaves its left box (0) or reaches its right one (-1)."""
        beside = 1 if end == 0 else -2
        ports = {}
        for number in self.boxes:
            mine = [arrow for arrow, route in self.routes.items() if route[end] == number]
            mine.sort(key=lambda arrow: self.top[self.routes[arrow][beside]])
            for place, arrow in enumerate(mine, 1):
                ports[arrow] = self.top[number] + self.height[number] * place // (len(mine) + 1)
        return ports


def _sort(column: list[str], beside: list[str], near: Mapping[str, list[str]]) -> None:
    """Put each slot of a column level with those beside it that it is joined to."""
    place = {slot: number for number, slot in enumerate(beside)}
    kept = {slot: number for number, slot in enumerate(column)}

    def level(slot: str) -> float:
        places = [place[other] for other in near[slot] if other in place]
        return sum(places) / len(places) if places else kept[slot]

    column.sort(key=lambda slot: (level(slot), kept[slot]))


def _running_back(numbers: list[str], arrows: Sequence[Arrow]) -> frozenset[Arrow]:
    """The arrows that close a ring, looked for from the first box on."""
    after: dict[str, list[Arrow]] = {number: [] for number in numbers}
    for arrow in arrows:
        after[arrow.first].append(arrow)
    back = set()
    done: set[str] = set()
    for root in numbers:
        if root in done:
            continue
        path, branches = [root], [iter(after[root])]
        while branches:
            for arrow in branches[-1]:
                if arrow.then in path:
                    back.add(arrow)
                elif arrow.then not in done:
                    path.append(arrow.then)
                    branches.append(iter(after[arrow.then]))
                    break
            else:
                branches.pop()
                done.add(path.pop())
    return frozenset(back)
