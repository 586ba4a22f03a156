"""Review: drafts are sent to it, and somebody who did not write them approves or sends them back.

The database holds to the same rules at the seal (``migrations/0008_review.sql``); here they are
said in better words, and what is decided is ours until the transaction ends.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from negotiations.models import Negotiation, Record, State
from negotiations.operations import Conflict, locked, operation, parts_of, set_state
from negotiations.operations import publish as publish_at_once
from negotiations.refusals import RestedOn
from negotiations.rowimages import pointers
from negotiations.titles import called, listed
from positions.models import Demand, Event, Evidence, Outcome, PendingEdit, Silence
from positions.pendingedits import UNPUBLISHED, apply, decided, is_reviewed, refuse_decided
from positions.reviewsets import Authors

NAMED_AT_MOST = 5
#: What is published only on somebody's word.
NEED_EVIDENCE = frozenset({Demand, Outcome, Event, Silence})


@operation
def submit(record: Any, *, user, version: int | None = None, reason: str = "") -> Any:
    """Send a draft, or what was retracted, to review with its parts; return it.

    Raises ``ValidationError``, and ``Conflict`` if it has another version by now.
    """
    row = _current(record, version)
    if not is_reviewed(row.negotiation):
        raise ValidationError(_("Nothing is reviewed in this negotiation: publish it."))
    if row.state not in UNPUBLISHED:
        raise ValidationError(_("Only what is a draft, or was retracted, is sent to review."))
    return set_state(row, State.IN_REVIEW, user=user, reason=reason)


@operation
def submit_all(records: Iterable[Any], *, user, reason: str = "") -> list[Any]:
    """Send drafts to review as one change, all or none; return them.

    Raises ``ValidationError`` as ``submit`` does.
    """
    return [submit(record, user=user, reason=reason) for record in records]


@operation
def approve(record: Any, *, user, version: int | None = None, reason: str = "") -> Any:
    """Publish what is in review, or the edit of it that waits, and return it.

    What hangs on it and is in review is published with it. Raises ``ValidationError`` if it does
    not wait for review any more, if ``user`` wrote some of it, and if it rests on what is not
    published (``RestedOn``, which names it); ``PermissionDenied`` to who may not decide.
    """
    refuse_unless_reviewer(record.negotiation, user)
    row = _current(record, version)
    if row.state == State.PUBLISHED:
        return _approve_edit(row, user=user, reason=reason)
    if row.state != State.IN_REVIEW:
        refuse_decided()
    whole = [row, *_parts_in_review(row)]
    _refuse_own(whole, user)
    _refuse_resting(whole)
    return set_state(row, State.PUBLISHED, user=user, reason=reason)


@operation
def approve_all(
    records: Iterable[Any], *, user, seen: Mapping[int, int], reason: str = ""
) -> list[Any]:
    """Publish what is in review as one change, all or none; return it.

    ``seen`` has the versions that ``user`` looked at, by number. They may rest on each other.
    Raises ``RestedOn`` that names each which cannot be published, and says why;
    ``PermissionDenied`` to who may not decide.
    """
    records = list(records)
    for negotiation in {record.negotiation for record in records}:
        refuse_unless_reviewer(negotiation, user)
    rows = [locked(record) for record in records]
    wholes = {row.pk: [row, *_parts_in_review(row)] for row in rows}
    together = {row.pk for whole in wholes.values() for row in whole}
    refused = {}
    for row in rows:
        try:
            if row.version != seen.get(row.pk):
                raise ValidationError(_("It was changed since you opened the list."))
            if row.state != State.IN_REVIEW:
                refuse_decided()
            _refuse_own(wholes[row.pk], user)
            _refuse_resting(wholes[row.pk], together)
            _refuse_unsaid(wholes[row.pk])
        except ValidationError as error:
            refused[row.pk] = error
    if refused:
        raise _refused_by_name(refused)
    return [set_state(row, State.PUBLISHED, user=user, reason=reason) for row in rows]


@operation
def send_back(record: Any, *, user, reason: str = "", version: int | None = None) -> Any:
    """Make what is in review a draft again, or end the edit of it that waits; return it.

    The reason is for who wrote it. Raises ``ValidationError`` without one, and if it does not wait
    for review any more; ``PermissionDenied`` to who may not decide.
    """
    refuse_unless_reviewer(record.negotiation, user)
    row = _current(record, version)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, for who wrote it.")})
    if row.state == State.PUBLISHED:
        pending = _waiting(row)
        decided(pending, PendingEdit.Stage.SENT_BACK, reason, user=user, reason=reason)
        return row
    if row.state != State.IN_REVIEW:
        refuse_decided()
    return set_state(row, State.DRAFT, user=user, reason=reason)


@operation
def withdraw(pending: PendingEdit, *, user, reason: str = "") -> PendingEdit:
    """Take back an edit that waits for review, or let go one that was sent back.

    Only who made it may, else ``PermissionDenied``. Raises ``ValidationError`` if it was approved.
    """
    row = locked(pending)
    if user is None or row.user_id != user.pk:
        raise PermissionDenied(_("Only who made this edit takes it back."))
    if row.stage not in (PendingEdit.Stage.WAITING, PendingEdit.Stage.SENT_BACK):
        refuse_decided()
    return decided(row, PendingEdit.Stage.WITHDRAWN, row.answer, user=user, reason=reason)


@operation
def publish(record: Any, *, user, version: int | None = None, reason: str = "") -> Any:
    """Publish a record where nothing is reviewed; else approve what is in review. Return it."""
    if not is_reviewed(record.negotiation):
        return publish_at_once(record, user=user, version=version, reason=reason)
    row = _current(record, version)
    if row.state in UNPUBLISHED:
        raise ValidationError(
            _("Records of this negotiation are reviewed: send it to review instead.")
        )
    return approve(record, user=user, version=version, reason=reason)


def refuse_unless_reviewer(negotiation: Negotiation, user) -> None:
    """Raise ``PermissionDenied`` to who does not decide on what is published."""
    may = user is not None and Negotiation.objects.reviewable_by(user)
    if not (may and may.filter(pk=negotiation.pk).exists()):
        raise PermissionDenied(_("A reviewer or a manager decides on what is published."))


def authors_of(numbers: Iterable[int]) -> dict[int, frozenset[int]]:
    """Return by record which users have written it since it was last published."""
    rows = Record.objects.filter(pk__in=numbers).annotate(authors=Authors("pk"))
    return {row.pk: frozenset(row.authors) for row in rows}


def _current(record: Any, version: int | None) -> Any:
    """Return a row as it is now, ours until the end. Raises ``Conflict`` if it is a newer one."""
    row = locked(record)
    if version is not None and row.version != version:
        raise Conflict(row)
    return row


def _parts_in_review(row: Any) -> list[Any]:
    return [part for part in parts_of(row) if getattr(part, "state", None) == State.IN_REVIEW]


def _waiting(row: Any) -> PendingEdit:
    """Return the edit of a published record that waits, ours until the end."""
    rows = PendingEdit.objects.waiting().select_for_update(no_key=True)
    return rows.filter(record_id=row.pk).first() or refuse_decided()


def _approve_edit(row: Any, *, user, reason: str) -> Any:
    pending = _waiting(row)
    if pending.user_id == user.pk:
        raise ValidationError(_("You made this edit yourself: somebody else approves it."))
    apply(pending)
    decided(pending, PendingEdit.Stage.APPROVED, user=user, reason=reason)
    return type(row)._base_manager.select_related("negotiation").get(pk=row.pk)


def _refuse_own(whole: list[Any], user) -> None:
    wrote = authors_of(row.pk for row in whole)
    own = [row for row in whole if user.pk in wrote[row.pk]]
    if own:
        numbers = called(Record.objects.filter(pk__in=[row.pk for row in own]).order_by("pk"))
        raise RestedOn(
            _("You wrote %(records)s yourself: somebody else approves it.")
            % {"records": listed([*numbers], NAMED_AT_MOST)},
            numbers,
        )


def _refuse_resting(whole: list[Any], together: Iterable[int] = ()) -> None:
    """Refuse what rests on records that are not published, naming them.

    ``together`` are published along with it.
    """
    targets = {
        getattr(row, pointer.column)
        for row in whole
        for pointer in pointers(row.__class__)
        if pointer.target is Record or hasattr(pointer.target, "state")
    }
    besides = targets - {None} - {row.pk for row in whole} - set(together)
    unpublished = Record.objects.filter(pk__in=besides).exclude(state=State.PUBLISHED)
    rows = list(unpublished.order_by("pk"))
    if not rows:
        return
    numbers = called(rows)
    raise RestedOn(
        _("It rests on what is not published: %(records)s. Decide on that first.")
        % {"records": listed([*numbers], NAMED_AT_MOST)},
        numbers,
        waiting=[row.pk for row in rows if row.state == State.IN_REVIEW],
    )


def _refuse_unsaid(whole: list[Any]) -> None:
    """Refuse what nobody is said to have said, as the database does at the seal."""
    row, *parts = whole
    if type(row) not in NEED_EVIDENCE or any(isinstance(part, Evidence) for part in parts):
        return
    if not Evidence.objects.filter(record=row.pk, state=State.PUBLISHED).exists():
        raise ValidationError(_("It names no source."))


def _refused_by_name(refused: Mapping[int, ValidationError]) -> RestedOn:
    """Return why several records cannot be approved, each reason once, in one error."""
    numbers = called(Record.objects.filter(pk__in=refused).order_by("pk"))
    why: dict[str, list[str]] = {}
    waiting = {*refused}
    for name, pk in [*numbers.items()]:
        error = refused[pk]
        why.setdefault(" ".join(error.messages), []).append(name)
        numbers |= getattr(error, "numbers", {})
        waiting |= getattr(error, "waiting", frozenset())
    said = [f"{capfirst(listed(names, NAMED_AT_MOST))}: {words}" for words, names in why.items()]
    return RestedOn(" ".join([_("Nothing was approved."), *said]), numbers, waiting)
