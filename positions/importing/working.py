"""What the worker does for an import: reads the file, plans, tries out or records."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from negotiations.imports import Found, Importer, Job
from negotiations.models import Import, ImportRow
from negotiations.sheets.grid import Grid
from negotiations.sheets.reading import read
from positions.importing.carrying import carry_out_or_note, try_out
from positions.importing.drafts import Draft
from positions.importing.matching import Sheet, matched
from positions.importing.planning import Plan, planned
from positions.models import Term

#: So many imports back one looks for what columns were taken for.
REMEMBERED = 50


def run(job: Job) -> Found:
    """Look a file through, or record what is in it; nothing is recorded while anything is wrong.

    Raises ``Unreadable``.
    """
    sheets = sheets_of(job)
    plan = planned(job.negotiation, job.user, sheets, again=job.whole.again, report=job.report)
    if not plan.drafts:
        plan.problems.append(_("No row in it could be matched with a kind of record."))
    is_recorded = False
    if plan.has_errors:
        pass
    elif job.records:
        reason = _("Import of %(name)s") % {"name": job.whole.name}
        is_recorded = carry_out_or_note(plan, user=job.user, reason=reason, report=job.report)
    else:
        try_out(plan, user=job.user, report=job.report)
    return Found(
        list(rows_of(job.whole, plan, sheets, is_recorded=is_recorded)),
        [_told(sheet) for sheet in sheets],
        plan.problems,
        is_recorded,
    )


IMPORTER: Importer = run


def sheets_of(job: Job) -> list[Sheet]:
    """Return the sheets of a job's file. Raises ``Unreadable``."""
    whole = job.whole
    content = bytes(whole.content or b"")
    mine = Term.objects.visible_to(job.user).filter(negotiation=job.negotiation)
    grids = read(content, whole.name)
    return matched(
        grids,
        mine.order_by("order", "code"),
        file_name=whole.name,
        kind=whole.kind,
        chosen=whole.chosen or remembered(whole, grids),
        is_csv=not content.startswith(b"PK"),
    )


def remembered(whole: Import, grids: Iterable[Grid]) -> dict[str, dict[str, str]]:
    """Return what columns of the same headers were taken for when somebody last chose."""
    earlier = Import.objects.filter(subject=whole.subject).exclude(chosen={}).exclude(pk=whole.pk)
    known: dict[tuple[str, ...], dict[str, str]] = {}
    latest = earlier.order_by("-sent").only("sheets", "chosen")[:REMEMBERED]
    for each in reversed(latest):
        for sheet in each.sheets:
            header = tuple(header for _place, header, _name in sheet["columns"])
            chosen = each.chosen.get(sheet["name"])
            if chosen and chosen.get("kind") and (not whole.kind or whole.kind == chosen["kind"]):
                known[header] = {k: v for k, v in chosen.items() if k != "skipped"}
    found = {}
    for grid in grids:
        header = tuple(cell.strip() for cell in grid.rows[0].cells)
        if header in known:
            found[grid.name] = known[header]
    return found


def _told(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "kind": sheet.kind.name if sheet.kind else "",
        "columns": [[column.place, column.header, column.name] for column in sheet.columns],
        "unknown": list(sheet.unknown),
        "notes": list(sheet.notes),
        "rows": len(sheet.rows),
        "first": sheet.first,
        "skipped": sorted(sheet.skipped),
    }


def rows_of(
    whole, plan: Plan, sheets: Iterable[Sheet], *, is_recorded: bool = False
) -> Iterator[ImportRow]:
    """Yield what is shown of each row."""
    by_name = {sheet.name: sheet for sheet in sheets}
    for place, draft in enumerate(plan.drafts):
        yield ImportRow(
            whole=whole,
            place=place,
            sheet=draft.sheet[:200],
            number=draft.number,
            kind=draft.kind.name,
            fate=str(draft.fate),
            record=_record_of(draft, is_recorded),
            shown=[[label, _storable(text)] for label, text in draft.shown],
            changes=[[each[0], *map(_storable, each[1:])] for each in draft.changes],
            problems=list(problems_of(draft, by_name[draft.sheet])),
        )


def _record_of(draft: Draft, is_recorded: bool) -> int | None:
    """Return the number of the record that a row is, or has become."""
    if draft.existing is not None:
        return draft.existing.pk
    is_one = is_recorded and draft.is_new and draft.kind.is_numbered
    return draft.row.pk if is_one else None


def problems_of(draft: Draft, sheet: Sheet) -> Iterator[list[str]]:
    """Yield what is wrong with a row: the column's letter, its header, what stands there, why."""
    labels = draft.kind.columns()
    for problem in draft.problems:
        column = sheet.place_of(problem.column)
        # Where a column is missing, people know it by what pages call it.
        header = column.header if column else labels.get(problem.column, problem.column)
        yield [
            column.letter if column else "",
            _storable(header),
            _storable(problem.text[:200]),
            problem.why,
        ]


def _storable(text: str) -> str:
    """Return a text without what the database cannot hold, for showing what is wrong with it."""
    return "".join("\N{REPLACEMENT CHARACTER}" if c == "\0" or "\ud800" <= c <= "\udfff" else c
                   for c in text)  # fmt: skip
