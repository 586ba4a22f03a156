"""The last day of a round."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from negotiations.models import Round


def last_day(held: Round) -> date:
    """Return the last day of a round, held or else planned, in the time its venue keeps."""
    span = held.held or held.planned
    last = span.upper - timedelta(minutes=1) if span.upper else span.lower
    return last.astimezone(ZoneInfo(held.time_zone)).date()
