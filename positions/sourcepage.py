"""A source with the passages that carry claims marked, and every record that rests on it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.text import Truncator, capfirst

from negotiations.models import Record, Source
from negotiations.titles import titled
from positions.lineages import relations
from positions.models import Evidence
from positions.placing import is_placed
from positions.recordpages import url_of


@dataclass(frozen=True)
class Place:
    """Where a quote stands in the text."""

    start: int
    end: int
    evidence: Evidence


@dataclass(frozen=True)
class Pin:
    """Where a quote begins: the record that its words speak to, by what it is called."""

    evidence: Evidence
    label: str
    url: str


@dataclass(frozen=True)
class Passage:
    """A stretch of the text: the pins that stand before it and the evidence that it is part of."""

    text: str
    pins: tuple[Pin, ...]
    carries: tuple[int, ...]

    @property
    def marked(self) -> bool:
        return bool(self.carries)


@dataclass(frozen=True)
class Resting:
    """A record that rests on the source, with what the source says to it."""

    kind: str
    title: str
    url: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class SourcePage:
    """Everything that the page of a source shows."""

    source: Source
    passages: tuple[Passage, ...]
    resting: tuple[Resting, ...]
    lost: tuple[Evidence, ...]
    unplaced: tuple[Evidence, ...]
    derived: tuple[Source, ...]
    corrected_by: tuple[Source, ...]
    relations: int

    @property
    def together(self) -> int:
        """Return how many sources have their origin in common with this one, itself included."""
        return self.relations + 1

    @property
    def marked(self) -> int:
        """Return how many quotes are found at their place in the text."""
        return sum(len(passage.pins) for passage in self.passages)

    @property
    def astray(self) -> tuple[Evidence, ...]:
        """Return what has words that stand nowhere in the text: lost, or never placed."""
        return (*self.lost, *self.unplaced)

    @property
    def placed(self) -> frozenset[int]:
        """Return the numbers of the evidence whose words stand in the text."""
        return frozenset(number for passage in self.passages for number in passage.carries)

    @property
    def independent(self) -> bool:
        return self.source.derived_from_id is None


def build(*, source: Source, user) -> SourcePage:
    """Return the page of ``source``, which must be visible to ``user`` already."""
    others = Source.objects.visible_to(user).exclude(state="retracted").order_by("published", "pk")
    evidence = list(
        Evidence.objects.visible_to(user)
        .filter(source=source)
        .exclude(state="retracted")
        .select_related("record", "source", "speaker", "reported_by")
        .order_by("start", "pk")
    )
    places = [Place(e.start, e.end, e) for e in evidence if e.start is not None and e.end]
    found = [place for place in places if is_placed(place.evidence, source)]
    titles = titled({row.record for row in evidence})
    return SourcePage(
        source=source,
        passages=tuple(_passages(source, found, titles)),
        resting=tuple(_resting(evidence, source, titles)),
        lost=tuple(place.evidence for place in places if place not in found),
        unplaced=tuple(row for row in evidence if source.text and row.quote and row.start is None),
        derived=tuple(others.filter(derived_from=source)),
        corrected_by=tuple(others.filter(corrects=source)),
        relations=len(relations(source, others.filter(negotiation=source.negotiation_id))),
    )


def _passages(source: Source, places: Sequence[Place], titles) -> Iterator[Passage]:
    """Cut the text wherever a quote begins or ends; quotes may overlap."""
    text = source.text
    cuts = {0, len(text)} | {cut for place in places for cut in (place.start, place.end)}
    for start, end in pairwise(sorted(cuts)):
        yield Passage(
            text[start:end],
            tuple(_pin(place.evidence, source, titles) for place in places if place.start == start),
            tuple(
                place.evidence.pk for place in places if place.start <= start and end <= place.end
            ),
        )


def _pin(row: Evidence, source: Source, titles) -> Pin:
    record, title = titles[row.record_id]
    return Pin(
        evidence=row,
        label=f"{capfirst(record.get_kind_display())} {record.pk}: {Truncator(title).words(12)}",
        url=url_of(source.negotiation.slug, record.pk, record.kind),
    )


def _resting(evidence: Sequence[Evidence], source: Source, titles) -> Iterator[Resting]:
    by_record: dict[Record, list[Evidence]] = defaultdict(list)
    for row in evidence:
        by_record[row.record].append(row)
    kinds = list(Record.Kind.values)
    for record in sorted(by_record, key=lambda record: (kinds.index(record.kind), record.pk)):
        yield Resting(
            kind=record.get_kind_display(),
            title=titles[record.pk][1],
            url=url_of(source.negotiation.slug, record.pk, record.kind),
            evidence=tuple(by_record[record]),
        )
