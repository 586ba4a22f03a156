"""How far two coders of the same passages agree, field by field; plain computation.

Krippendorff's alpha: 1 where they always agree, 0 where they do as often as by chance.
Codes are compared as same or not (nominal), numbers by how far apart they are (interval).
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

import krippendorff
import numpy

#: What a coder gave, by field: a code as text, a number, or nothing.
Codes = Mapping[str, str | float | None]
Pair = tuple[Codes, Codes]

NOTHING = "nothing"
NO_VARIATION = "no variation"


@dataclass(frozen=True)
class Agreement:
    """What two coders make of one field: over ``units`` passages that both coded in it.

    ``alpha`` is None where it is undefined; ``why`` is then NOTHING (there is nothing to compare)
    or NO_VARIATION (all of them gave the same one value, so that chance explains everything).
    """

    field: str
    level: str
    units: int
    same: int
    alpha: float | None
    why: str = ""


def agreements(
    pairs: Sequence[Pair], apart: Sequence[AbstractSet[str]] = ()
) -> tuple[Agreement, ...]:
    """Return the agreement on each field that somebody gave, in the order of the first passages.

    ``apart`` names, for each pair, fields that are not the same though their codes may be: "at
    least 30" and "30" are compared by the one number.
    """
    fields = dict.fromkeys(field for pair in pairs for codes in pair for field in codes)
    return tuple(
        agreement(
            field,
            [(a.get(field), b.get(field)) for a, b in pairs],
            [field in names for names in apart],
        )
        for field in fields
    )


def agreement(field: str, given: Sequence[tuple], apart: Sequence[bool] = ()) -> Agreement:
    """Return the agreement on one field, given what both coders gave in each passage."""
    both = [(a, b) for a, b in given if a is not None and b is not None]
    level: Literal["interval", "nominal"] = (
        "interval" if both and all(_is_number(x) for pair in both for x in pair) else "nominal"
    )
    known = apart or [False] * len(given)
    same = sum(
        a == b and a is not None and not differs
        for (a, b), differs in zip(given, known, strict=True)
    )
    if not both:
        return Agreement(field, level, 0, 0, None, NOTHING)
    if len({x for pair in both for x in pair}) == 1:
        return Agreement(field, level, len(both), same, None, NO_VARIATION)
    if level == "nominal":
        words = sorted({str(x) for pair in both for x in pair})
        table = [[float(words.index(str(pair[coder]))) for pair in both] for coder in (0, 1)]
    else:
        table = [[float(pair[coder]) for pair in both] for coder in (0, 1)]
    alpha = krippendorff.alpha(reliability_data=numpy.array(table), level_of_measurement=level)
    return Agreement(field, level, len(both), same, float(alpha))


def differences(one: Codes, other: Codes) -> tuple[str, ...]:
    """Return the fields in which two coders differ, in the order of the first."""
    fields = dict.fromkeys([*one, *other])
    return tuple(field for field in fields if one.get(field) != other.get(field))


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
