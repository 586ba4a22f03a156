"""How a term's value and a gap read: "2–3 days", "certain stretches", "at most 100 days"."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from negotiations import ranges
from positions.models import Demand, TermValue


def unit_text(unit: str, count: int) -> str:
    """Return a unit as it stands behind ``count``: "day", "days"; ours are known, others stay."""
    known = {
        "minute": ngettext("minute", "minutes", count),
        "hour": ngettext("hour", "hours", count),
        "day": ngettext("day", "days", count),
        "week": ngettext("week", "weeks", count),
        "month": ngettext("month", "months", count),
        "year": ngettext("year", "years", count),
        "person": ngettext("person", "people", count),
    }
    return known.get(unit, unit)


def with_unit(text: str, unit: str, last: Decimal | int | None = None) -> str:
    """Return a printed number with its unit; ``last`` is the number that decides its form."""
    count = int(last) if last is not None and last == int(last) else 2
    return f"{text} {unit_text(unit, count)}".strip()


def without_unit(text: str, unit: str) -> str:
    """Return what was typed without the unit behind it: "5–7 days" of a day is "5–7"."""
    for word in (unit_text(unit, 2), unit_text(unit, 1), unit):
        if word and text.casefold().endswith(word.casefold()):
            return text[: -len(word)].strip()
    return text


def value_text(value: TermValue, choices: Sequence | None = None) -> str:
    """Return a value in words, without its unit; ``choices`` saves looking them up."""
    if value.status != TermValue.Status.GIVEN:
        return value.get_status_display()
    if value.quantity is not None:
        return ranges.quantity_text(value.quantity, value.approximate)
    if value.dates is not None:
        return ranges.date_text(value.dates)
    names = [choice.name for choice in (value.choices.all() if choices is None else choices)]
    named = ", ".join(names)
    if value.quantifier == TermValue.Quantifier.NONE:
        message = _("not %(choices)s") if len(names) == 1 else _("none of %(choices)s")
        named = message % {"choices": named}
    elif value.quantifier == TermValue.Quantifier.ONE:
        named = _("one of %(choices)s") % {"choices": named}
    if value.others:
        named = _("%(choices)s and others") % {"choices": named} if named else _("others")
    return named


def full_value_text(value: TermValue, choices: Sequence) -> str:
    """Return a value in words with its unit and how it is counted: "1,000 people each"."""
    text = value_text(value, choices)
    if value.quantity is not None:
        bound = value.quantity.upper if value.quantity.upper is not None else value.quantity.lower
        text = with_unit(text, value.term.unit, bound)
    return f"{text} {value.get_per_display()}" if value.per else text


def answer_text(answer: str) -> str:
    """Return what somebody does who gives an answer: "accepts", "rejects"."""
    return {
        "accepted": _("accepts"),
        "accepted in part": _("accepts in part"),
        "accepted with reservation": _("accepts with reservation"),
        "noted": _("notes"),
        "will consider": _("will consider"),
        "countered": _("counters"),
        "rejected": _("rejects"),
        "refuses to discuss": _("refuses to discuss"),
    }.get(answer, answer)


def answered_text(answer: str) -> str:
    """Return what became of something that got an answer: "accepted", "refused to discuss"."""
    return {
        "will consider": _("to be considered"),
        "refuses to discuss": _("not to be discussed"),
    }.get(answer) or str(Demand.Answer(answer).label)


def operator_text(operator: str, count: int) -> str:
    """Return how ``count`` parts combine: "either suffices", "all required", or other words."""
    two = count == 2
    return {
        "all": _("both required") if two else _("all required"),
        "any": _("either suffices") if two else _("any one suffices"),
        "in sequence": _("in this order"),
        "unclear": _("unclear whether both are required")
        if two
        else _("unclear whether all are required"),
    }.get(operator, operator)
