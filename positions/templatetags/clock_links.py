"""Links between pages that take the clocks: each leads to the same past, or to the present."""

from typing import Any
from urllib.parse import urlencode

from django import template

from positions.question import CLOCKS

register = template.Library()


@register.simple_tag(takes_context=True)
def with_clocks(context, **more: Any) -> str:
    """Return the query of the clocks as the page has them, and ``more``; empty without any.

    What is empty in ``more`` is left out.
    """
    request, asked = context.get("request"), context.get("asked")
    shown = context.get("shown")
    if shown is None:
        shown = request.GET if request is not None else {}
    broken = asked is not None and bool(asked.errors)
    clocks = {name: shown[name] for name in CLOCKS if shown.get(name) and not broken}
    query = urlencode({name: text for name, text in {**clocks, **more}.items() if text})
    return f"?{query}" if query else ""
