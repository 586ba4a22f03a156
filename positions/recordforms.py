"""A form for a record of any kind, made from its model's own fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField, DateRangeField, DateTimeRangeField
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import models
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext_lazy as _

from negotiations import ranges
from negotiations.forms import LongTextField, RangeTextField, dates_field
from negotiations.models import Content, Negotiation, Record, Scoped
from negotiations.models.base import numbered_models
from negotiations.models.fields import QuantityField
from negotiations.operations import create, edit
from positions.evidencefields import EVIDENCE, SOURCE, EvidenceFields
from positions.models import Clause, Evidence
from positions.models.issue import Retirable
from positions.offered import kinds_allowed, label, number, offered_later
from positions.operations import add_part, edit_record, record_with_evidence
from positions.reviewing import NEED_EVIDENCE
from positions.writingform import WritingForm


@dataclass(frozen=True)
class FormOf:
    """Which fields of a kind stand first, which behind "More", and whether it has sources."""

    first: tuple[str, ...]
    more: tuple[str, ...] = ()
    witnessed: bool = False


#: The forms there are, by the kind's word in an address. Demands have a form of their own.
FORMS: Mapping[str, FormOf] = {
    "party": FormOf(("name", "code", "standing"), ("aliases", "order")),
    "person": FormOf(("name", "aliases")),
    "track": FormOf(("name",)),
    "round": FormOf(
        ("title", "number", "status", "planned", "held", "time_zone", "venue"),
        ("track", "format", "duration", "level", "summary"),
        witnessed=True,
    ),
    "participation": FormOf(("round", "party", "role", "size")),
    "delegate": FormOf(("round", "party", "person", "capacity", "is_head", "attended")),
    "source": FormOf(
        ("outlet", "title", "url", "published"),
        (
            "affiliation",
            "author",
            "kind",
            "language",
            "reliability",
            "derived_from",
            "corrects",
            "note",
        ),
    ),
    "issue": FormOf(("name", "code", "question"), ("definition", "parent", "order")),
    "term": FormOf(("name", "code", "issue", "kind", "unit"), ("order",)),
    "proposal": FormOf(
        ("title", "kind", "holders", "tabled", "round"),
        ("languages", "points", "answer_by", "supersedes", "responds_to"),
        witnessed=True,
    ),
    "clause": FormOf(("label", "text", "operator"), ("proposal", "parent", "order")),
    "outcome": FormOf(
        ("text", "kind", "issue", "round", "reached", "confirmed_by"),
        (
            "in_force",
            "ended",
            "ending",
            "decided_by",
            "single_undertaking",
            "clause",
            "supersedes",
        ),
        witnessed=True,
    ),
    "event": FormOf(
        ("title", "kind", "happened", "actor", "round", "issue"),
        ("text", "expected", "proposal", "outcome"),
        witnessed=True,
    ),
    "silence": FormOf(
        ("party", "issue", "round", "looked_until"),
        ("about",),
        witnessed=True,
    ),
    "linkage": FormOf(("relation", "condition", "anchor")),
    "term-value": FormOf(()),
    "evidence": FormOf(("stance",), ("field", "reads", "credibility", "rank")),
}


class RecordField(forms.ModelChoiceField):
    """A record of one of several kinds, offered under its kind by what it says.

    ``keep`` is the number of one to offer however old it is.
    """

    def __init__(self, *, kinds, negotiation: Negotiation, user, keep=None, **options):
        allowed = Record.objects.visible_to(user).filter(negotiation=negotiation, kind__in=kinds)
        super().__init__(queryset=allowed, **options)
        mine = {"negotiation": negotiation, "user": user}
        self.widget.choices = offered_later(kinds, keep=[number(keep)], **mine)


class RecordForm(WritingForm):
    """Record or edit a row of any kind.

    ``presets`` are first values by field name, as texts of an address. ``record`` is the row to
    edit, or None for a new one; ``owner`` the record that a new part belongs to; ``last_source``
    the number of the source that is likely meant again.
    """

    page = "positions/record_form.html"

    def __init__(
        self,
        data=None,
        *,
        kind: str,
        negotiation: Negotiation,
        user,
        record: Scoped | None = None,
        owner: Record | None = None,
        presets: Mapping[str, str] | None = None,
        last_source: int | None = None,
    ):
        self.options = {
            "kind": kind,
            "negotiation": negotiation,
            "user": user,
            "record": record,
            "owner": owner,
            "presets": presets,
            "last_source": last_source,
        }
        self.kind, self.negotiation, self.user = kind, negotiation, user
        self.record, self.owner = record, owner
        self.model = numbered_models()[kind.replace("-", " ")]
        self.layout = FORMS[kind]
        self.names = (*self.layout.first, *self.layout.more)
        self.last_source = last_source
        self.zone = (data or {}).get("time_zone") or getattr(record, "time_zone", None)
        made = forms.fields_for_model(self.model, self.names, formfield_callback=self._field)
        initial: dict[str, Any] = {n: text for n, text in (presets or {}).items() if n in made}
        if record is not None:
            initial = {name: self._stored(name) for name in made}
            initial["version"] = self.version_at(record)
        super().__init__(data, initial=initial, auto_id=self._ids(initial))
        self.fields.update(made)
        if record is None:
            del self.fields["reason"]
        else:
            self.remember_first_shown(made)

    def _ids(self, initial) -> str:
        """A prefix of the form's own for DOM ids: several forms may be open on one page."""
        owner = str(self.owner.pk) if self.owner else ""
        first = slugify("-".join(("new", owner, *map(str, initial.values()))))
        place = self.record.pk if self.record else first
        self.dom_id = f"form-{self.kind}-{place}"
        return f"id-{self.kind}-{place}-%s"

    def _field(self, field: models.Field, **options) -> forms.Field | None:
        """Return the form field of a model's field."""
        said: dict[str, Any] = {
            "label": capfirst(field.verbose_name),
            # A box that is not ticked says no, which is an answer.
            "required": not field.blank and not isinstance(field, models.BooleanField),
            "help_text": field.help_text,
        }
        if isinstance(field, DateTimeRangeField):
            said["help_text"] = _("2 June 2025, 14:43–15:57, in the venue’s own time")
            zone = self.zone or "UTC"
            read, show = (
                partial(ranges.parse_times, zone=zone),
                partial(ranges.times_text, zone=zone),
            )
            return RangeTextField(read=read, show=show, **said)
        if isinstance(field, DateRangeField):
            said["help_text"] = said["help_text"] or _("2 June 2025, May 2025, by 30 June 2025")
            return dates_field(**said)
        if isinstance(field, QuantityField):
            said["help_text"] = _("30, 2–3, at least 30")
            return RangeTextField(read=ranges.parse_quantity, show=ranges.quantity_text, **said)
        if isinstance(field, ArrayField):
            said["help_text"] = _("Separate them by commas.")
            return SimpleArrayField(forms.CharField(), **said)
        if isinstance(field, models.ManyToManyField):
            return forms.ModelMultipleChoiceField(
                self._offered(field), widget=forms.CheckboxSelectMultiple, **said
            )
        if field.related_model is Record:
            mine = {"negotiation": self.negotiation, "user": self.user}
            keep = getattr(self.record, field.attname) if self.record else None
            kinds = kinds_allowed(self.model, field.name)
            return RecordField(kinds=kinds, keep=keep, **mine, **said)
        if isinstance(field, models.ForeignKey):
            return self._pointer(field, said)
        if isinstance(field, models.URLField):
            return field.formfield(**{**said, **options, "assume_scheme": "https"})
        if isinstance(field, models.TextField):
            # Enter saves from a text of two lines; a long one takes it as a line of its own.
            rows = 2 if field.name in (*self.layout.first, "quote", "translation") else 5
            return field.formfield(**{**said, **options, "form_class": LongTextField, "rows": rows})
        made: Any = field.formfield(**{**said, **options})
        if field.choices and ("", BLANK_CHOICE_DASH[0][1]) in made.choices:
            blank = _("— choose") if made.required else "—"
            made.choices = [("", blank), *(pair for pair in made.choices if pair[0] != "")]
        return made

    def _pointer(self, field, said) -> forms.ModelChoiceField:
        pointer: Any = forms.ModelChoiceField(self._offered(field), empty_label="—", **said)
        pointer.label_from_instance = label
        if field.related_model is Clause:
            mine = {"negotiation": self.negotiation, "user": self.user}
            keep = number(self.record and getattr(self.record, field.attname))
            pointer.widget.choices = offered_later(["clause"], **mine, keep=[keep])
        return pointer

    def _offered(self, field) -> models.QuerySet:
        rows = field.related_model.objects.visible_to(self.user)
        rows = rows.filter(negotiation=self.negotiation)
        if issubclass(field.related_model, Retirable):
            stored = getattr(self.record, field.attname) if self.record else None
            rows = rows.offered([stored])
        own = self.record is not None and field.related_model is self.model
        return rows.exclude(pk=self.record.pk) if own else rows

    def _stored(self, name: str):
        field: Any = self.model._meta.get_field(name)
        if isinstance(field, models.ManyToManyField):
            return [row.pk for row in getattr(self.record, name).all()]
        return getattr(self.record, field.attname)

    @property
    def heading(self) -> str:
        """Return what the form is for, in words."""
        return capfirst(str(self.model._meta.verbose_name))

    @property
    def first_fields(self):
        return [self[name] for name in self.layout.first]

    @property
    def more_fields(self):
        names = [*self.layout.more, "reason"] if self.record else self.layout.more
        return [self[name] for name in names]

    @property
    def more_open(self) -> bool:
        """Whether something behind "More" was typed, or has an error to show."""
        typed = {*self.errors, *self.changed_data} if self.is_bound else set()
        return bool(typed - {*self.layout.first, *SOURCE, "source", "version", NON_FIELD_ERRORS})

    def save(self):
        """Record or change the row by its operation and return it.

        Raises ``ValidationError``, and ``Conflict`` where somebody else was quicker.
        """
        values = {name: self.cleaned_data[name] for name in self.names}
        shared: dict[str, Any] = {"user": self.user}
        is_content = issubclass(self.model, Content)
        if self.record is None:
            if self.owner is not None:
                return add_part(self.model, record=self.owner, **shared, **values)
            if is_content:
                return record_with_evidence(
                    self.model,
                    negotiation=self.negotiation,
                    evidence=self.evidence(),
                    **shared,
                    **values,
                )
            return create(self.model, negotiation=self.negotiation, **shared, **values)
        shared |= {
            "reason": self.cleaned_data["reason"],
            "version": self.cleaned_data["version"] or 0,
        }
        if is_content:
            return edit_record(self.record, evidence=self.evidence(), **shared, **values)
        return edit(self.record, **shared, **values)

    def evidence(self) -> list[dict]:
        """Return the rows of evidence that the form gives."""
        return []


#: The kinds whose sources mostly give the paper itself.
PAPERS = frozenset({"proposal", "clause"})


class WitnessedForm(EvidenceFields, RecordForm):
    """The same with the fields for who says so."""

    def __init__(self, data=None, **options):
        super().__init__(data, **options)
        is_needed = self.model in NEED_EVIDENCE
        self.offer_evidence(negotiation=self.negotiation, user=self.user, is_needed=is_needed)
        self.fields["source"].initial = self.last_source
        if self.kind in PAPERS:
            self.fields["basis"].initial = Evidence.Basis.PAPER
        if self.record is not None:
            self.offer_more_evidence()

    @property
    def more_open(self) -> bool:
        typed = {*self.errors, *self.changed_data} if self.is_bound else set()
        return bool(typed & {*self.layout.more, *EVIDENCE})


#: The kinds that are parts of another record, which their form has to know.
PARTS = frozenset({"evidence", "linkage", "term-value"})
