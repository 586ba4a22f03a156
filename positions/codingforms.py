"""The forms of double coding: those of the reading pane, kept instead of recorded."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations import ranges
from negotiations.models import Membership, State
from positions.captureforms import CaptureDemandForm
from positions.coding import code_passage, settle
from positions.models import Demand, DoubleCoding, TermValue
from positions.operations import record_demand
from positions.words import value_text

#: The fields that are compared besides holders, issue and terms.
PLAIN = ("kind", "firmness", "answer")
#: What a form says of itself and not of the passage.
UNKEPT = frozenset({"csrfmiddlewaretoken", "more", "again"})


class AskForm(forms.Form):
    """Whom a passage is given to."""

    first = forms.ModelChoiceField(
        label=gettext_lazy("First coder"), queryset=get_user_model().objects.none()
    )
    second = forms.ModelChoiceField(
        label=gettext_lazy("Second coder"), queryset=get_user_model().objects.none()
    )

    def __init__(self, data=None, *, negotiation):
        super().__init__(data, auto_id="ask-%s")
        writing = Membership.objects.filter(negotiation=negotiation).writing().values("user")
        coders = get_user_model().objects.filter(pk__in=writing, is_active=True)
        for name in ("first", "second"):
            self.fields[name].queryset = coders.order_by("username")  # type: ignore[attr-defined]

    def clean(self):
        super().clean()
        first, second = (self.cleaned_data.get(name) for name in ("first", "second"))
        if first and first == second:
            self.add_error("second", _("Two different members code a passage."))
        return self.cleaned_data


class CodingForm(CaptureDemandForm):
    """What a coder makes of the passage; nothing is recorded of it but for the comparison."""

    def __init__(self, data=None, *, double: DoubleCoding, **options):
        self.double = double
        super().__init__(data, **options)
        self.options["double"] = double

    def _place(self, issue) -> str:
        return f"coding-{self.capture.kind}"

    def save(self):
        codes, words = self.codes()
        sent: Any = self.data
        typed = {name: sent.getlist(name) for name in self.data if name not in UNKEPT}
        return code_passage(self.double, user=self.user, codes=codes, words=words, typed=typed)

    def codes(self) -> tuple[dict[str, Any], dict[str, list[str]]]:
        """Return what is compared, by field, and the same in words: the label, what it says."""
        data = self.cleaned_data
        holders = sorted(data["holders"], key=lambda party: party.code)
        issue = data["issue"]
        codes: dict[str, Any] = {
            "issue": issue.code if issue else "overall",
            "holders": " ".join(party.code for party in holders),
        }
        words = {
            "issue": [str(self.fields["issue"].label), issue.name if issue else _("Overall")],
            "holders": [
                str(self.fields["holders"].label),
                ", ".join(party.name for party in holders),
            ],
        }
        for name in PLAIN:
            field = Demand._meta.get_field(name)
            said = dict(field.flatchoices).get(data[name], "")  # type: ignore[union-attr]
            codes[name] = data[name]
            words[name] = [str(capfirst(field.verbose_name)), str(said or "–")]  # type: ignore[union-attr]
        stated = ranges.date_text(data["stated"]) if data["stated"] else ""
        codes["stated"], words["stated"] = stated, [_("Stated"), stated or "–"]
        given = self.values()
        codes["terms"] = " ".join(sorted(row["term"].code for row in given))
        words["terms"] = [
            _("Terms given"),
            ", ".join(sorted({row["term"].name for row in given})) or "–",
        ]
        for row in given:
            name = f"term {row['term'].code}"
            text = _value_words(row)
            number = middle(row.get("quantity"))
            codes.setdefault(name, text if number is None else number)
            words.setdefault(name, [str(row["term"].name), text])
        conditions = self.links()
        codes["conditions"] = " ".join(sorted(link["relation"] for link in conditions))
        words["conditions"] = [
            _("Conditions"),
            ", ".join(link["relation"] for link in conditions) or "–",
        ]
        return codes, words


def _value_words(row: dict) -> str:
    fields = {name: value for name, value in row.items() if name != "choices"}
    text = value_text(TermValue(**fields), list(row.get("choices") or ()))
    unit = row["term"].unit
    return f"{text} {unit}".strip()


def middle(quantity) -> float | None:
    """Return the number that stands for a range: its middle, or the only end that it has."""
    if quantity is None:
        return None
    ends = [float(end) for end in (quantity.lower, quantity.upper) if end is not None]
    return sum(ends) / len(ends) if ends else None


class SettlingForm(CaptureDemandForm):
    """What a third makes of two codings: a draft demand, with the passage for its evidence."""

    def __init__(self, data=None, *, double: DoubleCoding, **options):
        self.double = double
        super().__init__(data, **options)
        self.options["double"] = double

    def _place(self, issue) -> str:
        return f"settling-{self.capture.kind}"

    def save(self):
        data = self.cleaned_data
        own = ("text", "kind", "firmness", "stated", "round", "occasion", "clause", "answer")
        more = ("holders", "addressees", "obligors", "supersedes", "movement", "ended", "ending")
        fields = {
            **{name: data[name] for name in (*own, *more, "issue")},
            "answers_id": data["answers"].pk if data["answers"] else None,
            "values": self.values(),
            "links": self.links(),
            "evidence": self.evidence(),
            "state": State.DRAFT,
        }

        def record():
            return record_demand(user=self.user, negotiation=self.negotiation, **fields)

        return settle(self.double, user=self.user, record=record)
