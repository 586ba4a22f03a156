"""Every address that the site has, administration and API included."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, get_resolver
from django.urls.resolvers import RoutePattern

#: What stands in an address for what a route asks for there, by the name of its converter.
EXAMPLES = {
    "IntConverter": "1",
    "StringConverter": "x",
    "PathConverter": "x",
    "SlugConverter": "x",
    "UUIDConverter": "00000000-0000-4000-8000-000000000000",
}


def addresses(slug: str) -> Iterator[tuple[str, str]]:
    """Yield each route's name with an address of it, in the negotiation ``slug`` if in one."""
    yield from _below(get_resolver(), "", "/", slug)


def _below(resolver, space: str, start: str, slug: str) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        address = start + _example(pattern.pattern, slug)
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name or pattern.pattern}", address
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _below(pattern, inner, address, slug)


def _example(pattern, slug: str) -> str:
    if isinstance(pattern, RoutePattern):
        text = str(pattern)
        for name, converter in pattern.converters.items():
            example = slug if name == "slug" else EXAMPLES[type(converter).__name__]
            text = re.sub(rf"<(\w+:)?{name}>", example, text)
        return text
    text = str(pattern).removeprefix("^").replace("\\Z", "").replace("$", "")
    text = re.sub(r"\(\?P<slug>[^)]*\)", slug, text)
    text = re.sub(r"\(\?P<\w+>[^)]*\)", "1", text)
    return text.removesuffix("/?") + ("/" if text.endswith("/?") else "")
