"""The line in a cell: what a party says on an issue, and who says so."""

from collections.abc import Iterable
from datetime import date

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext_lazy as _

from negotiations import ranges
from negotiations.forms import dates_field
from negotiations.models import Negotiation, Party, Round
from positions.evidencefields import SOURCE, EvidenceFields
from positions.models import Clause, Demand, Ending, Issue, Linkage, Term, TermValue
from positions.termfields import as_fields, field_for, values_of

LINE = ("text", "source")
OWN = (
    "text",
    "kind",
    "firmness",
    "stated",
    "round",
    "occasion",
    "clause",
    "answer",
    "supersedes",
    "ended",
    "ending",
)
MORE = (
    "kind",
    "firmness",
    "stated",
    "round",
    "occasion",
    "condition",
    "clause",
    "answers",
    "answer",
    "supersedes",
    "also_held_by",
    "ended",
    "ending",
    "reason",
)


class DemandForm(EvidenceFields):
    """Record or edit a demand in a cell. The column gives the holder, the row the issue."""

    text = forms.CharField(
        label=_("What they say"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=10_000,
        error_messages={"required": _("Write what they say.")},
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[*Demand.Kind.choices, ("", _("an answer only"))],
        initial=Demand.Kind.DEMAND,
        required=False,
    )
    firmness = forms.ChoiceField(
        label=_("Firmness"), choices=Demand.Firmness, initial=Demand.Firmness.UNKNOWN
    )
    stated = dates_field(label=_("Stated"))
    round = forms.ModelChoiceField(
        label=_("At round"), queryset=Round.objects.none(), required=False, empty_label="—"
    )
    occasion = forms.CharField(label=_("Or on the occasion of"), required=False, max_length=300)
    condition = forms.CharField(label=_("Only if"), required=False, max_length=1000)
    clause = forms.ModelChoiceField(
        label=_("Where the paper says it"),
        queryset=Clause.objects.none(),
        required=False,
        empty_label="—",
    )
    answers = forms.ModelChoiceField(
        label=_("Answers"), queryset=Demand.objects.none(), required=False, empty_label="—"
    )
    answer = forms.ChoiceField(
        label=_("Answer"), choices=[("", "—"), *Demand.Answer.choices], required=False
    )
    supersedes = forms.ModelChoiceField(
        label=_("Replaces"), queryset=Demand.objects.none(), required=False, empty_label="—"
    )
    also_held_by = forms.ModelMultipleChoiceField(
        label=_("Also held by"),
        queryset=Party.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    ended = dates_field(label=_("Ended"), required=False)
    ending = forms.ChoiceField(
        label=_("How it ended"),
        choices=[("", "—"), *Ending.choices],
        required=False,
    )
    reason = forms.CharField(label=_("Why this edit"), required=False, max_length=500)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data=None,
        *,
        negotiation: Negotiation,
        user,
        party: Party,
        issue: Issue | None,
        day: date,
        demand: Demand | None = None,
        last_source: int | None = None,
    ):
        self.negotiation, self.party, self.issue, self.demand = negotiation, party, issue, demand
        initial = {"stated": ranges.day(day), "source": last_source}
        if demand is not None:
            initial = self._initial(demand)
        super().__init__(data, initial=initial, auto_id=self._ids())
        self._offer(user)
        if last_source is not None:
            self.fields["source"].help_text = _("As in your last line; choose another if not so.")
        terms = Term.objects.visible_to(user).filter(negotiation=negotiation)
        self.terms = list(terms.filter(issue=issue).prefetch_related("choices") if issue else [])
        values = self._values(demand)
        for term in self.terms:
            self.fields[f"term_{term.code}"] = field_for(term, values.get(term.pk, []))
        if demand is not None:
            for name in {*OWN, *MORE, *(f"term_{term.code}" for term in self.terms)} - {"reason"}:
                self.fields[name].show_hidden_initial = not self.fields[name].disabled

    def _ids(self) -> str:
        """The form's own prefix for DOM ids: two forms may be open on one page."""
        place = f"{self.party.code}-{self.issue.code if self.issue else 'overall'}"
        return f"id_{self.demand.pk if self.demand else place}_%s"

    def _offer(self, user) -> None:
        """Fill the choices with what the user may see of this negotiation."""
        mine = {"negotiation": self.negotiation}
        self.offer_evidence(negotiation=self.negotiation, user=user)
        parties = Party.objects.visible_to(user).filter(**mine)
        self.fields["also_held_by"].queryset = parties.exclude(pk=self.party.pk)
        self.fields["round"].queryset = Round.objects.visible_to(user).filter(**mine)
        self.fields["clause"].queryset = (
            Clause.objects.visible_to(user).filter(**mine).select_related("proposal")
        )
        self.fields["clause"].label_from_instance = lambda c: f"{c.proposal}: {c}"
        on_issue = (
            Demand.objects.visible_to(user)
            .filter(**mine, issue=self.issue)
            .exclude(pk=self.demand.pk if self.demand else None)
        )
        own = on_issue.held_by(self.party.code)
        self.fields["supersedes"].queryset = own
        self.fields["answers"].queryset = on_issue.exclude(pk__in=own.values("pk"))
        if self.demand is not None:
            self.offer_more_evidence()
        else:
            del self.fields["reason"]

    def _initial(self, demand) -> dict:
        condition = next((link.condition for link in _links(demand) if _is_condition(link)), "")
        return {
            "text": demand.text,
            "kind": demand.kind,
            "firmness": demand.firmness,
            "stated": demand.stated,
            "round": demand.round_id,
            "occasion": demand.occasion,
            "clause": demand.clause_id,
            "answers": demand.answers_id,
            "answer": demand.answer,
            "supersedes": demand.supersedes_id,
            "ended": demand.ended,
            "ending": demand.ending,
            "also_held_by": [
                link.party_id
                for link in demand.holder_links.all()
                if link.party_id != self.party.pk
            ],
            "condition": condition,
            "version": demand.version,
        }

    @staticmethod
    def _values(demand) -> dict[int, list[TermValue]]:
        found: dict[int, list[TermValue]] = {}
        if demand is not None:
            rows = TermValue.objects.filter(record_id=demand.pk).prefetch_related("choices")
            for value in rows.order_by("pk"):
                found.setdefault(value.term_id, []).append(value)
        return found

    def _bound(self, names: Iterable[str]):
        return [self[name] for name in names if name in self.fields]

    @property
    def line_fields(self):
        return self._bound(LINE)

    @property
    def more_fields(self):
        return self._bound(MORE)

    @property
    def term_fields(self):
        return self._bound(f"term_{term.code}" for term in self.terms)

    @property
    def more_open(self) -> bool:
        """Whether something beyond the first line was typed, or has an error to show."""
        typed = {*self.errors, *self.changed_data} if self.is_bound else set()
        return bool(typed - {*LINE, *SOURCE, "version", NON_FIELD_ERRORS})

    def values(self) -> list[dict]:
        """Return the fields of every term value of the demand, edited ones and the rest."""
        kept = self._values(self.demand)
        rows = []
        for term in self.terms:
            old = kept.pop(term.pk, [])
            rows += values_of(term, self.cleaned_data[f"term_{term.code}"], old)
        for old in kept.values():
            rows += [as_fields(value) for value in old]
        return rows

    def links(self) -> list[dict]:
        """Return the demand's linkages, with the one condition the line may change."""
        links = _links(self.demand)
        changed = next((link for link in links if _is_condition(link)), None)
        rows = [
            {"relation": link.relation, "anchor": link.anchor, "condition": link.condition}
            for link in links
            if link is not changed
        ]
        if condition := self.cleaned_data["condition"].strip():
            rows.insert(0, {"relation": Linkage.Relation.ONLY_IF, "condition": condition})
        return rows

    def demand_fields(self) -> dict:
        """Return the demand's own fields."""
        data = self.cleaned_data
        return {
            **{name: data[name] for name in OWN},
            "answers_id": data["answers"].pk if data["answers"] else None,
            "holders": [self.party, *data["also_held_by"]],
            "issue": self.issue,
        }

    def add_operation_errors(self, error) -> None:
        """Show what the operation refused beside the fields it names."""
        named = hasattr(error, "error_dict")
        for name, messages in (error.message_dict if named else {None: error.messages}).items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)


def _links(demand) -> list[Linkage]:
    """The linkages of a demand, oldest first; none where there is no demand yet."""
    if demand is None:
        return []
    return list(Linkage.objects.filter(record_id=demand.pk).select_related("anchor").order_by("pk"))


def _is_condition(link: Linkage) -> bool:
    return link.relation == Linkage.Relation.ONLY_IF and bool(link.condition)
