"""Which kinds of records can be imported, and their columns: those of the exports and some more."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField, DateRangeField, DateTimeRangeField
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from negotiations.models import Content, Record
from negotiations.models.base import numbered_models
from negotiations.models.fields import QuantityField
from positions.models import Demand, Event, Evidence, Outcome, Silence, Term

#: The collections of the API that are imported, each after those that it needs.
COLLECTIONS = (
    "parties",
    "people",
    "tracks",
    "issues",
    "terms",
    "term-choices",
    "rounds",
    "participations",
    "delegates",
    "sources",
    "proposals",
    "clauses",
    "demands",
    "outcomes",
    "events",
    "term-values",
    "linkages",
    "silences",
    "evidence",
)
#: Those that people start with; the others are for what was exported.
TEMPLATES = ("demands", "rounds", "sources", "outcomes", "events", "parties", "people")
#: Exported, but told by other columns, other sheets or the file itself.
FOLLOWS = frozenset({"terms", "linkages", "evidence", "revision", "text_hash"})
#: What is written of a part of the codebook once the records that rest on it are there.
LATER = frozenset({"retired", "retired_because", "merged_into"})
OF_ALL = frozenset({"id", "negotiation", "version"})
#: What a row there already is found by.
NATURAL = {
    "parties": ("code",),
    "people": ("name",),
    "tracks": ("name",),
    "issues": ("code",),
    "terms": ("code",),
    "term-choices": ("term", "code"),
}
#: What is asked of the database to find rows that say the same.
LOOKED_UP_BY = {
    "rounds": "title",
    "participations": "round",
    "delegates": "round",
    "sources": "title",
    "proposals": "title",
    "clauses": "proposal",
    "demands": "text",
    "outcomes": "text",
    "events": "title",
    "silences": "party",
    "term-values": "record",
    "linkages": "record",
    "evidence": "record",
}
WITNESSED: dict[str, Any] = {
    "source": _("Source"),
    "source_outlet": _("Outlet of the source"),
    "source_title": _("Title of the source"),
    "source_url": _("Address of the source"),
    "source_published": _("Published (source)"),
    "basis": _("On what basis"),
    "speaker": _("Speaker"),
    "capacity": _("In what capacity"),
    "reported_by": _("By whose account"),
    "quote": _("Words of the source"),
    "locator": _("Where in the source"),
}
TERM_PREFIX = "term:"
CONDITION = "only_if"
ENDS = {
    "quantity": ("low", "high"),
    "dates": ("earliest", "latest"),
    "times": ("earliest", "latest"),
}


@dataclass(frozen=True)
class Field:
    """A field of a model as tables have it; ``sort`` says how its cells are read."""

    name: str
    label: str
    sort: str
    of_model: Any
    target: Any = None

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.name, *(f"{self.name}_{end}" for end in ENDS.get(self.sort, ())))

    @property
    def is_needed(self) -> bool:
        """Whether a new row must say something here."""
        field = self.of_model
        has_default = field.has_default() or field.null
        return not (field.blank or has_default or field.many_to_many)

    @property
    def words(self) -> list[tuple[str, str]]:
        """Return the words that may stand in the column, with what people call them."""
        return [(str(word), str(label)) for word, label in self.of_model.flatchoices if word]


@dataclass(frozen=True)
class Kind:
    """A kind of record that can be imported."""

    name: str
    model: Any
    fields: tuple[Field, ...]

    @property
    def label(self) -> str:
        return capfirst(str(self.model._meta.verbose_name_plural))

    @property
    def has_evidence(self) -> bool:
        return self.model in (Demand, Outcome, Event, Silence)

    @property
    def has_values(self) -> bool:
        return self.model in (Demand, Outcome, Event)

    @property
    def has_conditions(self) -> bool:
        return self.model in (Demand, Outcome)

    @property
    def is_numbered(self) -> bool:
        """Whether its rows have numbers of the one sequence; choices have their own."""
        return self.model in numbered_models().values()

    @property
    def is_content(self) -> bool:
        return issubclass(self.model, Content)

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    def columns(self, terms: Iterable[Term] = ()) -> dict[str, str]:
        """Return what may stand in the header, by the name that exports use, with its label."""
        columns = {"id": str(_("Number")), "negotiation": str(_("Negotiation"))}
        for field in self.fields:
            for name in field.columns:
                end = name.removeprefix(field.name).strip("_")
                columns[name] = f"{field.label} ({end})" if end else field.label
        if self.is_content:
            columns["version"] = str(_("Version"))
        if self.has_evidence:
            columns |= {name: str(label) for name, label in WITNESSED.items()}
        if self.has_values:
            for term in terms:
                unit = f" ({term.unit})" if term.unit else ""
                columns[f"{TERM_PREFIX}{term.code}"] = f"{term.name}{unit}"
        if self.has_conditions:
            columns[CONDITION] = str(_("Only if"))
        return columns

    def follows(self, name: str) -> bool:
        """Whether a column of an export says nothing of its own."""
        own = {("terms", "choices"), ("term-values", "unit")}
        return name in FOLLOWS or (self.name, name) in own


@functools.cache
def kinds() -> dict[str, Kind]:
    """Return the kinds that can be imported by the names of their collections, in order."""
    # The API knows nearly everything here, so that it cannot be imported from the top.
    from positions.api import COLLECTIONS as API

    found = {}
    for name in COLLECTIONS:
        meta: Any = API[name].serializer_class.Meta
        model, shown = meta.model, meta.fields
        named = {field.name: field for field in (*model._meta.fields, *model._meta.many_to_many)}
        fields = [named[n] for n in shown if n in named and n not in OF_ALL | {"text_hash"}]
        if model is Evidence:
            # Tells a place in a text that the source has no longer.
            fields.append(named["text_hash"])
        found[name] = Kind(name, model, tuple(map(_field, fields)))
    return found


def _field(field: Any) -> Field:
    label = capfirst(str(field.verbose_name))
    if field.is_relation:
        target = field.related_model
        by_code = any(each.name == "code" for each in target._meta.concrete_fields)
        sort = (
            ("codes" if by_code else "numbers")
            if field.many_to_many
            else ("code" if by_code else "number")
        )
        return Field(field.name, label, sort, field, target)
    sorts: list[tuple[Any, str]] = [
        (QuantityField, "quantity"),
        (DateRangeField, "dates"),
        (DateTimeRangeField, "times"),
        (ArrayField, "list"),
        (models.DateField, "day"),
        (models.BooleanField, "yes"),
        (models.IntegerField, "whole"),
    ]
    sort = next(
        (s for kind, s in sorts if isinstance(field, kind)), "word" if field.choices else ""
    )
    return Field(field.name, label, sort or "text", field)


def kind_of(model: type[models.Model]) -> Kind:
    """Return the kind of a model."""
    return next(kind for kind in kinds().values() if kind.model is model)


def record_kind(model: type[models.Model]) -> str:
    """Return what ``Record`` calls the kind of a model."""
    kinds = (getattr(constraint, "kind", "") for constraint in model._meta.constraints)
    return next(kind for kind in kinds if kind in Record.Kind.values)
