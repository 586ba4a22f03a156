"""What the pages of imports show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from negotiations.models import Import, ImportRow, Negotiation, Record
from negotiations.reversing import Reversal
from positions.importing.kinds import TEMPLATES, Kind, kinds
from positions.importing.matching import letter
from positions.models import Term

#: So many rows can be left out by their numbers.
MOST_SKIPPED = 2000
LEAVE_OUT = ("", _("leave out"))
#: The order in which rows are told apart, what needs a person first.
FATES = (
    ImportRow.Fate.WRONG,
    ImportRow.Fate.NEW,
    ImportRow.Fate.CHANGED,
    ImportRow.Fate.DUPLICATE,
    ImportRow.Fate.SAME,
    ImportRow.Fate.SKIPPED,
)


@dataclass(frozen=True)
class MatchedColumn:
    """A column of a sheet, with what it may be taken for."""

    letter: str
    header: str
    name: str
    field: str


@dataclass(frozen=True)
class MatchedSheet:
    """A sheet of a file, with what its records and columns are taken for."""

    place: int
    name: str
    kind: str
    label: str
    rows: int
    notes: tuple[str, ...]
    unknown: tuple[str, ...]
    columns: tuple[MatchedColumn, ...]
    first: str
    skipped: str
    options: tuple[tuple[str, Any], ...]

    @property
    def needs_a_look(self) -> bool:
        return bool(self.unknown) or not self.kind


def template_kinds() -> list[Kind]:
    """Return the kinds for which a template is offered."""
    return [kinds()[name] for name in TEMPLATES]


def kind_choices() -> list[tuple[str, Any]]:
    """Return the kinds that a file may have."""
    return [("", _("as its name and columns say")), *((k.name, k.label) for k in kinds().values())]


def matched_sheets(whole: Import, negotiation: Negotiation, user) -> tuple[MatchedSheet, ...]:
    """Return the sheets of a file that was looked through."""
    rows = Term.objects.visible_to(user).filter(negotiation=negotiation)
    terms = list(rows.order_by("issue__order", "order", "code"))
    found = []
    for place, sheet in enumerate(whole.sheets):
        kind = kinds().get(sheet["kind"])
        options = kind.columns(terms) if kind else {}
        columns = [
            MatchedColumn(letter(at), header, name, f"column-{place}-{at}")
            for at, header, name in sheet["columns"]
            if header
        ]
        found.append(
            MatchedSheet(
                place,
                sheet["name"],
                sheet["kind"],
                kind.label if kind else "",
                sheet["rows"],
                tuple(sheet["notes"]),
                tuple(sheet["unknown"]),
                tuple(columns),
                sheet.get("first", ""),
                " ".join(map(str, sheet.get("skipped", ()))),
                (LEAVE_OUT, *((name, f"{label} ({name})") for name, label in options.items())),
            )
        )
    return tuple(found)


def chosen_in(posted: Mapping[str, str], whole: Import) -> dict[str, dict[str, str]]:
    """Return what a person took sheets and columns for; columns only where the kind stayed."""
    chosen: dict[str, dict[str, str]] = {}
    for place, sheet in enumerate(whole.sheets):
        kind = posted.get(f"kind-{place}", sheet["kind"])
        mine = {"kind": kind if kind in kinds() else ""}
        if (first := posted.get(f"first-{place}", "")) in ("day", "month"):
            mine["first"] = first
        if skipped := _numbers(posted.get(f"skipped-{place}", "")):
            mine["skipped"] = skipped
        if kind == sheet["kind"]:
            for at, _header, name in sheet["columns"]:
                mine[str(at)] = posted.get(f"column-{place}-{at}", name)
        chosen[sheet["name"]] = mine
    return chosen


def _numbers(text: str) -> str:
    """Return the whole numbers in a text, with spaces between them."""
    words = [w for w in text.replace(",", " ").split() if w.isascii() and w.isdecimal()]
    return " ".join(word for word in words[:MOST_SKIPPED] if len(word) < 8)


def skipping_wrong(whole: Import) -> dict[str, dict[str, str]]:
    """Return how sheets and columns are taken now, with the rows that have errors left out."""
    chosen = chosen_in({}, whole)
    for sheet in whole.sheets:
        mine = chosen[sheet["name"]]
        wrong = whole.rows.filter(sheet=sheet["name"][:200], fate=ImportRow.Fate.WRONG)
        rows = {*wrong.values_list("number", flat=True), *sheet.get("skipped", ())}
        mine["first"] = sheet.get("first", "")
        mine["skipped"] = " ".join(map(str, sorted(rows)))
    return chosen


def fates(whole: Import, chosen: str) -> list[dict[str, Any]]:
    """Return how many rows there are of each fate, those with errors first."""
    return [
        {"fate": fate, "count": whole.counts[fate], "is_shown": fate == chosen}
        for fate in FATES
        if whole.counts.get(fate)
    ]


def first_fate(whole: Import) -> str:
    """Return which rows are shown unless others are asked for."""
    return next((str(fate) for fate in FATES if whole.counts.get(fate)), "")


def told(plan: Reversal) -> list[tuple[str, int]]:
    """Return how many records of each kind would go, come back or change."""
    kinds_of_records = {str(label): 0 for _kind, label in Record.Kind.choices}
    for row in (*plan.going, *plan.returning, *plan.changing):
        name = str(row.model._meta.verbose_name)
        if name in kinds_of_records:
            kinds_of_records[name] += 1
    return [(name, count) for name, count in kinds_of_records.items() if count]
