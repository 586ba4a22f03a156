"""Who says so, as form fields: a source, chosen or described on the spot, and its words."""

from django import forms
from django.utils.translation import gettext_lazy as _

from negotiations.forms import dates_field
from negotiations.models import Negotiation, Party, Person, Source
from positions.models import Evidence
from positions.offered import label as source_label
from positions.personfield import PersonField

SOURCE = ("source_outlet", "source_title", "source_url", "source_published")
EVIDENCE = (
    "basis",
    "quote",
    "translation",
    "language",
    "speaker",
    "capacity",
    "reported_by",
    "locator",
)


class EvidenceFields(forms.Form):
    """One row of evidence for what a form records; its source may be described on the spot."""

    source = forms.ModelChoiceField(
        label=_("Source"),
        queryset=Source.objects.none(),
        required=False,
        empty_label=_("none yet: save a draft"),
    )
    source_outlet = forms.CharField(label=_("Outlet"), required=False, max_length=200)
    source_title = forms.CharField(label=_("Title"), required=False, max_length=500)
    source_url = forms.URLField(
        label=_("Address"), required=False, max_length=2000, assume_scheme="https"
    )
    source_published = dates_field(label=_("Published"), required=False)
    basis = forms.ChoiceField(
        label=_("On what basis"), choices=Evidence.Basis, initial=Evidence.Basis.OUTLET
    )
    quote = forms.CharField(
        label=_("Words of the source"), widget=forms.Textarea(attrs={"rows": 2}), required=False
    )
    translation = forms.CharField(
        label=_("Translation"), widget=forms.Textarea(attrs={"rows": 2}), required=False
    )
    language = forms.CharField(
        label=_("Language of the words"),
        required=False,
        max_length=35,
        help_text=_("en, ru, uk; empty if it is the source’s"),
    )
    speaker = PersonField(
        label=_("Speaker"), help_text=_("A name that is not listed is added to the people.")
    )
    capacity = forms.CharField(label=_("In what capacity"), required=False, max_length=300)
    reported_by = forms.ModelChoiceField(
        label=_("By whose account"), queryset=Party.objects.none(), required=False, empty_label="—"
    )
    locator = forms.CharField(label=_("Where in the source"), required=False, max_length=300)

    def offer_evidence(self, *, negotiation: Negotiation, user) -> None:
        """Fill the choices with what the user may see of a negotiation."""
        mine = {"negotiation": negotiation}
        self.fields["source"].queryset = (
            Source.objects.visible_to(user).filter(**mine).order_by("-pk")
        )
        self.fields["source"].label_from_instance = source_label
        self.fields["speaker"].offer(Person.objects.visible_to(user).filter(**mine))
        self.fields["reported_by"].queryset = Party.objects.visible_to(user).filter(**mine)

    def offer_more_evidence(self) -> None:
        """Say that what is chosen is added to the evidence that there is."""
        self.fields["source"].initial = None
        self.fields["source"].label = _("Add a source")
        self.fields["source"].empty_label = _("add none")

    @property
    def source_fields(self):
        return [self[name] for name in SOURCE]

    @property
    def evidence_fields(self):
        return [self[name] for name in EVIDENCE]

    @property
    def source_open(self) -> bool:
        """Whether a new source is being described."""
        return any(field.value() or field.errors for field in self.source_fields)

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        new_source = [name for name in SOURCE if cleaned.get(name)]
        if new_source and not cleaned.get("source_outlet") and "source_outlet" not in self.errors:
            self.add_error("source_outlet", _("Name the outlet of the new source."))
        if new_source and cleaned.get("source"):
            # The last line's source stands there unasked for; one that was chosen is meant.
            if "source" in self.changed_data:
                self.add_error("source", _("Choose a source or describe a new one, not both."))
            cleaned["source"] = None
        said = [name for name in EVIDENCE if name != "basis" and cleaned.get(name)]
        if said and not cleaned.get("source") and not new_source:
            self.add_error("source", _("Name the source of what you wrote under “Who says so”."))
        return cleaned

    def evidence(self) -> list[dict]:
        """Return the row of evidence that the line gives.

        Its source and its speaker may be the fields of new ones.
        """
        data = self.cleaned_data
        source = data["source"] or {
            "outlet": data["source_outlet"],
            "title": data["source_title"],
            "url": data["source_url"],
            "published": data["source_published"],
        }
        if not data["source"] and not data["source_outlet"]:
            return []
        return [{"source": source, **{name: data[name] for name in EVIDENCE}}]
