"""What one may ask of the search: words, and the filters that other pages and the API have."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from negotiations.forms import DayField
from negotiations.fulltext import Words, read_words
from negotiations.models import Party, Record, Round, Source
from positions.models import Issue

LONGEST_QUESTION = 200

#: Kinds of record that are found, by their own words or by those of their evidence.
KINDS = [
    Record.Kind.DEMAND,
    Record.Kind.PROPOSAL,
    Record.Kind.CLAUSE,
    Record.Kind.OUTCOME,
    Record.Kind.EVENT,
    Record.Kind.SILENCE,
    Record.Kind.ROUND,
    Record.Kind.SOURCE,
    Record.Kind.ISSUE,
    Record.Kind.PERSON,
]


@dataclass(frozen=True)
class Asked:
    """A search as it is asked; a filter that is None lets everything through."""

    words: Words
    kind: str = ""
    issue: Issue | None = None
    party: Party | None = None
    round: Round | None = None
    source: Source | None = None
    since: date | None = None
    until: date | None = None


class SearchForm(forms.Form):
    """The query of the search page; ``from`` is a parameter that Python cannot name."""

    q = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=LONGEST_QUESTION,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    issue = forms.ModelChoiceField(
        label=_("Issue"),
        queryset=Issue.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("any issue"),
        error_messages={"invalid_choice": _("There is no such issue here.")},
    )
    party = forms.ModelChoiceField(
        label=_("Party"),
        queryset=Party.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("any party"),
        error_messages={"invalid_choice": _("There is no such party here.")},
    )
    kind = forms.ChoiceField(
        label=_("Kind of record"),
        choices=[("", _("any kind")), *((kind.value, kind.label) for kind in KINDS)],
        required=False,
        error_messages={"invalid_choice": _("There is no such kind of record.")},
    )
    round = forms.ModelChoiceField(
        label=_("Round"),
        queryset=Round.objects.none(),
        required=False,
        empty_label=_("any round"),
        error_messages={"invalid_choice": _("There is no such round here.")},
    )
    source = forms.ModelChoiceField(
        label=_("Source"),
        queryset=Source.objects.none(),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("There is no such source here.")},
    )

    def __init__(self, data, *, negotiation, user):
        super().__init__(data)
        for name in ("issue", "party", "round", "source"):
            choices: Any = self.fields[name]
            rows = choices.queryset.model.objects.visible_to(user)
            choices.queryset = rows.filter(negotiation=negotiation)
        self.fields["from"] = DayField(label=_("From"), required=False)
        self.fields["until"] = DayField(label=_("Until"), required=False)

    def clean_q(self) -> Words | None:
        typed = self.cleaned_data["q"]
        return read_words(typed) if typed else None

    def clean(self):
        super().clean()
        since, until = self.cleaned_data.get("from"), self.cleaned_data.get("until")
        if since and until and since > until:
            raise ValidationError({"until": _("This is before the first day.")})
        return self.cleaned_data

    @property
    def asked(self) -> Asked | None:
        """Return what is asked; None where no words are given. The form must be valid."""
        given = self.cleaned_data
        if given["q"] is None:
            return None
        names = ("kind", "issue", "party", "round", "source", "until")
        filters = {name: given[name] for name in names}
        return Asked(words=given["q"], since=given["from"], **filters)

    @property
    def is_filtered(self) -> bool:
        """Whether more than words is asked."""
        return any(value for name, value in self.cleaned_data.items() if name != "q")
