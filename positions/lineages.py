"""What sources derive from, as far back as is counted: what ``origins`` computes over."""

from collections.abc import Mapping

from django.db.models import QuerySet

from negotiations.models import Source
from positions.origins import Lineage, groups

#: A source, and so many reports back.
FIELDS = ("pk", *("__".join(["derived_from"] * back) for back in range(1, 5)))


def lineages(sources: QuerySet[Source]) -> Mapping[int, Lineage]:
    """Return the lineage of each source by its number; one query."""
    rows = sources.values_list(*FIELDS)
    return {row[0]: tuple(number for number in row if number is not None) for row in rows}


def relations(source: Source, sources: QuerySet[Source]) -> frozenset[int]:
    """Return the numbers of the other ``sources`` that have their origin in common with one."""
    known = lineages(sources)
    family = next((group for group in groups(known.values()) if source.pk in group), frozenset())
    return frozenset(family & set(known)) - {source.pk}
