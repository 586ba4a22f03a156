"""Who wrote a row since somebody read it: of an edit that was approved, it is who made it."""

from collections.abc import Iterable, Mapping
from functools import partial

from django.contrib.auth import get_user_model
from django.db.models import Q

from negotiations import edits
from negotiations.models import History
from positions.models import PendingEdit, Term, TermChoice


def edits_since(record, version: str, user) -> list[edits.EditBy]:
    """Return who wrote a row after it was ``version``, as ``user`` may know it.

    See ``negotiations.edits``. The choices of a term are written with it.
    """
    beside = None
    if isinstance(record, Term):
        beside = Q(table_name=TermChoice._meta.db_table, data__term_id=record.pk)
    makers = partial(_makers, record, user)
    return edits.edits_since(record, version, user, beside=beside, makers=makers)


def _makers(record, user, changesets: Iterable[int]) -> Mapping[int, str]:
    """Return who made the edits of a record that changesets only approved, by changeset."""
    approvals = History.objects.visible_to(user).filter(
        changeset__in=list(changesets),
        table_name=PendingEdit._meta.db_table,
        data__record_id=record.pk,
        data__stage=PendingEdit.Stage.APPROVED,
    )
    by = {each.changeset_id: each.data["user_id"] for each in approvals}
    users = get_user_model().objects.in_bulk(set(by.values())) if by else {}
    return {pk: users[number].get_username() for pk, number in by.items() if number in users}
