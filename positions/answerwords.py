"""How threads of answers read: "after 3–5 days", "no answer reported for 21 days"."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from negotiations import ranges
from positions import threads


def days_text(span: threads.Span) -> str:
    """Return a number of days as it is known: "4 days", "3–5 days", "at least 10 days"."""
    low, high = span.low, span.high
    if high is None and low == 0:
        return _("an unknown number of days")
    least = None if low == 0 and high else Decimal(low)
    most = None if high is None else Decimal(high)
    number = ranges.quantity_text(ranges.quantity(least, most))
    bound = low if high is None else high
    return ngettext("%(n)s day", "%(n)s days", bound) % {"n": number}


def span_text(span: threads.Span | None) -> str:
    """Return how long after the step before something came; empty if that cannot be told."""
    if span is None:
        return ""
    if span.high == 0:
        return _("on the same day")
    return _("after %(days)s") % {"days": days_text(span)}


def follows_text(follows: threads.Follows | None, record) -> str:
    """Return how a record follows the one before: the answer it gives, or that it restates it."""
    if follows is None:
        return ""
    if follows == threads.Follows.ANSWERS:
        return str(record.get_answer_display())
    movement = getattr(record, "movement", "")
    return str(record.get_movement_display()) if movement else _("replaces it")


def _tells(span: threads.Span) -> bool:
    """Whether a number of days is worth saying: neither unknown nor none at all."""
    return span.low > 0 if span.high is None else span.high > 0


def wait_text(wait: threads.Wait) -> str:
    """Return which kind of blank an answer is, for how long, and until when somebody looked."""
    if wait.blank == threads.Blank.NOTHING_NOW:
        return _("nothing now: its answer no longer stands")
    days = days_text(wait.days) if wait.days and _tells(wait.days) else ""
    if wait.blank == threads.Blank.NOT_CODED:
        return _("not coded yet, %(days)s on") % {"days": days} if days else _("not coded yet")
    assert wait.until is not None  # somebody looked until a day
    until = ranges.date_text(ranges.day(wait.until))
    text = _("no answer reported for %(days)s, looked until %(until)s")
    if not days:
        text = _("no answer reported, looked until %(until)s")
    text %= {"days": days, "until": until}
    if not wait.since:
        return text
    since = days_text(threads.Span(wait.since, wait.since))
    return _("%(told)s; not coded for the %(days)s since") % {"told": text, "days": since}
