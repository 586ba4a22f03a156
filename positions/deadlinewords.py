"""A relative deadline in words: "at most 100 days after that: no date yet"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from negotiations import ranges
from positions.deadlines import WITHIN, Amount, Clock, Deadline, Span
from positions.words import with_unit

#: A span of time among the values of a record, with its ends as text.
Given = Mapping[str, Any]


@dataclass(frozen=True)
class ShownDeadline:
    """When something is due that hangs on something else.

    ``short`` stands beside the linkage, which names the anchor already, and is empty where it would
    say no more than that; ``text`` names the anchor itself.
    ``earliest`` and ``latest`` are None where open or not known; ``certain`` unless they are
    counted from what has not come about yet.
    """

    short: str
    text: str
    earliest: date | None
    latest: date | None
    certain: bool


def amount_of(given: Iterable[Given]) -> Amount | None:
    """Return how long a clock runs by the values of its record; of rivals, from least to most.

    None where there is no span of time, or spans for several terms, of which none is the clock's
    for certain.
    """
    counting = _counting(given)
    if not counting or len({(each["term"], each["unit"]) for each in counting}) > 1:
        return None
    lows = [None if each["low"] is None else Decimal(each["low"]) for each in counting]
    highs = [None if each["high"] is None else Decimal(each["high"]) for each in counting]
    if lows == highs:
        lows = [None for _low in lows]  # "100 days" is how long it may take at most
    return Amount(
        None if None in lows else min(low for low in lows if low is not None),
        None if None in highs else max(high for high in highs if high is not None),
        counting[0]["unit"],
    )


def shown(
    deadline: Deadline, clock: Clock, given: Iterable[Given], anchor: str, as_of: date
) -> ShownDeadline:
    """Return a deadline in words; ``anchor`` is what it hangs on, in its own words."""
    amount = _amount_text(clock, given)
    when = _when(deadline, clock, as_of)
    due = deadline.due or Span(None, None)
    lead = _("%(amount)s after that") % {"amount": amount} if amount else ""
    named = _("%(amount)s after “%(anchor)s”" if amount else "after “%(anchor)s”") % {
        "amount": amount,
        "anchor": anchor.rstrip("."),
    }
    return ShownDeadline(
        short=_short(lead, when, deadline),
        text=_("%(lead)s: %(when)s") % {"lead": named, "when": when},
        earliest=due.earliest,
        latest=due.latest,
        certain=deadline.certain,
    )


def _short(lead: str, when: str, deadline: Deadline) -> str:
    """What stands beside the linkage: nothing where that says no more than "after"."""
    if lead:
        return _("%(lead)s: %(when)s") % {"lead": lead, "when": when}
    return when if deadline.due else ""


def _counting(given: Iterable[Given]) -> list[Given]:
    every = list(given)
    return [each for each in every if each["rank"] == "preferred"] or every


def _amount_text(clock: Clock, given: Iterable[Given]) -> str:
    """How long the clock runs, rivals side by side; empty if it has no length."""
    if clock.relation != WITHIN:
        return ""
    if clock.amount is None:
        return _("an unrecorded time")
    texts = []
    for each in _counting(given):
        low, high = (None if each[end] is None else Decimal(each[end]) for end in ("low", "high"))
        if low == high:
            low = None
        text = ranges.quantity_text(ranges.quantity(low, high), each["approximate"])
        texts.append(with_unit(text, each["unit"], high if high is not None else low))
    return _(" or ").join(dict.fromkeys(texts))


def _when(deadline: Deadline, clock: Clock, as_of: date) -> str:
    due = deadline.due
    if due is None:
        return _("no date yet") if deadline.started is None else _("no date")
    if not deadline.certain:
        return _("no date yet; %(days)s, if what comes first keeps its own time") % {
            "days": span_text(due)
        }
    if clock.relation != WITHIN or due.latest is None:
        return span_text(due)
    is_exact = clock.amount is not None and clock.amount.low is None
    text = ranges.date_text(ranges.days(None, due.latest)) if is_exact else span_text(due)
    return _("%(days)s, which has passed") % {"days": text} if due.latest < as_of else text


def span_text(span: Span) -> str:
    """Return between what days something is: "by 9 August 2025", "from 1 May 2025"."""
    return ranges.date_text(ranges.days(span.earliest, span.latest))
