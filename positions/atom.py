"""Feeds in Atom (RFC 4287): which records were published or changed since, newest first.

Nothing here is a draft, whoever reads: an entry is the last published image of a record, and what
was retracted is in no feed any more.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

from django.db.models import Q
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from negotiations.changes import Change, Touched, last_of_published, told_publications
from negotiations.models import History, Negotiation
from negotiations.ranges import date_text
from negotiations.xmltext import xml_text
from positions.models import Demand

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 50
#: What the names of our feeds and entries are made in.
NAMES = UUID("8f6d1f0e-52a4-5b0c-9c1d-3f7b6a2e4d10")
#: Of feeds in which nothing has happened yet.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """A record that was published or changed since."""

    urn: str
    title: str
    words: str
    when: datetime
    slug: str
    record: int
    negotiation: str


@dataclass(frozen=True)
class Feed:
    """A feed; its addresses are whole, its ``urn`` is its own for good."""

    urn: str
    title: str
    address: str
    page: str
    entries: tuple[Entry, ...]

    @property
    def updated(self) -> datetime:
        """When the newest entry came."""
        return max((entry.when for entry in self.entries), default=BEGINNING)


def entries(
    user, negotiations: Iterable[Negotiation], wanted: Q | None = None
) -> tuple[Entry, ...]:
    """Return the newest entries that ``user`` may see, of rows of history that fit ``wanted``."""
    rows = last_of_published(user).filter(negotiation__in=list(negotiations))
    found = list((rows if wanted is None else rows.filter(wanted))[:ENTRIES])
    # Each row is the last of another record, so that each is one record of one change.
    told = [(change, record) for change in told_publications(found) for record in change.records]
    said = _said(user, [row.row_id for row in found])
    return tuple(
        _entry(row, *its, said.get(row.row_id, "")) for row, its in zip(found, told, strict=True)
    )


def _said(user, numbers: Iterable[int]) -> dict[int, str]:
    """Return of demands, by number, who says it on what and when: "Ukraine, Ceasefire, 2 June"."""
    demands = Demand.objects.visible_to(user).filter(pk__in=numbers).select_related("issue")
    said = {}
    for demand in demands.prefetch_related("holders"):
        who = [party.name for party in demand.holders.all()]
        issue = [demand.issue.name] if demand.issue else []
        said[demand.pk] = ", ".join([*who, *issue, date_text(demand.stated)])
    return said


def urn_of(*parts: object) -> str:
    """Return a name that is the same for the same parts for good, and for no others."""
    return uuid5(NAMES, "\x1f".join(map(str, parts))).urn


def _entry(row: History, change: Change, record: Touched, said: str) -> Entry:
    title = f"{said}: {record.title}" if said else record.title
    title = f"{capfirst(record.kind)} {record.deed}: {title}"
    fields = ", ".join(record.fields)
    return Entry(
        urn=urn_of("entry", bytes(row.changeset.hash or b"").hex(), row.pk),
        title=Truncator(title).chars(200),
        words=f"{record.title}\n{_('Changed:')} {fields}" if fields else record.title,
        when=change.when,
        slug=change.negotiation.slug,
        record=record.pk,
        negotiation=change.negotiation.title,
    )


def as_xml(feed: Feed, place_of: Callable[[Entry], str]) -> bytes:
    """Return a feed as it is sent; ``place_of`` gives the whole address of an entry's page."""
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed")
    _add(root, "id", feed.urn)
    _add(root, "title", feed.title)
    _add(root, "updated", _time(feed.updated))
    _add(_add(root, "author"), "name", "Parley")
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    _add(root, "link", rel="alternate", type="text/html", href=feed.page)
    for entry in feed.entries:
        node = _add(root, "entry")
        _add(node, "id", entry.urn)
        _add(node, "title", entry.title, type="text")
        _add(node, "updated", _time(entry.when))
        _add(_add(node, "author"), "name", entry.negotiation)
        _add(node, "link", rel="alternate", type="text/html", href=place_of(entry))
        _add(node, "content", entry.words, type="text")
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    node = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    if text:
        node.text = xml_text(text)
    return node


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
