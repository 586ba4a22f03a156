"""Edits of published records that wait for somebody else's approval; readers go on seeing the rest.

Such an edit is tried out, asked what it would make of which rows, and taken back. What is kept are
those rows as they would be; approving writes just these, and the database compares.
"""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from negotiations.changes import gated_models
from negotiations.models import History, Negotiation, State
from negotiations.operations import Conflict, create, edit, locked, operation, seal
from negotiations.rowimages import Image, as_rows, delete, insert, run, tables_in_order, update
from positions.models import PendingEdit

#: What the database refuses only because somebody has to approve it first.
REVIEW_RULES = frozenset(
    {"published_changes_by_review", "published_is_retracted_first", "published_after_review"}
)
RowKey = tuple[str, int]


class EditWaits(ValidationError):
    """An edit of the record waits already, and is decided first: ``pending``."""

    def __init__(self, pending: PendingEdit):
        said = _("An edit of this by %(who)s waits for review already; it is decided first.")
        super().__init__(said % {"who": pending.user.get_username()}, code="edit_waits")
        self.pending = pending


def is_reviewed(negotiation: Negotiation) -> bool:
    """Whether records of the negotiation are published by somebody else's approval only."""
    rows = Negotiation.objects.filter(pk=negotiation.pk)
    return rows.filter(review=Negotiation.Review.REQUIRED).exists()


def records_waiting(negotiation: Negotiation, user) -> frozenset[int]:
    """Return the numbers of the records of which an edit waits, as far as ``user`` may know it."""
    if negotiation.review != Negotiation.Review.REQUIRED:
        return frozenset()
    waiting = PendingEdit.objects.visible_to(user).waiting().filter(negotiation=negotiation)
    return frozenset(waiting.values_list("record", flat=True))


@operation
def keep(
    record: Any, *, user, act: Callable[[], Any], version: int | None = None, reason: str = ""
) -> Any:
    """Try out what ``act`` does to a published record, and keep it for review; return the record.

    Its ``pending_edit`` is what was kept; None where ``act`` changed nothing. Raises
    ``ValidationError`` for what could not be approved either, and ``EditWaits`` where one does.
    """
    current = locked(record)
    if version is not None and current.version != version:
        raise Conflict(current)
    if waiting := PendingEdit.objects.waiting().filter(record_id=record.pk).first():
        raise EditWaits(waiting)
    rows, result = _tried(record.negotiation, act)
    if rows is None:
        return result
    current.pending_edit = create(
        PendingEdit,
        user=user,
        reason=reason,
        negotiation=record.negotiation,
        record_id=record.pk,
        user_id=user.pk if user else None,
        why=reason,
        rows=rows,
    )
    return current


def kept_where_reviewed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make an operation on a record keep what it does for review, where that is published so.

    It returns what ``keep`` does then, else what it returns by itself.
    """

    @functools.wraps(function)
    def run(record, *, user, version: int | None = None, reason: str = "", **options):
        shared = {"user": user, "version": version, "reason": reason}
        act = functools.partial(function, record, **shared, **options)
        if record.state == State.PUBLISHED and is_reviewed(record.negotiation):
            return keep(record, act=act, **shared)
        return act()

    return run


def _tried(negotiation: Negotiation, act: Callable[[], Any]) -> tuple[list[dict] | None, Any]:
    """Return the rows that ``act`` would change; None, and its result, where nobody need approve.

    The check of review is the last that the database asks, so that what only it refuses is sound.
    """
    mark = run("SELECT coalesce(max(id), 0) FROM negotiations_history")[0][0]
    rows: list[dict] = []
    try:
        with transaction.atomic():
            result = act()
            rows = _written_since(mark, negotiation)
            seal()
    except IntegrityError as error:
        if getattr(error.__cause__, "diag", None) is None:
            raise
        if error.__cause__.diag.constraint_name not in REVIEW_RULES:  # type: ignore[union-attr]
            raise
        return rows, None
    return None, result


def _written_since(mark: int, negotiation: Negotiation) -> list[dict]:
    """Return what this transaction has made of rows since a row of history, row by row."""
    written = History.objects.filter(
        pk__gt=mark, negotiation_id=negotiation.pk, changeset__in=_open_changesets()
    )
    found: dict[RowKey, dict] = {}
    for row in written.with_image_before().order_by("pk"):
        after = None if row.operation == "D" else row.data
        key = (row.table_name, row.row_id)
        if key in found:
            found[key]["after"] = after
        else:
            before = None if row.operation == "I" else row.before
            found[key] = {"table": key[0], "id": key[1], "before": before, "after": after}
    return [row for row in found.values() if row["before"] != row["after"]]


def _open_changesets() -> list[int]:
    rows = run(
        "SELECT id FROM gate.changeset WHERE xid = pg_current_xact_id() AND revision IS NULL"
    )
    return [pk for (pk,) in rows]


def apply(pending: PendingEdit) -> None:
    """Write the rows of an edit as it was kept. Raises ``ValidationError`` if they have changed."""
    _refuse_if_stale(pending)
    run("SET CONSTRAINTS ALL DEFERRED")
    by_table: dict[str, list[dict]] = defaultdict(list)
    for row in pending.rows:
        if row["before"] or row["after"]:
            by_table[row["table"]].append(row)
    order = [model for model in tables_in_order() if model._meta.db_table in by_table]
    for model in order:
        added = [r["after"] for r in by_table[model._meta.db_table] if r["before"] is None]
        if added:
            insert(model, added)
    for model in order:
        for columns, images in _changed(by_table[model._meta.db_table]).items():
            update(model, columns, images)
    for model in reversed(order):
        gone = [r["id"] for r in by_table[model._meta.db_table] if r["after"] is None]
        if gone:
            delete(model, gone)


def _changed(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, ...], list[Image]]:
    """Return the images of rows that stay, by the columns in which they change."""
    found: dict[tuple[str, ...], list[Image]] = defaultdict(list)
    for row in rows:
        before, after = row["before"], row["after"]
        if before is not None and after is not None:
            columns = tuple(c for c in after if c != "version" and after[c] != before.get(c))
            found[columns].append(after)
    return found


def _refuse_if_stale(pending: PendingEdit) -> None:
    if _is_stale(pending):
        raise ValidationError(
            _("What this edit began from has changed since; send it back to be made anew.")
        )


def _is_stale(pending: PendingEdit) -> bool:
    now = _newest(pending.rows, pending.negotiation_id)
    return any(
        _said(now.get((row["table"], row["id"]))) != _said(row["before"]) for row in pending.rows
    )


@contextmanager
def as_approved(pending: PendingEdit, row: Any) -> Iterator[Any]:
    """Give a published row as an edit of it would make it, with all that hangs on it, to read.

    What it gives is read inside: leaving takes it back. Where what the edit began from has changed
    since, only the row's own fields are as it has them.
    """
    with transaction.atomic():
        if _is_stale(pending):
            made = proposed(pending, row)
        else:
            apply(pending)
            made = type(row)._default_manager.get(pk=row.pk)
        yield made
        transaction.set_rollback(True)


def _newest(rows: Sequence[Mapping[str, Any]], negotiation: int) -> dict[RowKey, Image]:
    wanted = models.Q(pk__in=[])
    numbers: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        numbers[row["table"]].append(row["id"])
    for table, pks in numbers.items():
        wanted |= models.Q(table_name=table, row_id__in=pks)
    written = History.objects.filter(wanted, negotiation_id=negotiation).newest_of_each_row()
    return {(r.table_name, r.row_id): r.data for r in written if r.operation != "D"}


def _said(image: Image | None) -> dict[str, Any] | None:
    return None if image is None else {c: v for c, v in image.items() if c != "version"}


def model_of(row: Mapping[str, Any]) -> type[models.Model]:
    """Return the model whose row this is, of an edit's ``rows``."""
    return gated_models()[row["table"]]


def proposed(pending: PendingEdit, row: Any) -> Any:
    """Return a published row, unsaved, with the words that an edit of it was to give it.

    Only the row's own fields: what hangs on it, such as evidence, is as it is.
    """
    mine = (row._meta.db_table, row.pk)
    images = (each["after"] for each in pending.rows if (each["table"], each["id"]) == mine)
    if (after := next(images, None)) is None:
        return row
    (made,) = as_rows([(mine[0], {**after, "version": row.version, "state": row.state})])
    return made


def decided(pending: PendingEdit, stage: str, answer: str = "", **shared) -> PendingEdit:
    """Give an edit that is locked its end."""
    return edit(pending, stage=stage, answer=answer, **shared)


def refuse_decided() -> NoReturn:
    """Say that somebody was quicker."""
    raise ValidationError(_("This does not wait for review any more."), code="decided")


#: States that a record has before it is published, or after.
UNPUBLISHED = (State.DRAFT, State.RETRACTED)
