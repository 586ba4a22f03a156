"""What a record points to, in that record's own words, whatever kind it is of."""

from typing import Any

from django.db.models import OuterRef, Subquery, TextField, Value
from django.db.models.functions import Coalesce, NullIf

from positions.models import Clause, Demand, Event, Outcome, Proposal


def value_at(pointer: str, model, field: str, **filters: Any) -> Subquery:
    """Return a field of the record that a row's ``pointer`` names, if it is of ``model``."""
    return Subquery(model.objects.filter(pk=OuterRef(pointer), **filters).values(field)[:1])


def words_at(pointer: str, *otherwise: Any) -> Coalesce:
    """Return the words of the record that ``pointer`` names, else those of ``otherwise``."""
    return Coalesce(
        value_at(pointer, Demand, "text"),
        value_at(pointer, Event, "title"),
        NullIf(value_at(pointer, Clause, "label"), Value("")),
        value_at(pointer, Clause, "text"),
        value_at(pointer, Outcome, "text"),
        value_at(pointer, Proposal, "title"),
        *otherwise,
        Value(""),
        output_field=TextField(),
    )


def with_targets(demands):
    """Annotate ``target_text``: the words of what a demand answers, empty if it answers nothing."""
    return demands.select_related("answers").annotate(target_text=words_at("answers"))
