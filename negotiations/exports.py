"""The queue of files that take a while to make: asked for by pages, made by ``manage.py work``.

A worker takes the export that has waited longest with a row lock that others skip, makes the file
and stores it, all in one transaction, which also sees all records as they stood when it began. A
worker that dies leaves the row as it was: waiting, without a file, for the next worker. How often
one has begun and how far it is are written on a second connection, so that others see it.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import QueryDict
from django.utils import timezone

from negotiations.models import Export, ExportProgress, Negotiation

CHANNEL = "parley_exports"
KEPT = timedelta(days=1)
#: A worker that was killed so often while making a file is not killed by chance.
MOST_ATTEMPTS = 3
#: So many files may wait for one person, and for all who are not signed in together.
MOST_OF_ONE, MOST_OF_ANYBODY = 5, 20
SECONDS_BETWEEN_REPORTS = 0.5
#: Called with how much is done, and of how much.
Report = Callable[[int, int], None]
log = logging.getLogger(__name__)


class TooManyWaiting(Exception):
    """Others have to be made first."""


@dataclass(frozen=True)
class Job:
    """What is to be made: of which negotiation, as seen by whom, and what was asked."""

    negotiation: Negotiation
    user: object
    query: QueryDict
    page: str
    report: Report


@dataclass(frozen=True)
class File:
    """What was made."""

    name: str
    media_type: str
    content: bytes


Makers = Mapping[str, Callable[[Job], File]]


def ask(*, user, negotiation: Negotiation, kind: str, query: str, page: str) -> Export:
    """Put a file on the queue and return it; what the same person waits for already is enough.

    Raises ``TooManyWaiting``.
    """
    asker = user if user.is_authenticated else None
    asked = {"subject": negotiation.pk, "kind": kind, "query": query, "page": page}
    with transaction.atomic():
        _lock_the_door()
        waiting = Export.objects.kept().waiting().filter(user=asker)
        if same := waiting.filter(**asked).first():
            return same
        if waiting.count() >= (MOST_OF_ONE if asker else MOST_OF_ANYBODY):
            raise TooManyWaiting
        export = Export.objects.create(user=asker, expires=timezone.now() + KEPT, **asked)
        ExportProgress.objects.create(export=export)
        _run("SELECT pg_notify(%s, '')", CHANNEL)
    return export


def run_next(makers: Makers) -> bool:
    """Make the file that has waited longest; return whether there was one.

    An error of the maker's is logged and makes the export a failed one. Raises the database's
    errors while it is away; the export then waits on.
    """
    with _one_view_of_everything():
        waiting = Export.objects.kept().waiting().defer("content").select_related("user")
        export = waiting.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
        if export is None:
            return False
        with Reporter(ExportProgress._meta.db_table, "export_id", export.pk) as reporter:
            if reporter.begin() > MOST_ATTEMPTS:
                _end(export, Export.State.FAILED, reason=Export.Reason.KILLED)
            else:
                _make(export, makers, reporter.report)
    return True


def clear_expired() -> None:
    """Delete the files whose time is up, but for one that is being made."""
    over = Export.objects.filter(expires__lte=timezone.now())
    with transaction.atomic():
        numbers = over.select_for_update(skip_locked=True).values_list("pk", flat=True)
        Export.objects.filter(pk__in=list(numbers)).delete()


def may_have(export: Export, user) -> bool:
    """Whether ``user`` may now see all that the file holds; asked anew each time it is given."""
    allowed = Negotiation.objects.visible_to(user)
    if export.with_drafts:
        allowed = Negotiation.objects.editable_by(user)
    return allowed.filter(pk=export.subject).exists()


def _make(export: Export, makers: Makers, report: Report) -> None:
    user = export.user or AnonymousUser()
    visible = Negotiation.objects.visible_to(user).with_revision()
    negotiation = visible.filter(pk=export.subject).first()
    if negotiation is None or (export.user and not export.user.is_active):
        _end(export, Export.State.FAILED, reason=Export.Reason.GONE)
        return
    export.with_drafts = Negotiation.objects.editable_by(user).filter(pk=negotiation.pk).exists()
    job = Job(negotiation, user, QueryDict(export.query), export.page, report)
    try:
        with transaction.atomic():
            made = makers[export.kind](job)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("The export %s could not be made.", export.pk)
        _end(export, Export.State.FAILED, reason=Export.Reason.ERROR)
    else:
        export.name, export.media_type = made.name, made.media_type
        export.content, export.size = made.content, len(made.content)
        _end(export, Export.State.DONE)


def _end(export: Export, state: str, reason: str = "") -> None:
    export.state, export.reason, export.ended = state, reason, timezone.now()
    export.expires = export.ended + KEPT
    export.save()


@contextmanager
def _one_view_of_everything() -> Iterator[None]:
    """A transaction that sees the database as it stood at its first query."""
    with transaction.atomic():
        _run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _lock_the_door() -> None:
    """Let one ask after the other, until the transaction ends, so that limits hold."""
    _run("SELECT pg_advisory_xact_lock(hashtext(%s))", CHANNEL)


def _run(statement: str, *values: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


class Reporter:
    """Writes how far a long work is on a connection of its own, not more often than people look.

    ``table`` has the progress, by ``column`` the work of the number ``pk``.
    """

    def __init__(self, table: str, column: str, pk: UUID):
        self.table, self.column, self.pk = table, column, pk
        self.reported = 0.0

    def __enter__(self):
        self.link = connection.copy()
        return self

    def __exit__(self, *error):
        self.link.close()

    def begin(self) -> int:
        """Count one more attempt and return how many that makes."""
        with self.link.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self.table} SET attempts = attempts + 1, done = 0, total = 0"
                f" WHERE {self.column} = %s RETURNING attempts",
                [self.pk],
            )
            return cursor.fetchone()[0]

    def report(self, done: int, total: int) -> None:
        now = time.monotonic()
        if done < total and now - self.reported < SECONDS_BETWEEN_REPORTS:
            return
        self.reported = now
        with self.link.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self.table} SET done = %s, total = %s WHERE {self.column} = %s",
                [done, total, self.pk],
            )
