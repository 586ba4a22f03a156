"""The comparison as a table: a line for every demand in a cell, and for whatever else is in it."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from negotiations import ranges
from negotiations.models import Party
from negotiations.tables import Table
from positions.gaplines import STATUSES
from positions.matrix import Cell, Comparison, Row, Settled, Statement
from positions.movelines import MoveLine
from positions.movement import Label

COLUMNS = (
    "as_of",
    "known_on",
    "issue",
    "issue_name",
    "gap",
    "party",
    "party_name",
    "entry",
    "id",
    "text",
    "kind",
    "answer",
    "firmness",
    "authority",
    "stated",
    "stated_earliest",
    "stated_latest",
    "holders",
    "inside",
    "terms",
    "linkages",
    "speakers",
    "sources",
    "outlets",
    "since",
    "movement",
    "state",
)


#: How wide the columns are in a spreadsheet.
_WIDTHS = {"text": 60, "terms": 40, "linkages": 30, "issue_name": 24, "inside": 30}


def table(comparison: Comparison) -> Table:
    """Return the table of all that stands in the cells.

    ``entry`` says what a line holds: a demand, one that was dropped since the day movement is told
    from, a silence, an outcome of the issue, an assessment, which nobody holds, or why the cell is
    blank.
    """
    widths = [_WIDTHS.get(column, 0) for column in COLUMNS]
    return Table(_("Demands"), COLUMNS, _lines(comparison), widths)


def _lines(comparison: Comparison) -> Iterator[list[Any]]:
    for row in comparison.rows:
        shared = {
            "as_of": comparison.as_of,
            "known_on": comparison.question.known_on,
            "issue": row.issue.code if row.issue else "",
            "issue_name": row.issue.name if row.issue else "",
            "gap": _gaps(row),
        }
        for entry in _entries(row):
            line = {**shared, **entry}
            yield [line.get(column) for column in COLUMNS]


def _entries(row: Row) -> Iterator[dict[str, Any]]:
    for settled in row.outcomes:
        yield _outcome(settled)
    for statement in row.unheld:
        yield {**_demand(statement), "entry": "assessment"}
    for cell in row.cells:
        side = {
            "party": cell.party.code,
            "party_name": cell.party.name,
            "since": cell.since.day if cell.since else None,
        }
        for entry in _of_cell(cell):
            yield {**side, **entry}


def _of_cell(cell: Cell) -> Iterator[dict[str, Any]]:
    moves = {s.demand.pk: move for move in cell.moves for s in (*move.before, *move.after)}
    for statement in cell.statements:
        yield {**_demand(statement), "movement": move_text(moves.get(statement.demand.pk))}
    for move in cell.moves:
        if move.label == Label.DROPPED:
            for statement in move.before:
                yield {**_demand(statement), "entry": "dropped", "movement": move_text(move)}
    for silence in cell.silences:
        yield {
            "entry": "silence",
            "id": silence.pk,
            **_dates(silence.looked_until),
            "state": silence.state,
        }
    if cell.blank:
        yield {"entry": cell.blank}


def move_text(move: MoveLine | None) -> str:
    """Return a move in words: "softened: Length 30 days → 14 days (nearer: 27 days → 11 days)"."""
    if move is None:
        return ""
    terms = "; ".join(
        f"{term.name} {term.before or '–'} → {term.after or '–'} ({term.far})"
        for term in move.terms
    )
    return f"{move.label_text}: {terms}" if terms else move.label_text


def _demand(statement: Statement) -> dict[str, Any]:
    demand = statement.demand
    return {
        "entry": "demand",
        "id": demand.pk,
        "text": demand.text,
        "kind": demand.kind,
        "answer": demand.answer,
        "firmness": demand.firmness,
        "authority": statement.authority,
        **_dates(demand.stated),
        "holders": _codes(statement.holders),
        "inside": [
            f"{clause} ({clause.operator})" if clause.operator else str(clause)
            for clause in statement.path
        ],
        "terms": [f"{value.row.term.code}: {value.text}" for value in statement.values],
        "linkages": [f"{link.row.get_relation_display()} {link.text}" for link in statement.links],
        "speakers": statement.speakers,
        "sources": statement.sources,
        "outlets": statement.outlets,
        "state": demand.state,
    }


def _outcome(settled: Settled) -> dict[str, Any]:
    outcome = settled.outcome
    return {
        "entry": "outcome",
        "id": outcome.pk,
        "text": outcome.text,
        "kind": outcome.kind,
        **_dates(outcome.reached),
        "holders": _codes(settled.confirmed_by),
        "terms": [f"{value.row.term.code}: {value.text}" for value in settled.values],
        "sources": settled.sources,
        "outlets": settled.outlets,
        "state": outcome.state,
    }


def _dates(dates) -> dict[str, Any]:
    return {
        "stated": ranges.date_text(dates),
        "stated_earliest": ranges.earliest(dates),
        "stated_latest": ranges.latest(dates),
    }


def _codes(parties: tuple[Party, ...]) -> list[str]:
    return [party.code for party in parties]


def _gaps(row: Row) -> list[str]:
    return [f"{'–'.join(gap.parties)}: {STATUSES[gap.status]}" for gap in row.gaps]
