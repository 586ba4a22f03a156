"""Finding records by words: their own, and those of the evidence on them.

What evidence says is shown as the record that it speaks to, with the words that hit. Finding looks
at numbers only; texts are asked for the hits of one page.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Cast

from negotiations import ranges
from negotiations.fulltext import Part, Rank, marked, vector_of
from negotiations.models import Negotiation, Person, Record, Round, Scoped, Source
from negotiations.models.base import numbered_models
from negotiations.titles import rows_by_number
from positions.models import Clause, Demand, Event, Evidence, Issue, Outcome, Proposal
from positions.searchform import Asked

#: How many hits of one table are looked at. More are not ranked, since to rank is to read them.
MOST = 1000
QUOTES_SHOWN = 3


@dataclass(frozen=True)
class Searched:
    """What a model is filtered and dated by: paths to its fields, empty where it has none.

    ``more`` are the fields that are found besides what the record is called.
    """

    model: type[Scoped]
    day: str = ""
    issue: str = ""
    party: str = ""
    round: str = ""
    more: tuple[str, ...] = ()


SEARCHED = {
    Record.Kind.DEMAND: Searched(
        Demand, "stated", "issue", "holder_links__party", "round", more=("occasion",)
    ),
    Record.Kind.PROPOSAL: Searched(Proposal, "tabled", party="holder_links__party", round="round"),
    Record.Kind.CLAUSE: Searched(
        Clause,
        "proposal__tabled",
        party="proposal__holder_links__party",
        round="proposal__round",
        more=("text",),
    ),
    Record.Kind.OUTCOME: Searched(
        Outcome, "reached", "issue", "confirmation_links__party", "round"
    ),
    Record.Kind.EVENT: Searched(Event, "happened", "issue", "actor", "round", more=("text",)),
    Record.Kind.ROUND: Searched(Round, "held", round="pk", more=("venue", "summary")),
    Record.Kind.SOURCE: Searched(Source, "published", more=("author", "note", "text")),
    Record.Kind.ISSUE: Searched(Issue, issue="pk", more=("question", "definition")),
    Record.Kind.PERSON: Searched(Person, more=("aliases",)),
}
BY_MODEL = {searched.model: searched for searched in SEARCHED.values()}


@dataclass
class Place:
    """A record that was found, before anything of it is read."""

    number: int
    kind: str
    rank: float = 0
    day: date | None = None
    quotes: list[tuple[float, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """All that was found, best first; ``is_cut`` if there is more than was looked at."""

    places: tuple[Place, ...]
    is_cut: bool


@dataclass(frozen=True)
class Quote:
    """Evidence whose words hit, in the original or in translation."""

    evidence: Evidence
    words: tuple[Part, ...]
    translation: tuple[Part, ...]


@dataclass(frozen=True)
class Hit:
    """A record that was found, with the words that hit."""

    number: int
    kind: str
    row: Any
    title: tuple[Part, ...]
    words: tuple[tuple[Part, ...], ...]
    quotes: tuple[Quote, ...]
    more_quotes: int
    day: str


def find(*, negotiation: Negotiation, user, asked: Asked) -> Found:
    """Return which records are found, in one query: by how well the words fit, then the newest."""
    branches = [*_own_words(negotiation, user, asked), _quoted(negotiation, user, asked)]
    first, *others = (rows.order_by()[: MOST + 1] for rows in branches if rows is not None)
    places: dict[int, Place] = {}
    looked_at: Counter[str] = Counter()
    for number, kind, rank, day, evidence in first.union(*others, all=True):
        looked_at["quotes" if evidence else kind] += 1
        place = places.setdefault(number, Place(number, kind))
        place.rank = max(place.rank, rank)
        place.day = max(filter(None, [place.day, day]), default=None)
        if evidence:
            place.quotes.append((-rank, evidence))
    best = sorted(
        places.values(), key=lambda p: (-p.rank, -(p.day or date.min).toordinal(), p.number)
    )
    return Found(tuple(best), is_cut=max(looked_at.values(), default=0) > MOST)


def _own_words(negotiation, user, asked: Asked) -> Iterator[models.QuerySet]:
    cited = Evidence.objects.visible_to(user).filter(record=OuterRef("pk"), source=asked.source)
    for kind, searched in SEARCHED.items():
        rows = _filtered(searched, user, asked)
        if rows is None or asked.kind not in ("", kind):
            continue
        if asked.source and kind == Record.Kind.SOURCE:
            rows = rows.filter(pk=asked.source.pk)
        elif asked.source:
            rows = rows.filter(Exists(cited))
        yield rows.matching(asked.words, negotiation).values_list(
            "pk",
            Value(str(kind)),
            _rank(searched.model, asked),
            _last_day(searched.day),
            Cast(Value(None), models.BigIntegerField()),
        )


def _quoted(negotiation, user, asked: Asked) -> models.QuerySet | None:
    """Return the evidence with the words, on records that the filters let through."""
    rows = Evidence.objects.visible_to(user).matching(asked.words, negotiation)
    if asked.kind:
        rows = rows.filter(record__kind=asked.kind)
    if asked.source:
        rows = rows.filter(source=asked.source)
    if _narrows(asked):
        kept = [_filtered(searched, user, asked) for searched in SEARCHED.values()]
        spoken_to = (Q(record__in=own.values("pk")) for own in kept if own is not None)
        rows = rows.filter(reduce(or_, spoken_to, Q(pk=None)))
    day = _last_day("source__published")
    return rows.values_list("record", "record__kind", _rank(Evidence, asked), day, "pk")


def _rank(model: type[models.Model], asked: Asked) -> Rank:
    return Rank(vector_of(model), asked.words.query)


def _narrows(asked: Asked) -> bool:
    return any([asked.issue, asked.party, asked.round, asked.since, asked.until])


def _filtered(searched: Searched, user, asked: Asked) -> Any:
    """Return the visible rows that the filters let through; None if one cannot apply to them."""
    conditions: dict[str, Any] = {}
    for name in ("issue", "party", "round"):
        if value := getattr(asked, name):
            path = getattr(searched, name)
            if not path:
                return None
            conditions[path] = value.pk
    if asked.since or asked.until:
        if not searched.day:
            return None
        span = _moments if searched.model is Round else _days
        conditions[f"{searched.day}__overlap"] = span(asked.since, asked.until)
    return searched.model.objects.visible_to(user).filter(**conditions)


def _days(since: date | None, until: date | None) -> DateRange:
    return DateRange(since, until, "[]")


def _moments(since: date | None, until: date | None) -> DateTimeTZRange:
    def start(day):
        return datetime.combine(day, time.min, ZoneInfo("UTC"))

    return DateTimeTZRange(
        start(since) if since else None, start(until + timedelta(days=1)) if until else None
    )


def _last_day(path: str) -> Cast:
    last = Func(F(path), function="upper", output_field=models.DateField()) if path else Value(None)
    return Cast(last, models.DateField())


def show(places: Sequence[Place], *, asked: Asked) -> tuple[Hit, ...]:
    """Return the hits of one page with their words marked; places must come from ``find``.

    One query for each kind among them, two where it has holders, one for all evidence, and two to
    mark what hit.
    """
    if not places:
        return ()
    rows = _rows(places)
    shown = {
        place.number: [pk for __, pk in sorted(place.quotes)[:QUOTES_SHOWN]] for place in places
    }
    evidence = rows_by_number(Evidence, [pk for pks in shown.values() for pk in pks])
    more = {number: _more_texts(row) for number, row in rows.items()}
    titles = marked([str(rows[place.number]) for place in places], asked.words, whole=True)
    texts = [text for place in places for text in more[place.number]]
    for place in places:
        for pk in shown[place.number]:
            texts += [evidence[pk].quote, evidence[pk].translation]
    own_and_said = iter(marked(texts, asked.words, whole=False))
    words = {place.number: list(islice(own_and_said, len(more[place.number]))) for place in places}
    return tuple(
        Hit(
            number=place.number,
            kind=str(Record.Kind(place.kind).label),
            row=rows[place.number],
            title=title,
            words=tuple(parts for parts in words[place.number] if any(p.is_hit for p in parts)),
            quotes=tuple(
                Quote(evidence[pk], next(own_and_said), next(own_and_said))
                for pk in shown[place.number]
            ),
            more_quotes=len(place.quotes) - len(shown[place.number]),
            day=_day_text(rows[place.number]),
        )
        for place, title in zip(places, titles, strict=True)
    )


def _rows(places: Sequence[Place]) -> dict[int, Any]:
    by_kind: dict[str, list[int]] = {}
    for place in places:
        by_kind.setdefault(place.kind, []).append(place.number)
    rows: dict[int, Any] = {}
    for kind, numbers in by_kind.items():
        found = rows_by_number(numbered_models()[kind], numbers)
        if hasattr(numbered_models()[kind], "holders"):
            models.prefetch_related_objects(list(found.values()), "holders")
        rows |= found
    return rows


def _more_texts(row) -> list[str]:
    """Return what a row is found by, besides what it is called."""
    searched = BY_MODEL.get(type(row))
    values = [getattr(row, name) for name in searched.more] if searched else []
    texts = [", ".join(value) if isinstance(value, list) else value for value in values]
    return [text for text in texts if text not in ("", str(row))]


def _day_text(row) -> str:
    searched = BY_MODEL.get(type(row))
    value = reduce(getattr, searched.day.split("__"), row) if searched and searched.day else None
    if not value:
        return ""
    if isinstance(row, Round):
        return ranges.times_text(value, row.time_zone)
    return ranges.date_text(value)
