"""What rests on little: records whose evidence is one unnamed source, one outlet, or inference."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet
from django.db.models.expressions import ExpressionWrapper
from django.db.models.fields import BooleanField
from django.utils.translation import gettext_lazy as _

from negotiations.models import Negotiation, Party, Record, Source
from negotiations.titles import titled
from positions.footing import Footing, rests_on
from positions.models import Demand, Event, Evidence, Issue, Outcome, Silence
from positions.recordpages import url_of
from positions.statements import evidence_of

PER_PAGE = 50
#: The kinds that are published only on somebody's word, with the field that says on what issue.
WITNESSED: dict[str, Any] = {
    Record.Kind.DEMAND: Demand,
    Record.Kind.OUTCOME: Outcome,
    Record.Kind.EVENT: Event,
    Record.Kind.SILENCE: Silence,
}
#: How each of them names the parties whose it is.
OF_PARTY: dict[Any, str] = {
    Demand: "holders",
    Outcome: "confirmed_by",
    Event: "actor",
    Silence: "party",
}


@dataclass(frozen=True)
class Resting:
    """A record that rests on little, in what way, and all that is said to it."""

    kind: str
    title: str
    #: The issue and the parties that it is about, by name.
    about: tuple[str, ...]
    url: str
    state: str
    footings: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class EvidencePage:
    """What the page shows: a page of records, and the sources in which words have lost their place.

    ``counts`` are how many records rest on each footing, by its word, whichever are shown.
    """

    page: Page
    resting: tuple[Resting, ...]
    counts: tuple[tuple[str, str, int], ...]
    lost: tuple[Source, ...]


class EvidenceQuery(forms.Form):
    """What is asked of the page; without ``rests_on`` any of the footings."""

    rests_on = forms.MultipleChoiceField(
        label=_("Rests only on"),
        choices=Footing,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    kind = forms.ChoiceField(label=_("What"), required=False)
    issue = forms.ModelChoiceField(
        label=_("Issue"),
        queryset=Issue.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("any"),
    )
    party = forms.ModelChoiceField(
        label=_("Party"),
        queryset=Party.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("any"),
    )

    def __init__(self, data, *, negotiation: Negotiation, user):
        super().__init__(data, auto_id="evidence-%s")
        self.negotiation, self.user = negotiation, user
        for name, model in (("issue", Issue), ("party", Party)):
            mine = model.objects.visible_to(user).filter(negotiation=negotiation)
            self.fields[name].queryset = mine  # type: ignore[attr-defined]
        kinds = [(kind, Record.Kind(kind).label) for kind in WITNESSED]
        self.fields["kind"].choices = [("", _("any")), *kinds]  # type: ignore[attr-defined]

    @property
    def narrowed(self) -> bool:
        """Whether the list shows only some of what rests on little."""
        return any(self.data.get(name) for name in self.fields)

    def records(self) -> QuerySet[Record]:
        """Return the records asked for, each annotated with whether it rests on each footing."""
        asked = self.cleaned_data
        of_these = Q(kind=asked["kind"]) if asked.get("kind") else Q(kind__in=WITNESSED)
        rows = (
            Record.objects.visible_to(self.user)
            .filter(of_these, negotiation=self.negotiation)
            .exclude(state="retracted")
            .annotate(**_footings(self.user))
        )
        if asked.get("issue") or asked.get("party"):
            rows = rows.filter(self._about(asked.get("issue"), asked.get("party")))
        return rows

    def _about(self, issue: Issue | None, party: Party | None) -> Q:
        found = Q()
        for model in WITNESSED.values():
            mine = model.objects.filter(negotiation=self.negotiation)
            if issue:
                mine = mine.filter(issue=issue)
            if party:
                mine = mine.filter(**{OF_PARTY[model]: party})
            found |= Q(pk__in=mine.values("pk"))
        return found


def build(*, query: EvidenceQuery, number) -> EvidencePage:
    """Return the page of what ``query`` asks, which must be valid; ``number`` is of its pages."""
    rows = query.records()
    asked = query.cleaned_data.get("rests_on") or Footing.values
    shown = rows.filter(Q(*((_name(footing), True) for footing in asked), _connector=Q.OR))
    page = Paginator(shown.order_by("-pk"), PER_PAGE).get_page(number)
    counted = rows.aggregate(
        **{f"n_{_name(f)}": Count("pk", filter=Q(**{_name(f): True})) for f in Footing.values}
    )
    counts = tuple((f.value, str(f.label), counted[f"n_{_name(f.value)}"]) for f in Footing)
    resting = tuple(_resting(list(page), query.negotiation, query.user))
    return EvidencePage(page, resting, counts, _lost(query.negotiation, query.user))


def _name(footing: str) -> str:
    return f"on_{footing.replace(' ', '_')}"


def _footings(user) -> dict[str, ExpressionWrapper]:
    evidence = Evidence.objects.visible_to(user).exclude(state="retracted")
    return {
        _name(footing): ExpressionWrapper(rests_on(footing, evidence), BooleanField())
        for footing in Footing.values
    }


def _resting(records: Sequence[Record], negotiation: Negotiation, user) -> Iterator[Resting]:
    titles = titled(records)
    about = _subjects(records)
    evidence = evidence_of([record.pk for record in records], user)
    for record in records:
        yield Resting(
            kind=record.get_kind_display(),
            title=titles[record.pk][1],
            about=about[record.pk],
            url=url_of(negotiation.slug, record.pk, record.kind),
            state=record.state,
            footings=tuple(str(f.label) for f in Footing if getattr(record, _name(f.value))),
            evidence=evidence.get(record.pk, ()),
        )


def _subjects(records: Sequence[Record]) -> dict[int, tuple[str, ...]]:
    """Return for each record the issue and the parties that it names."""
    found: dict[int, tuple[str, ...]] = {}
    for model in {WITNESSED[record.kind] for record in records}:
        field = model._meta.get_field(OF_PARTY[model])
        rows = model.objects.filter(pk__in=[record.pk for record in records])
        rows = rows.select_related("issue", *([] if field.many_to_many else [field.name]))
        for row in rows.prefetch_related(*([field.name] if field.many_to_many else [])):
            named = getattr(row, field.name)
            parties = named.all() if field.many_to_many else [named] if named else []
            issue = [row.issue.name] if row.issue else []
            found[row.pk] = (*issue, *(party.name for party in parties))
    return found


def _lost(negotiation: Negotiation, user) -> tuple[Source, ...]:
    """Return the sources with ``lost``: how many quotes are placed in a text they have no more."""
    lost = (
        Evidence.objects.visible_to(user)
        .filter(negotiation=negotiation, start__isnull=False)
        .exclude(state="retracted")
        .exclude(text_hash__in=["", F("source__text_hash")])
    )
    found = Count("evidence", filter=Q(evidence__in=lost.values("pk")), distinct=True)
    rows = Source.objects.visible_to(user).filter(negotiation=negotiation).annotate(lost=found)
    return tuple(rows.filter(lost__gt=0).order_by("published", "pk"))
