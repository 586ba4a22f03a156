"""What one may ask of the collections of positions."""

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from negotiations.filters import (
    Choice,
    Choices,
    Code,
    Codes,
    ContentFilters,
    Day,
    Number,
    Numbers,
    Order,
    ScopedFilters,
)
from negotiations.fulltext import read_words
from negotiations.models import Party, Person, Record, Round, Source, Track
from positions.footing import Footing, rests_on
from positions.models import (
    Clause,
    Demand,
    DemandAddressee,
    DemandHolder,
    DemandObligor,
    Ending,
    Event,
    Evidence,
    Issue,
    Linkage,
    Outcome,
    OutcomeConfirmation,
    Proposal,
    ProposalHolder,
    Rank,
    Term,
    TermValue,
)
from positions.models.issue import OVERALL

CITED: dict[str, Any] = {
    "through": (Evidence, "record"),
    "help_text": _("A source of its evidence."),
}


class IssueFilters(ScopedFilters):
    code = django_filters.CharFilter()
    parent = Code(Issue, "parent")
    ordering = Order(fields=["order", "code", "name", "id"])


class TermFilters(ScopedFilters):
    code = django_filters.CharFilter()
    issue = Code(Issue, "issue")
    kind = Choice(Term.Kind)
    ordering = Order(fields=["order", "code", "name", "id"])


class TermChoiceFilters(ScopedFilters):
    code = django_filters.CharFilter()
    term = Code(Term, "term")
    ordering = Order(fields=["term", "ordinal", "code", "id"])


class ProposalFilters(ContentFilters):
    holder = Code(Party, "party", through=(ProposalHolder, "proposal"))
    party = Code(Party, "party", through=(ProposalHolder, "proposal"), help_text=_("As holder."))
    kind = Choice(Proposal.Kind)
    round = Number(Round, "round")
    supersedes = Number(Proposal, "supersedes")
    responds_to = Number(Proposal, "responds_to")
    source = Number(Source, "source", **CITED)
    as_of = Day("tabled_by", help_text=_("Tabled by the end of this day."))
    ordering = Order(fields=["tabled", "title", "id"])


class ClauseFilters(ContentFilters):
    proposal = Number(Proposal, "proposal")
    parent = Number(Clause, "parent")
    operator = Choice(Clause.Operator)
    source = Number(Source, "source", **CITED)
    ordering = Order(fields=["proposal", "order", "id"])


class Within(Codes):
    """``?issue=ceasefire``: an issue and its parts; ``overall`` is what is said of no issue."""

    def numbers(self, value) -> set[int]:
        named = super().numbers([code for code in value if code != OVERALL])
        return below(named, self.visible().exclude(parent=None).values_list("parent", "pk"))

    def filter(self, rows, value):
        if OVERALL not in value:
            return super().filter(rows, value)
        return rows.filter(self.pointing(self.numbers(value)) | Q(issue__isnull=True))


def below(tops: Iterable[int], edges: Iterable[tuple[int, int]]) -> set[int]:
    """Return ``tops`` and all that lies below them; ``edges`` lead from a parent to its child."""
    edges, found = list(edges), set(tops)
    grown = True
    while grown:
        children = {child for parent, child in edges if parent in found} - found
        found |= children
        grown = bool(children)
    return found


class Held(Codes):
    """``?party=UA``: held by any of these; with ``as_of`` by those who still hold it then."""

    def filter(self, rows, value):
        asked = self.parent.form.cleaned_data
        if not value or not asked.get("as_of"):
            return super().filter(rows, value)
        holding = DemandHolder.objects.filter(demand=OuterRef("pk"), party__in=self.numbers(value))
        return rows.filter(Exists(holding.remaining(asked["as_of"], asked.get("known_on"))))


class AtLeast(Choice):
    """``?authority=official on the record``: with supporting evidence of this basis or a better."""

    def filter(self, rows, value):
        if not value:
            return rows
        ladder = Evidence.Basis.values
        evidence = Evidence.objects.visible_to(self.parent.request.user).filter(
            record=OuterRef("pk"),
            stance=Evidence.Stance.SUPPORTS,
            field="",
            basis__in=ladder[: ladder.index(value) + 1],
        )
        return rows.filter(Exists(evidence.known_on(self.parent.form.cleaned_data.get("known_on"))))


class RestsOn(Choices):
    """``?rests_on=one outlet``: with nothing better to support it than that, or any of several."""

    def __init__(self, **options):
        super().__init__(Footing, help_text=_("All that supports it."), **options)

    def filter(self, rows, value):
        if not value:
            return rows
        evidence = Evidence.objects.visible_to(self.parent.request.user).exclude(state="retracted")
        known = evidence.known_on(self.parent.form.cleaned_data.get("known_on"))
        return rows.filter(Q(*(rests_on(word, known) for word in value), _connector=Q.OR))


class InWords(django_filters.CharFilter):
    """``?words=prisoner exchange``: in our words or the sources', as the search finds."""

    def __init__(self, **options):
        super().__init__(max_length=200, **options)

    def filter(self, rows, value):
        if not value:
            return rows
        asked = self.parent.form.cleaned_data
        negotiation = asked.get("negotiation")
        words = read_words(value)
        quoted = Evidence.objects.visible_to(self.parent.request.user).known_on(
            asked.get("known_on")
        )
        return rows.filter(
            Q(pk__in=rows.model.objects.matching(words, negotiation).values("pk"))
            | Q(pk__in=quoted.matching(words, negotiation).values("record"))
        )


class Standing(Day):
    """``?as_of=2025-06-02``: what stands at the end of that day, by what was known then."""

    def __init__(self, **options):
        super().__init__("current", **options)

    def filter(self, rows, value):
        known_on = self.parent.form.cleaned_data.get("known_on")
        return rows if value is None else rows.current(value, known_on)


class SaidFilters(ScopedFilters):
    """What one may ask of what is said: the grammar of the comparison and of the demands."""

    issue = Within(Issue, "issue", help_text=_("With its parts; “overall” for no issue."))
    party = Held(Party, "party", through=(DemandHolder, "demand"), help_text=_("As holder."))
    round = Numbers(Round, "round", help_text=_("Said in this round."))
    track = Numbers(Track, "round__track", help_text=_("Said in a round of this track."))
    kind = Choices(Demand.Kind)
    firmness = Choices(Demand.Firmness)
    authority = AtLeast(Evidence.Basis, help_text=_("At least this good a basis."))
    source = Numbers(Source, "source", **CITED)
    rests_on = RestsOn()
    words = InWords(help_text=_("In our words, or in those of its sources."))
    as_of = Standing(help_text=_("Current at the end of this day."))
    known_on = Day("known_on", help_text=_("By what was published by the end of this day."))


class DemandFilters(ContentFilters, SaidFilters):
    holder = Code(Party, "party", through=(DemandHolder, "demand"))
    addressee = Code(Party, "party", through=(DemandAddressee, "demand"))
    obligor = Code(Party, "party", through=(DemandObligor, "demand"))
    answers = Number(Record, "answers")
    answer = Choice(Demand.Answer)
    clause = Number(Clause, "clause")
    proposal = Number(Proposal, "clause__proposal")
    ending = Choice(Ending)
    supersedes = Number(Demand, "supersedes")
    movement = Choice(Demand.Movement)
    ordering = Order(fields=["stated", "issue", "id"])


class TermValueFilters(ContentFilters):
    record = Number(Record, "record")
    term = Code(Term, "term")
    status = Choice(TermValue.Status)
    rank = Choice(Rank)
    ordering = Order(fields=["record", "term", "id"])


class LinkageFilters(ContentFilters):
    record = Number(Record, "record")
    relation = Choice(Linkage.Relation)
    anchor = Number(Record, "anchor")
    ordering = Order(fields=["record", "relation", "id"])


class OutcomeFilters(ContentFilters):
    kind = Choice(Outcome.Kind)
    issue = Code(Issue, "issue")
    round = Number(Round, "round")
    clause = Number(Clause, "clause")
    party = Code(
        Party,
        "party",
        through=(OutcomeConfirmation, "outcome"),
        help_text=_("As one that confirms it."),
    )
    decided_by = Code(Party, "decided_by")
    ending = Choice(Ending)
    supersedes = Number(Outcome, "supersedes")
    source = Number(Source, "source", **CITED)
    rests_on = RestsOn()
    as_of = Day("current", help_text=_("Current at the end of this day."))
    ordering = Order(fields=["reached", "issue", "id"])


class EventFilters(ContentFilters):
    kind = Choice(Event.Kind)
    actor = Code(Party, "actor")
    round = Number(Round, "round")
    issue = Code(Issue, "issue")
    proposal = Number(Proposal, "proposal")
    outcome = Number(Outcome, "outcome")
    source = Number(Source, "source", **CITED)
    rests_on = RestsOn()
    ordering = Order(fields=["happened", "expected", "id"])


class SilenceFilters(ContentFilters):
    party = Code(Party, "party")
    issue = Code(Issue, "issue")
    round = Number(Round, "round")
    about = Number(Record, "about")
    source = Number(Source, "source", **CITED)
    rests_on = RestsOn()
    as_of = Day("noted_by", help_text=_("Looked for by the end of this day."))
    ordering = Order(fields=["looked_until", "issue", "id"])


class EvidenceFilters(ContentFilters):
    record = Number(Record, "record")
    source = Number(Source, "source")
    field = django_filters.CharFilter()
    stance = Choice(Evidence.Stance)
    basis = Choice(Evidence.Basis)
    speaker = Number(Person, "speaker")
    reported_by = Code(Party, "reported_by")
    rank = Choice(Rank)
    ordering = Order(fields=["record", "source", "id"])
