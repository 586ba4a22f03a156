"""How many sources vouch for something, how many of them independently, and rivals among values."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from positions.models import Evidence, TermValue
from positions.origins import Lineage, independent

if TYPE_CHECKING:
    from positions.values import Value

#: What evidence says of a value that it vouches for.
VOUCHING = (Evidence.Stance.SUPPORTS, Evidence.Stance.READS)


class Vouched:
    """Base of what has ``evidence``, loaded by ``statements.evidence_of``."""

    evidence: tuple[Evidence, ...]

    @property
    def sources(self) -> int:
        """Return how many sources speak to it."""
        return len({row.source_id for row in self.evidence})

    @property
    def outlets(self) -> tuple[str, ...]:
        """Return the outlets of its sources, each once."""
        return tuple(dict.fromkeys(row.source.outlet for row in self.evidence))

    @property
    def independent_sources(self) -> int:
        """Return how many of them are independent: reports with one origin count as one."""
        return independent(lineage_of(row) for row in self.evidence)

    @property
    def as_a_whole(self) -> tuple[Evidence, ...]:
        """Return the evidence that supports it as a whole, and not one field of it."""
        return vouching_for_all(self.evidence)


def lineage_of(row: Evidence) -> Lineage:
    """Return the source of evidence and those it derives from; the row is one of ``evidence_of``.

    Raises ``AttributeError`` for any other.
    """
    return [number for number in row.lineage if number is not None]  # type: ignore[attr-defined]


def vouching_for_all(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return what supports a record as a whole, and so its values that have none of their own."""
    return tuple(row for row in evidence if row.stance in VOUCHING and not row.field)


@dataclass(frozen=True)
class SaidTerm:
    """What a record says on one term: a value, or rivals side by side."""

    name: str
    is_open: bool
    values: tuple["Value", ...]
    sources: int

    @property
    def rivals(self) -> str:
        """Return how many values there are by how many independent sources; empty for a single."""
        if len(self.values) < 2:
            return ""
        count = len(self.values)
        readings = ngettext("%(n)s reading", "%(n)s readings", count) % {"n": count}
        if not self.sources:
            return readings
        sources = ngettext(
            "%(n)s independent source", "%(n)s independent sources", self.sources
        ) % {"n": self.sources}
        return _("%(readings)s, %(sources)s") % {"readings": readings, "sources": sources}


def said_terms(values: Iterable["Value"], evidence: Iterable[Evidence]) -> tuple[SaidTerm, ...]:
    """Return values of a record by term, in their order; ``evidence`` is the record's own."""
    own = [lineage_of(row) for row in vouching_for_all(evidence)]
    return tuple(
        _said_term(tuple(group), own) for _code, group in groupby(values, lambda v: v.row.term.code)
    )


def _said_term(values: tuple["Value", ...], own: list[Lineage]) -> SaidTerm:
    first = values[0].row
    lineages = [lineage for value in values for lineage in value.cited or own]
    is_open = first.status != TermValue.Status.GIVEN
    # The count is only asked for where there are rivals, which is seldom.
    count = independent(lineages) if len(values) > 1 else 0
    return SaidTerm(first.term.name, is_open, values, count)
