"""What was read of a table, and how much of one is read at all."""

from dataclasses import dataclass

#: Rows with something in them, columns, sheets; characters in a cell and in all of them.
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS = 50_000, 200, 40
MOST_IN_CELL, MOST_CHARACTERS = 2_000_000, 40_000_000


class Unreadable(Exception):
    """No table can be had from a file. ``code`` says why, ``told`` fills the words for it."""

    def __init__(self, code: str, **told: str | int):
        super().__init__(code)
        self.code, self.told = code, told


@dataclass(frozen=True)
class Row:
    """A row that has something in it, by the number that a spreadsheet gives it."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A sheet: its name, its rows, the header the first, and where formulas stood as texts.

    ``notes`` are codes of what one should know of how it was read, with what fills their words.
    """

    name: str
    rows: tuple[Row, ...]
    formulas: frozenset[tuple[int, int]] = frozenset()
    notes: tuple[tuple[str, str], ...] = ()


class Counter:
    """Counts what is read and raises ``Unreadable`` where it is more than is read at all."""

    def __init__(self) -> None:
        self.rows = self.characters = 0

    def take(self, number: int, cells: list[str]) -> Row | None:
        """Return a row without its empty end, or None where nothing is in it."""
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            return None
        if len(cells) > MOST_COLUMNS:
            raise Unreadable("columns", row=number, most=MOST_COLUMNS)
        longest = max(map(len, cells))
        if longest > MOST_IN_CELL:
            raise Unreadable("cell", row=number, most=MOST_IN_CELL)
        self.rows += 1
        self.characters += sum(map(len, cells))
        if self.rows > MOST_ROWS + MOST_SHEETS:
            raise Unreadable("rows", most=MOST_ROWS)
        if self.characters > MOST_CHARACTERS:
            raise Unreadable("characters", most=MOST_CHARACTERS)
        return Row(number, tuple(cells))
