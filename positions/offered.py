"""Rows to choose from, each in words by which one knows it: who, what and when."""

import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from negotiations import ranges
from negotiations.constraints import SameNegotiation
from negotiations.models import Negotiation, Record, Source
from negotiations.models.base import numbered_models
from positions.models import (
    Clause,
    Demand,
    DemandHolder,
    Event,
    Outcome,
    Proposal,
    ProposalHolder,
)

#: Of each kind so many are offered, the newest first to be kept; a list of more is no help.
OFFERED = 500
LONG = 90
#: So much of a source's title.
TITLE = 60
#: When a row of a kind was said, reached or published.
WHEN: dict[type[models.Model], str] = {
    Demand: "stated",
    Event: "happened",
    Outcome: "reached",
    Proposal: "tabled",
    Source: "published",
}

#: Choices under headings, as a select takes them.
Groups = list[tuple[str, list[tuple[int, str]]]]


def number(text: object) -> int:
    """Return the number that a text is, as a browser or an address sends one; 0 if it is none."""
    digits = str(text)
    return int(digits) if digits.isdecimal() and len(digits) < 19 else 0


def label(row: models.Model) -> str:
    """Return what tells a row from others of its kind: what it says, and when."""
    if isinstance(row, Source):
        return _source_label(row)
    words = _cut(" ".join(str(row).split()), LONG)
    span = getattr(row, WHEN[type(row)]) if type(row) in WHEN else None
    return f"{words} ({ranges.date_text(span)})" if span else words


def _cut(text: str, length: int) -> str:
    """Return a text cut to a length, composed, as ``Truncator`` does letter by letter."""
    composed = unicodedata.normalize("NFC", text)
    return composed if len(composed) <= length else Truncator(composed).chars(length)


def _source_label(source: Source) -> str:
    """Return outlet, day, the title's first words and the host; the address if there is no title.

    Lists are narrow: what tells two reports of an outlet apart stands before what is cut off.
    """
    day = f" ({ranges.date_text(source.published)})" if source.published else ""
    title, where = _cut(source.title, TITLE), urlsplit(source.url)
    host = where.netloc.removeprefix("www.")
    if not title:
        title, host = f"{host}{where.path}".rstrip("/"), ""
    return f"{source.outlet}{day}" + ": " * bool(title) + title + f" – {host}" * bool(host)


def offered(
    kinds: Iterable[str], *, negotiation: Negotiation, user, keep: Iterable[int] = ()
) -> Groups:
    """Return the records of these kinds that ``user`` may choose, under headings; a query a kind.

    ``keep`` are numbers to offer however old they are.
    """
    groups: Groups = []
    for kind in kinds:
        model: Any = numbered_models()[kind]
        visible = model.objects.visible_to(user).filter(negotiation=negotiation)
        newest = visible.order_by("-pk").values("pk")[:OFFERED]
        rows = _in_order(visible.filter(Q(pk__in=newest) | Q(pk__in=list(keep))))
        groups += [
            (heading, [(row.pk, f"{who(row)}{label(row)} № {row.pk}") for row in under])
            for heading, under in groupby(rows, key=_heading)
        ]
    return groups


def offered_later(kinds: Iterable[str], **options) -> Callable[[], list]:
    """Return what a select takes for choices: nothing, or what ``offered`` gives once it is shown.

    Of the forms that a request makes, most are only compared or saved.
    """
    return cache(lambda: [("", "—"), *offered(kinds, **options)])


def joined(parts: Iterable[Callable[[], Groups]]) -> Callable[[], list]:
    """Return what a select takes for choices: nothing, or what all the parts give then."""
    parts = list(parts)
    return cache(lambda: [("", "—"), *(group for part in parts for group in part())])


def with_holders(rows: models.QuerySet[Demand]) -> models.QuerySet[Demand]:
    """Annotate ``held_by``: the names of a demand's holders, in their order."""
    return rows.annotate(held_by=_names(DemandHolder, "demand"))


def _in_order(rows: models.QuerySet) -> models.QuerySet:
    """Sort rows as they stand under their headings, with all that their labels need."""
    model = rows.model
    if model is Demand:
        return with_holders(rows.select_related("issue")).order_by(
            "issue__order", "issue__code", "-stated", "-pk"
        )
    if model is Proposal:
        return rows.annotate(held_by=_names(ProposalHolder, "proposal")).order_by("-tabled", "-pk")
    if model is Clause:
        return rows.select_related("proposal").order_by("-proposal", "order", "pk")
    return rows.order_by("-pk")


def _names(links, owner: str) -> ArraySubquery:
    rows = links.objects.filter(**{owner: OuterRef("pk")}).order_by("party__order", "party__code")
    return ArraySubquery(rows.values("party__name"))


def who(row) -> str:
    """Return who holds a row of ``with_holders``, as it stands before what they say."""
    held_by = getattr(row, "held_by", ())
    return f"{', '.join(held_by)}: " if held_by else ""


def _heading(row) -> str:
    kind = capfirst(row._meta.verbose_name_plural)
    if isinstance(row, Demand):
        issue = row.issue.name if row.issue else _("Overall")
        return _("%(kind)s: %(about)s") % {"kind": kind, "about": issue}
    if isinstance(row, Clause):
        about = Truncator(str(row.proposal)).chars(LONG)
        return _("%(kind)s: %(about)s") % {"kind": kind, "about": about}
    return str(kind)


def kinds_allowed(model: type[models.Model], field: str) -> tuple[str, ...]:
    """Return the kinds of record to which a model's field may point, in the models' order."""
    allowed = next(
        constraint.kinds
        for constraint in model._meta.constraints
        if isinstance(constraint, SameNegotiation) and constraint.field == field
    )
    return tuple(kind for kind in Record.Kind.values if kind in allowed)
