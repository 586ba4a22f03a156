"""Who says so, as form fields: a source, chosen or described on the spot, and its words."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from negotiations import ranges
from negotiations.forms import dates_field
from negotiations.models import Negotiation, Party, Person, Source, State
from positions.models import Evidence
from positions.offered import label as source_label
from positions.personfield import PersonField
from positions.sourcechoices import lately_touched, source_choices

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


#: Under the day of what was said: what happens where it is left empty.
DAY_OF_SOURCE = _("2 June 2025, May 2025; left empty, the day of its source")


class SourceSelect(forms.Select):
    """Sources to choose from, each with the day it was published, for a script to take over."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.published: Callable[[], Mapping[str, str]] = dict

    def create_option(self, name, value, *args, **options):
        option = super().create_option(name, value, *args, **options)
        if day := self.published().get(str(value)):
            option["attrs"]["data-published"] = day
        return option


class EvidenceFields(forms.Form):
    """One row of evidence for what a form records; its source may be described on the spot.

    A form that uses it has ``negotiation`` and ``user``.
    """

    negotiation: Negotiation
    user: Any

    source = forms.ModelChoiceField(
        label=_("Source"),
        queryset=Source.objects.none(),
        required=False,
        empty_label=_("none yet"),
        widget=SourceSelect,
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

    def offer_evidence(self, *, negotiation: Negotiation, user, is_needed: bool = False) -> None:
        """Fill the choices with what the user may see of a negotiation, once they are shown.

        ``is_needed`` says that what the form records stays a draft without a source.
        """
        mine = {"negotiation": negotiation}
        rows = Source.objects.visible_to(user).filter(**mine)
        self.fields["source"].queryset = rows
        self.fields["source"].label_from_instance = source_label
        self.sources = cache(lambda: list(lately_touched(rows)))
        self.fields["source"].widget.published = cache(self._days_of_sources)
        self.say_none(_("none yet: save a draft") if is_needed else _("none yet"))
        self.fields["speaker"].offer(Person.objects.visible_to(user).filter(**mine))
        self.fields["reported_by"].queryset = Party.objects.visible_to(user).filter(**mine)

    def say_none(self, words) -> None:
        """Name the choice of no source."""
        self.fields["source"].empty_label = words
        self.fields["source"].widget.choices = cache(
            lambda: [("", words), *source_choices(self.sources())]
        )

    def _days_of_sources(self) -> dict[str, str]:
        return {
            str(row.pk): ranges.date_text(row.published) for row in self.sources() if row.published
        }

    def offer_more_evidence(self) -> None:
        """Say that what is chosen is added to the evidence that there is."""
        self.fields["source"].initial = None
        self.fields["source"].label = _("Add a source")
        self.say_none(_("add none"))

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
            self.add_error("source", _("Name the source whose words or speaker you gave."))
        return cleaned

    def take_day_of_source(self) -> None:
        """Date what was said by its source where nobody gave a day; ask where that has none."""
        cleaned = self.cleaned_data
        if cleaned.get("stated") or "stated" in self.errors:
            return
        source = cleaned.get("source")
        cleaned["stated"] = source.published if source else cleaned.get("source_published")
        if not cleaned["stated"]:
            self.add_error("stated", _("Say when it was said: neither round nor source tells."))

    def evidence(self) -> list[dict]:
        """Return the row of evidence that the line gives.

        Its source and its speaker may be the fields of new ones; a source described just like one
        that is listed is that one.
        """
        data = self.cleaned_data
        if not data["source"] and not data["source_outlet"]:
            return []
        source = data["source"] or self._described()
        return [{"source": source, **{name: data[name] for name in EVIDENCE}}]

    def _described(self) -> Source | dict:
        told = {name.removeprefix("source_"): self.cleaned_data[name] for name in SOURCE}
        listed = Source.objects.visible_to(self.user).filter(negotiation=self.negotiation, **told)
        if self.negotiation.review == Negotiation.Review.REQUIRED:
            listed = listed.exclude(state=State.RETRACTED)
        else:
            # What is published rests only on what is.
            listed = listed.filter(state=State.PUBLISHED)
        return listed.order_by("pk").last() or told
