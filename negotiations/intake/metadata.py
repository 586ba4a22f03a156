"""What a page says of itself: its metadata and JSON-LD, as values for the fields of a source."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from negotiations.intake.cleaning import clean
from negotiations.intake.given import Proposed
from negotiations.intake.languages import code_of

#: Where each field is looked for, the likeliest first: meta elements and properties of JSON-LD.
_WHERE = {
    "title": ("og:title", "ld headline", "citation_title", "dc.title", "twitter:title"),
    "outlet": ("og:site_name", "ld publisher", "citation_publisher", "dc.publisher",
               "application-name"),
    "author": ("ld author", "author", "article:author", "citation_author", "dc.creator",
               "parsely-author"),
    "published": ("article:published_time", "ld datePublished", "og:published_time",
                  "citation_publication_date", "datepublished", "dc.date", "dcterms.date",
                  "dc.date.issued", "pubdate", "parsely-pub-date", "date"),
    "language": ("ld inLanguage", "content-language", "language", "dc.language", "og:locale"),
    "url": ("og:url", "ld url", "twitter:url"),
}  # fmt: skip
_ARTICLES = re.compile(r"Article|BlogPosting|Report|LiveBlogPosting")
#: How much of the field its model holds.
_MOST = {"title": 500, "outlet": 200, "author": 200, "published": 60, "language": 35, "url": 2000}
#: JSON-LD longer than this describes more than an article.
LONGEST_SCRIPT = 500_000
OFFICIAL = frozenset({"gov", "gob", "gouv", "gouvernement", "mfa", "president", "kremlin", "mid"})


def metadata_of(root: etree._Element) -> dict[str, Proposed]:
    """Return proposed values by the name of the source's field, as a page gives them."""
    said = _said(root)
    found: dict[str, Proposed] = {}
    for name, places in _WHERE.items():
        for place in places:
            value = _clean(name, said.get(place.lower(), ""))
            if value:
                origin = f"JSON-LD {place[3:]}" if place.startswith("ld ") else place
                found[name] = Proposed(value, origin)
                break
    for name, value, origin in _by_elements(root):
        value = _clean(name, value)
        if value and (name not in found or origin == "link rel=canonical"):
            found[name] = Proposed(value, origin)
    host = (urlsplit(found["url"].value).hostname or "") if "url" in found else ""
    if host and "outlet" not in found:
        found["outlet"] = Proposed(host.removeprefix("www."), "url")
    if found:
        is_official = OFFICIAL & set(host.split("."))
        kind = ("statement", "url") if is_official else ("article", "html")
        found["kind"] = Proposed(*kind)
    return found


def _said(root: etree._Element) -> dict[str, str]:
    """All that meta elements and JSON-LD say, the first of each name."""
    said: dict[str, str] = {}
    for meta in root.iter("meta"):
        names = (meta.get(key, "") for key in ("property", "name", "itemprop", "http-equiv"))
        for name in names:
            if name and meta.get("content"):
                said.setdefault(name.lower()[:100], meta.get("content", ""))
    for script in root.iter("script"):
        if "ld+json" in script.get("type", "").lower():
            for article in _articles(script.text or ""):
                for name, value in article.items():
                    said.setdefault(f"ld {name}".lower(), value)
    return said


def _articles(source: str) -> Iterator[dict[str, str]]:
    """Yield what JSON-LD says of each article in it; nothing where it cannot be read."""
    if len(source) > LONGEST_SCRIPT:
        return
    try:
        data = json.loads(source, strict=False)
    except (ValueError, RecursionError):
        return
    waiting = [data]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, Mapping):
            waiting.append(node.get("@graph"))
            if _ARTICLES.search(str(node.get("@type", ""))[:200]):
                yield {
                    "headline": _name(node.get("headline")),
                    "author": _name(node.get("author")),
                    "publisher": _name(node.get("publisher")),
                    "datePublished": _name(node.get("datePublished")),
                    "inLanguage": _name(node.get("inLanguage")),
                    "url": _name(node.get("url") or node.get("mainEntityOfPage")),
                }


def _name(value: Any) -> str:
    """Return a text, what an object is called, or what those in a list are called."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(filter(None, (_name(each) for each in value[:20] if each is not value)))
    if isinstance(value, Mapping):
        called = value.get("name") or value.get("@id")
        return called if isinstance(called, str) else ""
    return ""


def _by_elements(root: etree._Element) -> Iterable[tuple[str, str, str]]:
    for link in root.iter("link"):
        if "canonical" in link.get("rel", "").lower().split():
            yield "url", link.get("href", ""), "link rel=canonical"
            break
    heads = [_words(head) for head in root.iter("h1")]
    if len(heads) == 1:
        yield "title", heads[0], "h1"
    for title in root.iter("title"):
        yield "title", re.sub(r"\s+[|–—-]\s+[^|–—-]{1,40}\Z", "", _words(title)), "title"
        break
    for time in root.iter("time"):
        if time.get("datetime"):
            yield "published", time.get("datetime", ""), "time"
            break
    html = root if root.tag == "html" else None
    if html is not None:
        yield "language", html.get("lang", ""), "html lang"


def _words(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _clean(name: str, value: str) -> str:
    """Return a value as the field takes it; empty where it cannot be what the field is for."""
    value = " ".join(clean(value).split())
    if len(value) > _MOST[name]:
        return value[: _MOST[name]] if name in ("title", "author") else ""
    if name == "published":
        return day_of(value)
    if name == "language":
        return code_of(value)
    if name == "url":
        return value if re.match(r"https?://[^\s/]+\.[^\s]+\Z", value) else ""
    if name == "author" and re.match(r"https?://", value):
        return ""
    return value


def day_of(stated: str) -> str:
    """Return a day, month or year from a moment as machines write it; other words as they are."""
    match = re.match(r"(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:[T ]\d{2}:\d{2}.*)?\Z", stated)
    if match:
        return match[1]
    if match := re.match(r"(\d{4})(\d{2})(\d{2})(?:T?\d{4,6}.*)?\Z", stated):
        return "-".join(match.groups())
    return stated
