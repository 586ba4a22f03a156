"""A source with the passages that carry claims marked, and every record that rests on it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from negotiations.models import Record, Source
from negotiations.titles import titled
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
class Passage:
    """A stretch of the text; ``marked`` if it carries a claim, ``begins`` the quotes from here."""

    text: str
    marked: bool
    begins: tuple[Evidence, ...]


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
    derived: tuple[Source, ...]
    corrected_by: tuple[Source, ...]

    @property
    def marked(self) -> int:
        """Return how many quotes are found at their place in the text."""
        return sum(len(passage.begins) for passage in self.passages)

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
    return SourcePage(
        source=source,
        passages=tuple(_passages(source.text, found)),
        resting=tuple(_resting(evidence, source)),
        lost=tuple(place.evidence for place in places if place not in found),
        derived=tuple(others.filter(derived_from=source)),
        corrected_by=tuple(others.filter(corrects=source)),
    )


def _passages(text: str, places: Sequence[Place]) -> Iterator[Passage]:
    """Cut the text wherever a quote begins or ends; quotes may overlap."""
    cuts = {0, len(text)} | {cut for place in places for cut in (place.start, place.end)}
    for start, end in pairwise(sorted(cuts)):
        yield Passage(
            text[start:end],
            any(place.start <= start and end <= place.end for place in places),
            tuple(place.evidence for place in places if place.start == start),
        )


def _resting(evidence: Sequence[Evidence], source: Source) -> Iterator[Resting]:
    by_record: dict[Record, list[Evidence]] = defaultdict(list)
    for row in evidence:
        by_record[row.record].append(row)
    titles = titled(by_record)
    kinds = list(Record.Kind.values)
    for record in sorted(by_record, key=lambda record: (kinds.index(record.kind), record.pk)):
        yield Resting(
            kind=record.get_kind_display(),
            title=titles[record.pk][1],
            url=url_of(source.negotiation.slug, record.pk, record.kind),
            evidence=tuple(by_record[record]),
        )
