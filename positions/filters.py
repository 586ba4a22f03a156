"""What one may ask of the collections of positions."""

import django_filters
from django.utils.translation import gettext_lazy as _

from negotiations.filters import (
    Choice,
    Code,
    ContentFilters,
    Day,
    Number,
    Order,
    ScopedFilters,
)
from negotiations.models import Party, Person, Record, Round, Source
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

CITED = {"through": (Evidence, "record"), "help_text": _("A source of its evidence.")}


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


class DemandFilters(ContentFilters):
    holder = Code(Party, "party", through=(DemandHolder, "demand"))
    party = Code(Party, "party", through=(DemandHolder, "demand"), help_text=_("As holder."))
    addressee = Code(Party, "party", through=(DemandAddressee, "demand"))
    obligor = Code(Party, "party", through=(DemandObligor, "demand"))
    issue = Code(Issue, "issue")
    kind = Choice(Demand.Kind)
    answers = Number(Record, "answers")
    answer = Choice(Demand.Answer)
    clause = Number(Clause, "clause")
    proposal = Number(Proposal, "clause__proposal")
    round = Number(Round, "round")
    ending = Choice(Ending)
    firmness = Choice(Demand.Firmness)
    supersedes = Number(Demand, "supersedes")
    movement = Choice(Demand.Movement)
    source = Number(Source, "source", **CITED)
    as_of = Day("current", help_text=_("Current at the end of this day."))
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
    ordering = Order(fields=["happened", "expected", "id"])


class SilenceFilters(ContentFilters):
    party = Code(Party, "party")
    issue = Code(Issue, "issue")
    round = Number(Round, "round")
    about = Number(Record, "about")
    source = Number(Source, "source", **CITED)
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
