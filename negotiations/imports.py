"""The queue of imports: sent by pages, looked through and recorded by ``manage.py work``.

It works as that of the exports does: the worker takes the import that has waited longest with a
row lock that others skip, and does all of it in one transaction, so that a worker that dies leaves
it waiting and nothing recorded. How far it is stands in a row written on a second connection.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from negotiations.exports import CHANNEL, MOST_ATTEMPTS, Report, Reporter
from negotiations.history import revision_written_here
from negotiations.models import Import, ImportProgress, ImportRow, Negotiation
from negotiations.reversing import Reversal, reverse
from negotiations.sheets.grid import Unreadable
from negotiations.sheets.reading import refusal

#: What was looked through and never recorded goes after so long.
KEPT = timedelta(days=14)
#: So many files may wait in one negotiation.
MOST_WAITING = 5
log = logging.getLogger(__name__)


class TooManyWaiting(Exception):
    """Others have to be looked through first."""


@dataclass(frozen=True)
class Found:
    """What was found in a file: its rows, its sheets, what is wrong with the whole."""

    rows: Sequence[ImportRow]
    sheets: Sequence[Mapping[str, Any]] = ()
    problems: Sequence[str] = ()
    is_recorded: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """Return how many rows there are of each fate."""
        fates = [row.fate for row in self.rows]
        return {fate: fates.count(fate) for fate in sorted(set(fates))}


@dataclass(frozen=True)
class Job:
    """What the worker is to do: look a file through, or record what is in it."""

    negotiation: Negotiation
    user: Any
    whole: Import
    report: Report = field(default=lambda done, total: None)

    @property
    def records(self) -> bool:
        return self.whole.state == Import.State.RECORDING


#: Looks through, or records, what a job names. Raises ``Unreadable``.
Importer = Callable[[Job], Found]


def send(*, user, negotiation: Negotiation, name: str, content: bytes, kind: str = "") -> Import:
    """Put a file on the queue to be looked through, and return its import.

    Raises ``TooManyWaiting``.
    """
    with transaction.atomic():
        waiting = Import.objects.for_the_worker().filter(subject=negotiation.pk)
        if waiting.count() >= MOST_WAITING:
            raise TooManyWaiting
        whole = Import.objects.create(
            subject=negotiation.pk,
            user=user,
            name=name[-200:],
            content=content,
            digest=hashlib.sha256(content).hexdigest(),
            kind=kind,
        )
        ImportProgress.objects.create(whole=whole)
        _tell_worker()
    return whole


def check_again(whole: Import, *, chosen: Mapping[str, Any], again: bool) -> None:
    """Have a file looked through once more, with its columns taken for something else."""
    _turn(whole, Import.State.CHECKED, Import.State.CHECKING, chosen=dict(chosen), again=again)


def confirm(whole: Import) -> None:
    """Have what was looked through recorded. Raises ``ValidationError`` if that cannot be."""
    if not whole.can_be_recorded:
        raise ValidationError(_("There is nothing here that could be imported."))
    _turn(whole, Import.State.CHECKED, Import.State.RECORDING)


def _turn(whole: Import, before: str, after: str, **fields) -> None:
    with transaction.atomic():
        mine = Import.objects.filter(pk=whole.pk, state=before, content__isnull=False)
        if not mine.update(state=after, **fields):
            raise ValidationError(_("Somebody was quicker; look at it as it is now."))
        ImportProgress.objects.filter(whole=whole).update(attempts=0, done=0, total=0)
        _tell_worker()


def undo(whole: Import, *, user) -> Reversal:
    """Undo all that an import recorded, as one step.

    Raises ``ValidationError`` that names what somebody has changed since.
    """
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=whole.pk)
        if locked.state != Import.State.DONE or locked.revision is None:
            raise ValidationError(_("There is nothing left to undo."))
        negotiation = Negotiation.objects.get(pk=locked.subject)
        reason = _("Undo of the import of %(name)s") % {"name": locked.name}
        done = reverse(negotiation, locked.revision, user=user, reason=reason)
        locked.state, locked.undone_in = Import.State.UNDONE, revision_written_here(negotiation)
        locked.save(update_fields=["state", "undone_in"])
    return done


def earlier(whole: Import) -> Import | None:
    """Return the import that recorded the very same file before, if it was not undone."""
    same = Import.objects.filter(subject=whole.subject, digest=whole.digest, state="done")
    return same.exclude(pk=whole.pk).defer("content").select_related("user").first()


def run_next(importer: Importer) -> bool:
    """Do what waits longest; return whether there was something.

    An error of the importer's is logged and ends the import. Raises the database's errors while it
    is away; the import then waits on.
    """
    with transaction.atomic():
        waiting = Import.objects.for_the_worker().order_by("sent").select_related("user")
        whole = waiting.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
        if whole is None:
            return False
        with Reporter(ImportProgress._meta.db_table, "whole_id", whole.pk) as reporter:
            if reporter.begin() > MOST_ATTEMPTS:
                _fail(whole, Import.Reason.KILLED)
            else:
                _run(whole, importer, reporter.report)
    return True


def _run(whole: Import, importer: Importer, report: Report) -> None:
    user = whole.user
    allowed = Negotiation.objects.editable_by(user) if user and user.is_active else None
    negotiation = allowed.filter(pk=whole.subject).first() if allowed is not None else None
    if negotiation is None:
        _fail(whole, Import.Reason.GONE)
        return
    try:
        with transaction.atomic():
            found = importer(Job(negotiation, user, whole, report))
    except (OperationalError, InterfaceError):
        raise
    except Unreadable as error:
        _fail(whole, Import.Reason.UNREADABLE, [refusal(error)])
    except Exception:
        log.exception("The import %s failed.", whole.pk)
        _fail(whole, Import.Reason.ERROR)
    else:
        _keep(whole, found, negotiation)


def _keep(whole: Import, found: Found, negotiation: Negotiation) -> None:
    """Write down what was found or recorded."""
    ImportRow.objects.filter(whole=whole).delete()
    ImportRow.objects.bulk_create(found.rows, batch_size=500)
    whole.sheets, whole.problems = list(found.sheets), list(found.problems)
    whole.counts, whole.state = found.counts, Import.State.CHECKED
    if found.is_recorded:
        whole.state, whole.content, whole.ended = Import.State.DONE, None, timezone.now()
        # Not the newest: where nothing was left to change that would be somebody else's.
        whole.revision = revision_written_here(negotiation)
    whole.save()


def _fail(whole: Import, reason: str, problems: Sequence[str] = ()) -> None:
    whole.state, whole.reason = Import.State.FAILED, reason
    whole.problems, whole.content, whole.ended = list(problems), None, timezone.now()
    whole.save()


def clear_expired() -> None:
    """Delete what was never recorded and has been kept long enough."""
    over = Import.objects.filter(sent__lte=timezone.now() - KEPT, state__in=["checked", "failed"])
    over.delete()


def _tell_worker() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
