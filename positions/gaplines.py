"""A gap as a page shows it: in words, with what it rests on and, for numbers, a line to scale."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from negotiations import ranges
from negotiations.models import Party
from positions import gaps
from positions.numberlines import Bar, bars, ends_of
from positions.words import with_unit

if TYPE_CHECKING:
    from positions.matrix import Row, Statement
    from positions.values import Value

STATUSES = {
    gaps.Status.NOTHING: gettext_lazy("nothing"),
    gaps.Status.AGREED: gettext_lazy("agreed"),
    gaps.Status.AGREED_IN_PART: gettext_lazy("agreed in part"),
    gaps.Status.ONE_SIDED: gettext_lazy("one-sided"),
    gaps.Status.NOT_COMPARABLE: gettext_lazy("not comparable"),
    gaps.Status.APART: gettext_lazy("apart"),
    gaps.Status.COMPATIBLE: gettext_lazy("compatible"),
    gaps.Status.PARTLY_APART: gettext_lazy("partly apart"),
}
REASONS = {
    gaps.Reason.NEITHER_SPEAKS: gettext_lazy("nothing put forward to compare"),
    gaps.Reason.OUTCOME: gettext_lazy("by an outcome that both confirm"),
    gaps.Reason.JOINT: gettext_lazy("by a joint position"),
    gaps.Reason.ACCEPTED: gettext_lazy("one side accepts the other’s position"),
    gaps.Reason.OTHER_IS_SILENT: gettext_lazy("only %(party)s has a position"),
    gaps.Reason.OTHER_REJECTED: gettext_lazy("only %(party)s has a position; it is rejected"),
    gaps.Reason.NO_SHARED_TERM: gettext_lazy("no term in common"),
    gaps.Reason.REJECTED: gettext_lazy("the other side rejects it"),
    gaps.Reason.NO_TERM_MET: gettext_lazy("they meet on no term"),
    gaps.Reason.NO_DIFFERENCE: gettext_lazy("they differ on no term"),
    gaps.Reason.SOME_TERMS_MET: gettext_lazy("they meet on some terms"),
}


@dataclass(frozen=True)
class NumberLine:
    """Two ranges to one scale, and the space between them, if there is any."""

    first: Bar
    second: Bar
    between: tuple[int, int] | None


@dataclass(frozen=True)
class GapLine:
    """One term of a pair: what each side gives for it, and how far apart that is."""

    name: str
    text: str
    met: bool
    first: str
    second: str
    lacking: bool = False
    picture: NumberLine | None = None


@dataclass(frozen=True)
class ShownPair:
    """Two demands beside each other, term by term."""

    first: "Statement"
    second: "Statement"
    lines: tuple[GapLine, ...]


@dataclass(frozen=True)
class ShownGap:
    """The gap between two parties; the closest pair comes first."""

    parties: tuple[Party, Party]
    status: str
    label: str
    reason: str
    speaks: Party | None
    pairs: tuple[ShownPair, ...]

    @property
    def closest(self) -> ShownPair | None:
        return self.pairs[0] if self.pairs else None

    @property
    def first_class(self) -> str:
        return _class(self.parties[0])

    @property
    def second_class(self) -> str:
        return _class(self.parties[1])

    @property
    def first_speaks(self) -> bool:
        """Whether, of a one-sided gap, the first of the two is the one who speaks."""
        return self.speaks == self.parties[0]


def shown(row: "Row") -> tuple[ShownGap, ...]:
    """Return the gaps of a row of the comparison in words."""
    parties = {cell.party.code: cell.party for cell in row.cells}
    statements = {s.demand.pk: s for s in row.every_statement}
    return tuple(_gap(gap, parties, statements) for gap in row.gaps)


def distance_text(distance: gaps.TermDistance, same: bool = False) -> str:
    """Return a distance in words: "27 days", "2 steps", "overlapping", "the same"."""
    low, high, unit = distance.low, distance.high, distance.unit
    if high == 0:
        return _("the same") if same or unit in ("", "step", "member") else _("overlapping")
    if unit == "":
        return _("different") if low else _("perhaps the same")
    number = ranges.quantity_text(ranges.quantity(low, high))
    if unit == "step":
        return ngettext("%(n)s step", "%(n)s steps", int(high)) % {"n": number}
    if unit == "member":
        return ngettext("%(n)s differs", "%(n)s differ", int(high)) % {"n": number}
    return with_unit(number, unit, high)


def _class(party: Party) -> str:
    """The CSS class of a principal's colour; other parties have none."""
    principal = party.standing == Party.Standing.PRINCIPAL
    return f" side-{party.side}" if principal else ""  # type: ignore[attr-defined]


def _gap(
    gap: gaps.Gap, parties: Mapping[str, Party], statements: Mapping[int, "Statement"]
) -> ShownGap:
    first, second = (parties[code] for code in gap.parties)
    speaks = _only_speaker(first, second, statements.values())
    return ShownGap(
        parties=(first, second),
        status=str(gap.status),
        label=capfirst(str(STATUSES[gap.status])),
        reason=str(REASONS[gap.reason]) % {"party": speaks or ""},
        speaks=speaks,
        pairs=tuple(
            _pair(pair, statements[pair.demands[0]], statements[pair.demands[1]], (first, second))
            for pair in gap.pairs
        ),
    )


def _only_speaker(first: Party, second: Party, statements: Iterable["Statement"]) -> Party | None:
    holders = {
        holder
        for s in statements
        if s.demand.state == "published" and s.demand.kind in gaps.COMPARED
        for holder in s.holders
    }
    if (first in holders) == (second in holders):
        return None
    return first if first in holders else second


def _pair(
    pair: gaps.Pair, first: "Statement", second: "Statement", parties: tuple[Party, Party]
) -> ShownPair:
    names = {v.row.term.code: v.row.term.name for s in (first, second) for v in s.values}
    lines = [_term_line(distance, names[distance.term], first, second) for distance in pair.terms]
    for code in pair.lacking:
        lacks = parties[0] if not counting(first, code) else parties[1]
        lines.append(
            GapLine(
                name=names[code],
                text=_("not given by %(party)s") % {"party": lacks},
                met=False,
                first=term_text(first, code),
                second=term_text(second, code),
                lacking=True,
            )
        )
    if pair.conditions:
        count = len(pair.conditions)
        text = ngettext("%(n)s not shared", "%(n)s not shared", count) % {"n": count}
        ones, others = (_conditions(s) for s in (first, second))
        lines.append(GapLine(capfirst(_("only if")), text, False, ones, others))
    return ShownPair(first, second, tuple(lines))


def _term_line(
    distance: gaps.TermDistance, name: str, first: "Statement", second: "Statement"
) -> GapLine:
    ones, others = counting(first, distance.term), counting(second, distance.term)
    one, other = term_text(first, distance.term), term_text(second, distance.term)
    return GapLine(
        name=name,
        text=distance_text(distance, same=one == other),
        met=distance.low == 0,
        first=one,
        second=other,
        picture=_number_line(ones[0], others[0]) if len(ones) == len(others) == 1 else None,
    )


def counting(statement: "Statement", code: str) -> list["Value"]:
    """Return the values a statement gives for a term that the gap counts."""
    values = [v for v in statement.values if v.row.term.code == code]
    values = [v for v in values if v.row.status != "not specified"]
    preferred = [v for v in values if v.row.rank == "preferred"]
    return preferred or [v for v in values if v.row.rank != "deprecated"]


def term_text(statement: "Statement", code: str) -> str:
    """Return what a statement gives for a term, rivals side by side; empty if nothing."""
    return " / ".join(v.text for v in counting(statement, code))


def _conditions(statement: "Statement") -> str:
    return "; ".join(link.text for link in statement.links if link.row.relation == "only if")


def _number_line(one: "Value", other: "Value") -> NumberLine | None:
    """Draw two quantities, or two spans of days, to one scale; None for anything else."""
    ones, others = ends_of(one.row), ends_of(other.row)
    drawn = bars([ones, others]) if ones is not None and others is not None else ()
    if not drawn:
        return None
    first, second = drawn
    left, right = sorted(drawn, key=lambda bar: (bar.x, bar.end))
    between = (left.end, right.x) if left.end < right.x else None
    return NumberLine(first, second, between)
