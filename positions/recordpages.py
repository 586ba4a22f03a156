"""A plain page for a record of any kind, read off its model."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, DecimalRangeField
from django.db import connection, models
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations import ranges
from negotiations.models import Changeset, Record
from negotiations.models.base import Scoped, numbered_models
from negotiations.titles import pointers_of, titled
from positions.filters import OVERALL
from positions.linkages import links_of
from positions.models import Demand, Evidence, Issue, Linkage, TermValue
from positions.models.links import Rank
from positions.words import full_value_text

#: Kinds with a page of their own, whose address goes by the kind's name.
OWN_PAGES = frozenset({Record.Kind.ROUND, Record.Kind.SOURCE, Record.Kind.PROPOSAL})
HIDDEN = {"id", "negotiation", "version", "record"}


@dataclass(frozen=True)
class Line:
    """A label with what it says and, where that is a record, its page.

    ``part`` is the number of the value or the linkage that the line shows, to edit it. ``note`` is
    when what a linkage waits for came about, or by when it makes the record due; of a value, who
    gives it. ``mark`` is the rank of a value that editors prefer or have set aside.
    """

    label: str
    text: str
    url: str | None = None
    part: int | None = None
    note: str = ""
    mark: str = ""


#: What evidence does to a record, in the order of the page.
WITNESSES = {
    Evidence.Stance.SUPPORTS: gettext_lazy("Supporting"),
    Evidence.Stance.READS: gettext_lazy("Reading it differently"),
    Evidence.Stance.CONTRADICTS: gettext_lazy("Contradicting"),
    Evidence.Stance.LEAVES_OPEN: gettext_lazy("Leaving it open"),
    Evidence.Stance.JUDGES: gettext_lazy("Judging"),
}


@dataclass(frozen=True)
class Witnesses:
    """The evidence that does the same to a record."""

    label: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class RecordPage:
    """Everything that the page of a record shows."""

    record: Record
    row: Scoped
    kind: str
    title: str
    own_url: str
    fields: tuple[Line, ...]
    values: tuple[Line, ...]
    links: tuple[Line, ...]
    evidence: tuple[Evidence, ...]
    compared_url: str
    points_to: tuple[Line, ...]
    pointed_from: tuple[Line, ...]
    changes: tuple[Changeset, ...]

    @property
    def witnesses(self) -> tuple[Witnesses, ...]:
        """Return the evidence by what it does to the record: what supports it comes first."""
        return tuple(
            Witnesses(str(WITNESSES[stance]), rows)
            for stance in WITNESSES
            if (rows := tuple(row for row in self.evidence if row.stance == stance))
        )


def page_of(record: Record, user) -> RecordPage:
    """Return the page of ``record``, with as much of its surroundings as ``user`` may see.

    ``record`` must be visible to the user already.
    """
    row = record.model._default_manager.select_related("negotiation").get(pk=record.pk)
    slug = row.negotiation.slug
    values = list(_values_of(record, user))
    evidence: dict[int, list[Evidence]] = defaultdict(list)
    for each in _evidence_of({record.pk, *(value.pk for value in values)}, user):
        evidence[each.record_id].append(each)
    return RecordPage(
        record=record,
        row=row,
        kind=record.get_kind_display(),
        title=str(row),
        own_url=_own_url(record, row),
        fields=tuple(_fields(row)),
        values=tuple(_value_line(value, slug, evidence[value.pk]) for value in values),
        links=tuple(_links(record, row, user)),
        evidence=tuple(evidence[record.pk]),
        compared_url=_compared_url(row),
        points_to=tuple(_points_to(row, slug, user)),
        pointed_from=tuple(_pointed_from(record, slug, user)),
        changes=tuple(
            Changeset.objects.visible_to(user)
            .filter(
                negotiation=row.negotiation_id,
                history__table_name=row._meta.db_table,
                history__row_id=row.pk,
            )
            .distinct()[:20]
        ),
    )


def _values_of(record: Record, user):
    values = TermValue.objects.visible_to(user).filter(record=record).select_related("term")
    return values.prefetch_related("choices").order_by("term__order", "pk")


def _evidence_of(numbers: Iterable[int], user):
    rows = Evidence.objects.visible_to(user).filter(record__in=numbers)
    return rows.select_related("record", "source", "speaker", "reported_by").order_by("pk")


def _value_line(value: TermValue, slug: str, evidence: Iterable[Evidence]) -> Line:
    """A value with who gives it: only the evidence of the value itself tells that."""
    text = full_value_text(value, list(value.choices.all()))
    said = "; ".join(dict.fromkeys(map(_who_says, evidence)))
    mark = "" if value.rank == Rank.NORMAL else value.rank
    return Line(str(value.term), text, url_of(slug, value.pk), value.pk, said, mark)


def _who_says(row: Evidence) -> str:
    named = f"{row.speaker} ({row.source.outlet})" if row.speaker else row.source.outlet
    if row.stance == Evidence.Stance.SUPPORTS:
        return _("according to %(who)s") % {"who": named}
    return f"{named}: {row.get_stance_display()}"


def url_of(slug: str, pk: int, kind: str = "") -> str:
    """Return the address of a record's page: the one of its kind, where the kind has one."""
    return reverse(kind if kind in OWN_PAGES else "record", args=[slug, pk])


def _own_url(record: Record, row: Scoped) -> str:
    """Where a record is shown better than on its plain page; empty if nowhere."""
    slug = row.negotiation.slug
    if isinstance(row, Issue):
        return reverse("issue", args=[slug, row.code])
    return url_of(slug, record.pk, record.kind) if record.kind in OWN_PAGES else ""


def _compared_url(row: Scoped) -> str:
    """Where the comparison shows a demand on the day it was stated; empty for other kinds."""
    if not isinstance(row, Demand):
        return ""
    day = ranges.latest(row.stated) or ranges.earliest(row.stated)
    place = reverse("comparison", args=[row.negotiation.slug])
    code = row.issue.code if row.issue else OVERALL
    return f"{place}?as_of={day}#comparison-row-{code}"


def _fields(row) -> Iterator[Line]:
    for field in row._meta.fields:
        if field.name in HIDDEN or field.is_relation:
            continue
        if text := field_text(row, field):
            yield Line(capfirst(field.verbose_name), text)
    for field in row._meta.many_to_many:
        if named := ", ".join(str(party) for party in getattr(row, field.name).all()):
            yield Line(capfirst(field.verbose_name), named)


def field_text(row, field) -> str:
    """Return what a field of a row says, in words; a relation's is not told here."""
    value = getattr(row, field.name)
    if value is None or value == "" or value == []:
        return ""
    if isinstance(row, Evidence) and field.name == "field":
        return row.field_label
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(field, DateRangeField):
        return ranges.date_text(value)
    if isinstance(field, DateTimeRangeField):
        return ranges.times_text(value, row.time_zone)
    if isinstance(field, DecimalRangeField):
        return ranges.quantity_text(value)
    if isinstance(field, models.DateTimeField):
        return date_format(timezone.localtime(value), "j E Y, H:i")
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(value)
    return str(value)


def _links(record, row, user) -> Iterator[Line]:
    """What the record waits for or hangs on."""
    if not Linkage.objects.visible_to(user).filter(record=record.pk).exists():
        return
    today = timezone.localdate()
    links = links_of([record.pk], user, negotiation=row.negotiation, as_of=today)
    for link in links.get(record.pk, ()):
        url = url_of(row.negotiation.slug, link.row.anchor_id or link.row.pk)
        label = capfirst(link.row.get_relation_display())
        yield Line(label, link.text, url, link.row.pk, link.note)


def _points_to(row, slug, user) -> Iterator[Line]:
    pointed = {getattr(row, field.attname): field for field in pointers_of(type(row))}
    titles = titled(Record.objects.visible_to(user).filter(pk__in=set(pointed) - {None}))
    for pk, field in pointed.items():
        if pk in titles:
            record, title = titles[pk]
            kind = str(record.get_kind_display())
            label = str(capfirst(field.verbose_name))
            if str(field.verbose_name) != kind:
                label = f"{label} ({kind})"
            yield Line(label, title, url_of(slug, pk, record.kind))


def _pointed_from(record, slug, user) -> Iterator[Line]:
    """What points at the record, its own parts aside, which the page shows by themselves.

    A part, such as evidence from a source, is named for the record that it is part of.
    """
    for kind, model, field, numbers in _pointers_at(record):
        says = [str(Record.Kind(kind).label), str(field.verbose_name)]
        label = capfirst(": ".join(says if says[1] != record.get_kind_display() else says[:1]))
        rows = (
            model._default_manager.visible_to(user)
            .filter(pk__in=numbers)
            .select_related(*(f.name for f in pointers_of(model)))
            .order_by("pk")
        )
        if model is Linkage:
            yield from _owners(rows.order_by("relation", "pk"), _hangs, slug)
        elif model.part_of == "record":
            yield from _owners(rows, lambda _part, label=label: label, slug)
        else:
            for row in rows:
                yield Line(label, str(row), url_of(slug, row.pk, kind))


def _pointers_at(record) -> Iterator[tuple[str, type[Scoped], models.Field, list[int]]]:
    """By kind, model and field, the numbers of all that points at a record, whoever may see it.

    One query: most of what may point at a record does not, and need not be asked for in full.
    """
    able, statement = _able(record.kind)
    numbers = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(statement, [record.pk] * len(able))
        for place, pk in cursor.fetchall():
            numbers[place].append(pk)
    for place in sorted(numbers):
        yield *able[place], numbers[place]


@cache
def _able(pointed: str) -> tuple[tuple[tuple[str, type[Scoped], models.Field], ...], str]:
    """What may point at a record of a kind, and the SQL that asks all of it, by place."""
    able = tuple(
        (kind, model, field)
        for kind, model in numbered_models().items()
        for field in pointers_of(model)
        if field.related_model in (Record, numbered_models()[pointed])
        and not (model in (Evidence, Linkage, TermValue) and field.name == "record")
    )
    asked = (
        f"SELECT {place}, id FROM {model._meta.db_table} WHERE {field.column} = %s"
        for place, (_kind, model, field) in enumerate(able)
    )
    return able, " UNION ALL ".join(asked)


def _hangs(link: Linkage) -> str:
    return _("Hangs on this: %(relation)s") % {"relation": link.get_relation_display()}


def _owners(parts, label_of, slug) -> Iterator[Line]:
    """The records that parts belong to, each once under a label."""
    titles = titled(part.record for part in parts)
    for pk, label in dict.fromkeys((part.record_id, label_of(part)) for part in parts):
        owner, title = titles[pk]
        yield Line(
            label, f"{capfirst(owner.get_kind_display())}: {title}", url_of(slug, pk, owner.kind)
        )
