"""The third clock: reading a negotiation as our records stood at a revision."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from negotiations.models import Negotiation


class UnknownRevision(LookupError):
    """The negotiation has no such revision, or not yet."""


@contextmanager
def at_revision(negotiation: Negotiation, revision: int) -> Iterator[Negotiation]:
    """Inside, query sets read the rows as they stood at a revision, 1 to the present one.

    Gives the negotiation as it stood then; whether one may see it, and its address, are today's.
    Nothing can be written inside, and a table that keeps no history and tells not who is asking
    cannot be read. Raises ``UnknownRevision``.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(), _grouping_by_all_columns():
        try:
            _go_back(negotiation, revision, is_outermost=is_outermost)
            yield Negotiation.objects.with_revision().get(pk=negotiation.pk)
        finally:
            # Undoes the settings, inside another transaction as well: there this is a savepoint.
            transaction.set_rollback(True)


def _go_back(negotiation: Negotiation, revision: int, *, is_outermost: bool) -> None:
    # Inside another transaction its own isolation stays. History up to a revision is the same in
    # any; only who may see what could change between two queries.
    isolation = "ISOLATION LEVEL REPEATABLE READ, " if is_outermost else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION {isolation}READ ONLY")
        cursor.execute(
            "SELECT set_config('parley.negotiation', %s, true),"
            " set_config('parley.revision', %s, true), set_config('search_path', 'asof', true),"
            # Views make queries long; to compile them takes longer than to run them.
            " set_config('jit', 'off', true)"
            " FROM gate.head WHERE negotiation_id = %s AND %s BETWEEN 1 AND revision",
            [str(negotiation.pk), str(revision), negotiation.pk, revision],
        )
        if cursor.fetchone() is None:
            raise UnknownRevision(f"{negotiation.slug} has no revision {revision}.")


@contextmanager
def _grouping_by_all_columns() -> Iterator[None]:
    """Have queries group by every column that they select: views have no primary key."""
    features = connection.features
    usual = features.allows_group_by_selected_pks
    features.allows_group_by_selected_pks = False
    try:
        yield
    finally:
        features.allows_group_by_selected_pks = usual


@contextmanager
def records_as_of(negotiation: Negotiation, revision: int | None) -> Iterator[Negotiation]:
    """Read the records as they stood at a revision, as ``at_revision`` does; None is now.

    Inside the same revision already, nothing changes.
    """
    if revision is None:
        yield negotiation
    else:
        with at_revision(negotiation, revision) as then:
            yield then
