"""The last day of a round, and whether something is over by a day."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from negotiations import ranges
from negotiations.models import Round


def last_day(held: Round) -> date:
    """Return the last day of a round, held or else planned, in the time its venue keeps."""
    span = held.held or held.planned
    last = span.upper - timedelta(minutes=1) if span.upper else span.lower
    return last.astimezone(ZoneInfo(held.time_zone)).date()


def ended_by(record, day: date) -> bool:
    """Whether a demand or an outcome has ended by the end of ``day``."""
    last = ranges.latest(record.ended) if record.ended else None
    return last is not None and last <= day
