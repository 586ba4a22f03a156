"""Sources to choose from: those in use first, each told apart from the others."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from negotiations import ranges
from negotiations.models import Source
from positions.models import Evidence
from positions.offered import Groups, label

#: So many are listed first, since the next line likely rests on one of them.
LATELY = 5

Choices = list[tuple[int, str]]


def lately_touched(rows: QuerySet[Source]) -> QuerySet[Source]:
    """Return sources in the order in which they were recorded or used, the last one first."""
    used = Evidence.objects.filter(source=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    return rows.order_by(Greatest("pk", Coalesce(Subquery(used), 0)).desc())


def source_choices(sources: Sequence[Source]) -> Groups | Choices:
    """Return what a select offers of sources in the order of their use.

    The last ones used come first, the others by the day they were published, the latest first.
    Two that would read the same have their numbers.
    """
    lately, others = sources[:LATELY], sources[LATELY:]
    by_day = sorted(others, key=_day, reverse=True)
    words = told_apart(sources)

    def named(rows: Iterable[Source]) -> Choices:
        return [(row.pk, words[row.pk]) for row in rows]

    if not by_day:
        return named(lately)
    return [(_("Used or added last"), named(lately)), (_("All others, by day"), named(by_day))]


def told_apart(sources: Sequence[Source]) -> dict[int, str]:
    """Return what sources are called in lists, by number; two that read the same have theirs."""
    words = {source.pk: label(source) for source in sources}
    seen = Counter(words.values())
    return {pk: text if seen[text] == 1 else f"{text} № {pk}" for pk, text in words.items()}


def _day(source: Source) -> date:
    return (source.published and ranges.latest(source.published)) or date.min
