"""A row of a sheet on its way to a record: what it says, what it would become, what is wrong."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from negotiations import ranges
from negotiations.models import Source, State
from positions.importing.kinds import Kind
from positions.models import TermValue


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"
    WRONG = "wrong"


@dataclass(frozen=True)
class Problem:
    """What is wrong in a column, or with the row where no column is named."""

    column: str
    why: str
    text: str = ""


@dataclass
class Draft:
    """A row of a sheet; ``row`` is what would be recorded, ``existing`` what is there already."""

    kind: Kind
    sheet: str
    number: int
    cells: dict[str, str]
    row: Any
    #: The number that the file gives it.
    label: str = ""
    existing: Any = None
    #: An equal row above it in the same file.
    twin: "Draft | None" = None
    #: What its cells say, by field; pointers may be drafts.
    given: dict[str, Any] = field(default_factory=dict)
    #: What is recorded with it: values, conditions, evidence, new sources and speakers.
    parts: list[Any] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_left_out: bool = False
    #: A person said that this row is not to be imported.
    is_skipped: bool = False

    @property
    def target(self) -> Any:
        """Return the row that others point to when they point to this one."""
        if self.existing is not None:
            return self.existing
        return self.twin.target if self.twin else self.row

    @property
    def fate(self) -> Fate:
        if self.is_skipped:
            return Fate.SKIPPED
        if self.problems:
            return Fate.WRONG
        if self.is_left_out:
            return Fate.DUPLICATE
        if self.existing is None:
            return Fate.NEW
        return Fate.CHANGED if self.changes else Fate.SAME

    @property
    def is_new(self) -> bool:
        is_out = self.is_left_out or self.is_skipped
        return self.existing is None and self.twin is None and not is_out

    def wrong(self, column: str, why: str) -> None:
        """Note what is wrong in a column."""
        problem = Problem(column, why, self.cells.get(column, ""))
        if problem not in self.problems:
            self.problems.append(problem)

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Return what it says as it would become, in words by the labels of the fields."""
        if self.is_skipped:
            return [(name, text) for name, text in self.cells.items() if name]
        zone = str(getattr(self.target, "time_zone", "") or "UTC")
        told = [(f.label, shown(self.given[f.name], zone)) for f in self.kind.fields
                if f.name in self.given]  # fmt: skip
        if self.is_new and getattr(self.row, "state", "") == State.DRAFT:
            told.append((str(_("State")), str(State.DRAFT.label)))
        for part in self.parts:
            for new in getattr(part, "brings", ()):
                label = _("New source") if isinstance(new, Source) else _("New person")
                told.append((label, str(new)))
            told.append((capfirst(str(part._meta.verbose_name)), part_text(part)))
        return [(label, text) for label, text in told if text]


def targets(value: Any) -> Any:
    """Return a value with rows in place of drafts."""
    if isinstance(value, list):
        return [targets(each) for each in value]
    return value.target if isinstance(value, Draft) else value


def shown(value: Any, zone: str = "UTC") -> str:
    """Return a value in words, times in a zone."""
    value = targets(value)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(map(shown, value))
    if hasattr(value, "lower_inc"):
        return range_text(value, zone)
    return str(value)


def range_text(value: Any, zone: str = "UTC") -> str:
    """Return a range in words, whatever it is of."""
    end = value.lower if value.lower is not None else value.upper
    if hasattr(end, "hour"):
        return ranges.times_text(value, zone)
    return ranges.date_text(value) if hasattr(end, "year") else ranges.quantity_text(value)


def part_text(part: Any) -> str:
    """Return in words what would be recorded beside a row."""
    if isinstance(part, TermValue):
        texts = [shown(getattr(part, name)) for name in ("quantity", "dates")]
        texts += map(shown, getattr(part, "chosen", ()))
        told = ", ".join(filter(None, texts)) or part.get_status_display()
        unit = f" {part.term.unit}" if part.quantity is not None and part.term.unit else ""
        return f"{part.term}: {told}{unit}"
    names = ("relation", "condition", "source", "basis", "speaker", "quote")
    texts = [shown(getattr(part, name)) for name in names if hasattr(part, name)]
    return " · ".join(filter(None, texts))
