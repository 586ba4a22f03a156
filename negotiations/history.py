"""Reading what the write gate has written: revisions, changes, and whether the chain is whole."""

import hashlib

from django.db import connection, models

from negotiations.models import Changeset, Head, History, Negotiation

ROWS_AT_ONCE = 2000


def revision_of(negotiation: Negotiation) -> int:
    """Return how many changesets a negotiation has been through; 0 before the first."""
    head = head_of(negotiation)
    return head.revision if head else 0


def head_of(negotiation: Negotiation) -> Head | None:
    """Return how far a negotiation's chain has come and the hash that seals all of it."""
    return Head.objects.filter(negotiation_id=negotiation.pk).first()


def revision_written_here(negotiation: Negotiation) -> int | None:
    """Return the last revision that this very transaction has sealed; None if it wrote nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(revision) FROM gate.changeset"
            " WHERE xid = pg_current_xact_id() AND negotiation_id = %s",
            [negotiation.pk],
        )
        return cursor.fetchone()[0]


def history_of(row: models.Model) -> models.QuerySet[History]:
    """Return what was written of a row, oldest first, each with its changeset."""
    return (
        History.objects.filter(
            negotiation_id=getattr(row, "negotiation_id", row.pk),
            table_name=row._meta.db_table,
            row_id=row.pk,
        )
        .select_related("changeset")
        .order_by("changeset__revision", "pk")
    )


def broken_revision(negotiation: Negotiation) -> int | None:
    """Return the first revision that is not as it was sealed, or None if all are.

    The hashes are computed anew, apart from the database's own function.
    """
    changesets = Changeset.objects.filter(negotiation_id=negotiation.pk, revision__isnull=False)
    expected, previous = 1, b""
    for changeset in changesets.order_by("revision").iterator(ROWS_AT_ONCE):
        sealed = bytes(changeset.hash or b"")
        if changeset.revision != expected or _hash_of(changeset, previous) != sealed:
            return expected
        expected, previous = expected + 1, sealed
    head = head_of(negotiation)
    last = (head.revision, bytes(head.hash or b"")) if head else (0, b"")
    return None if last == (expected - 1, previous) else expected


def _hash_of(changeset: Changeset, previous: bytes) -> bytes:
    """Return the SHA-256 of the hash before, the changeset's own line and its rows' hashes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT jsonb_build_array(negotiation_id, revision, user_id, user_name, reason,"
            " db_role, extract(epoch FROM sealed), rows)::text FROM gate.changeset WHERE id = %s",
            [changeset.pk],
        )
        sealed = hashlib.sha256(previous + cursor.fetchone()[0].encode())
        cursor.execute(
            "SELECT jsonb_build_array(table_name, row_id, operation, data)::text"
            " FROM gate.history WHERE changeset_id = %s ORDER BY id",
            [changeset.pk],
        )
        while lines := cursor.fetchmany(ROWS_AT_ONCE):
            for (line,) in lines:
                sealed.update(hashlib.sha256(line.encode()).digest())
    return sealed.digest()
