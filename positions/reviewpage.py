"""One record for review: all that hangs on it, its source beside it, and what would change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from negotiations.changes import links
from negotiations.models import History, Record, Source, State
from negotiations.operations import parts_of
from positions import sourcepage
from positions.models import Evidence, PendingEdit
from positions.recordhistory import Deed, deeds_of
from positions.recordpages import RecordPage, page_of
from positions.reviewing import authors_of
from positions.reviewqueue import sent_by_record
from positions.sourcepage import SourcePage


@dataclass(frozen=True)
class Answer:
    """What a reviewer said when it was sent back the last time."""

    who: str
    when: datetime | None
    words: str


@dataclass(frozen=True)
class ReviewPage:
    """Everything that the page shows; ``deeds`` are against what was last published.

    ``is_new`` where nothing was published of it yet. ``source`` is one of ``sources``, and
    ``quotes`` what the record has from it.
    """

    page: RecordPage
    pending: PendingEdit | None
    deeds: tuple[Deed, ...]
    is_new: bool
    who: str
    since: datetime | None
    is_own: bool
    waits: bool
    sent_back: Answer | None
    sources: tuple[Source, ...]
    text: SourcePage | None
    quotes: tuple[Evidence, ...]


def build(*, record: Record, user, source: str = "") -> ReviewPage:
    """Return the page of a record, which must be visible to ``user`` already."""
    page = page_of(record, user)
    pending = (
        PendingEdit.objects.visible_to(user)
        .waiting()
        .filter(record=record.pk)
        .select_related("user")
        .first()
    )
    parts = [part for part in parts_of(page.row) if getattr(part, "state", "")]
    rows = pending.rows if pending else _since_published(page.row, parts)
    who, since = _sent(record, pending)
    wrote: set[int] = set()
    if not pending:
        in_review = [part.pk for part in parts if part.state == State.IN_REVIEW]
        wrote = set().union(*authors_of([record.pk, *in_review]).values())
    sources, text, quotes = _read(page, user, source)
    return ReviewPage(
        page=page,
        pending=pending,
        deeds=deeds_of(rows, record.negotiation),
        is_new=record.state != State.PUBLISHED and all(row["before"] is None for row in rows),
        who=who,
        since=since,
        is_own=(pending.user_id == user.pk) if pending else user.pk in wrote,
        waits=bool(pending) or record.state == State.IN_REVIEW,
        sent_back=_answered(record),
        sources=sources,
        text=text,
        quotes=quotes,
    )


def _sent(record: Record, pending: PendingEdit | None) -> tuple[str, datetime | None]:
    if pending:
        return pending.user.get_username(), pending.sent
    return sent_by_record(record.negotiation, [record.pk]).get(record.pk, ("", None))


def _read(page: RecordPage, user, wanted: str):
    """The sources of a record's evidence, one of them open, and the record's words in it."""
    evidence = [row for row in page.evidence if row.state != State.RETRACTED]
    if isinstance(page.row, Evidence):
        evidence.append(page.row)
    numbers = dict.fromkeys(row.source_id for row in evidence)
    if isinstance(page.row, Source):
        numbers[page.row.pk] = None
    found = Source.objects.visible_to(user).select_related("negotiation").in_bulk(list(numbers))
    sources = tuple(found[pk] for pk in numbers if pk in found)
    if not sources:
        return (), None, ()
    chosen = next((each for each in sources if str(each.pk) == wanted), sources[0])
    quotes = tuple(row for row in evidence if row.source_id == chosen.pk and row.quote)
    return sources, sourcepage.build(source=chosen, user=user), quotes


def _since_published(row: Any, parts: Sequence[Any]) -> list[dict]:
    """Return the rows of a record as they were last published, and as they are."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for each in (row, *parts):
        numbers[each._meta.db_table].append(each.pk)
    wanted = Q(pk__in=[])
    for table, pks in numbers.items():
        wanted |= Q(table_name=table, row_id__in=pks)
    for table, (model, field) in links().items():
        if model is type(row):
            wanted |= Q(table_name=table, **{f"data__{field.m2m_column_name()}": row.pk})
    written = History.objects.filter(wanted, negotiation=row.negotiation_id).order_by("pk")
    return list(_compared(written, row))


def _compared(written: Iterable[History], row: Any) -> Iterable[dict]:
    """Put together what history has of each row: when the record was last published, and now."""
    images: dict[tuple[str, int], dict] = {}
    own = row._meta.db_table
    for image in written:
        key = (image.table_name, image.row_id)
        known = images.setdefault(
            key, {"table": key[0], "id": key[1], "before": None, "after": None}
        )
        known["after"] = None if image.operation == "D" else image.data
        if image.data.get("state") == State.PUBLISHED:
            known["before"] = image.data
        if key == (own, row.pk) and image.data.get("state") == State.PUBLISHED:
            # Lists have no state of their own: they stood as the record was published.
            for each in images.values():
                if _has_no_state(each):
                    each["before"] = each["after"]
    return [each for each in images.values() if _said(each["before"]) != _said(each["after"])]


def _has_no_state(row: Mapping[str, Any]) -> bool:
    return "state" not in (row["after"] or row["before"] or {"state": ""})


def _said(image: Mapping[str, Any] | None) -> dict | None:
    if image is None:
        return None
    return {name: value for name, value in image.items() if name not in ("state", "version")}


def _answered(record: Record) -> Answer | None:
    """Return why the record, or an edit of it, was sent back since it was last published."""
    rows = list(
        History.objects.filter(
            negotiation=record.negotiation_id,
            table_name=record.model._meta.db_table,
            row_id=record.pk,
        )
        .with_image_before()
        .select_related("changeset")
        .order_by("-pk")
    )
    published = next((row.pk for row in rows if row.data.get("state") == State.PUBLISHED), 0)
    backs = {
        row.pk: (row.changeset, row.changeset.reason or "")
        for row in rows
        if row.data.get("state") == State.DRAFT
        and (row.before or {}).get("state") == State.IN_REVIEW
    }
    edits = History.objects.filter(
        table_name=PendingEdit._meta.db_table,
        negotiation=record.negotiation_id,
        data__record_id=record.pk,
        data__stage=PendingEdit.Stage.SENT_BACK,
    ).select_related("changeset")
    backs |= {row.pk: (row.changeset, row.data["answer"]) for row in edits}
    latest = max(backs, default=0)
    if latest <= published:
        return None
    changeset, words = backs[latest]
    return Answer(changeset.user_name or "", changeset.sealed, words)
