"""Who wrote a row since somebody read it, for whom an edit in between is in the way."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import Q
from django.utils.translation import gettext as _

from negotiations.models import Changeset, History


@dataclass(frozen=True)
class EditBy:
    """Who edited a row, and when."""

    who: str
    at: datetime


def nobody(changesets: Iterable[int]) -> Mapping[int, str]:
    """Return who made what changesets only approved, by changeset: here each wrote its own."""
    return {}


def edits_since(
    record,
    version: str,
    user,
    *,
    beside: Q | None = None,
    makers: Callable[[Iterable[int]], Mapping[int, str]] = nobody,
) -> list[EditBy]:
    """Return who wrote a row after it was ``version``, the last one last, as ``user`` may know it.

    Each person is named once. Of rows that do not count versions it is only who wrote them last.
    ``beside`` is a condition on what else is written of it; ``makers`` tells whose work changesets
    only approved.
    """
    row = Q(table_name=record._meta.db_table, row_id=record.pk)
    written = History.objects.visible_to(user).filter(
        row if beside is None else row | beside,
        negotiation=getattr(record, "negotiation_id", record.pk),
    )
    is_counted = hasattr(record, "version") and version.isdecimal() and len(version) < 10
    if is_counted:
        written = written.filter(data__version__gt=int(version))
    rows = written.select_related("changeset").order_by("-pk")[: None if is_counted else 1]
    changesets: dict[int, Changeset] = {each.changeset_id: each.changeset for each in rows}
    made = makers(changesets)
    found: dict[str, EditBy] = {}
    for pk, changeset in changesets.items():
        who = made.get(pk) or changeset.user_name or _("Somebody")
        edit = EditBy(who, cast(datetime, changeset.sealed))
        found.setdefault(edit.who, edit)
    return list(reversed(found.values()))
