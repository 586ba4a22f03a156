"""Units of quantities: what may be counted in them, and how one turns into another."""

import re
from decimal import Decimal
from fractions import Fraction

from django.db.backends.postgresql.psycopg_any import NumericRange
from django.utils.translation import gettext as _

from negotiations import ranges

#: How many minutes each lasts; months and years do not last the same each time.
MINUTES = {"minute": 1, "hour": 60, "day": 1440, "week": 10_080}
MONTHS = {"month": 1, "year": 12}
TIME = frozenset({*MINUTES, *MONTHS})
#: So many at most of a unit of time, of people, of anything else.
MOST_TIME, MOST_PEOPLE, MOST = 10**6, 10**10, 10**15

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_WORD = re.compile(rf"\b({'|'.join(NUMBERS)})\b", re.IGNORECASE)
_BEHIND = re.compile(rf"(.*?\S)\s*\b({'|'.join(sorted(TIME))})s?", re.IGNORECASE | re.DOTALL)
_MONEY = re.compile(r"(?:.* )?[A-Z]{3}")


def in_digits(text: str) -> str:
    """Return the text with small numbers in digits: "two weeks" is "2 weeks"."""
    return _WORD.sub(lambda word: str(NUMBERS.index(word[0].casefold())), text)


def read_quantity(text: str, unit: str) -> NumericRange:
    """Read a quantity of ``unit``; another unit of time behind it is converted.

    Two weeks are 14 days, 24–48 hours 1–2 days. Raises ``ranges.UnclearRange``, also where the
    unit does not hold the other one a round number of times or there cannot be so much.
    """
    text = in_digits(text)
    if (behind := _BEHIND.fullmatch(text.strip())) and unit in TIME:
        amount = _converted(ranges.parse_quantity(behind[1]), behind[2].casefold(), unit)
    else:
        amount = ranges.parse_quantity(text)
    check_amount(amount, unit)
    return amount


def check_amount(amount: NumericRange, unit: str) -> None:
    """Raise ``ranges.UnclearRange`` for what cannot be: −5 days, more people than there are."""
    ends = [end for end in (amount.lower, amount.upper) if end is not None]
    never_negative = unit in TIME or unit == "person" or _MONEY.fullmatch(unit)
    if never_negative and min(ends, default=0) < 0:
        raise ranges.UnclearRange(_("This cannot be below zero."))
    most = MOST_TIME if unit in TIME else MOST_PEOPLE if unit == "person" else MOST
    if max((abs(end) for end in ends), default=0) > most:
        raise ranges.UnclearRange(
            _("This is more than can be meant: write %(most)s at most.") % {"most": f"{most:,}"}
        )


def _converted(amount: NumericRange, given: str, unit: str) -> NumericRange:
    if given == unit:
        return amount
    scale = next((s for s in (MINUTES, MONTHS) if given in s and unit in s), None)
    if scale is None:
        raise _unconverted(unit)
    ratio = Fraction(scale[given], scale[unit])
    ends = [
        None if end is None else _exact(Fraction(end) * ratio, unit)
        for end in (amount.lower, amount.upper)
    ]
    return ranges.quantity(*ends)


def _exact(number: Fraction, unit: str) -> Decimal:
    decimal = Decimal(number.numerator) / Decimal(number.denominator)
    if Fraction(decimal) != number:
        raise _unconverted(unit)
    return decimal


def _unconverted(unit: str) -> ranges.UnclearRange:
    return ranges.UnclearRange(
        _("Write it in the term’s own unit (%(unit)s): it does not convert exactly.")
        % {"unit": unit}
    )
