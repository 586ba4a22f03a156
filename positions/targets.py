"""What a record points to, in that record's own words, whatever kind it is of."""

from typing import Any

from django.db.models import F, Func, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Coalesce, NullIf

from positions.models import Clause, Demand, Event, Outcome, Proposal


class ValueAt(Func):
    """A column of the row that a pointer names; much less to write than a query of its own."""

    template = "(SELECT target.%(column)s FROM %(table)s target WHERE target.id = %(expressions)s)"

    def __init__(self, pointer: str, model, field: str):
        found = model._meta.get_field(field)
        super().__init__(
            F(pointer), table=model._meta.db_table, column=found.column, output_field=found
        )


def value_at(pointer: str, model, field: str, **filters: Any) -> ValueAt | Subquery:
    """Return a field of the record that a row's ``pointer`` names, if it is of ``model``."""
    if not filters and "__" not in field:
        return ValueAt(pointer, model, field)
    rows = model.objects.filter(pk=OuterRef(pointer), **filters).order_by()
    return Subquery(rows.values(field)[:1])


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
