"""Who else has a record open: told to those who may edit it, and forgotten after some minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from negotiations.models import Presence

#: For so long somebody counts as being there after their page asked last, or after they typed.
OPEN = timedelta(minutes=3)
TYPING = timedelta(minutes=5)


@dataclass(frozen=True)
class Other:
    """Somebody else at the same record."""

    name: str
    is_typing: bool


def note(*, user, record: int, typed: bool = False) -> None:
    """Note that ``user`` has a record open now, or is typing in its form."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO negotiations_presence AS now (user_id, record, typed)"
            " VALUES (%s, %s, CASE WHEN %s THEN statement_timestamp() END)"
            " ON CONFLICT (record, user_id) DO UPDATE SET seen = statement_timestamp(),"
            " typed = coalesce(excluded.typed, now.typed)",
            [user.pk, record, typed],
        )


def stopped_typing(*, user, record: int) -> None:
    """Note that what ``user`` typed is saved, or not wanted."""
    Presence.objects.filter(user=user, record=record).update(typed=None)


def others(*, user, record: int, now: datetime | None = None) -> list[Other]:
    """Return who else is at a record that ``user`` may edit, those who type first."""
    now = now or timezone.now()
    rows = (
        Presence.objects.visible_to(user)
        .filter(record=record, seen__gte=now - OPEN)
        .exclude(user=user)
        .select_related("user")
    )
    found = [
        Other(row.user.get_username(), bool(row.typed and row.typed >= now - TYPING))
        for row in rows
    ]
    return sorted(found, key=lambda other: (not other.is_typing, other.name))


def clear_expired() -> None:
    """Forget who was where."""
    Presence.objects.filter(seen__lt=timezone.now() - max(OPEN, TYPING)).delete()
