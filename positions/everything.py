"""All that is recorded of a negotiation, as the sheets of one workbook."""

from collections.abc import Iterator
from dataclasses import replace
from tempfile import TemporaryFile

from django.utils import timezone

from negotiations import xlsxtables
from negotiations.exports import File, Job
from negotiations.models import Negotiation
from negotiations.tables import Line, Table
from positions.api import COLLECTIONS
from positions.asked import Asked
from positions.comparisonbook import about

#: Who works on a negotiation is no part of what is recorded of it.
LEFT_OUT = frozenset({"memberships"})
REPORT_EVERY = 100


def make(job: Job) -> File:
    """Return a workbook with a sheet for each collection of the API: what the user may see."""
    with TemporaryFile() as file:
        xlsxtables.write(file, _sheets(job))
        file.seek(0)
        name = f"{job.negotiation.slug}-everything-{timezone.localdate().isoformat()}.xlsx"
        return File(name, xlsxtables.MEDIA_TYPE, file.read())


def _sheets(job: Job) -> Iterator[Table]:
    yield about(
        Asked(job.negotiation, job.negotiation.revision, (), job.page, timezone.localtime())
    )
    found = {
        name: (view, view.rows_for(job.user).filter(**_of(view, job.negotiation)))
        for name, view in COLLECTIONS.items()
        if name not in LEFT_OUT
    }
    counted = _Counted(job, sum(rows.count() for _view, rows in found.values()))
    for name, (view, rows) in found.items():
        table = view.table_of(name, rows, job.user)
        yield replace(table, lines=counted.through(table.lines))
    counted.tell()


def _of(view, negotiation: Negotiation) -> dict[str, object]:
    if view.serializer_class.Meta.model is Negotiation:
        return {"pk": negotiation.pk}
    return {"negotiation": negotiation}


class _Counted:
    """Counts the lines that go through and tells how many there were."""

    def __init__(self, job: Job, total: int):
        self.job, self.total, self.done = job, total, 0

    def through(self, lines) -> Iterator[Line]:
        for line in lines:
            yield line
            self.done += 1
            if self.done % REPORT_EVERY == 0:
                self.tell()

    def tell(self) -> None:
        self.job.report(self.done, self.total)
