"""What was sent back from review: told to who wrote it or sent it, until it is sent again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields import TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from negotiations.models import Content, History, Negotiation, Record, State
from negotiations.titles import titled
from positions.models import Evidence, Linkage, PendingEdit, TermValue

#: So many are listed, the latest first; all of them are counted.
AT_MOST = 50
PARTS: tuple[Any, ...] = (Evidence, TermValue, Linkage)


@dataclass(frozen=True)
class SentBack:
    """A record that is a draft again, or whose ``edit`` waits no more, as somebody sent it back."""

    number: int
    kind: str
    title: str
    who: str
    when: datetime | None
    reason: str
    edit: PendingEdit | None


@dataclass(frozen=True)
class Told:
    """What was sent back to somebody: the latest of it, and how much there is in all."""

    lines: tuple[SentBack, ...]
    count: int


def count_for(user, negotiation: Negotiation) -> int:
    """Return how many records of a negotiation were sent back to ``user``, in one query."""
    edited = _edits(user, negotiation).order_by().values_list("record")
    return drafts_of(user, negotiation).order_by().values_list("pk").union(edited).count()


def build(*, negotiation: Negotiation, user) -> Told:
    """Return what was sent back to ``user`` in a negotiation, the latest first."""
    edits = {edit.record_id: edit for edit in _edits(user, negotiation).select_related("record")}
    drafts = {record.pk: record for record in drafts_of(user, negotiation)}
    rows: dict[int, Any] = {**edits, **drafts}
    latest = sorted(rows, key=lambda number: -rows[number].back)[:AT_MOST]
    deeds = _deeds(rows[number].back for number in latest)
    titles = titled(drafts.get(number) or edits[number].record for number in latest)
    lines = (
        _line(
            *titles[number],
            deeds[rows[number].back],
            edit=None if number in drafts else edits[number],
        )
        for number in latest
    )
    return Told(tuple(lines), len(rows))


def of_record(record: Record, user) -> SentBack | None:
    """Return how a record was sent back that is a draft since, or else the user's own edit of it.

    None of what ``user`` sent to review and took back themself.
    """
    edit = None
    if record.state == State.DRAFT:
        back = _back_of(record, user)
    else:
        edit = _edits(user, record.negotiation).filter(record=record.pk).first()
        back = edit and edit.back
    return _line(record, "", _deeds([back])[back], edit=edit) if back else None


def _line(record: Record, title: str, deed: History, *, edit: PendingEdit | None) -> SentBack:
    return SentBack(
        number=record.pk,
        kind=str(record.get_kind_display()),
        title=title,
        who=deed.changeset.user_name or "",
        when=deed.changeset.sealed,
        reason=edit.answer if edit else deed.changeset.reason or "",
        edit=edit,
    )


def _deeds(numbers: Iterable[int]) -> dict[int, History]:
    return History.objects.select_related("changeset").in_bulk(list(numbers))


def _back_of(record: Record, user) -> int | None:
    """Return the row of history by which what is a draft came back from review."""
    images = _with_state(
        History.objects.filter(
            negotiation=record.negotiation_id,
            table_name=record.model._meta.db_table,
            row_id=record.pk,
        )
    )
    back, sender, before = None, None, None
    for pk, state, who in images.order_by("pk").values_list("pk", "state", "changeset__user_id"):
        if state == State.IN_REVIEW and before != State.IN_REVIEW:
            sender = who
        if state != State.DRAFT:
            back = None
        elif before == State.IN_REVIEW:
            back = None if who == sender == user.pk else pk
        before = state
    return back


def _edits(user, negotiation: Negotiation) -> QuerySet[Any]:
    """Return the edits that ``user`` made, that were sent back, and that none of theirs followed.

    ``back`` is the row of history that tells so.
    """
    told = History.objects.filter(
        negotiation=OuterRef("negotiation"),
        table_name=PendingEdit._meta.db_table,
        row_id=OuterRef("pk"),
        data__stage=PendingEdit.Stage.SENT_BACK,
    )
    later = PendingEdit.objects.filter(
        record=OuterRef("record"), user=OuterRef("user"), pk__gt=OuterRef("pk")
    )
    return (
        PendingEdit.objects.visible_to(user)
        .filter(~Exists(later), negotiation=negotiation, user=user)
        .filter(stage=PendingEdit.Stage.SENT_BACK)
        .annotate(back=Subquery(told.order_by("pk").values("pk")[:1]))
    )


def drafts_of(user, negotiation: Negotiation) -> QuerySet[Any]:
    """Return the drafts that somebody else sent back and ``user`` wrote or sent to review.

    What went back with the record on which it hangs is told with that. ``back`` is the row of
    history that tells so.
    """
    images = _with_state(
        History.objects.filter(
            negotiation=OuterRef("negotiation"), table_name=OuterRef("table"), row_id=OuterRef("pk")
        )
    )
    newest, oldest = images.order_by("-pk"), images.order_by("pk")
    decided = newest.exclude(state__in=[State.DRAFT, State.IN_REVIEW])
    back = oldest.filter(pk__gt=OuterRef("left"))
    # By the index of rows, as every page asks this; who sent something back has not written it.
    own = images.with_image_before().filter(changeset__user_id=user.pk, pk__gt=OuterRef("since"))
    own = own.annotate(was=Coalesce(KeyTextTransform("state", "before"), Value("", TextField())))
    wrote = own.exclude(state=State.DRAFT, was=State.IN_REVIEW)
    with_owner = History.objects.filter(
        changeset=OuterRef("deed"), row_id=OuterRef("owner"), data__state=State.DRAFT
    )
    owners = (part.objects.filter(pk=OuterRef("pk")).values("record")[:1] for part in PARTS)
    return (
        Record.objects.visible_to(user)
        .filter(negotiation=negotiation, state=State.DRAFT)
        .annotate(table=table_of())
        .annotate(was=Subquery(newest.exclude(state=State.DRAFT).values("state")[:1]))
        .filter(was=State.IN_REVIEW)
        .annotate(
            left=Subquery(newest.exclude(state=State.DRAFT).values("pk")[:1]),
            since=Coalesce(Subquery(decided.values("pk")[:1]), Value(0)),
            owner=Coalesce(*(Subquery(owner) for owner in owners)),
        )
        .annotate(
            back=Subquery(back.values("pk")[:1]),
            by=Subquery(back.values("changeset__user_id")[:1]),
            deed=Subquery(back.values("changeset")[:1]),
        )
        .filter(Exists(wrote), ~Q(by=user.pk), ~Exists(with_owner))
    )


def _with_state(images: Any) -> Any:
    return images.annotate(state=KeyTextTransform("state", "data"))


def table_of() -> Case:
    """Return the table of a record of any kind that has a state."""
    models = Record.numbered_models().items()
    tables = {kind: model._meta.db_table for kind, model in models if issubclass(model, Content)}
    return Case(*(When(kind=kind, then=Value(table)) for kind, table in tables.items()))
