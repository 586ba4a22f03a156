"""The routes of the site and of the API, walked through as Django resolves them."""

from collections.abc import Iterator

from django.urls import URLPattern, get_resolver

#: Django's administration is for staff, whatever their role: a test of its own asks there.
ELSEWHERE = ("admin",)


def routes() -> dict[str, URLPattern]:
    """Return every route by its name, namespace included. Raises ``ValueError`` for one without."""
    return dict(_walk(get_resolver().url_patterns, ""))


def _walk(patterns, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            if not pattern.name:
                raise ValueError(f"{pattern.pattern} has no name.")
            yield prefix + pattern.name, pattern
        elif pattern.namespace not in ELSEWHERE:
            own = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _walk(pattern.url_patterns, prefix + own)


def parameters(pattern: URLPattern) -> set[str]:
    """Return the parameters of a route's own pattern; ``slug`` may stand in what includes it."""
    return set(pattern.pattern.regex.groupindex)
