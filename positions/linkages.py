"""What records wait for or hang on, at both ends, with the deadlines that follow; one query.

Whether an anchor has come about by a day is read off the anchor itself, so that a linkage needs no
other record loaded. Deadlines run in chains: the clocks of the whole negotiation come along.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, TextField, When
from django.db.models.functions import Cast, Coalesce, JSONObject, Lower, Upper

from negotiations import ranges
from negotiations.models import Negotiation, Party
from positions import deadlines
from positions.deadlinewords import ShownDeadline, amount_of, shown
from positions.models import (
    Clause,
    Demand,
    Ending,
    Event,
    Linkage,
    Outcome,
    Rank,
    Term,
    TermValue,
)
from positions.querysets import by_end_of
from positions.targets import value_at, words_at
from positions.values import Hanging, Link

CLOCKS = (deadlines.WITHIN, deadlines.AFTER)
ONE_DAY = timedelta(days=1)


def links_of(
    records: Iterable[int],
    user,
    *,
    negotiation: Negotiation,
    as_of: date,
    known_on: date | None = None,
) -> dict[int, tuple[Link, ...]]:
    """Return what the records wait for at the end of a day, each anchor in its own words.

    ``known_on`` leaves out what no source published by the end of that day carries.
    """
    wanted = set(records)
    rows = list(
        _annotated(Linkage.objects.visible_to(user).known_on(known_on), user)
        .filter(Q(record__in=wanted) | Q(negotiation=negotiation, relation__in=CLOCKS))
        .order_by("pk")
    )
    due = _deadlines(rows, as_of)
    found = defaultdict(list)
    for row in rows:
        if row.record_id in wanted:
            found[row.record_id].append(_link(row, due, as_of))
    return {pk: tuple(links) for pk, links in found.items()}


def hanging_on(
    links: Mapping[int, Iterable[Link]],
    records: Iterable[tuple[Demand | Outcome, tuple[Party, ...]]],
) -> dict[int, tuple[Hanging, ...]]:
    """Return what hangs on each anchor: the other end of the links of these records.

    Each record comes with the parties that hold or confirm it.
    """
    found = defaultdict(list)
    for record, parties in records:
        for link in links.get(record.pk, ()):
            if link.row.anchor_id:
                found[link.row.anchor_id].append(Hanging(link, record, parties))
    return {pk: tuple(each) for pk, each in found.items()}


def with_fulfilment(clauses: models.QuerySet, as_of: date) -> models.QuerySet:
    """Annotate whether any demand that stands in a clause is fulfilled by a day, and any is not."""
    done = Q(ending=Ending.FULFILLED) & by_end_of("ended", as_of)
    inside = Demand.objects.published().filter(clause=OuterRef("pk"))
    return clauses.annotate(
        is_fulfilled=Exists(inside.filter(done)), is_unfulfilled=Exists(inside.exclude(done))
    )


def _link(row, due: Mapping[int, ShownDeadline], as_of: date) -> Link:
    return Link(
        row=row,
        text=row.words,
        kind=row.anchor_kind or "",
        issue=row.anchor_issue or "",
        met=_met(row, as_of),
        deadline=due.get(row.pk),
    )


def _met(row, as_of: date) -> deadlines.Span | None:
    if row.anchor_id is None:
        return None
    things = {thing.id: thing for thing in _things(row, as_of)}
    probe = deadlines.Clock(row.record_id, deadlines.AFTER, row.anchor_id)
    return deadlines.deadlines([probe], things)[probe].started


def _deadlines(rows, as_of: date) -> dict[int, ShownDeadline]:
    """The deadlines of the linkages that set a clock, by the linkage's number."""
    clocks = {}
    things: dict[int, deadlines.Thing] = {}
    for row in rows:
        if row.relation not in CLOCKS:
            continue
        amount = amount_of(row.amounts) if row.relation == deadlines.WITHIN else None
        # What hangs on a condition in words hangs on a thing that never has a date.
        clocks[row.pk] = deadlines.Clock(
            row.record_id, row.relation, row.anchor_id or -row.pk, amount
        )
        things |= {thing.id: thing for thing in _things(row, as_of)}
    found = deadlines.deadlines(clocks.values(), things)
    return {
        row.pk: shown(found[clocks[row.pk]], clocks[row.pk], row.amounts, row.words, as_of)
        for row in rows
        if row.pk in clocks
    }


def _things(row, as_of: date) -> Iterator[deadlines.Thing]:
    """An anchor and, where it is a clause, the demands of which it is made."""
    if row.anchor_id is None:
        return
    if row.anchor_kind != "clause":
        came, expected = row.came, row.expected
        yield deadlines.Thing(
            row.anchor_id, span_of(came, as_of), None if came else _span(expected)
        )
        return
    inside = _inside(row.anchor_id, row.clauses)
    parts = [each for each in row.parts if each["clause"] in inside]
    for part in parts:
        first, after = (_day(part[name]) for name in ("first", "after"))
        ended = ranges.days(first, after - ONE_DAY) if after else None
        yield deadlines.Thing(part["id"], span_of(ended, as_of))
    yield deadlines.Thing(row.anchor_id, parts=tuple(part["id"] for part in parts))


def span_of(dates, as_of: date) -> deadlines.Span | None:
    """Return between what days something came about; None if it had not by the end of a day."""
    last = ranges.latest(dates) if dates else None
    return _span(dates) if last is not None and last <= as_of else None


def _span(dates) -> deadlines.Span | None:
    return deadlines.Span(ranges.earliest(dates), ranges.latest(dates)) if dates else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _inside(root: int, clauses: Iterable[Mapping[str, int]]) -> set[int]:
    """The numbers of a clause and of all below it."""
    children: dict[int, list[int]] = defaultdict(list)
    for clause in clauses:
        children[clause["parent"]].append(clause["id"])
    inside, ahead = {root}, [root]
    while ahead:
        below = [pk for pk in children[ahead.pop()] if pk not in inside]
        inside.update(below)
        ahead.extend(below)
    return inside


def _annotated(rows: models.QuerySet, user) -> models.QuerySet:
    """Annotate a linkage with all that is to be known of its anchor, and the record's amounts."""

    of_anchor = partial(value_at, "anchor")
    settled = {"kind__in": [Outcome.Kind.AGREED, Outcome.Kind.IN_PART]}
    return rows.annotate(paper=of_anchor(Clause, "proposal")).annotate(
        words=words_at("anchor", F("condition")),
        anchor_kind=F("anchor__kind"),
        anchor_issue=Coalesce(
            of_anchor(Demand, "issue__code"),
            of_anchor(Outcome, "issue__code"),
            of_anchor(Event, "issue__code"),
        ),
        came=Coalesce(
            of_anchor(Demand, "ended", ending=Ending.FULFILLED),
            of_anchor(Event, "happened"),
            of_anchor(Outcome, "in_force", **settled),
            of_anchor(Outcome, "reached", **settled),
        ),
        expected=of_anchor(Event, "expected"),
        clauses=ArraySubquery(
            Clause.objects.visible_to(user)
            .filter(proposal=OuterRef("paper"))
            .values(json=JSONObject(id=F("pk"), parent=F("parent")))
        ),
        parts=ArraySubquery(
            Demand.objects.visible_to(user)
            .exclude(state="retracted")
            .filter(clause__proposal=OuterRef("paper"))
            .values(
                json=JSONObject(
                    id=F("pk"),
                    clause=F("clause"),
                    first=_when_fulfilled(Lower("ended")),
                    after=_when_fulfilled(Upper("ended")),
                )
            )
        ),
        amounts=ArraySubquery(_amounts(user)),
    )


def _when_fulfilled(end) -> Case:
    return Case(When(ending=Ending.FULFILLED, then=end))


def _amounts(user) -> models.QuerySet:
    """The spans of time among the values of a linkage's record, as text to keep them exact."""
    return (
        TermValue.objects.visible_to(user)
        .filter(
            record=OuterRef("record"),
            quantity__isnull=False,
            term__kind=Term.Kind.QUANTITY,
            term__unit__in=deadlines.UNITS,
        )
        .exclude(rank=Rank.DEPRECATED)
        .exclude(state="retracted")
        .order_by("pk")
        .values(
            json=JSONObject(
                term=F("term__code"),
                unit=F("term__unit"),
                low=Cast(Lower("quantity"), TextField()),
                high=Cast(Upper("quantity"), TextField()),
                approximate=F("approximate"),
                rank=F("rank"),
            )
        )
    )
