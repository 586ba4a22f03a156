"""What the comparison shows, as plain lines of text: for the cells of a workbook, for a briefing.

The words are those of the pages. A line has its depth, as items of a group lie deeper than the
group; which record it tells of, so that its sources can be told beside it; and whether it is one
of a party's own words or ours about them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from negotiations import ranges
from positions.gaplines import ShownGap
from positions.matrix import Cell, Node, Settled, Statement
from positions.models import Demand, Evidence, Rank, Silence
from positions.values import Link, Value, said, unsaid
from positions.words import answer_text

#: What stands in no party's cell.
UNHELD = gettext_lazy("Assessments and what nobody owns up to")


@dataclass(frozen=True)
class Line:
    """One line of text, with the evidence that it rests on."""

    text: str
    evidence: tuple[Evidence, ...] = ()
    depth: int = 0


def cell_lines(cell: Cell) -> Iterator[Line]:
    """Yield what stands in a cell: groups with their options, demands, silences, or the blank."""
    for node in cell.groups:
        yield from _group(node, cell, 0)
    for statement in cell.loose:
        yield statement_line(statement)
    for silence in cell.silences:
        yield Line(silence_text(silence))
    if cell.blank and not cell.silences:
        yield Line(cell.blank_text)


def _group(node: Node, cell: Cell, depth: int) -> Iterator[Line]:
    head = node.clause.label or node.clause.text
    if node.children:
        yield Line(f"{head} ({node.operator_text})" if node.operator_text else head, (), depth)
        for reading in node.readings_by_text:
            by = ", ".join(dict.fromkeys(_who(row) for row in reading.evidence))
            if reading.text == node.operator_text:
                words = _("according to %(who)s") % {"who": by}
            else:
                words = _("read as “%(text)s” by %(who)s") % {"text": reading.text, "who": by}
            yield Line(words, reading.evidence, depth + 1)
    elif not node.statements:
        yield Line(head, (), depth)
    inside = depth + 1 if node.children else depth
    for statement in node.statements:
        if statement.demand.issue_id == (cell.issue.pk if cell.issue else None):
            yield statement_line(statement, inside, in_group=True)
        else:
            text = _("%(text)s (on another issue: %(issue)s; № %(number)s)") % {
                "text": statement.demand.text,
                "issue": statement.demand.issue or _("Overall"),
                "number": statement.demand.pk,
            }
            yield Line(text, statement.evidence, inside)
    for child in node.children:
        yield from _group(child, cell, inside)


def statement_line(statement: Statement, depth: int = 0, in_group: bool = False) -> Line:
    """Return a demand with its terms, its answer and who holds it how firmly since when."""
    demand = statement.demand
    text = demand.text
    if demand.kind and demand.kind != Demand.Kind.DEMAND:
        text = f"{capfirst(demand.get_kind_display())}: {text}"
    received = [f"{capfirst(each.text)} (№ {each.answer.pk})" for each in statement.received]
    told = [text, terms_text(statement.values, statement.links), _answer(demand), *received]
    parts = [*map(_sentence, filter(None, told)), _meta(statement, in_group)]
    return Line(" ".join(parts), statement.evidence, depth)


def terms_text(values: tuple[Value, ...], links: tuple[Link, ...] = ()) -> str:
    """Return terms, conditions and what is left unspecified: "duration: 30 days; only if …"."""
    found: dict[str, list[str]] = {}
    for value in said(values):
        text = value.text
        if value.row.rank == Rank.DEPRECATED:
            text = _("%(value)s (deprecated)") % {"value": text}
        found.setdefault(value.row.term.name, []).append(text)
    parts = [f"{name}: {_(' or ').join(texts)}" for name, texts in found.items()]
    parts += [f"{link.row.get_relation_display()} {link.text}" for link in links]
    if unspecified := unsaid(values):
        parts.append(_("not specified: %(terms)s") % {"terms": ", ".join(unspecified)})
    return "; ".join(parts)


def settled_line(settled: Settled) -> Line:
    """Return an outcome with its terms and those who confirm it."""
    outcome = settled.outcome
    text = f"{capfirst(outcome.get_kind_display())}: {outcome.text}"
    meta = [ranges.date_text(outcome.reached)]
    if settled.confirmed_by:
        names = ", ".join(map(str, settled.confirmed_by))
        meta.insert(0, _("confirmed by %(parties)s") % {"parties": names})
    if outcome.single_undertaking:
        meta.append(_("binds only with the whole"))
    if outcome.state != "published":
        meta.append(outcome.get_state_display())
    meta.append(f"№ {outcome.pk}")
    told = filter(None, [text, terms_text(settled.values)])
    return Line(" ".join([*map(_sentence, told), f"({'; '.join(meta)})"]), settled.evidence)


def gap_text(gap: ShownGap) -> str:
    """Return the status of a gap with its reason: "Partly apart: they meet on some terms"."""
    return f"{gap.label}: {gap.reason}"


def gap_lines(gap: ShownGap) -> Iterator[str]:
    """Yield a gap in words: the parties and the status, then each term of the closest pair."""
    yield f"{' – '.join(map(str, gap.parties))}: {gap_text(gap)}"
    if gap.closest is not None:
        for line in gap.closest.lines:
            yield f"{line.name}: {line.text} ({line.first or '–'} · {line.second or '–'})"
        if len(gap.pairs) > 1:
            n = len(gap.pairs)
            yield ngettext("%(n)s pair compared", "%(n)s pairs compared", n) % {"n": n}


def silence_text(silence: Silence) -> str:
    """Return that no answer was found, to what, and until when somebody looked."""
    until = _("looked until %(day)s") % {"day": ranges.date_text(silence.looked_until)}
    if silence.about is None:
        return _("No answer reported (%(until)s)") % {"until": until}
    return _("No answer reported to %(what)s (%(until)s)") % {
        "what": f"{silence.about.get_kind_display()} {silence.about_id}",
        "until": until,
    }


def _answer(demand: Demand) -> str:
    if not demand.answer or demand.answers is None:
        return ""
    return _("%(answer)s %(what)s") % {
        "answer": capfirst(answer_text(demand.answer)),
        "what": f"{demand.answers.get_kind_display()} № {demand.answers_id}",
    }


def _meta(statement: Statement, in_group: bool) -> str:
    demand = statement.demand
    above = " › ".join(map(str, statement.path[1:]))
    parts: Iterable[str] = (
        statement.authority_label,
        ", ".join(statement.speakers),
        ranges.date_text(demand.stated),
        "" if demand.firmness == Demand.Firmness.UNKNOWN else demand.get_firmness_display(),
        demand.get_movement_display() if demand.movement else "",
        _("jointly: %(parties)s") % {"parties": ", ".join(map(str, statement.holders))}
        if statement.joint
        else "",
        _("part of %(clauses)s") % {"clauses": above} if above and not in_group else "",
        "" if demand.state == "published" else demand.get_state_display(),
        f"№ {demand.pk}",
    )
    return f"({'; '.join(filter(None, parts))})"


def _sentence(text: str) -> str:
    return text if text[-1] in '.!?…:”"' else f"{text}."


def _who(row: Evidence) -> str:
    return f"{row.speaker} ({row.source.outlet})" if row.speaker else row.source.outlet
