"""Ranges in templates: a year is left out only where nothing else could be meant."""

from datetime import date

import pytest

from negotiations import ranges
from negotiations.templatetags.range_texts import dates_in_year_of


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("28 May 2025", "28 May"),
        ("May 2025", "May"),
        ("2025", "2025"),
        ("28 May 2024", "28 May 2024"),
        ("30 December 2024 – 2 January 2025", "30 December 2024 – 2 January 2025"),
        ("", ""),
    ],
)
def test_the_year_of_the_day_goes_without_saying(typed, shown):
    value = ranges.parse_dates(typed) if typed else None
    assert dates_in_year_of(value, date(2025, 6, 2)) == shown
