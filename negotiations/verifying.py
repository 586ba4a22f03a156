"""Walking the chain that the write gate has made: is all of it as it was sealed?

The hashes are computed anew here, apart from the database's own functions, from rows that come by a
server-side cursor: memory does not grow with the history.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby
from typing import Any

from django.db import connection, transaction

from negotiations.chain import Before, Finding, Sealed, Walk, Written

#: Few: a row may hold the text of a book.
ROWS_AT_ONCE = 100

WALK = """
WITH h AS (
  SELECT h.id, h.changeset_id, h.negotiation_id, h.table_name, h.row_id, h.hash, h.before,
         jsonb_build_array(h.table_name, h.row_id, h.operation, h.data)::text AS line,
         lag(h.id) OVER its AS previous_id, lag(h.changeset_id) OVER its AS previous_changeset,
         lag(h.hash) OVER its AS previous_hash, lag(h.hash, 2) OVER its AS hash_before_previous
    FROM gate.history h WHERE h.negotiation_id = %(negotiation)s
  WINDOW its AS (PARTITION BY h.table_name, h.row_id ORDER BY h.id)
), c AS (
  SELECT * FROM gate.changeset WHERE negotiation_id = %(negotiation)s AND revision IS NOT NULL
)
SELECT c.id AS sealed_id, c.revision, c.rows, c.hash AS sealed_hash, c.field_hashes,
       coalesce(c.user_name, c.db_role) AS who, c.sealed,
       jsonb_build_array(c.negotiation_id, c.revision, c.user_id, c.user_name, c.reason, c.db_role,
                         extract(epoch FROM c.sealed), c.rows)::text AS sealed_line,
       ARRAY(SELECT value::text FROM jsonb_array_elements(jsonb_build_array(
               c.user_id, c.user_name, c.reason, c.db_role, extract(epoch FROM c.sealed), c.rows))
             WITH ORDINALITY AS field (value, place) ORDER BY place) AS fields,
       h.*, p.revision AS previous_revision, coalesce(p.user_name, p.db_role) AS previous_who,
       p.sealed AS previous_sealed
  FROM h FULL JOIN c ON c.id = h.changeset_id
  LEFT JOIN gate.changeset p ON p.id = h.previous_changeset
 ORDER BY c.revision NULLS LAST, h.id
"""
UNLIKE = """
SELECT u.table_name, u.row_id, u.what, h.id AS previous_id, h.changeset_id AS previous_changeset,
       h.hash AS previous_hash, c.revision AS previous_revision,
       coalesce(c.user_name, c.db_role) AS previous_who, c.sealed AS previous_sealed
  FROM gate.unlike_history(%(negotiation)s) u
  LEFT JOIN gate.history h ON h.id = u.history_id
  LEFT JOIN gate.changeset c ON c.id = h.changeset_id
"""
HEADS = """
SELECT every.id, n.slug, head.revision, head.hash, c.sealed
  FROM (SELECT negotiation_id AS id FROM gate.head
        UNION SELECT negotiation_id FROM gate.changeset
        UNION SELECT negotiation_id FROM gate.history
        UNION SELECT id FROM public.negotiations_negotiation) every
  LEFT JOIN public.negotiations_negotiation n ON n.id = every.id
  LEFT JOIN gate.head head ON head.negotiation_id = every.id
  LEFT JOIN gate.changeset c ON c.negotiation_id = every.id AND c.revision = head.revision
 ORDER BY every.id
"""


@dataclass(frozen=True)
class HeadOf:
    """How far a negotiation's chain has come; ``revision`` is None if it has no head."""

    pk: int
    slug: str
    revision: int | None
    hash: bytes
    sealed: datetime | None

    @property
    def name(self) -> str:
        """The negotiation's address, or its number if it is gone."""
        return self.slug or f"negotiation {self.pk}"


@contextmanager
def one_view() -> Iterator[None]:
    """A transaction that only reads, and sees the database as it stood at its first query."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def heads() -> list[HeadOf]:
    """Return the heads of all chains, of which something is left, by the negotiation's number."""
    return [
        HeadOf(row["id"], row["slug"] or "", row["revision"], _bytes(row["hash"]), row["sealed"])
        for row in _stream(HEADS, {})
    ]


def walk(head: HeadOf, walked: Walk) -> Iterator[Finding]:
    """Yield what is not as it was sealed in a negotiation; ``walked`` counts what was looked at.

    Inside ``one_view``.
    """
    of = {"negotiation": head.pk}
    stray: Iterable[dict[str, Any]] = ()
    for number, rows in groupby(_stream(WALK, of), key=lambda row: row["sealed_id"]):
        if number is None:
            stray = rows  # the last group
            break
        first = next(rows)
        yield from walked.changeset(_sealed(first), _each(chain([first], rows)))  # noqa: B031
    yield from walked.end(head.revision, head.hash)
    yield from (walked.orphan(_written(row)) for row in stray)
    for row in _stream(UNLIKE, of):
        yield from walked.unlike(row["table_name"], row["row_id"], _before(row), row["what"])


def hash_at(negotiation: int, revision: int) -> bytes | None:
    """Return the hash that a revision of a negotiation has now; None if it is not there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hash FROM gate.changeset WHERE negotiation_id = %s AND revision = %s",
            [negotiation, revision],
        )
        row = cursor.fetchone()
    return None if row is None else _bytes(row[0])


def _stream(statement: str, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a query by the names of its columns, some at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, values)
        names: list[str] = []
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            names = names or [column.name for column in cursor.description]
            for row in rows:
                yield dict(zip(names, row, strict=True))


def _each(rows: Iterable[dict[str, Any]]) -> Iterator[Written]:
    """Yield the rows of a changeset: none where only the changeset is left."""
    return (_written(row) for row in rows if row["id"] is not None)


def _sealed(row: Mapping[str, Any]) -> Sealed:
    return Sealed(
        pk=row["sealed_id"],
        revision=row["revision"],
        line=row["sealed_line"],
        fields=tuple(row["fields"]),
        field_hashes=_bytes(row["field_hashes"]),
        rows=row["rows"],
        hash=_bytes(row["sealed_hash"]),
        who=row["who"],
        when=row["sealed"],
    )


def _written(row: Mapping[str, Any]) -> Written:
    return Written(
        pk=row["id"],
        changeset=row["changeset_id"],
        negotiation=row["negotiation_id"],
        table=row["table_name"],
        row=row["row_id"],
        line=row["line"],
        hash=_bytes(row["hash"]),
        before=_bytes(row["before"]) or None,
        previous=_before(row),
        hash_before_previous=_bytes(row["hash_before_previous"]) or None,
    )


def _before(row: Mapping[str, Any]) -> Before | None:
    if row["previous_id"] is None:
        return None
    return Before(
        row["previous_id"],
        row["previous_changeset"],
        _bytes(row["previous_hash"]),
        row["previous_revision"],
        row["previous_who"] or "",
        row["previous_sealed"],
    )


def _bytes(value: Any) -> bytes:
    return bytes(value) if value is not None else b""
