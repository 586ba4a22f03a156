"""Ranges in templates, in the words of ``negotiations.ranges``."""

import re
from datetime import date

from django import template

from negotiations import ranges

register = template.Library()


@register.filter
def dates(value) -> str:
    """Print a range of days as exactly as it is known; nothing where there is none."""
    return ranges.date_text(value) if value else ""


@register.filter
def dates_in_year_of(value, day: date) -> str:
    """Print a range of days, without its year where that is the year of ``day``."""
    text = dates(value)
    years = re.findall(r"\d{4}", text)
    return text.removesuffix(f" {day.year}") if years == [str(day.year)] else text


@register.filter
def times(value, zone: str) -> str:
    """Print a range of times as the clocks of ``zone`` showed it; nothing where there is none."""
    return ranges.times_text(value, zone) if value else ""
