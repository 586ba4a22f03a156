"""A form field for each term of an issue, and the way from there to a term value and back.

Every field cleans to the fields of a ``TermValue`` without its term, or to None for no value.
"""

from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from negotiations import ranges
from negotiations.forms import RangeTextField
from positions.models import Term, TermValue
from positions.words import value_text, without_unit

PLAIN = (
    "term",
    "quantity",
    "dates",
    "quantifier",
    "others",
    "status",
    "approximate",
    "per",
    "rank",
)
UNGIVEN = {
    str(TermValue.Status.OPEN): _("left open"),
    str(TermValue.Status.UNSPECIFIED): _("not specified"),
}


class TermChoiceField(forms.ChoiceField):
    """One choice of the term, or that the demand gives none."""

    def __init__(self, *, term: Term, **options):
        self.of_term = {str(choice.pk): choice for choice in term.choices.all()}
        offered = [(pk, choice.name) for pk, choice in self.of_term.items()]
        super().__init__(choices=[("", "—"), *offered, *UNGIVEN.items()], **options)

    def prepare_value(self, value):
        if not isinstance(value, TermValue):
            return value
        named = [str(choice.pk) for choice in value.choices.all()]
        return named[0] if named else value.status

    def clean(self, value):
        picked = super().clean(value)
        if not picked:
            return None
        return {"status": picked} if picked in UNGIVEN else {"choices": [self.of_term[picked]]}


class TermSetField(forms.MultipleChoiceField):
    """Any number of the term's choices."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, term: Term, **options):
        self.of_term = {str(choice.pk): choice for choice in term.choices.all()}
        super().__init__(
            choices=[(pk, choice.name) for pk, choice in self.of_term.items()], **options
        )

    def prepare_value(self, value):
        if not isinstance(value, TermValue):
            return value
        return [str(choice.pk) for choice in value.choices.all()]

    def clean(self, value):
        picked = super().clean(value)
        return {"choices": [self.of_term[pk] for pk in picked]} if picked else None


def _ungiven(text: str) -> dict | None:
    return {"status": text.casefold()} if text.casefold() in UNGIVEN else None


def _read_quantity(unit: str, text: str) -> dict:
    number, approximate = ranges.without_about(without_unit(text, unit))
    return _ungiven(text) or {
        "quantity": ranges.parse_quantity(number),
        "approximate": approximate,
    }


def _read_dates(text: str) -> dict:
    return _ungiven(text) or {"dates": ranges.parse_dates(text)}


def field_for(term: Term, values: list[TermValue]) -> forms.Field:
    """Return the field that edits a term, showing what a demand gives for it now.

    Rivals are not edited in a line: with several values the field shows them and takes nothing.
    """
    options: dict[str, Any] = {
        "label": f"{term.name} ({term.unit})" if term.unit else term.name,
        "required": False,
        "initial": values[0] if values else None,
    }
    if len(values) > 1:
        options["initial"] = " / ".join(value_text(value) for value in values)
        return forms.CharField(disabled=True, help_text=_("Several values, kept apart."), **options)
    match term.kind:
        case Term.Kind.QUANTITY:
            help_text = _("30, 2–3, at least 30, left open")
            return RangeTextField(
                read=partial(_read_quantity, term.unit),
                show=value_text,
                help_text=help_text,
                **options,
            )
        case Term.Kind.DATE:
            help_text = _("2 June 2025, May 2025, by 30 June 2025")
            return RangeTextField(read=_read_dates, show=value_text, help_text=help_text, **options)
        case Term.Kind.SET:
            return TermSetField(term=term, **options)
    return TermChoiceField(term=term, **options)


def as_fields(value: TermValue) -> dict:
    """Return a stored value as the fields an operation takes."""
    plain = {name: getattr(value, name) for name in PLAIN}
    return {**plain, "choices": list(value.choices.all())}


def values_of(term: Term, cleaned, old: list[TermValue]) -> list[dict]:
    """Return the values of a term after an edit: the field's, and what a line cannot change."""
    if len(old) > 1:
        return [as_fields(value) for value in old]
    if cleaned is None:
        return []
    kept = ("quantifier", "others", "per", "rank")
    return (
        [{**{n: getattr(old[0], n) for n in kept}, "term": term, **cleaned}]
        if old
        else [{"term": term, **cleaned}]
    )
