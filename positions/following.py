"""What is new to somebody in what they follow, and how far they have seen it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, cast

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from negotiations.changes import (
    Change,
    last_of_published,
    subject_of,
    titles_of,
    touched,
)
from negotiations.history import revision_of
from negotiations.models import Changeset, History, Negotiation, Party, Record
from negotiations.models.base import numbered_models
from negotiations.titles import titled
from positions.models import Issue, Visit, Watch

#: So many rows of history are looked through for news, and so many changes are told of each watch.
ROWS_LOOKED_AT = 500
CHANGES_TOLD = 10
#: The columns by which a row of history names what it concerns.
NAMING = ("issue_id", "party_id", "actor_id", "record_id")
#: What may be followed besides a negotiation.
KINDS = (Record.Kind.ISSUE, Record.Kind.PARTY)


@dataclass(frozen=True)
class Followed:
    """A watch, what it is called, and what is new there; ``has_more`` where not all is told."""

    negotiation: Negotiation
    record: Record | None
    title: str
    code: str
    changes: tuple[Change, ...]
    has_more: bool


@dataclass(frozen=True)
class Concerns:
    """Which rows of history concern an issue or a party: by its number, what belongs to it."""

    numbers: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def fits(self, row: History, number: int | None) -> bool:
        """Whether a row of history concerns the record of a number; None is all of them."""
        if number is None:
            return True
        model, pk = subject_of(row)
        belonging = {number, *self.numbers.get(number, ())}
        is_numbered = model in numbered_models().values()
        named = {row.data.get(column) for column in NAMING}
        return (
            (is_numbered and pk in belonging)
            or number in named
            or row.data.get("record_id") in belonging
        )

    def condition(self, number: int) -> Q:
        """Return the same for rows that were last written of numbered records."""
        wanted = Q(row_id__in=[number, *self.numbers.get(number, ())])
        for column in NAMING:
            wanted |= Q(**{f"data__{column}": number})
        return wanted


def concerns_of(numbers: Iterable[int]) -> Concerns:
    """Return which records belong to issues and parties, in a query for each way to belong."""
    wanted, found = list(numbers), defaultdict(set)
    for model in numbered_models().values() if wanted else ():
        for name, column in _ways(model):
            rows: Any = model._base_manager
            for pk, number in rows.filter(**{f"{name}__in": wanted}).values_list("pk", column):
                found[number].add(pk)
    return Concerns({number: frozenset(its) for number, its in found.items()})


def _ways(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    for each in (*model._meta.concrete_fields, *model._meta.many_to_many):
        target: Any = each.related_model if each.is_relation else None
        if target in (Issue, Party) and each.name not in ("parent", "merged_into"):
            yield each.name, each.name if each.many_to_many else each.attname


def followed(user) -> tuple[Followed, ...]:
    """Return what ``user`` follows, with what is new; the number of queries is bounded."""
    watches = list(Watch.objects.visible_to(user))
    places = _places(user, {watch.subject for watch in watches})
    numbers = [watch.record for watch in watches if watch.record]
    records = titled(Record.objects.visible_to(user).filter(pk__in=numbers, kind__in=KINDS))
    codes = dict(Issue.objects.filter(pk__in=records).values_list("pk", "code"))
    concerns = concerns_of(records)
    since = since_of(user, places.values())
    own = Negotiation.objects.editable_by(user).filter(pk__in=places)
    is_open = set(own.values_list("pk", flat=True))
    rows = _news(user, since, is_open)
    chosen = {}
    for watch in watches:
        here = [row for row in rows if row.negotiation_id == watch.subject]
        mine = [row for row in here if row.changeset.revision > watch.since]
        fitting = [row for row in mine if concerns.fits(row, watch.record)]
        by_set = [list(its) for _set, its in groupby(fitting, key=lambda row: row.changeset_id)]
        # Where something older than the watch was looked at, all that it tells of was.
        is_cut = len(rows) >= ROWS_LOOKED_AT and len(mine) == len(here)
        is_cut = is_cut and places[watch.subject].revision > watch.since
        chosen[watch.pk] = (by_set[:CHANGES_TOLD], is_cut or len(by_set) > CHANGES_TOLD)
    titles = titles_of(row for by_set, _more in chosen.values() for its in by_set for row in its)
    return tuple(
        Followed(
            negotiation=places[watch.subject],
            record=records[watch.record][0] if watch.record else None,
            title=records[watch.record][1] if watch.record else places[watch.subject].title,
            code=codes.get(watch.record or 0, ""),
            changes=tuple(
                _told(its, titles, is_open=watch.subject in is_open) for its in chosen[watch.pk][0]
            ),
            has_more=chosen[watch.pk][1],
        )
        for watch in watches
        if not watch.record or watch.record in records
    )


def _places(user, numbers: Iterable[int]) -> dict[int, Negotiation]:
    rows = Negotiation.objects.visible_to(user).with_revision().filter(pk__in=numbers)
    return {row.pk: row for row in rows}


def _news(user, since: Mapping[int, int], is_open: set[int]) -> list[History]:
    """Return the rows written since, newest first: all where one writes, else what is published."""
    own, others = Q(pk__in=[]), Q(pk__in=[])
    for subject, revision in since.items():
        newer = Q(negotiation=subject, changeset__revision__gt=revision)
        if subject in is_open:
            own |= newer
        else:
            others |= newer
    written = History.objects.visible_to(user).filter(own).with_image_before()
    written = written.select_related("changeset__negotiation").order_by("-pk")
    rows = [*written[:ROWS_LOOKED_AT], *last_of_published(user).filter(others)[:ROWS_LOOKED_AT]]
    return sorted(rows, key=lambda row: (-row.changeset_id, -row.pk))


def _told(rows: Sequence[History], titles, *, is_open: bool) -> Change:
    changeset = rows[0].changeset
    records = tuple(touched(sorted(rows, key=lambda row: row.pk), titles))
    when = cast(datetime, changeset.sealed)
    if not is_open:
        return Change(changeset.negotiation, when, records)
    return Change(
        changeset.negotiation,
        when,
        records,
        changeset.user_name or changeset.db_role,
        changeset.reason or "",
        changeset.revision,
    )


def since_of(user, places: Iterable[Negotiation]) -> dict[int, int]:
    """Return by negotiation the revision after which everything is new; none where never seen."""
    visits = Visit.objects.visible_to(user).filter(subject__in=[each.pk for each in places])
    return {visit.subject: visit.since for visit in visits}


def news_of(user, negotiation: Negotiation) -> int | None:
    """Return how many changes there are since the user's last visit; None before the first."""
    since = since_of(user, [negotiation])
    if not since:
        return None
    newer = {"negotiation": negotiation, "changeset__revision__gt": since[negotiation.pk]}
    if Negotiation.objects.editable_by(user).filter(pk=negotiation.pk).exists():
        sets = Changeset.objects.visible_to(user).filter(negotiation=negotiation)
        return sets.filter(revision__gt=since[negotiation.pk]).count()
    rows = last_of_published(user).filter(**newer)
    return rows.order_by().values("changeset").distinct().count()


def is_watched(user, negotiation: Negotiation, record: int | None = None) -> bool:
    """Whether the user follows a negotiation, or an issue or a party of it."""
    watches = Watch.objects.visible_to(user).filter(subject=negotiation.pk, record=record)
    return watches.exists()


def watch(user, negotiation: Negotiation, record: int | None = None) -> None:
    """Follow a negotiation, or an issue or a party of it, from its present revision on."""
    revision = revision_of(negotiation)
    Watch.objects.get_or_create(
        user=user, subject=negotiation.pk, record=record, defaults={"since": revision}
    )
    Visit.objects.get_or_create(
        user=user,
        subject=negotiation.pk,
        defaults={"revision": revision, "before": revision, "noted": timezone.now()},
    )


def unwatch(user, negotiation: Negotiation, record: int | None = None) -> None:
    """Follow it no more."""
    Watch.objects.filter(user=user, subject=negotiation.pk, record=record).delete()


def note_seen(user, negotiation: Negotiation, revision: int, *, for_good: bool) -> None:
    """Note that a user has seen a negotiation up to a revision, of those there are.

    On the same visit what was new at its beginning stays new, unless it is ``for_good``.
    """
    revision = min(revision, revision_of(negotiation))
    now = timezone.now()
    with transaction.atomic():
        visit, is_first = Visit.objects.select_for_update().get_or_create(
            user=user,
            subject=negotiation.pk,
            defaults={"revision": revision, "before": revision, "noted": now},
        )
        if is_first:
            return
        before = visit.since
        visit.revision = max(visit.revision, revision)
        visit.before = visit.revision if for_good else before
        visit.noted = now
        visit.save()
