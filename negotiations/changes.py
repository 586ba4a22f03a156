"""Who changed what and when, as the write gate wrote it down.

Those who write in a negotiation see its changesets. Everybody else sees what was published, since
changesets, their reasons and their people tell of drafts too.
"""

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, cast

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, RowNumber
from django.db.models.lookups import Exact
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from negotiations.constraints import Gated
from negotiations.models import Changeset, History, Membership, Negotiation, Record
from negotiations.models.base import numbered_models
from negotiations.titles import rows_by_number

#: How many rows of one changeset are looked at; an import writes thousands.
ROWS_TOLD = 30
#: How far back readers may page.
PUBLISHED_TOLD = 1000
PARTS = [Record.Kind.EVIDENCE, Record.Kind.LINKAGE, Record.Kind.TERM_VALUE]
TITLE_FIELDS = ("title", "name", "text", "outlet", "label", "code")
UNTOLD = {"version", "state"}
#: What may be asked for besides kinds of records, by those who write: its name, and its model.
BESIDES = {
    "membership": (_lazy("membership"), "negotiations.Membership"),
    "invitation": (_lazy("joining by an invitation"), "negotiations.Membership"),
    "settings": (_lazy("the negotiation’s settings"), "negotiations.Negotiation"),
    "comment": (_lazy("comment"), "positions.Comment"),
}


@dataclass(frozen=True)
class Touched:
    """A record, and what became of it. ``kind``, ``deed`` and ``fields`` are words for people."""

    kind: str
    pk: int
    title: str
    deed: str
    fields: tuple[str, ...]
    has_page: bool


@dataclass(frozen=True)
class Change:
    """What one changeset did; for readers, which records it published or changed since.

    ``who``, ``reason`` and ``revision`` are empty for readers; ``others`` counts the rows that
    are not told.
    """

    negotiation: Negotiation
    when: datetime
    records: tuple[Touched, ...]
    who: str = ""
    reason: str = ""
    revision: int | None = None
    others: int = 0

    @property
    def in_few_words(self) -> str:
        """What it did, in a line: its first record with its fields, or how many rows besides."""
        if not self.records:
            return _("nothing")
        first, *others = self.records
        title = f" “{Truncator(first.title).chars(80)}”" if first.title else ""
        told = f"{first.kind}{title} {first.deed}"
        if count := len(others) + self.others:
            more = ngettext("and %(count)s more", "and %(count)s more", count) % {"count": count}
            told = f"{told}, {more}"
        elif first.fields:
            told = f"{told}: {', '.join(first.fields)}"
        return told


def latest_changes(
    *, user, negotiation: Negotiation | None = None, limit: int = 10
) -> tuple[Change, ...]:
    """Return the newest changes that ``user`` may see, in one negotiation or in all."""
    sets = Changeset.objects.visible_to(user)
    published = last_of_published(user).exclude(
        negotiation__in=Negotiation.objects.editable_by(user)
    )
    if negotiation:
        sets, published = (rows.filter(negotiation=negotiation) for rows in (sets, published))
    told = (
        *told_changesets(sets.select_related("negotiation").order_by("-pk")[:limit]),
        *told_publications(published[:limit]),
    )
    return tuple(sorted(told, key=lambda change: change.when, reverse=True)[:limit])


def changesets(
    *,
    negotiation: Negotiation,
    user,
    who: str = "",
    kind: str = "",
    since: date | None = None,
    until: date | None = None,
) -> models.QuerySet[Changeset]:
    """Return the changesets of a negotiation that ``user`` may see, newest first.

    By somebody's user name; that touched a record of a kind, or what else ``BESIDES`` names; on or
    after, on or before a day.
    """
    rows = Changeset.objects.visible_to(user).filter(negotiation=negotiation)
    if who:
        rows = rows.filter(user_name=who)
    if kind:
        touching = History.objects.filter(_of_kind(kind), changeset=OuterRef("pk"))
        rows = rows.filter(Exists(touching))
    return (
        _between(rows, "sealed", since, until).select_related("negotiation").order_by("-revision")
    )


def publications(
    *,
    negotiation: Negotiation,
    user,
    kind: str = "",
    since: date | None = None,
    until: date | None = None,
    after: int | None = None,
    record: Record | None = None,
) -> models.QuerySet[History]:
    """Return the last rows written of published records, newest first and not without end.

    ``after`` a revision; of one ``record``.
    """
    rows = last_of_published(user).filter(negotiation=negotiation)
    if after is not None:
        rows = rows.filter(changeset__revision__gt=after)
    if record is not None:
        rows = rows.filter(row_id=record.pk)
    if kind:
        rows = rows.filter(table_name=numbered_models()[kind]._meta.db_table)
    return _between(rows, "changeset__sealed", since, until)[:PUBLISHED_TOLD]


def _of_kind(kind: str) -> Q:
    """Return the condition that a row of history is of a kind."""
    if kind not in BESIDES:
        return Q(table_name=numbered_models()[kind]._meta.db_table)
    wanted = Q(table_name=apps.get_model(BESIDES[kind][1])._meta.db_table)
    if kind == "invitation":
        # Who joins by a link lets themselves in; who begins a negotiation manages it.
        author = Cast(F("changeset__user_id"), models.TextField())
        wanted &= Q(Exact(KT("data__user_id"), author), operation="I")
        wanted &= ~Q(data__role=Membership.Role.MANAGER)
    return wanted


def authors(negotiation: Negotiation, user) -> list[str]:
    """Return the names of those who have changed something, as far as ``user`` may see them."""
    sets = Changeset.objects.visible_to(user).filter(negotiation=negotiation)
    names = sets.exclude(user_name=None).order_by("user_name").values_list("user_name", flat=True)
    return list(names.distinct())


def last_of_published(user) -> models.QuerySet[History]:
    """Return the last row written of each published record that one may see, newest first.

    What only hangs on another record, such as evidence, is left out.
    """
    records = Record.objects.visible_to(user).published().exclude(kind__in=PARTS)
    tables = [model._meta.db_table for model in numbered_models().values()]
    return (
        History.objects.newest_of_each_row()
        .filter(Exists(records.filter(pk=OuterRef("row_id"))), table_name__in=tables)
        .with_image_before()
        .select_related("changeset__negotiation")
        .order_by("-pk")
    )


def _between(rows, moment: str, since: date | None, until: date | None):
    if since:
        rows = rows.filter(**{f"{moment}__date__gte": since})
    if until:
        rows = rows.filter(**{f"{moment}__date__lte": until})
    return rows


def told_changesets(sets: Iterable[Changeset]) -> tuple[Change, ...]:
    """Return what each changeset did, in two queries and one for each kind of record."""
    sets = list(sets)
    placed = History.objects.filter(changeset__in=[each.pk for each in sets]).annotate(
        place=Window(RowNumber(), partition_by="changeset", order_by="pk")
    )
    first = placed.filter(place__lte=ROWS_TOLD).values("pk")
    rows = History.objects.filter(pk__in=first).with_image_before().order_by("changeset", "pk")
    written = {pk: list(its) for pk, its in groupby(rows, key=lambda row: row.changeset_id)}
    titles = titles_of(row for its in written.values() for row in its)
    return tuple(
        Change(
            negotiation=each.negotiation,
            when=cast(datetime, each.sealed),
            who=each.user_name or each.db_role,
            reason=each.reason or "",
            revision=each.revision,
            records=tuple(touched(written.get(each.pk, []), titles)),
            others=max(0, (each.rows or 0) - ROWS_TOLD),
        )
        for each in sets
    )


def told_publications(rows: Iterable[History]) -> tuple[Change, ...]:
    """Return which records were published, or changed since, at once, in a query for each kind."""
    rows = list(rows)
    titles = titles_of(rows)
    return tuple(
        Change(sealed.negotiation, cast(datetime, sealed.sealed), tuple(touched(list(its), titles)))
        for sealed, its in groupby(rows, key=lambda row: row.changeset)
    )


@functools.cache
def links() -> dict[str, tuple[type[models.Model], models.ManyToManyField]]:
    """Return, for tables of links, the model of the record they belong to, and its field."""
    return {
        through._meta.db_table: (model, field)
        for model in numbered_models().values()
        for field in model._meta.many_to_many
        if (through := field.remote_field.through)
    }


@functools.cache
def gated_models() -> dict[str, type[models.Model]]:
    """Return the models behind the write gate by table."""
    return {
        model._meta.db_table: model
        for model in apps.get_models()
        if any(isinstance(constraint, Gated) for constraint in model._meta.constraints)
    }


def subject_of(row: History) -> tuple[type[models.Model], int]:
    """Return which row people would say was changed: of a link, the record that it belongs to."""
    if link := links().get(row.table_name):
        return link[0], row.data[link[1].m2m_column_name()]
    return gated_models()[row.table_name], row.row_id


def titles_of(rows: Iterable[History]) -> dict[tuple[type[models.Model], int], str]:
    """Return what the rows' subjects are called, in one query for each model.

    What is there no more is called as it was when it was last written. Of members it is the name.
    """
    titles: dict[tuple[type[models.Model], int], str] = {}
    subjects: dict[type[models.Model], set[int]] = {}
    members: dict[int, int] = {}
    for row in rows:
        model, pk = subject_of(row)
        subjects.setdefault(model, set()).add(pk)
        if model is Membership:
            members[pk] = row.data["user_id"]
    subjects.pop(Membership, None)
    for model, numbers in subjects.items():
        for pk, found in rows_by_number(model, numbers).items():
            titles[model, pk] = str(found)
    if members:
        users = get_user_model().objects.in_bulk(set(members.values()))
        titles |= {
            (Membership, pk): str(users[user]) for pk, user in members.items() if user in users
        }
    return titles


def touched(rows: Sequence[History], titles) -> Iterator[Touched]:
    by_subject: dict[tuple[type[models.Model], int], list[History]] = {}
    for row in rows:
        by_subject.setdefault(subject_of(row), []).append(row)
    for (model, pk), written in by_subject.items():
        own = [row for row in written if row.table_name == model._meta.db_table]
        is_there = (model, pk) in titles
        yield Touched(
            kind=str(model._meta.verbose_name),
            pk=pk,
            title=_title(model, own, titles[model, pk]) if is_there else _last_title(own),
            deed=deed_of(own),
            fields=tuple(dict.fromkeys(_fields(model, written))),
            has_page=is_there and model in numbered_models().values(),
        )


def _title(model, own: Sequence[History], called: str) -> str:
    """Return what a row is called; a member's role is told as it was then."""
    if model is not Membership:
        return called
    return f"{called} · {_role(own[-1].data)}"


def _role(data: dict[str, Any]) -> str:
    return str(dict(Membership.Role.choices).get(data["role"], data["role"]))


def _last_title(rows: Sequence[History]) -> str:
    data = rows[-1].data if rows else {}
    return next((str(data[field]) for field in TITLE_FIELDS if data.get(field)), "")


def deed_of(rows: Sequence[History]) -> str:
    """Return what became of a row, in a word, from what was written of it in order."""
    if not rows:
        return _("edited")
    first, last = rows[0], rows[-1]
    state = last.data.get("state")
    if last.operation == "D":
        return _("removed")
    if first.operation == "I":
        return _("published") if state == "published" else _("added")
    if state == (first.before or {}).get("state"):
        return _("edited")
    return {
        "published": _("published"),
        "retracted": _("retracted"),
        "in review": _("sent to review"),
    }.get(str(state), _("made a draft again"))


def _fields(model, rows: Sequence[History]) -> Iterator[str]:
    """Yield what people call the fields that were edited; none of a row that came or went."""
    if any(row.table_name == model._meta.db_table and row.operation != "U" for row in rows):
        return
    labels = {f.column: str(f.verbose_name) for f in model._meta.fields if f.name not in UNTOLD}
    for row in rows:
        if link := links().get(row.table_name):
            yield str(link[1].verbose_name)
            continue
        before: dict[str, Any] = row.before or {}
        for column, label in labels.items():
            if row.data.get(column) == before.get(column):
                continue
            is_role = model is Membership and column == "role"
            yield f"{label} ({_role(before)} → {_role(row.data)})" if is_role else label
