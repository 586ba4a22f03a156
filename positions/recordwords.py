"""What is shown of a record that may be answered, counted or contradicted, whatever its kind."""

from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from negotiations import ranges
from positions.models import Clause, Demand, Outcome, Proposal


class OfRecord:
    """What is shown of a ``record``, whatever kind it is of."""

    record: Any

    @property
    def record_kind(self) -> str:
        """Return what kind of record it is, as ``Record`` has it."""
        return str(self.record._meta.model_name)

    @property
    def kind(self) -> str:
        """Return what kind of record it is, in words."""
        return str(self.record._meta.verbose_name)

    @property
    def title(self) -> str:
        return str(self.record)

    @property
    def when(self) -> str:
        """Return its days in words; empty where it has none."""
        days = when_of(self.record)
        return ranges.date_text(days) if days else ""


def when_of(record) -> DateRange | None:
    """Return the days of a record of any kind that may be answered; None where it has none."""
    if isinstance(record, Demand):
        return record.stated
    if isinstance(record, Clause):
        return record.proposal.tabled
    if isinstance(record, Proposal):
        return record.tabled
    return record.reached if isinstance(record, Outcome) else record.happened
