"""The forms of what hangs on a record: who says so, and a value for a term."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from positions.evidencefields import EVIDENCE, SOURCE, EvidenceFields
from positions.models import Evidence, Term
from positions.offered import number
from positions.operations import add_part, edit_record
from positions.recordforms import PAPERS, RecordForm
from positions.termfields import finer_names, value_fields, value_from

#: What a reading may be about: the record's own fields, not the machinery's.
UNREAD = frozenset({"id", "negotiation", "state", "version", "record"})


#: What a value holds that nobody typed.
UNTYPED: dict[str, Any] = {
    "quantity": None,
    "dates": None,
    "choices": [],
    "status": "given",
    "approximate": False,
}


class EvidenceForm(EvidenceFields, RecordForm):
    """Evidence of a record: a source's words on it as a whole, or on one field of it."""

    def __init__(self, data=None, **options):
        super().__init__(data, **options)
        self.offer_evidence(negotiation=self.negotiation, user=self.user)
        self.say_none(_("one that is not listed yet"))
        if self.record is None:
            self.fields["source"].initial = self.last_source
            is_reading = self.initial.get("stance", "supports") != "supports"
            if self.owner and self.owner.kind in PAPERS and not is_reading:
                self.fields["basis"].initial = Evidence.Basis.PAPER
            return
        for name in ("source", *EVIDENCE):
            field = self.record._meta.get_field(name)
            self.fields[name].initial = getattr(self.record, field.attname)
        self.remember_first_shown(("source", *EVIDENCE))

    def _field(self, field, **options):
        if field.name != "field":
            return super()._field(field, **options)
        owner = self.owner or self.record.record
        named: list[Any] = [f for f in owner.model._meta.get_fields() if not f.auto_created]
        choices = [(f.name, f.verbose_name) for f in named if f.name not in UNREAD]
        return forms.ChoiceField(
            label=_("Speaks to one field only"),
            choices=[("", _("no, to the whole")), *choices],
            required=False,
        )

    def clean(self):
        cleaned = super().clean()
        is_named = cleaned.get("source") or cleaned.get("source_outlet")
        if not is_named and not {"source", *SOURCE} & set(self.errors):
            self.add_error("source", _("Choose a source, or describe one not listed yet."))
        return cleaned

    @property
    def first_fields(self):
        names = ("source", "basis", "stance", "quote", "speaker", "capacity")
        return [self[name] for name in names]

    @property
    def more_fields(self):
        beside = [self[name] for name in EVIDENCE if name not in self._first]
        return [*beside, *super().more_fields]

    @property
    def evidence_fields(self):
        return []

    @property
    def _first(self) -> set[str]:
        return {field.name for field in self.first_fields}

    @property
    def more_open(self) -> bool:
        typed = {*self.errors, *self.changed_data} if self.is_bound else set()
        return bool(typed & {field.name for field in self.more_fields})

    def save(self):
        data = self.cleaned_data
        (said,) = self.evidence()
        values: dict[str, Any] = {**said, **{name: data[name] for name in self.names}}
        if self.record is None:
            return add_part(self.model, user=self.user, record=self.owner, **values)
        return edit_record(
            self.record,
            user=self.user,
            version=data["version"] or 0,
            reason=data["reason"],
            **values,
        )


class TermValueForm(RecordForm):
    """A value for a term; that of a new one is chosen here or named by the address."""

    def __init__(self, data=None, **options):
        super().__init__(data, **options)
        terms = Term.objects.visible_to(self.user).filter(negotiation=self.negotiation)
        if self.record is None:
            terms = terms.offered()
            named = (self.options["presets"] or {}).get("term")
            self.fields["term"] = forms.ModelChoiceField(
                terms.filter(Q(issue=None) | Q(issue=self._issue())), label=_("Term"), initial=named
            )
            self.term = terms.filter(pk=number(self["term"].value())).first()
        else:
            self.term = self.record.term
        made = value_fields(self.term, "value", self.record) if self.term else {}
        self.fields.update(made)
        if self.record is not None:
            self.remember_first_shown(made)

    def _issue(self) -> int | None:
        """The issue of the record that gets the value, if it has one."""
        number = self.options["owner"]
        owner = number.model._default_manager.get(pk=number.pk)
        return getattr(owner, "issue_id", None)

    @property
    def heading(self) -> str:
        return str(self.term) if self.record else super().heading

    @property
    def first_fields(self):
        asked = ["term"] if self.record is None else []
        made = ["value", *finer_names(self.term, "value")] if self.term else []
        return [self[name] for name in (*asked, *made)]

    def clean(self):
        cleaned = super().clean() or {}
        if self.term and not self.errors and value_from(self.term, "value", cleaned) is None:
            self.add_error("value", _("Say what it is, or that it is left open."))
        return cleaned

    def save(self):
        data = self.cleaned_data
        typed = value_from(self.term, "value", data) if self.term else None
        values: dict[str, Any] = {**UNTYPED, **(typed or {})}
        if self.record is None:
            return add_part(self.model, user=self.user, record=self.owner, **values)
        return edit_record(
            self.record,
            user=self.user,
            version=data["version"] or 0,
            reason=data["reason"],
            **values,
        )
