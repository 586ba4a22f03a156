"""The quick line: what a party says at a round, in one line from issue to source."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations import ranges
from negotiations.forms import LongTextField, OperationErrors, dates_field
from negotiations.models import Party, Person, Round, Source
from positions.answerfields import AnswerFields
from positions.evidencefields import SOURCE, EvidenceFields
from positions.models import Demand, Issue, Linkage, Proposal, Term
from positions.operations import record_demand
from positions.roundpage import day_of, in_order, issues_of, last_held
from positions.sourcechoices import lately_touched, source_choices
from positions.termfields import field_for, values_of

#: What a new line keeps of the one before; all else begins anew.
STAYS = ("issue", "source")
STATEMENT = ("firmness", "answers", "answer", "condition")


@dataclass(frozen=True)
class Offered:
    """What the lines of a round offer to choose from, loaded once for all of them."""

    round: Round
    issues: tuple[Issue, ...]
    issues_last: frozenset[int]
    parties: tuple[Party, ...]
    people: tuple[Person, ...]
    sources: tuple[Source, ...]
    terms: tuple[Term, ...]
    answerable: tuple[tuple[int, str, frozenset[int]], ...]

    @property
    def day(self) -> date | None:
        return day_of(self.round)

    @property
    def day_text(self) -> str:
        """The day of the round as a line begins with it; empty where it has none yet."""
        return ranges.date_text(ranges.day(self.day)) if self.day else ""

    @cached_property
    def issue_choices(self) -> list:
        """Return the issues by code, those of the last round first."""
        last: list[tuple[str, str]] = []
        others: list[tuple[str, str]] = []
        for issue in self.issues:
            (last if issue.pk in self.issues_last else others).append((issue.code, issue.name))
        overall = ("", _("Overall"))
        if not last:
            return [overall, *others]
        return [overall, (_("Spoken of in the last round"), last), (_("Other issues"), others)]

    @property
    def terms_by_issue(self) -> list[tuple[Issue, list[forms.BoundField]]]:
        """Return the issues that have terms with their fields, for lines that turn to them."""
        return [
            (issue, list(form))
            for issue in self.issues
            if (form := _TermsForm(issue, self.terms_of(issue))).fields
        ]

    def terms_of(self, issue: Issue | None) -> list[Term]:
        return [term for term in self.terms if issue and term.issue_id == issue.pk]

    @cached_property
    def source_choices(self) -> list:
        return list(source_choices(self.sources))

    def answers_to(self, party: Party) -> list:
        """Return what the party may answer: what others said and tabled at the round."""
        told = [(pk, text) for pk, text, holders in self.answerable if holders != {party.pk}]
        return [("", "—"), *told]


def offered(round: Round, user) -> Offered:
    """Return what the lines of ``round`` offer to ``user``."""

    def mine(model):
        return model.objects.visible_to(user).filter(negotiation=round.negotiation_id)

    track = in_order(mine(Round).filter(track=round.track_id).exclude(state="retracted"))
    return Offered(
        round=round,
        issues=tuple(mine(Issue).offered()),
        issues_last=issues_of(last_held(track, round), user),
        parties=tuple(mine(Party)),
        people=tuple(mine(Person)),
        sources=tuple(lately_touched(mine(Source).exclude(state="retracted"))),
        terms=tuple(mine(Term).offered().prefetch_related("choices")),
        answerable=tuple(
            (
                row.pk,
                _answerable_text(row),
                frozenset(link.party_id for link in row.holder_links.all()),
            )
            for model in (Proposal, Demand)
            for row in mine(model)
            .filter(round=round)
            .exclude(state="retracted")
            .prefetch_related("holder_links__party")
            .order_by("pk")
        ),
    )


class _TermsForm(forms.Form):
    """The terms of an issue alone; what a line takes over from it becomes fields of the line."""

    def __init__(self, issue: Issue, terms: Iterable[Term]):
        super().__init__(auto_id=f"id-terms-{issue.code}-%s")
        self.fields.update({f"term_{term.code}": field_for(term) for term in terms})


class LineForm(OperationErrors, AnswerFields, EvidenceFields):
    """One line of a party's column. Only the text must be typed; what stays, stays.

    ``first`` are first values by field name, as texts of an address; ``copy`` tells a line apart
    that was sent and came back from the one that is typed into meanwhile.
    """

    main_field = "text"

    issue = forms.ModelChoiceField(
        label=gettext_lazy("Issue"),
        queryset=Issue.objects.none(),
        to_field_name="code",
        required=False,
    )
    text = LongTextField(
        label=gettext_lazy("What they say"),
        rows=1,
        most=10_000,
        error_messages={"required": gettext_lazy("Write what they say.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[*Demand.Kind.choices, ("", gettext_lazy("an answer only"))],
        initial=Demand.Kind.DEMAND,
        required=False,
    )
    firmness = forms.ChoiceField(
        label=gettext_lazy("Firmness"),
        choices=Demand.Firmness,
        initial=Demand.Firmness.UNKNOWN,
    )
    stated = dates_field(label=gettext_lazy("Stated"), required=False)
    answers = forms.TypedChoiceField(
        label=gettext_lazy("Answers"), coerce=int, empty_value=None, required=False
    )
    answer = forms.ChoiceField(
        label=gettext_lazy("Answer"), choices=[("", "—"), *Demand.Answer.choices], required=False
    )
    condition = forms.CharField(label=gettext_lazy("Only if"), required=False, max_length=1000)

    def __init__(
        self,
        data=None,
        *,
        offered: Offered,
        user,
        party: Party,
        first: Mapping[str, str] | None = None,
        last_issue: str = "",
        last_source: int | None = None,
        copy: str = "",
    ):
        self.offered, self.party, self.round = offered, party, offered.round
        self.user = user
        self.negotiation = offered.round.negotiation
        self.dom_id = "-".join(part for part in ("line", party.code, copy) if part)
        initial: dict[str, Any] = {
            "issue": last_issue,
            "source": last_source,
            "stated": offered.day_text,
            **(first or {}),
        }
        if initial.get("answers"):
            initial.setdefault("kind", "")
        super().__init__(data, initial=initial, auto_id=f"id-{self.dom_id}-%s")
        self._offer(user)
        code = str((data or {}).get("issue", initial["issue"]) or "")
        self.chosen = next((issue for issue in offered.issues if issue.code == code), None)
        self.terms = offered.terms_of(self.chosen)
        for term in self.terms:
            self.fields[f"term_{term.code}"] = field_for(term)
        self._stay()

    def _offer(self, user) -> None:
        """Offer the choices that all lines of the page share."""
        mine = {"negotiation": self.negotiation}
        for name, model in (("issue", Issue), ("source", Source), ("reported_by", Party)):
            self.fields[name].queryset = model.objects.visible_to(user).filter(**mine)
        self.fields["issue"].queryset = self.fields["issue"].queryset.offered()
        self.fields["answers"].choices = self.offered.answers_to(self.party)
        self.fields["speaker"].offer(self.offered.people)
        shared = {
            "issue": self.offered.issue_choices,
            "source": [("", gettext_lazy("none yet: save a draft")), *self.offered.source_choices],
            "reported_by": [("", "—"), *((p.pk, p.name) for p in self.offered.parties)],
        }
        for name, choices in shared.items():
            self.fields[name].widget.choices = choices

    def _stay(self) -> None:
        """Tell the page what the next line keeps, and what it begins with.

        A source that is described stays until the server has it: the page then chooses it instead.
        """
        for name, field in self.fields.items():
            if name in (*STAYS, *SOURCE):
                field.widget.attrs["data-stays"] = ""
        begins = {
            "kind": Demand.Kind.DEMAND,
            "firmness": Demand.Firmness.UNKNOWN,
            "stated": self.offered.day_text,
            "basis": self.fields["basis"].initial,
        }
        for name, text in begins.items():
            self.fields[name].widget.attrs["data-then"] = text

    def clean(self):
        cleaned = super().clean()
        self.take_day_of_source()
        known = {f"term_{term.code}" for term in self.terms}
        typed = {n for n in self.data if n.startswith("term_") and self.data.get(n)} - known
        if typed:
            self.add_error(
                "issue",
                _("The terms you gave belong to another issue; give those of this one below."),
            )
        return cleaned

    def _bound(self, names: Iterable[str]):
        return [self[name] for name in names]

    @property
    def is_answer(self) -> bool:
        """Whether the line was opened to answer something."""
        return bool(self.initial.get("answers"))

    @property
    def statement_fields(self):
        return self._bound(n for n in STATEMENT if not (self.is_answer and n == "answer"))

    @property
    def term_fields(self):
        return self._bound(f"term_{term.code}" for term in self.terms)

    @property
    def more_open(self) -> bool:
        """Whether something beyond the line itself was typed, or has an error to show."""
        terms = {f"term_{term.code}" for term in self.terms}
        known = {*STAYS, *terms, "text", "kind", "stated", NON_FIELD_ERRORS}
        typed = {*self.errors, *self.changed_data} if self.is_bound else set()
        return bool(typed - known) or self.is_answer

    @property
    def is_source_open(self) -> bool:
        return any(self[name].value() for name in SOURCE)

    @property
    def home(self) -> str:
        """Return the address of the party's column on the round's page."""
        page = reverse("round", args=[self.negotiation.slug, self.round.pk])
        return f"{page}#side-{self.party.code}"

    def save(self) -> Demand:
        """Record what the line says. Raises ``ValidationError``."""
        data = self.cleaned_data
        condition = data["condition"].strip()
        return record_demand(
            user=self.user,
            negotiation=self.negotiation,
            **{name: data[name] for name in ("issue", "text", "kind", "firmness", "stated")},
            answers_id=data["answers"],
            answer=data["answer"],
            holders=[self.party],
            round=self.round,
            evidence=self.evidence(),
            values=[
                value for term in self.terms for value in values_of(term, data[f"term_{term.code}"])
            ],
            links=[{"relation": Linkage.Relation.ONLY_IF, "condition": condition}]
            if condition
            else [],
        )


def _answerable_text(row: Proposal | Demand) -> str:
    kind = capfirst(row._meta.verbose_name)
    holders = ", ".join(str(link.party) for link in row.holder_links.all())
    return f"{kind} {row.pk}, {holders}: {row}"[:120]
