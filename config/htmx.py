"""A page, or the part of it that htmx asked for."""

from urllib.parse import SplitResult, urlsplit

from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def parts_of(address: str | None) -> SplitResult:
    """Return the parts of an address that somebody sent: empty ones if it is none."""
    try:
        return urlsplit(address or "")
    except ValueError:
        return urlsplit("")


def wants_part(request) -> bool:
    """Whether htmx asks for a part: never when it swaps whole pages or restores its history."""
    htmx = request.htmx
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page_or_part(request, template: str, part: str, context: dict, *, status: int = 200):
    """Render ``template``, or only its partial ``part`` where htmx asks for a part."""
    name = f"{template}#{part}" if wants_part(request) else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Boosted", "HX-History-Restore-Request"])
    return response
