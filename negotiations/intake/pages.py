"""A page of HTML as blocks, each with a guess whether it is text or furniture of the page.

The rules are few, so that the guess can be told beside the block: where it stands (navigation,
footer, a part named "share" or "related"), whether it is mostly links, and whether the page says
elsewhere where its article is. Whatever they say, no block is left out but what no reader sees.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from negotiations.intake.cleaning import clean
from negotiations.intake.given import Block, Given, Unreadable
from negotiations.intake.metadata import metadata_of
from negotiations.intake.parsing import cut_off

_UNSEEN = """
    script style noscript template svg iframe frame frameset object embed applet canvas head
    title select option datalist input textarea audio video source track map area param meta
    link base img picture
"""
#: What no reader sees as text.
UNSEEN = frozenset(_UNSEEN.split())
_APART = """
    address article aside blockquote body button caption center dd details dialog dir div dl
    dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main
    menu nav ol p pre section summary table tbody tfoot thead tr ul
"""
#: What breaks a paragraph.
APART = frozenset(_APART.split())
_BY_TAG = {"nav": "navigation", "footer": "footer", "aside": "aside", "form": "form",
           "button": "form", "menu": "navigation", "dialog": "notice"}  # fmt: skip
_BY_ROLE = {"navigation": "navigation", "contentinfo": "footer", "complementary": "aside",
            "banner": "navigation", "search": "form", "dialog": "notice",
            "alertdialog": "notice"}  # fmt: skip
_BY_NAME = {
    "navigation": "nav navbar navigation menu breadcrumb breadcrumbs topbar masthead pagination"
    " pager skip",
    "share": "share sharing social socials addthis addtoany sharebar follow",
    "related": "related recommended recommendation recommendations popular trending teaser teasers"
    " promo more-news read-also readmore also outbrain taboola latest-news newsfeed",
    "advert": "ad ads advert adverts advertisement advertising banner sponsor sponsored dfp",
    "notice": "cookie cookies consent gdpr newsletter subscribe subscription paywall popup modal",
    "comments": "comments comment disqus",
    "footer": "footer copyright",
    "aside": "sidebar widget",
}
_NAMED = {word: code for code, words in _BY_NAME.items() for word in words.split()}
#: A container of so much of the page's text is no furniture, whatever it is called.
TOO_MUCH = 0.6
#: An article that holds so much of what looks like text is where the text is.
ENOUGH = 0.4
#: Text of so many characters that is mostly links leads elsewhere.
MOSTLY_LINKS = 0.6


@dataclass(eq=False)
class _Place:
    """An element that may be furniture, or the article; how much text it holds."""

    number: int
    furniture: str = ""
    is_article: bool = False
    size: int = 0


@dataclass
class _Part:
    """A block in the making."""

    places: tuple[_Place, ...]
    is_title: bool
    as_it_is: bool
    pieces: list[str] = field(default_factory=list)
    linked: int = 0
    text: str = ""


def read_page(source: str, *, limit: int) -> Given:
    """Read HTML into blocks and a proposed description. Nothing in it is run or fetched.

    Raises ``Unreadable`` where it is nested too deeply, or holds more than ``limit`` characters.
    """
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    whole = clean(source)
    if not whole.strip():
        raise Unreadable("empty")
    try:
        root = etree.fromstring(whole.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(cut_off(parser.error_log) or "broken") from error
    if why := cut_off(parser.error_log):
        raise Unreadable(why)
    parts = [] if root is None else _Walk(limit).parts(root)
    if not parts:
        raise Unreadable("empty")
    return Given(kind="html", blocks=tuple(_blocks(parts)), proposed=metadata_of(root))


class _Walk:
    """Goes through a page once, without recursion, and cuts it into parts."""

    def __init__(self, limit: int):
        self.limit, self.size = limit, 0
        self.found: list[_Part] = []
        self.places: list[_Place] = [_Place(0)]
        self.opened: list[bool] = []
        self.count = 0
        self.links = 0
        self.titles = 0
        self.pre = 0
        self.part: _Part | None = None

    def parts(self, root: etree._Element) -> list[_Part]:
        """Return the parts with text, in their order."""
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            tag = element.tag
            if not isinstance(tag, str):
                continue
            if event == "start":
                if tag in UNSEEN or _is_hidden(element):
                    walker.skip_subtree()
                    continue
                self._open(element, tag)
                self._add(element.text)
            else:
                if not (tag in UNSEEN or _is_hidden(element)):
                    self._close(tag)
                self._add(element.tail)
        self._cut()
        return self.found

    def _open(self, element: etree._Element, tag: str) -> None:
        if tag in APART:
            self._cut()
        self.links += tag == "a"
        self.titles += tag == "h1"
        self.pre += tag == "pre"
        place = _place_of(element, tag, self.count + 1)
        self.opened.append(place is not None)
        if place:
            self.count += 1
            self.places.append(place)
        if tag == "br":
            self._add("\n", as_it_is=True)
        elif tag in ("td", "th") and self.part and any(map(str.strip, self.part.pieces)):
            self._add("\t", as_it_is=True)

    def _close(self, tag: str) -> None:
        if tag in APART:
            self._cut()
        if self.opened.pop():
            self.places.pop()
        self.links -= tag == "a"
        self.titles -= tag == "h1"
        self.pre -= tag == "pre"

    def _add(self, text: str | None, as_it_is: bool = False) -> None:
        if not text:
            return
        if self.part is None:
            if not text.strip():
                return
            self.part = _Part(tuple(self.places), bool(self.titles), bool(self.pre))
        self.part.pieces.append(text if as_it_is or self.pre else re.sub(r"\s+", " ", text))
        self.part.linked += len(text.strip()) * bool(self.links)
        self.size += len(text.strip())
        if self.size > self.limit:
            raise Unreadable("long", most=self.limit)

    def _cut(self) -> None:
        if self.part is None:
            return
        part, self.part = self.part, None
        text = "".join(part.pieces)
        if part.as_it_is:
            part.text = text.strip("\n").rstrip()
        else:
            part.text = re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", text)).strip()
        if part.text:
            for place in part.places:
                place.size += len(part.text)
            self.found.append(part)


def _is_hidden(element: etree._Element) -> bool:
    style = element.get("style", "")[:500].lower()
    return element.get("hidden") is not None or bool(re.search(r"display\s*:\s*none", style))


def _place_of(element: etree._Element, tag: str, number: int) -> _Place | None:
    """What an element says of what is in it, by its name, its role and its classes."""
    role = element.get("role", "").lower()
    if tag in ("article", "main") or role == "main":
        return _Place(number, is_article=True)
    if tag in ("html", "body"):
        return None
    code = _BY_TAG.get(tag) or _BY_ROLE.get(role) or _by_name(element)
    return _Place(number, code) if code else None


def _by_name(element: etree._Element) -> str:
    names = f"{element.get('class', '')[:300]} {element.get('id', '')[:100]}"
    for name in names.split():
        whole = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
        for word in (whole, *re.split(r"[-_]+", whole)):
            if word in _NAMED:
                return _NAMED[word]
    return ""


def _blocks(parts: list[_Part]) -> Iterator[Block]:
    whole = sum(len(part.text) for part in parts)
    texts = sum(len(part.text) for part in parts if not _furniture(part, whole)[0])
    articles = {place for part in parts for place in part.places if place.is_article}
    home = max(articles, key=lambda place: (place.size, -place.number), default=None)
    if home is not None and home.size < ENOUGH * texts:
        home = None
    for part in parts:
        code, number = _furniture(part, whole)
        if not code and home is not None and home not in part.places and not part.is_title:
            code = "outside"
        if not code and _is_mostly_links(part):
            code = "links"
        yield Block(clean(part.text), code, number)


def _furniture(part: _Part, whole: int) -> tuple[str, int]:
    """Return why a part is furniture by where it stands, and the number of the place."""
    for place in part.places:
        if place.furniture and place.size <= TOO_MUCH * whole:
            return place.furniture, place.number
    return "", 0


def _is_mostly_links(part: _Part) -> bool:
    return not part.is_title and part.linked > MOSTLY_LINKS * len(part.text)
