"""The forms of a paper's page: a clause in its place, a pasted text, a demand, a new version."""

from hashlib import sha256

from django import forms
from django.utils.translation import gettext_lazy as _

from negotiations.forms import LongTextField
from positions import papers
from positions.clausetext import Part, parse
from positions.models import Clause, Demand, Proposal
from positions.recordforms import FormOf, RecordForm, WitnessedForm


class ClauseForm(RecordForm):
    """A new clause: inside another one, else behind one, else at the end of the paper."""

    def __init__(
        self,
        data=None,
        *,
        proposal: Proposal,
        user,
        parent: Clause | None = None,
        after: Clause | None = None,
    ):
        self.proposal, self.place = proposal, {"parent": parent, "after": after}
        near = parent or after
        super().__init__(
            data,
            kind="clause",
            negotiation=proposal.negotiation,
            user=user,
            # The ids of several forms on one page differ by what they are near to.
            presets={"parent": str(near.pk)} if near else {},
        )
        _keep(self, FormOf(("label", "text", "operator")))

    def save(self) -> Clause:
        """Record the clause in its place; raise ``ValidationError``."""
        fields = {name: self.cleaned_data[name] for name in self.names}
        return papers.add_clause(user=self.user, proposal=self.proposal, **self.place, **fields)


class VersionForm(WitnessedForm):
    """A new version of a paper."""

    def __init__(self, data=None, *, proposal: Proposal, user, last_source: int | None = None):
        self.proposal = proposal
        super().__init__(
            data,
            kind="proposal",
            negotiation=proposal.negotiation,
            user=user,
            presets={"title": proposal.title},
            last_source=last_source,
        )
        _keep(self, FormOf(("title", "tabled", "round", "answer_by"), witnessed=True))

    def save(self) -> Proposal:
        """Record the paper with the same clauses; raise ``ValidationError``."""
        fields = {name: self.cleaned_data[name] for name in self.names}
        return papers.new_version(
            user=self.user, proposal=self.proposal, evidence=self.evidence(), **fields
        )


def _keep(form: RecordForm, layout: FormOf) -> None:
    """Leave only some of the fields of a record's form."""
    for name in {*form.names} - {*layout.first, *layout.more}:
        del form.fields[name]
    form.layout, form.names = layout, (*layout.first, *layout.more)


class _PlainForm(forms.Form):
    """What the page asks of a form that is no record's own."""

    @property
    def first_fields(self):
        return self.visible_fields()

    def add_operation_errors(self, error) -> None:
        """Show what the operation refused."""
        for message in error.messages:
            self.add_error(None, message)


class PasteForm(_PlainForm):
    """A numbered or bulleted text that becomes clauses, once somebody has seen which."""

    text = LongTextField(
        label=_("The text"),
        rows=12,
        most=200_000,
        strip=False,
        help_text=_(
            "A line that begins with a number, a letter or a bullet begins a clause; other lines "
            "go on with the clause above. Without any, each line is a clause. What is indented "
            "further, or numbered in another style, stands inside the clause above."
        ),
        error_messages={"required": _("Paste the text of the clauses.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, proposal: Proposal, user, parent: Clause | None = None):
        self.proposal, self.user, self.parent = proposal, user, parent
        self.dom_id = f"form-paste-{parent.pk if parent else 'paper'}"
        super().__init__(data, auto_id=f"id-{self.dom_id}-%s")

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not text.strip():
            raise forms.ValidationError(self.fields["text"].error_messages["required"])
        return text

    @property
    def parts(self) -> tuple[Part, ...]:
        """Return what the text is read as; nothing while there is none, or far too much."""
        return parse(self.data.get("text", "")) if self._may_read else ()

    @property
    def _may_read(self) -> bool:
        return self.is_bound and "text" not in self.errors

    @property
    def count(self) -> int:
        """Return how many clauses the text is read as."""
        return sum(part.size for part in self.parts)

    @property
    def sight(self) -> str:
        """Return what tells these clauses from others: the text may change after its preview."""
        return sha256(repr(self.parts).encode("utf-8", "replace")).hexdigest()

    @property
    def was_seen(self) -> bool:
        """Whether the clauses were shown to the editor as they are."""
        return self.cleaned_data["seen"] == self.sight

    def save(self) -> Clause:
        """Record the clauses and return the first; raise ``ValidationError``."""
        clauses = [part.as_fields() for part in self.parts]
        place = {"proposal": self.proposal, "parent": self.parent}
        return papers.record_clause_tree(user=self.user, clauses=clauses, **place)[0]


class DemandField(forms.ModelChoiceField):
    """A demand, offered with its holders and its number."""

    def label_from_instance(self, obj: Demand) -> str:
        holders = ", ".join(str(link.party) for link in obj.holder_links.all())
        return f"{holders or _('nobody')}: {obj.text[:120]} (№ {obj.pk})"


class AttachForm(_PlainForm):
    """Which demand, recorded already, stands in a clause."""

    demand = DemandField(label=_("Demand"), queryset=Demand.objects.none())

    def __init__(self, data=None, *, clause: Clause, user):
        self.clause, self.user = clause, user
        self.dom_id = f"form-attach-{clause.pk}"
        super().__init__(data, auto_id=f"id-{self.dom_id}-%s")
        offered = Demand.objects.visible_to(user).filter(negotiation=clause.negotiation)
        field = self.fields["demand"]
        assert isinstance(field, DemandField)
        field.queryset = (
            offered.exclude(state="retracted")
            .exclude(clause=clause)
            .prefetch_related("holder_links__party")
            .order_by("-stated", "-pk")
        )

    def save(self) -> Demand:
        """Put the demand into the clause; raise ``ValidationError``."""
        demand = self.cleaned_data["demand"]
        return papers.attach_demand(demand, user=self.user, clause=self.clause)
