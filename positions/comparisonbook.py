"""The comparison as a workbook: as it is read, every demand, every gap, every source, and about."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from negotiations import ranges
from negotiations.models import Source
from negotiations.tables import Table
from positions import comparisontable, gaps, inwords
from positions.asked import Asked, about
from positions.gaplines import ShownGap, ShownPair
from positions.matrix import Comparison, Row
from positions.models import Evidence

GAP_COLUMNS = (
    "issue",
    "issue_name",
    "party_1",
    "party_2",
    "status",
    "reason",
    "pair",
    "demand_1",
    "demand_2",
    "difference",
    "term",
    "name",
    "distance",
    "least",
    "greatest",
    "unit",
    "input_1",
    "input_2",
)
SOURCE_COLUMNS = (
    "id",
    "outlet",
    "affiliation",
    "author",
    "kind",
    "title",
    "url",
    "published",
    "published_earliest",
    "published_latest",
    "language",
    "reliability",
    "speaks_to",
)


def sheets(comparison: Comparison, asked: Asked) -> Iterator[Table]:
    """Yield the sheets of the workbook of a comparison."""
    yield as_read(comparison)
    yield comparisontable.table(comparison)
    widths = [30 if name in ("reason", "input_1", "input_2") else 0 for name in GAP_COLUMNS]
    yield Table(_("Gaps"), GAP_COLUMNS, _gaps(comparison), widths)
    widths = [50 if name in ("title", "url", "speaks_to") else 0 for name in SOURCE_COLUMNS]
    yield Table(_("Sources"), SOURCE_COLUMNS, _sources(comparison), widths)
    yield about(asked)


def as_read(comparison: Comparison) -> Table:
    """Return the matrix: a line an issue, a column a party, then what is agreed and the gap."""
    names = [party.name for party in comparison.parties]
    columns = [_("Issue"), *names, str(inwords.UNHELD), _("Agreed"), _("Gap")]
    return Table(
        _("Comparison"),
        columns,
        (_read(row) for row in comparison.rows),
        widths=[24, *(60 for _name in names), 40, 40, 40],
    )


def evidence_of(row: Row) -> Iterator[tuple[int, Evidence]]:
    """Yield the evidence of what stands in a row, with the number of the record it speaks to."""
    for settled in row.outcomes:
        for each in settled.evidence:
            yield settled.outcome.pk, each
    for cell in row.cells:
        nodes = [node for group in cell.groups for node in group.walk()]
        for node in nodes:
            for each in node.readings:
                yield node.clause.pk, each
        inside = (statement for node in nodes for statement in node.statements)
        for statement in (*cell.statements, *inside):
            for each in statement.evidence:
                yield statement.demand.pk, each
    for statement in row.unheld:
        for each in statement.evidence:
            yield statement.demand.pk, each


def _read(row: Row) -> list[str]:
    head = row.issue.name if row.issue else _("Overall")
    if row.issue and row.issue.question:
        head = f"{head}\n{row.issue.question}"
    cells = [_joined(inwords.cell_lines(cell)) for cell in row.cells]
    agreed = _joined(inwords.settled_line(settled) for settled in row.outcomes)
    gap = "\n\n".join("\n".join(inwords.gap_lines(gap)) for gap in row.shown_gaps)
    unheld = _joined(inwords.statement_line(statement) for statement in row.unheld)
    return [head, *cells, unheld, agreed, gap]


def _joined(lines: Iterable[inwords.Line]) -> str:
    return "\n\n".join(f"{'    ' * line.depth}{line.text}" for line in lines)


def _gaps(comparison: Comparison) -> Iterator[list[Any]]:
    for row in comparison.rows:
        for gap, shown in zip(row.gaps, row.shown_gaps, strict=True):
            assert row.issue is not None  # What is said of the whole counts in no gap.
            head = [
                row.issue.code,
                row.issue.name,
                *gap.parties,
                str(gap.status),
                shown.reason,
            ]
            for line in _pairs(gap, shown):
                yield head + line


def _pairs(gap: gaps.Gap, shown: ShownGap) -> Iterator[list[Any]]:
    """Yield a line for every term of every pair, the closest pair first."""
    empty = [None] * (len(GAP_COLUMNS) - 6)
    if not gap.pairs:
        yield empty
    for number, (pair, words) in enumerate(zip(gap.pairs, shown.pairs, strict=True), 1):
        start = [number, *pair.demands]
        yield from (start + line for line in _terms(pair, words) or [empty[3:]])


def _terms(pair: gaps.Pair, words: ShownPair) -> list[list[Any]]:
    """Return a line for every term with its distance and the values it was computed from."""
    kinds: list[tuple[str, str, list[Any]]] = [
        ("distance", each.term, [each.low, each.high, each.unit]) for each in pair.terms
    ]
    kinds += [("lacking", code, [None, None, None]) for code in pair.lacking]
    kinds += [("only if", "", [None, None, None])] if pair.conditions else []
    return [
        [kind, code, line.name, line.text, *numbers, line.first, line.second]
        for (kind, code, numbers), line in zip(kinds, words.lines, strict=True)
    ]


def _sources(comparison: Comparison) -> Iterator[list[Any]]:
    found: dict[int, Source] = {}
    speaks_to: dict[int, dict[int, None]] = defaultdict(dict)
    for row in comparison.rows:
        for record, evidence in evidence_of(row):
            found[evidence.source_id] = evidence.source
            speaks_to[evidence.source_id][record] = None
    for source in sorted(found.values(), key=lambda source: (source.outlet.casefold(), source.pk)):
        published = source.published
        yield [
            source.pk,
            source.outlet,
            source.affiliation,
            source.author,
            source.kind,
            source.title,
            source.url,
            ranges.date_text(published) if published else None,
            ranges.earliest(published) if published else None,
            ranges.latest(published) if published else None,
            source.language,
            source.reliability,
            list(speaks_to[source.pk]),
        ]
