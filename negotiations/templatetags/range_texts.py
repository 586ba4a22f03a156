"""Ranges in templates, in the words of ``negotiations.ranges``."""

from django import template

from negotiations import ranges

register = template.Library()


@register.filter
def dates(value) -> str:
    """Print a range of days as exactly as it is known; nothing where there is none."""
    return ranges.date_text(value) if value else ""


@register.filter
def times(value, zone: str) -> str:
    """Print a range of times as the clocks of ``zone`` showed it; nothing where there is none."""
    return ranges.times_text(value, zone) if value else ""
