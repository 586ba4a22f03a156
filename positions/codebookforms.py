"""The forms of recoding: why, what means the same, what goes to a new issue, a table to take in."""

import base64
import binascii
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from negotiations.forms import OperationErrors
from positions.codebooks import free_code
from positions.codebooktable import MOST_BYTES
from positions.models import Demand, Event, Issue, Outcome, Silence, Term, TermChoice
from positions.offered import label, who, with_holders
from positions.recodingplans import Chosen

#: The groups of records in a split, by the names of their fields.
RECORDS = {"demands": Demand, "outcomes": Outcome, "events": Event, "silences": Silence}
SPLIT = ("name", "code", "question", "definition", "parent")


class ReasonForm(OperationErrors, forms.Form):
    """Why something is recoded."""

    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=300,
        help_text=_("Readers of the codebook and of the changes see it."),
    )


class MergeForm(ReasonForm):
    """What of a merged issue or term means the same as something that is kept.

    Each of ``terms`` and ``choices`` is one that would go, with those kept that it may be. What is
    called the same is proposed.
    """

    def __init__(
        self,
        data=None,
        *,
        terms: Iterable[tuple[Term, Sequence[Term]]] = (),
        choices: Iterable[tuple[TermChoice, Sequence[TermChoice]]] = (),
    ):
        super().__init__(data)
        reason = self.fields.pop("reason")
        self.term_names = [self._ask(f"term_{term.pk}", term, kept) for term, kept in terms]
        self.choice_names = [
            self._ask(f"choice_{choice.pk}", choice, kept, f"{choice.term}: {choice}")
            for choice, kept in choices
        ]
        self.fields["reason"] = reason

    def _ask(self, name: str, row, kept, said: str = "") -> str:
        alike = [each.pk for each in kept if row.name == each.name or row.code == each.code]
        self.fields[name] = forms.TypedChoiceField(
            label=said or str(row),
            choices=[("", _("goes along as it is")), *((each.pk, str(each)) for each in kept)],
            coerce=int,
            empty_value=None,
            required=False,
            initial=alike[0] if alike else "",
        )
        return name

    def matched(self, kind: str) -> dict[int, int]:
        """Return what was matched, by numbers: of what is sent, else as it is proposed."""
        found = {}
        for name in self.term_names if kind == "term" else self.choice_names:
            value = (
                self.cleaned_data.get(name)
                if self.is_bound and self.is_valid()
                else self[name].initial
            )
            if value:
                found[int(name.rpartition("_")[2])] = int(value)
        return found

    @property
    def match_fields(self):
        return [self[name] for name in (*self.term_names, *self.choice_names)]


class SplitForm(ReasonForm):
    """A new issue, and what goes to it from the one that is split."""

    name = forms.CharField(label=_("Name of the new issue"), max_length=200)
    code = forms.SlugField(
        label=_("Code"),
        required=False,
        max_length=50,
        help_text=_("For addresses and the API; left empty, it is made."),
    )
    question = forms.CharField(label=_("Question"), required=False, max_length=300)
    definition = forms.CharField(
        label=_("Definition"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    parent = forms.ModelChoiceField(
        label=_("Part of"), queryset=Issue.objects.none(), required=False, empty_label="—"
    )

    field_order = (*SPLIT, *RECORDS, "terms", "parts", "reason")

    def __init__(self, data=None, *, issue: Issue, user):
        super().__init__(data, initial={"parent": issue.parent_id})
        self.issue = issue
        mine = {"negotiation": issue.negotiation_id}
        parents: Any = self.fields["parent"]
        parents.queryset = Issue.objects.visible_to(user).filter(**mine).offered()
        offered = {
            name: (model, model.objects.visible_to(user).filter(issue=issue))
            for name, model in {**RECORDS, "terms": Term}.items()
        }
        offered["parts"] = (Issue, Issue.objects.visible_to(user).filter(parent=issue))
        names = {"parts": _("Its parts")}
        for name, (model, rows) in offered.items():
            rows = rows.select_related("party") if model is Silence else rows
            rows = with_holders(rows) if model is Demand else rows
            choices = [
                (row.pk, f"{who(row)}{label(row)} № {row.pk}") for row in rows.order_by("pk")
            ]
            if choices:
                self.fields[name] = forms.TypedMultipleChoiceField(
                    label=names.get(name) or str(model._meta.verbose_name_plural).capitalize(),
                    choices=choices,
                    coerce=int,
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                )
        self.order_fields(self.field_order)

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        if not cleaned.get("code") and cleaned.get("name") and "code" not in self.errors:
            cleaned["code"] = free_code(Issue, cleaned["name"], negotiation=self.issue.negotiation)
        return cleaned

    @property
    def chosen(self) -> Chosen:
        """Return what goes to the new issue; only of a form that was sent."""

        def ticked(*names: str) -> frozenset[int]:
            return frozenset(pk for name in names for pk in self.cleaned_data.get(name) or ())

        return Chosen(ticked(*RECORDS), ticked("terms"), ticked("parts"))

    def values(self) -> dict:
        """Return the fields of the new issue, which stands last until somebody moves it."""
        last = Issue.objects.filter(negotiation=self.issue.negotiation_id).order_by("-order")
        order = last.values_list("order", flat=True).first() or 0
        fields = {name: self.cleaned_data.get(name) for name in SPLIT}
        return {**fields, "order": min(order + 1, 32767)}


class TableForm(ReasonForm):
    """A table to take in: the file, and once it was looked at, what was in it."""

    table = forms.FileField(label=_("The table, as CSV"), required=False)
    read = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2 * MOST_BYTES)

    field_order = ("table", "reason", "read")

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("table"):
            # One byte more than is allowed tells that it is too long, without reading it all.
            cleaned["data"] = cleaned["table"].read(MOST_BYTES + 1)
        elif cleaned.get("read"):
            cleaned["data"] = unpacked(cleaned["read"])
        if cleaned.get("data") is None and not self.errors:
            self.add_error("table", _("Choose a file."))
        return cleaned


def packed(data: bytes) -> str:
    """Return bytes as a form can carry them without a browser changing their line ends."""
    return base64.b64encode(zlib.compress(data)).decode()


def unpacked(text: str) -> bytes | None:
    """Return what ``packed`` made a text of; None where it did not. Bounded in what it makes."""
    try:
        return zlib.decompressobj().decompress(base64.b64decode(text), MOST_BYTES + 1)
    except (binascii.Error, ValueError, zlib.error):
        return None
