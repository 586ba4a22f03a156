"""What a comparison that is taken away was asked for: the words that go with it on paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from negotiations import ranges
from negotiations.models import Negotiation
from positions.matrix import Comparison

#: What says how to give it, not what to give.
_PASSING = frozenset({"format", "page", "page_size"})


@dataclass(frozen=True)
class Asked:
    """Negotiation, clocks and filters of a comparison, where it can be read again, when made."""

    negotiation: Negotiation
    words: tuple[tuple[str, str], ...]
    address: str
    made: datetime

    @property
    def made_text(self) -> str:
        return f"{self.made:%Y-%m-%d %H:%M} {self.made.tzname()}"


def asked_by(request, comparison: Comparison) -> Asked:
    """Return what a request for a comparison, of page or API, asks; the address is the page's."""
    page = reverse("comparison", args=[comparison.negotiation.slug])
    return asked_at(comparison, request.GET, request.build_absolute_uri(page))


def asked_at(comparison: Comparison, query: QueryDict, page: str) -> Asked:
    """Return what ``query`` asks of the comparison whose page is at the address ``page``."""
    kept = query.copy()
    for name in _PASSING:
        kept.pop(name, None)
    return Asked(
        negotiation=comparison.negotiation,
        words=words_of(comparison, query),
        address=f"{page}?{kept.urlencode()}" if kept else page,
        made=timezone.localtime(),
    )


def words_of(comparison: Comparison, query: QueryDict) -> tuple[tuple[str, str], ...]:
    """Return what was asked for as labels and words; what has no words of its own as it stands."""
    named = {
        "issue": {issue.code: issue.name for issue in comparison.every_issue},
        "party": {party.code: party.name for party in comparison.every_party},
    }
    found = [(_("As of"), ranges.date_text(ranges.day(comparison.as_of)))]
    if comparison.round:
        found.append((_("Round"), comparison.round.title))
    found.append((_("Issues"), _names(named["issue"], query.getlist("issue"))))
    found.append((_("Parties"), _names(named["party"], query.getlist("party"))))
    shown = {"as_of", "round", "issue", "party"} | _PASSING
    found += [
        (name, ", ".join(query.getlist(name)))
        for name in query
        if name not in shown and any(query.getlist(name))
    ]
    return tuple(found)


def _names(known: dict[str, str], codes: Iterable[str]) -> str:
    return ", ".join(known.get(code, code) for code in codes) or _("all")
