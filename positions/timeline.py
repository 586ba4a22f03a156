"""The rounds and the events around them, in the order of their days."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from negotiations import ranges
from negotiations.models import Round
from positions.days import last_day
from positions.models import Event


@dataclass(frozen=True)
class Moment:
    """A round or an event; ``here`` marks the one the page stands at, ``ahead`` those after it."""

    day: date
    record: Round | Event
    is_round: bool
    text: str
    ahead: bool
    here: bool = False


def timeline(
    rounds: Iterable[Round], events: Iterable[Event], as_of: date, asked: Round | None
) -> tuple[Moment, ...]:
    """Return rounds held and events that happened, each with the last day it may have been.

    The page stands at the round ``asked`` for, else at the last thing on the day ``as_of``.
    """
    moments = [_round(r, as_of) for r in rounds] + [_event(e, as_of) for e in events]
    moments.sort(key=lambda m: (m.day, m.is_round))
    place = next(
        (
            place
            for place, moment in reversed(list(enumerate(moments)))
            if (moment.record == asked if asked else moment.day == as_of)
        ),
        None,
    )
    if place is not None:
        moments[place] = replace(moments[place], here=True)
    return tuple(moments)


def _round(held: Round, as_of: date) -> Moment:
    day = last_day(held)
    first = held.held.lower.astimezone(ZoneInfo(held.time_zone)).date() if held.held.lower else None
    return Moment(day, held, True, ranges.date_text(ranges.days(first, day)), ahead=day > as_of)


def _event(event: Event, as_of: date) -> Moment:
    day = ranges.latest(event.happened) or ranges.earliest(event.happened)
    assert day is not None  # no range of days is open at both ends
    return Moment(day, event, False, ranges.date_text(event.happened), ahead=day > as_of)
