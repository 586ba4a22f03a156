"""A gap as a page shows it: in words, with what it rests on and, for numbers, a line to scale."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from negotiations import ranges
from negotiations.models import Party, State
from positions import gaps
from positions.numberlines import Bar, bars, ends_of
from positions.words import answer_text, with_unit

if TYPE_CHECKING:
    from positions.matrix import Row, Statement
    from positions.values import Received, Value

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
    gaps.Reason.REJECTED: gettext_lazy("the closest pair is rejected"),
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
class Refusal:
    """A demand of a pair that the other side turns down."""

    demand: int
    received: "Received"

    @property
    def text(self) -> str:
        """Return who turns down what, and in which record: "Russia rejects № 839 (№ 842)"."""
        answer = self.received.answer
        return _("%(who)s %(answers)s № %(demand)s (№ %(number)s)") % {
            "who": ", ".join(map(str, self.received.parties)),
            "answers": answer_text(answer.answer),
            "demand": self.demand,
            "number": answer.pk,
        }


@dataclass(frozen=True)
class ShownPair:
    """Two demands beside each other, term by term, and who turns down which of them."""

    first: "Statement"
    second: "Statement"
    lines: tuple[GapLine, ...]
    refusals: tuple[Refusal, ...] = ()

    @property
    def statements(self) -> tuple["Statement", "Statement"]:
        return self.first, self.second


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
    parties = {party.code: party for party in row.every_party}
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
    pairs = tuple(
        _pair(pair, statements[pair.demands[0]], statements[pair.demands[1]], (first, second))
        for pair in gap.pairs
    )
    reason = str(REASONS[gap.reason]) % {"party": speaks or ""}
    if gap.reason == gaps.Reason.REJECTED:
        reason = f"{reason}: {'; '.join(each.text for each in pairs[0].refusals)}"
    return ShownGap(
        parties=(first, second),
        status=str(gap.status),
        label=capfirst(str(STATUSES[gap.status])),
        reason=reason,
        speaks=speaks,
        pairs=pairs,
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
    lines = [
        _term_line(distance, names[distance.term], first, second, parties)
        for distance in pair.terms
    ]
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
        ones, others = (_conditions(statement, pair) for statement in (first, second))
        alone = zip(parties, (ones, others), strict=True)
        text = "; ".join(_only(party, words) for party, words in alone if words)
        lines.append(GapLine(capfirst(_("only if")), text, False, ones, others))
    return ShownPair(first, second, tuple(lines), tuple(_refusals((first, second), parties)))


def _refusals(
    pair: tuple["Statement", "Statement"], parties: tuple[Party, Party]
) -> Iterator[Refusal]:
    """What one of the two parties turns down of what the other put forward, as the gap has it."""
    for statement in pair:
        for each in statement.received:
            turned = set(each.parties) & set(parties) - set(statement.holders)
            if turned and each.is_refusal and each.answer.state == State.PUBLISHED:
                yield Refusal(statement.demand.pk, each)


def _only(party: Party, words: str) -> str:
    return _("only %(party)s: %(what)s") % {"party": party, "what": words}


def _term_line(
    distance: gaps.TermDistance,
    name: str,
    first: "Statement",
    second: "Statement",
    parties: tuple[Party, Party],
) -> GapLine:
    ones, others = counting(first, distance.term), counting(second, distance.term)
    one, other = term_text(first, distance.term), term_text(second, distance.term)
    text = distance_text(distance, same=one == other)
    if distance.low and distance.unit == "member":
        text = _with_members(text, ones, others, parties)
    return GapLine(
        name=name,
        text=text,
        met=distance.low == 0,
        first=one,
        second=other,
        picture=_number_line(ones[0], others[0]) if len(ones) == len(others) == 1 else None,
    )


def _with_members(
    text: str,
    ones: Sequence["Value"],
    others: Sequence["Value"],
    parties: tuple[Party, Party],
) -> str:
    """Add which members of two sets both name and which only one, where that is clear."""
    both = (*ones, *others)
    if len(ones) != 1 or len(others) != 1:
        return text
    if any(v.row.others or v.row.quantifier not in (None, "", "all of") for v in both):
        return text
    first, second = ({c.code: c.name for c in values[0].choices} for values in (ones, others))
    told = [
        _("both: %(what)s") % {"what": ", ".join(n for code, n in first.items() if code in second)}
        if first.keys() & second.keys()
        else ""
    ]
    for party, own, rest in ((parties[0], first, second), (parties[1], second, first)):
        alone = ", ".join(name for code, name in own.items() if code not in rest)
        told.append(_only(party, alone) if alone else "")
    return f"{text} ({'; '.join(filter(None, told))})"


def counting(statement: "Statement", code: str) -> list["Value"]:
    """Return the values a statement gives for a term that the gap counts."""
    values = [v for v in statement.values if v.row.term.code == code]
    values = [v for v in values if v.row.status != "not specified"]
    preferred = [v for v in values if v.row.rank == "preferred"]
    return preferred or [v for v in values if v.row.rank != "deprecated"]


def term_text(statement: "Statement", code: str) -> str:
    """Return what a statement gives for a term, rivals side by side; empty if nothing."""
    return " / ".join(v.text for v in counting(statement, code))


def _conditions(statement: "Statement", pair: gaps.Pair) -> str:
    """Without what of its own the one of a pair does not hold, in words."""
    return "; ".join(w.text for w in statement.only_if if w.key in pair.conditions)


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
