"""Doing what is sent under a key once, however often it arrives, even at the same time.

The key is stored in the transaction of the write: both are there, or neither is. Who sends the
same while that transaction runs waits for its end and is given its answer.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from negotiations.models import Negotiation, Sending

#: For so long an answer is given again.
KEPT = timedelta(days=1)
MOST_LETTERS = 64
KEY = re.compile(r"[A-Za-z0-9._~:+/=-]{1,64}")


Result = TypeVar("Result")


@dataclass(frozen=True)
class Answer:
    """What is stored of an answer."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class UsedForAnother(ValidationError):
    """The key was sent before, with another request; ``sent`` is when, ``answer`` what it got."""

    def __init__(self, sent: datetime, answer: Answer):
        super().__init__(_("This key was sent before, with another request."), code="key_used")
        self.sent, self.answer = sent, answer


class _Undone(Exception):
    """Takes back the transaction of what is not to be stored."""


def key_of(text: str) -> str:
    """Return a key as it is stored, without the quotes that a header may have.

    Raises ``ValidationError``.
    """
    bare = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    if not KEY.fullmatch(bare):
        raise ValidationError(
            _("A key has 1 to %(most)s letters, digits or . _ ~ : + / = -") % {"most": MOST_LETTERS}
        )
    return bare


def digest(*parts: bytes | str) -> str:
    """Return the hash of the parts of a request, told apart by their lengths."""
    told = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        told.update(b"%d:" % len(raw))
        told.update(raw)
    return told.hexdigest()


def once(
    act: Callable[[], Result],
    *,
    user,
    key: str,
    request: str,
    answer_of: Callable[[Result, bool], Answer | None],
    fails: Callable[[Result], bool],
) -> Result | Answer:
    """Do ``act`` unless the same was done under this key; return what it gave, or the old answer.

    ``request`` is the digest of what was sent. ``answer_of`` tells of a result, and of whether
    records were written, what to store: without anything the key stays free. What ``fails``, or
    raises, is taken back as a whole. Raises ``UsedForAnother``.
    """
    result: Any = None
    try:
        with transaction.atomic():
            mine = _claim(user, key, request)
            if mine is None:
                row = Sending.objects.visible_to(user).get(key=key)
                if row.digest != request:
                    raise UsedForAnother(row.sent, _stored(row))
                if _may_still_see(user, row):
                    return _stored(row)
                # As if it had never been sent: what is refused now is refused in its own words.
                result = act()
                raise _Undone
            result = act()
            if fails(result):
                raise _Undone
            subjects = _written_since(mine[1])
            answer = answer_of(result, bool(subjects))
            rows = Sending.objects.filter(pk=mine[0])
            if answer is None:
                rows.delete()
            else:
                rows.update(
                    status=answer.status,
                    body=answer.body,
                    headers=answer.headers,
                    subjects=subjects,
                )
    except _Undone:
        pass
    return result


def clear_expired() -> None:
    """Delete the keys whose day is over."""
    Sending.objects.filter(sent__lt=timezone.now() - KEPT).delete()


def _claim(user, key: str, request: str) -> tuple[int, int] | None:
    """Take a key that is free or whose day is over; return its row and the last changeset.

    None if somebody has it. While the transaction that took it runs, this waits.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO negotiations_sending AS now"
            " (user_id, key, digest, status, headers, body, subjects)"
            " VALUES (%s, %s, %s, 0, '{}', '', '{}')"
            " ON CONFLICT (user_id, key) DO UPDATE SET digest = excluded.digest,"
            " sent = statement_timestamp()"
            " WHERE now.sent < statement_timestamp() - make_interval(secs => %s)"
            " RETURNING id, (SELECT coalesce(max(id), 0) FROM gate.changeset)",
            [user.pk, key, request, KEPT.total_seconds()],
        )
        return cursor.fetchone()


def _written_since(changeset: int) -> list[int]:
    """Return the numbers of the negotiations in which this transaction wrote."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT negotiation_id FROM gate.changeset"
            " WHERE id > %s AND xid = pg_current_xact_id()",
            [changeset],
        )
        return [number for (number,) in cursor.fetchall()]


def _stored(row: Sending) -> Answer:
    return Answer(row.status, row.body, row.headers)


def _may_still_see(user, row: Sending) -> bool:
    """Whether the user writes in the negotiations that the answer is about, still."""
    mine = Negotiation.objects.editable_by(user).filter(pk__in=row.subjects)
    return mine.count() == len(row.subjects)
