"""The forms of double coding: those of the reading pane, kept instead of recorded."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations import ranges
from negotiations.forms import dates_field
from negotiations.models import Membership, State
from positions.captureforms import Capture, CaptureDemandForm, CaptureFields
from positions.coding import ADVISORY, code_passage, settle
from positions.models import Demand, DoubleCoding, Evidence, Linkage, TermValue
from positions.operations import record_demand
from positions.proposing import Proposals
from positions.words import full_value_text

#: The fields that are compared besides holders, issue and terms.
PLAIN = ("kind", "firmness", "answer")
#: What a coder chooses to say that the passage only answers; a demand has no kind then.
ANSWER_ONLY = "answer only"
CHOOSE = ("", gettext_lazy("— choose"))
#: What a form says of itself and not of the passage.
UNKEPT = frozenset({"csrfmiddlewaretoken", "more", "again", "final"})


@dataclass(frozen=True)
class BlindCapture(Capture):
    """A passage of which nothing is proposed but its words and where they stand.

    Two who press Save on the same proposals would agree with the program, and so with each other.
    """

    @property
    def found(self) -> Proposals:
        return Proposals()

    @property
    def day(self) -> tuple[str, str]:
        return "", ""


class AskForm(CaptureFields):
    """A passage, marked in the text or copied from it, and whom it is given to."""

    quote = forms.CharField(
        label=gettext_lazy("The passage"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=20_000,
        strip=False,
        help_text=gettext_lazy("copied from the text, word for word"),
        error_messages={"required": gettext_lazy("Copy the passage from the text.")},
    )
    first = forms.ModelChoiceField(
        label=gettext_lazy("First coder"), queryset=get_user_model().objects.none()
    )
    second = forms.ModelChoiceField(
        label=gettext_lazy("Second coder"), queryset=get_user_model().objects.none()
    )
    field_order = ("start", "end", "quote", "before", "first", "second")

    def __init__(self, data=None, *, capture: Capture):
        self.capture = capture
        marked = {"start": capture.start, "end": capture.end, "quote": capture.quote}
        super().__init__(data, auto_id="ask-%s", initial=marked)
        self.say_language()
        writing = Membership.objects.filter(negotiation=capture.source.negotiation_id).writing()
        coders = get_user_model().objects.filter(pk__in=writing.values("user"), is_active=True)
        for name in ("first", "second"):
            self.fields[name].queryset = coders.order_by("username")  # type: ignore[attr-defined]

    def clean(self):
        super().clean()
        first, second = (self.cleaned_data.get(name) for name in ("first", "second"))
        if first and first == second:
            self.add_error("second", _("Two different members code a passage."))
        return self.cleaned_data


class CodingForm(CaptureDemandForm):
    """What a coder makes of the passage; nothing is recorded of it but for the comparison.

    What is coded begins empty, defaults among it, and stands in sight.
    """

    heading = gettext_lazy("A blind coding")
    more_open = True

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[CHOOSE, *Demand.Kind.choices, (ANSWER_ONLY, gettext_lazy("an answer only"))],
        error_messages={"required": gettext_lazy("Choose the kind.")},
    )
    firmness = forms.ChoiceField(
        label=gettext_lazy("Firmness"),
        choices=[CHOOSE, *Demand.Firmness.choices],
        error_messages={"required": gettext_lazy("Choose how firm it is, or unknown.")},
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("On what basis"),
        choices=[CHOOSE, *Evidence.Basis.choices],
        error_messages={"required": gettext_lazy("Choose the basis.")},
    )
    stated = dates_field(
        label=gettext_lazy("Stated"),
        help_text=gettext_lazy("2 June 2025, May 2025"),
        error_messages={"required": gettext_lazy("Write when it was said.")},
    )
    final = forms.BooleanField(
        label=gettext_lazy("Hand it in for good"),
        error_messages={
            "required": gettext_lazy("Tick “Hand it in for good” once you are done: it is final.")
        },
    )

    def __init__(self, data=None, *, double: DoubleCoding, **options):
        self.double = double
        super().__init__(data, **options)
        self.options["double"] = double
        for name in self._relations:
            field: Any = self.fields[name]
            field.choices, field.initial = [("", "—"), *Linkage.Relation.choices], ""

    def _place(self, issue) -> str:
        return f"coding-{self.capture.kind}"

    def _first(self, issue, last_source) -> dict:
        return super()._first(issue, last_source) | {"kind": "", "stated": None}

    @property
    def _relations(self) -> list[str]:
        return [name for name in self.link_names if name.endswith(".relation")]

    @property
    def partner(self):
        """The other of the two coders."""
        double = self.double
        return double.second if self.user.pk == double.first_id else double.first

    def clean_kind(self) -> str:
        kind = self.cleaned_data["kind"]
        return "" if kind == ANSWER_ONLY else kind

    def clean(self):
        cleaned = super().clean()
        for name in self._relations:
            link = name.removesuffix("relation")
            hangs = cleaned.get(f"{link}anchor") or cleaned.get(f"{link}condition")
            if hangs and not cleaned.get(name):
                self.add_error(name, _("Choose how it hangs on that."))
        if any(f"{row.name}.rank" not in self.data for row in self.term_rows):
            self.add_error("issue", _("Look at the terms of this issue first; they are below now."))
        return cleaned

    def save(self):
        codes, words = self.codes()
        sent: Any = self.data
        typed = {name: sent.getlist(name) for name in self.data if name not in UNKEPT}
        # The form that settles it knows an answer alone by its having no kind.
        typed["kind"] = [self.cleaned_data["kind"]]
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
            rivals = [words[name][1]] if name in words else []
            words[name] = [str(row["term"].name), "; ".join([*rivals, text])]
        conditions = self.links()
        codes["conditions"] = " ".join(sorted(link["relation"] for link in conditions))
        words["conditions"] = [
            _("Conditions"),
            ", ".join(link["relation"] for link in conditions) or "–",
        ]
        return codes, words | self._own_words()

    def _own_words(self) -> dict[str, list[str]]:
        """Return what is no part of the agreement, in words, where something was given."""
        data = self.cleaned_data
        bases: dict[str, Any] = dict(Evidence.Basis.choices)
        texts = {
            **{name: data[name] for name in ADVISORY if name in data},
            "basis": bases[data["basis"]],
            "speaker": self["speaker"].value(),
            "hangs on": "; ".join(
                str(link["condition"] or link["anchor"]) for link in self.links()
            ),
        }
        labels = {"hangs on": _("What it hangs on")}
        return {
            name: [str(labels.get(name) or self.fields[name].label), str(texts[name])]
            for name in ADVISORY
            if texts[name]
        }


def _value_words(row: dict) -> str:
    fields = {name: value for name, value in row.items() if name != "choices"}
    return full_value_text(TermValue(**fields), list(row.get("choices") or ()))


def middle(quantity) -> float | None:
    """Return the number that stands for a range: its middle, or the only end that it has."""
    if quantity is None:
        return None
    ends = [float(end) for end in (quantity.lower, quantity.upper) if end is not None]
    return sum(ends) / len(ends) if ends else None


class SettlingForm(CaptureDemandForm):
    """What a third makes of two codings: a draft demand, with the passage for its evidence."""

    heading = gettext_lazy("Two codings, settled")

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
