"""The key under which a form is done once, however often it is sent."""

import secrets

from django import template
from django.utils.html import format_html

register = template.Library()


@register.simple_tag
def once_key() -> str:
    """Return a hidden field with a key that no form had before."""
    return format_html(
        '<input type="hidden" name="idempotency_key" value="{}">', secrets.token_urlsafe(16)
    )
