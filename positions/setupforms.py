"""The forms of setting up a negotiation: what it is, its parties and issues, a term's choices."""

from typing import Any

from django import forms
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from negotiations.forms import OperationErrors
from negotiations.models import Negotiation, Round, Track
from positions.codebooks import (
    codebooks,
    edit_term,
    free_code,
    hyphenated,
    record_term,
    term_version,
)
from positions.models import Term, TermChoice
from positions.operations import record_first_round
from positions.recordforms import RecordForm, WitnessedForm
from positions.reviewswitch import change_settings
from positions.writingform import WritingForm

SETTINGS = ("title", "summary", "visibility", "review")
#: What the settings mean, in a line each.
MEANINGS = {
    "visibility": _(
        "Everyone: whoever opens the site reads what is published. Members only: to others the"
        " negotiation is not there. Drafts are for those who write, either way."
    ),
    "review": _(
        "Off: whoever writes publishes. Required: what somebody wrote is published once a reviewer"
        " or manager has approved it. Parties, people, tracks and the codebook are not reviewed:"
        " what is saved there counts at once."
    ),
}


class StartForm(OperationErrors, forms.Form):
    """A new negotiation, and the codebook to start it with."""

    title = forms.CharField(
        label=_("Title"), max_length=200, help_text=_("Northland–Southland: the river talks")
    )
    slug = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=80,
        help_text=_("Left empty, it is made from the title. It stays, since it will be cited."),
    )
    summary = forms.CharField(
        label=_("Summary"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    visibility = forms.ChoiceField(
        label=_("Who sees it"),
        choices=Negotiation.Visibility,
        widget=forms.RadioSelect,
        help_text=MEANINGS["visibility"],
    )
    review = forms.ChoiceField(
        label=_("Review before records are published"),
        choices=Negotiation.Review,
        widget=forms.RadioSelect,
        help_text=MEANINGS["review"],
    )

    def __init__(self, data=None):
        initial = {"visibility": "members", "review": "off", "codebook": ""}
        super().__init__(data, initial=initial)
        offered = [(code, codebook.title) for code, codebook in codebooks().items()]
        choices = [("", _("none, we write our own")), *offered]
        self.fields["codebook"] = forms.ChoiceField(
            label=_("Start with the issues of"),
            required=False,
            choices=choices,
            widget=forms.RadioSelect,
        )

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        if not cleaned.get("slug") and cleaned.get("title"):
            cleaned["slug"] = hyphenated(cleaned["title"])[:80].strip("-")
            if not cleaned["slug"]:
                self.add_error("slug", _("Write an address in Latin letters, such as river-talks."))
        return cleaned


class SettingsForm(WritingForm):
    """What a negotiation is called, who sees it, and whether records are reviewed."""

    page = "positions/setup/settings.html"
    field_order = (*SETTINGS, "reason")

    def __init__(self, data=None, *, record: Negotiation, user):
        self.options = {"record": record, "user": user}
        self.record, self.user = record, user
        initial = {name: getattr(record, name) for name in SETTINGS}
        super().__init__(data, initial={**initial, "version": self.version_at(record)})
        widgets: dict[str, Any] = {
            "summary": forms.Textarea(attrs={"rows": 3}),
            "visibility": forms.RadioSelect,
            "review": forms.RadioSelect,
        }
        self.fields |= forms.fields_for_model(
            Negotiation,
            SETTINGS,
            widgets=widgets,
            help_texts={name: str(said) for name, said in MEANINGS.items()},
        )
        self.order_fields(self.field_order)
        self.remember_first_shown(SETTINGS)

    def save(self) -> Negotiation:
        data = self.cleaned_data
        fields = {name: data[name] for name in SETTINGS}
        shared = {"user": self.user, "reason": data["reason"], "version": data["version"] or 0}
        return change_settings(self.record, **shared, **fields)


class CodedForm(RecordForm):
    """A party, an issue or a term; without a code it gets one made from its name.

    A new one stands last until somebody moves it.
    """

    def __init__(self, data=None, **options):
        super().__init__(data, **options)
        self.fields["code"].required = self.fields["order"].required = False
        self.fields["code"].help_text = _("For addresses and the API; left empty, it is made.")
        if self.record is None:
            self.fields["order"].initial = None

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        line = self.model.objects.filter(negotiation=self.negotiation)
        if not cleaned.get("code") and cleaned.get("name") and "code" not in self.errors:
            kept = self.initial.get("code")
            name = cleaned["name"]
            cleaned["code"] = kept or free_code(self.model, name, negotiation=self.negotiation)
        if cleaned.get("order") is None and "order" not in self.errors:
            last = line.aggregate(last=Max("order"))["last"] or 0
            cleaned["order"] = self.initial.get("order", last + 1)
        return cleaned


class TermForm(CodedForm):
    """A term with the answers it allows, one a line."""

    def __init__(self, data=None, **options):
        super().__init__(data, **options)
        of_term = TermChoice.objects.filter(term_id=self.record.pk if self.record else 0)
        choices = list(of_term.offered())
        self.fields["choices"] = forms.CharField(
            label=_("Choices"),
            required=False,
            initial="\n".join(choice.name for choice in choices),
            widget=forms.Textarea(attrs={"rows": max(3, len(choices))}),
            help_text=_("For a choice or a set: one a line."),
        )
        self.fields["ordered"] = forms.BooleanField(
            label=_("Their order means something: each is a step further than the one before"),
            required=False,
            initial=any(choice.ordinal is not None for choice in choices),
        )
        if self.record is not None:
            for name in ("choices", "ordered"):
                self.fields[name].show_hidden_initial = True

    @property
    def first_fields(self):
        return [*super().first_fields, self["choices"], self["ordered"]]

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        lines = [line.strip() for line in cleaned.get("choices", "").splitlines()]
        cleaned["choices"] = [line for line in lines if line]
        takes_choices = cleaned.get("kind") in ("choice", "set")
        if cleaned["choices"] and cleaned.get("kind") and not takes_choices:
            self.add_error("choices", _("Only a choice or a set has choices."))
        if takes_choices and not cleaned["choices"]:
            self.add_error("choices", _("Write the choices, one a line."))
        return cleaned

    def save(self):
        data = self.cleaned_data
        shared = {
            "user": self.user,
            "choices": data["choices"],
            "ordered": data["ordered"],
            **{name: data[name] for name in self.names},
        }
        if self.record is None:
            return record_term(negotiation=self.negotiation, **shared)
        shared |= {"reason": data["reason"], "version": data["version"] or 0}
        return edit_term(self.record, **shared)

    @staticmethod
    def version_at(row: Term) -> int:
        return term_version(row)


class RoundForm(WitnessedForm):
    """A round; a new one is the next of its track, where the last one was."""

    def __init__(self, data=None, **options):
        super().__init__(data, **options)
        if self.record is not None:
            return
        tracks = Track.objects.visible_to(self.user).filter(negotiation=self.negotiation)[:2]
        last = Round.objects.visible_to(self.user).filter(negotiation=self.negotiation).last()
        first = {"track": tracks[0].pk} if len(tracks) == 1 else {}
        if not tracks:
            self.fields["track"].required = False
            self.fields["track"].help_text = _("The first track is made with the first round.")
        if last is not None:
            numbers = Round.objects.filter(track=last.track_id).aggregate(last=Max("number"))
            first = {
                "track": last.track_id,
                "number": (numbers["last"] or 0) + 1,
                "time_zone": last.time_zone,
            }
        self.initial = {**first, **self.initial}

    def save(self) -> Round:
        if self.record is not None or self.cleaned_data["track"]:
            return super().save()
        fields = {name: self.cleaned_data[name] for name in self.names if name != "track"}
        return record_first_round(
            user=self.user, negotiation=self.negotiation, evidence=self.evidence(), **fields
        )
