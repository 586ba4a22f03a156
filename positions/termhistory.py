"""How a term moved: what every party gave for it, period by period, and a drawing of it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from negotiations.models import Party
from positions.gaplines import counting, term_text
from positions.models import Term
from positions.numberlines import Bar, bars, ends_of, scale_of
from positions.periods import Period
from positions.termlines import Drawing, Given, drawing_of, end_text
from positions.words import unit_text

LANE = 9


@dataclass(frozen=True)
class Mark:
    """A party's range on the line of a period; ``kept`` if it was given before."""

    bar: Bar
    y: int
    side: str
    kept: bool


@dataclass(frozen=True)
class TermCell:
    """What a party gave for a term in a period, and what it had given before that still stood."""

    party: Party
    new: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class TermRow:
    """One period in which somebody gave the term."""

    period: Period
    cells: tuple[TermCell, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class TermHistory:
    """A term through all periods, with the parties that ever gave it.

    ``scale`` names the least and the greatest value that is drawn; it is empty for a term that
    cannot be drawn. ``drawing`` has its lines over all periods, if there is more than one value.
    """

    term: Term
    parties: tuple[Party, ...]
    scale: tuple[str, ...]
    rows: tuple[TermRow, ...]
    drawing: Drawing | None

    @property
    def unit(self) -> str:
        return unit_text(self.term.unit, 2)

    @property
    def lanes(self) -> tuple[int, ...]:
        """Return how far down each party's line is drawn."""
        return tuple(LANE * lane + LANE // 2 for lane in range(len(self.parties)))

    @property
    def height(self) -> int:
        return LANE * len(self.parties)


def history_of(
    term: Term, periods: Sequence[Period], given: Sequence[Given], parties: Sequence[Party]
) -> TermHistory:
    """Return how a term moved through the periods in which somebody gave it."""
    holding = tuple(p for p in parties if any(p == g.party for g in given))
    shown = [period for period in periods if any(g.place == period.place for g in given)]
    spans = list(_spans(term, shown, given, holding))
    marks = _marks(spans)
    return TermHistory(
        term=term,
        parties=holding,
        scale=_scale(term, spans),
        rows=tuple(
            TermRow(
                period=period,
                cells=tuple(_cell(term, period, given, party) for party in holding),
                marks=marks.get(period.place, ()),
            )
            for period in shown
        ),
        drawing=drawing_of(term, periods, given, holding) if len(periods) > 1 else None,
    )


def _cell(term, period, given, party) -> TermCell:
    mine = [g for g in given if g.party == party]
    new = _texts(term, (g for g in mine if g.place == period.place))
    kept = _texts(term, (g for g in mine if g.stands_from_before(period.place)))
    return TermCell(party, new, tuple(text for text in kept if text not in new))


def _texts(term, given) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term_text(g.statement, term.code) for g in given))


def _marks(found) -> dict[int, tuple[Mark, ...]]:
    """Every range that stands in a period, by its place, all of them to one scale."""
    drawn = bars([ends for *_where, ends in found])
    marks: dict[int, list[Mark]] = defaultdict(list)
    for (place, lane, party, kept, _ends), bar in zip(found, drawn, strict=False):
        principal = party.standing == Party.Standing.PRINCIPAL
        side = f" side-{party.side}" if principal else ""
        marks[place].append(Mark(bar, 2 + LANE * lane, side, kept))
    return {place: tuple(row) for place, row in marks.items()}


def _scale(term, spans) -> tuple[str, ...]:
    """The ends of the scale in words; none where nothing is drawn."""
    ends = scale_of([ends for *_where, ends in spans])
    return tuple(end_text(term, end, ()) for end in ends) if ends else ()


def _spans(term, shown, given, parties) -> Iterator[tuple]:
    for period in shown:
        for lane, party in enumerate(parties):
            for g in given:
                kept = g.stands_from_before(period.place)
                if party != g.party or not (kept or g.place == period.place):
                    continue
                for value in counting(g.statement, term.code):
                    ends = ends_of(value.row)
                    if ends is not None:
                        yield period.place, lane, party, kept, ends
