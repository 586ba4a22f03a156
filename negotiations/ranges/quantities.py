"""Numbers that may be ranges: 30, 2–3, at least 30."""

import re
from decimal import Decimal
from typing import Any, NoReturn

from django.db.backends.postgresql.psycopg_any import NumericRange
from django.utils.translation import gettext as _

from negotiations.ranges.text import UnclearRange, check_order, ends_of, shown, tidy

MOST_DIGITS = 30

_NUMBER = r"(-?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)"
_EXACTLY = re.compile(_NUMBER)
_BETWEEN = re.compile(
    rf"(?:from )?{_NUMBER}(?: ?– ?| ?- ?| ?\.\.+ ?| to ){_NUMBER}|between {_NUMBER} and {_NUMBER}"
)
_AT_LEAST = re.compile(
    r"(?:at least|no less than|not less than|no fewer than|not fewer than|minimum|min\.?|from|>=|≥)"
    rf" ?{_NUMBER}|{_NUMBER} ?(?:\+|or more)"
)
_AT_MOST = re.compile(
    r"(?:at most|up to|no more than|not more than|maximum|max\.?|<=|≤)"
    rf" ?{_NUMBER}|{_NUMBER} or (?:less|fewer)"
)
_BEYOND = re.compile(
    rf"(?:more than|greater than|over|above|less than|fewer than|under|below|>|<) ?{_NUMBER}"
)
_ABOUT = re.compile(
    r"\b(?:about|approximately|approx\.?|around|roughly|circa|ca\.|c\.)\s+|[~≈]\s*", re.IGNORECASE
)
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_THOUSANDS_OR_DECIMALS = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{2}0")


def quantity(low: Decimal | None, high: Decimal | None) -> NumericRange:
    """Return the numbers from ``low`` to ``high``, both included; ``None`` is no limit.

    Raises ``UnclearRange`` if there is no limit at all or the lower exceeds the upper.
    """
    check_order(low, high)
    return NumericRange(low, high, "[]")


def parse_quantity(text: str) -> NumericRange:
    """Read a number or a range of numbers: "30", "2–3", "at least 30", "30+", "up to 6,000".

    A comma or a space separates thousands, a point the decimals. "More than 60" is refused, since
    the ends of a quantity belong to it; so is a unit, which the term has, and "about", for which
    ``without_about`` is there. Raises ``UnclearRange``.
    """
    clean = tidy(text)
    if match := _EXACTLY.fullmatch(clean):
        number = _number(match[1])
        return quantity(number, number)
    if match := _BETWEEN.fullmatch(clean):
        low, high = (_number(group) for group in match.groups() if group)
        return quantity(low, high)
    if match := _AT_LEAST.fullmatch(clean):
        return quantity(_number(match[1] or match[2]), None)
    if match := _AT_MOST.fullmatch(clean):
        return quantity(None, _number(match[1] or match[2]))
    if match := _BEYOND.fullmatch(clean):
        raise UnclearRange(
            _(
                "“%(text)s” leaves %(number)s itself out, and the ends of a range belong to it. "
                "Write “at least” or “at most” with the first number that is meant, such as "
                "“at least 61” for whole numbers above 60."
            )
            % {"text": shown(text), "number": match[1]}
        )
    raise UnclearRange(
        _(
            "“%(text)s” is not understood. Write a number or a range without a unit, such as "
            "“30”, “2–3”, “0.5”, “6,000”, “at least 30” or “at most 100”."
        )
        % {"text": shown(text)}
    )


def without_about(text: str) -> tuple[str, bool]:
    """Return the text without "about" or its like, and whether there was one."""
    rest, found = _ABOUT.subn("", text)
    return rest, bool(found)


def quantity_text(amount: NumericRange, approximate: bool = False) -> str:
    """Print a quantity: "30", "2–3", "at least 30", "at most 100", "about 18".

    Raises ``ValueError`` for a range that is no quantity.
    """
    low, high = _ends(amount)
    if low is None or high is None:
        (limit,) = (end for end in (low, high) if end is not None)
        wording = _("at most %(number)s") if low is None else _("at least %(number)s")
        return wording % {"number": _about(_grouped(limit), approximate)}
    if low == high:
        return _about(_grouped(low), approximate)
    wording = _("%(low)s to %(high)s") if low < 0 else _("%(low)s–%(high)s")
    return _about(wording % {"low": _grouped(low), "high": _grouped(high)}, approximate)


def quantity_json(amount: NumericRange) -> dict[str, str | None]:
    """Return ``{"low": "2", "high": "3"}``: plain digits, null where open.

    Raises ``ValueError`` for a range that is no quantity.
    """
    low, high = (None if end is None else _plain(end) for end in _ends(amount))
    return {"low": low, "high": high}


def quantity_from_json(value: Any) -> NumericRange:
    """Return the quantity that ``quantity_json`` wrote; its numbers may be JSON numbers too.

    Raises ``UnclearRange`` for other keys, a wrong order, booleans, and numbers that are not
    finite, have an exponent in a text or more than 30 digits.
    """
    low, high = ends_of(value, "low", "high")
    return quantity(_from_json(low, "low"), _from_json(high, "high"))


def _ends(amount: NumericRange) -> tuple[Decimal | None, Decimal | None]:
    if (
        amount.isempty
        or (amount.lower is None and amount.upper is None)
        or (amount.lower is not None and not amount.lower_inc)
        or (amount.upper is not None and not amount.upper_inc)
    ):
        raise ValueError(f"{amount!r} is no quantity: it is empty, unlimited or not closed.")
    return amount.lower, amount.upper


def _number(typed: str) -> Decimal:
    if _THOUSANDS_OR_DECIMALS.fullmatch(typed):
        raise UnclearRange(
            _("“%(text)s” is ambiguous: write “%(decimal)s” or “%(thousands)s”.")
            % {
                "text": typed,
                "decimal": _plain(Decimal(typed)),
                "thousands": typed.replace(".", ","),
            }
        )
    return _decimal(re.sub("[, ]", "", typed))


def _from_json(value: Any, name: str) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= 10**MOST_DIGITS:
            _refuse_long()
        return Decimal(value)
    if isinstance(value, float):
        value = format(Decimal(repr(value)), "f")
    if not isinstance(value, str) or not _PLAIN.fullmatch(value):
        raise UnclearRange(
            _("“%(name)s” must be a number in plain digits, such as “30” or “0.5”, or null.")
            % {"name": name}
        )
    return _decimal(value)


def _decimal(digits: str) -> Decimal:
    if sum(map(str.isdigit, digits)) > MOST_DIGITS:
        _refuse_long()
    return Decimal(digits)


def _refuse_long() -> NoReturn:
    raise UnclearRange(_("A number may have at most %(count)s digits.") % {"count": MOST_DIGITS})


def _about(text: str, approximate: bool) -> str:
    return _("about %(quantity)s") % {"quantity": text} if approximate else text


def _plain(number: Decimal) -> str:
    """Write a number without exponent, trailing zeros or a minus sign before zero."""
    digits = format(Decimal(number), "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def _grouped(number: Decimal) -> str:
    return format(Decimal(_plain(number)), ",f")
