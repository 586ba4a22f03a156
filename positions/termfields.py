"""A form field for each term of an issue, and the way from there to a term value and back.

Every field cleans to the fields of a ``TermValue`` without its term, or to None for no value.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from negotiations import ranges
from negotiations.forms import RangeTextField
from positions.models import Rank, Term, TermChoice, TermValue
from positions.units import read_quantity
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
#: What may be said of a value beside it, by the kind of its term.
FINER: Mapping[str, tuple[str, ...]] = {
    Term.Kind.QUANTITY: ("per", "rank"),
    Term.Kind.DATE: ("rank",),
    Term.Kind.CHOICE: ("quantifier", "others", "rank"),
    Term.Kind.SET: ("quantifier", "others", "rank"),
}


def _choices(term: Term, value: TermValue | None) -> dict[str, TermChoice]:
    """Return the choices to offer by number: those in use, and those that the value names."""
    named = {choice.pk for choice in value.choices.all()} if value else set()
    return {
        str(choice.pk): choice
        for choice in term.choices.all()
        if choice.retired is None or choice.pk in named
    }


class TermChoiceField(forms.ChoiceField):
    """One choice of the term, or that the demand gives none."""

    def __init__(self, *, term: Term, **options):
        self.of_term = _choices(term, options.get("initial"))
        offered = [(pk, choice.name) for pk, choice in self.of_term.items()]
        super().__init__(choices=[("", "—"), *offered, *UNGIVEN.items()], **options)

    def prepare_value(self, value):
        if not isinstance(value, TermValue):
            return value
        named = [str(choice.pk) for choice in value.choices.all()]
        return named[0] if named else _status(value)

    def clean(self, value):
        picked = super().clean(value)
        if not picked:
            return None
        return {"status": picked} if picked in UNGIVEN else {"choices": [self.of_term[picked]]}


class TermSetField(forms.MultipleChoiceField):
    """Any number of the term's choices, or that the demand gives none."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, term: Term, **options):
        self.of_term = _choices(term, options.get("initial"))
        offered = [(pk, choice.name) for pk, choice in self.of_term.items()]
        super().__init__(choices=[*offered, *UNGIVEN.items()], **options)

    def prepare_value(self, value):
        if not isinstance(value, TermValue):
            return value
        named = [str(choice.pk) for choice in value.choices.all()]
        return named or [text for text in [_status(value)] if text]

    def clean(self, value):
        picked = super().clean(value)
        ungiven = [each for each in picked if each in UNGIVEN]
        if ungiven and len(picked) > 1:
            raise forms.ValidationError(
                _("Tick choices, or “%(ungiven)s” alone.") % {"ungiven": UNGIVEN[ungiven[0]]}
            )
        if ungiven:
            return {"status": ungiven[0]}
        return {"choices": [self.of_term[pk] for pk in picked]} if picked else None


def _status(value: TermValue) -> str:
    return value.status if value.status in UNGIVEN else ""


def _ungiven(text: str) -> dict | None:
    return {"status": text.casefold()} if text.casefold() in UNGIVEN else None


def _read_quantity(unit: str, text: str) -> dict:
    number, approximate = ranges.without_about(without_unit(text, unit))
    return _ungiven(text) or {
        "quantity": read_quantity(number, unit),
        "approximate": approximate,
    }


def _read_dates(text: str) -> dict:
    return _ungiven(text) or {"dates": ranges.parse_dates(text)}


def field_for(term: Term, value: TermValue | None = None) -> forms.Field:
    """Return the field that edits a value of a term, showing the one given."""
    options: dict[str, Any] = {
        "label": f"{term.name} ({term.unit})" if term.unit else term.name,
        "required": False,
        "initial": value or None,
    }
    if term.kind == Term.Kind.QUANTITY:
        read = partial(_read_quantity, term.unit)
        help_text = _("30, 2–3, at least 30, left open")
        return RangeTextField(read=read, show=value_text, help_text=help_text, **options)
    if term.kind == Term.Kind.DATE:
        help_text = _("2 June 2025, May 2025, by 30 June 2025")
        return RangeTextField(read=_read_dates, show=value_text, help_text=help_text, **options)
    # "One of these" is several choices, whatever the term's kind.
    is_several = len(value.choices.all()) > 1 if value else False
    if term.kind == Term.Kind.SET or is_several:
        return TermSetField(term=term, **options)
    return TermChoiceField(term=term, **options)


def value_fields(term: Term, name: str, value: TermValue | None = None) -> dict[str, forms.Field]:
    """Return the fields that edit one value, by name: ``name`` and, finer, ``name.rank``, …"""
    fields = {name: field_for(term, value)}
    for finer in FINER[term.kind]:
        of_model: Any = TermValue._meta.get_field(finer)
        initial = getattr(value, finer) if value else of_model.get_default()
        field = of_model.formfield(
            label=capfirst(of_model.verbose_name), required=False, initial=initial
        )
        if of_model.choices:
            # The default stands first: a browser picks that where nothing was picked yet.
            listed = sorted(
                of_model.choices, key=lambda choice: choice[0] != of_model.get_default()
            )
            field.choices = [("", "—")] * of_model.blank + listed
        fields[f"{name}.{finer}"] = field
    return fields


def finer_names(term: Term, name: str) -> list[str]:
    """Return the names of the finer fields of the value that is typed under ``name``."""
    return [f"{name}.{finer}" for finer in FINER[term.kind]]


def value_from(term: Term, name: str, cleaned: Mapping[str, Any]) -> dict | None:
    """Return what was typed under ``name`` as the fields of a value; None where nothing was."""
    finer = {each: cleaned[f"{name}.{each}"] for each in FINER[term.kind]}
    finer["rank"] = finer["rank"] or Rank.NORMAL
    own = cleaned[name]
    if own is None and not finer.get("others"):
        return None
    return {"term": term, **finer, **(own or {})}


def values_of(term: Term, cleaned: dict | None, others: Iterable[TermValue] = ()) -> list[dict]:
    """Return a term's values: what its one field gives, and others kept as they are."""
    own = [{"term": term, **cleaned}] if cleaned else []
    return own + [as_fields(value) for value in others]


def as_fields(value: TermValue) -> dict:
    """Return a stored value as the fields an operation takes."""
    plain = {name: getattr(value, name) for name in PLAIN}
    return {**plain, "choices": list(value.choices.all())}
