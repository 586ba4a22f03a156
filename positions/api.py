"""The API's collections of positions and of all that has evidence, and the comparison."""

from collections import defaultdict

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch

from negotiations import api as talks
from negotiations.api import (
    MembershipViewSet,
    PartyViewSet,
    PersonViewSet,
    TrackViewSet,
    WriteViewSet,
)
from negotiations.filters import (
    DelegateFilters,
    ParticipationFilters,
    RoundFilters,
    SourceFilters,
)
from negotiations.models import Delegate, Participation, Round, Source
from negotiations.serializers import (
    DelegateSerializer,
    ParticipationSerializer,
    RoundSerializer,
    SourceSerializer,
)
from positions import (
    api_input,
    comparison,
    comparisonbook,
    comparisontable,
    filters,
    operations,
    serializers,
)
from positions.api_asked import AskedView, described
from positions.api_comparison import ComparisonSerializer
from positions.edits import edits_since
from positions.models import (
    Clause,
    Demand,
    DemandAddressee,
    DemandHolder,
    DemandObligor,
    Event,
    Evidence,
    Issue,
    Linkage,
    Outcome,
    OutcomeConfirmation,
    Proposal,
    ProposalHolder,
    Silence,
    Term,
    TermChoice,
    TermValue,
    TermValueChoice,
)
from positions.proposals import record_proposal
from positions.question import PARAMETERS
from positions.reviewswitch import change_settings


def party_codes(links, record: str) -> ArraySubquery:
    """Return the codes of the parties that ``links`` puts beside the row, in their order."""
    return ArraySubquery(
        links.objects.filter(**{record: OuterRef("pk")})
        .order_by("party__order", "party__code")
        .values("party__code")
    )


def choice_codes() -> ArraySubquery:
    """Return the codes of a value's choices, in their order."""
    return ArraySubquery(
        TermValueChoice.objects.filter(value=OuterRef("pk"))
        .order_by("choice__ordinal", "choice__pk")
        .values("choice__code")
    )


class ContentViewSet(WriteViewSet):
    """Records that editors draft, publish and retract."""

    def edits_since(self, row, version):
        return edits_since(row, version, self.request.user)

    def record(self, **fields):
        return operations.record_with_evidence(self.model, **fields)

    def edit(self, row, **fields):
        return operations.edit_record(row, **fields)


class PartViewSet(ContentViewSet):
    """What hangs on a record that is there already."""

    def record(self, **fields):
        del fields["negotiation"]  # The record's own.
        return operations.add_part(self.model, **fields)


class WholeViewSet(ContentViewSet):
    """Records shown with the values, linkages and evidence that hang on them."""

    @classmethod
    def complete(cls, rows, user):
        values = cls._by_record(
            TermValue.objects.select_related("term")
            .annotate(choice_codes=choice_codes())
            .order_by("term__order", "term__code", "pk"),
            rows,
            user,
        )
        links = cls._by_record(Linkage.objects.order_by("pk"), rows, user)
        evidence = cls._by_record(Evidence.objects.only("record_id").order_by("pk"), rows, user)
        for row in rows:
            row.shown_values, row.shown_links = values[row.pk], links[row.pk]
            row.shown_evidence = [each.pk for each in evidence[row.pk]]
        return rows

    @staticmethod
    def _by_record(parts, rows, user):
        found = defaultdict(list)
        numbers = [row.pk for row in rows]
        for part in parts.visible_to(user).filter(record__in=numbers):
            found[part.record_id].append(part)
        return found


class SourceViewSet(ContentViewSet):
    queryset = Source.objects.select_related("negotiation")
    serializer_class = SourceSerializer
    filterset_class = SourceFilters
    input_class = api_input.SourceInput

    def record(self, **fields):
        return operations.record_source(**fields)


class RoundViewSet(ContentViewSet):
    queryset = Round.objects.select_related("negotiation")
    serializer_class = RoundSerializer
    filterset_class = RoundFilters
    input_class = api_input.RoundInput


class ParticipationViewSet(ContentViewSet):
    queryset = Participation.objects.select_related("negotiation", "party")
    serializer_class = ParticipationSerializer
    filterset_class = ParticipationFilters
    input_class = api_input.ParticipationInput


class DelegateViewSet(ContentViewSet):
    queryset = Delegate.objects.select_related("negotiation", "party")
    serializer_class = DelegateSerializer
    filterset_class = DelegateFilters
    input_class = api_input.DelegateInput


class IssueViewSet(WriteViewSet):
    queryset = Issue.objects.select_related("negotiation", "parent", "merged_into")
    serializer_class = serializers.IssueSerializer
    filterset_class = filters.IssueFilters
    input_class = api_input.IssueInput


class TermViewSet(WriteViewSet):
    queryset = Term.objects.select_related("negotiation", "issue", "merged_into").prefetch_related(
        Prefetch("choices", TermChoice.objects.select_related("merged_into"))
    )
    serializer_class = serializers.TermSerializer
    filterset_class = filters.TermFilters
    input_class = api_input.TermInput

    def edits_since(self, row, version):
        return edits_since(row, version, self.request.user)


class TermChoiceViewSet(WriteViewSet):
    queryset = TermChoice.objects.select_related("negotiation", "term", "merged_into")
    serializer_class = serializers.TermChoiceRowSerializer
    filterset_class = filters.TermChoiceFilters
    input_class = api_input.TermChoiceInput


class ProposalViewSet(ContentViewSet):
    queryset = Proposal.objects.select_related("negotiation").annotate(
        holder_codes=party_codes(ProposalHolder, "proposal")
    )
    serializer_class = serializers.ProposalSerializer
    filterset_class = filters.ProposalFilters
    input_class = api_input.ProposalInput

    def record(self, **fields):
        return record_proposal(**fields)


class ClauseViewSet(ContentViewSet):
    queryset = Clause.objects.select_related("negotiation")
    serializer_class = serializers.ClauseSerializer
    filterset_class = filters.ClauseFilters
    input_class = api_input.ClauseInput


class DemandViewSet(WholeViewSet):
    queryset = Demand.objects.select_related("negotiation", "issue").annotate(
        holder_codes=party_codes(DemandHolder, "demand"),
        addressee_codes=party_codes(DemandAddressee, "demand"),
        obligor_codes=party_codes(DemandObligor, "demand"),
    )
    serializer_class = serializers.DemandSerializer
    filterset_class = filters.DemandFilters
    input_class = api_input.DemandInput


class TermValueViewSet(PartViewSet):
    queryset = TermValue.objects.select_related("negotiation", "term").annotate(
        choice_codes=choice_codes()
    )
    serializer_class = serializers.TermValueSerializer
    filterset_class = filters.TermValueFilters
    input_class = api_input.TermValueInput


class LinkageViewSet(PartViewSet):
    queryset = Linkage.objects.select_related("negotiation")
    serializer_class = serializers.LinkageSerializer
    filterset_class = filters.LinkageFilters
    input_class = api_input.LinkageInput


class OutcomeViewSet(WholeViewSet):
    queryset = Outcome.objects.select_related("negotiation", "issue", "decided_by").annotate(
        confirming_codes=party_codes(OutcomeConfirmation, "outcome")
    )
    serializer_class = serializers.OutcomeSerializer
    filterset_class = filters.OutcomeFilters
    input_class = api_input.OutcomeInput


class EventViewSet(WholeViewSet):
    queryset = Event.objects.select_related("negotiation", "actor", "issue")
    serializer_class = serializers.EventSerializer
    filterset_class = filters.EventFilters
    input_class = api_input.EventInput


class SilenceViewSet(WholeViewSet):
    queryset = Silence.objects.select_related("negotiation", "party", "issue")
    serializer_class = serializers.SilenceSerializer
    filterset_class = filters.SilenceFilters
    input_class = api_input.SilenceInput


class EvidenceViewSet(PartViewSet):
    queryset = Evidence.objects.select_related("negotiation", "reported_by")
    serializer_class = serializers.EvidenceSerializer
    filterset_class = filters.EvidenceFilters
    input_class = api_input.RecordEvidenceInput


class NegotiationViewSet(talks.NegotiationViewSet):
    """Whoever has an account begins negotiations; nobody takes one out.

    Review is switched off once nothing waits for it.
    """

    def edit(self, row, **fields):
        return change_settings(row, **fields)


#: The collections by the names that their addresses have.
COLLECTIONS: dict[str, type[WriteViewSet]] = {
    "negotiations": NegotiationViewSet,
    "memberships": MembershipViewSet,
    "parties": PartyViewSet,
    "people": PersonViewSet,
    "tracks": TrackViewSet,
    "rounds": RoundViewSet,
    "participations": ParticipationViewSet,
    "delegates": DelegateViewSet,
    "sources": SourceViewSet,
    "issues": IssueViewSet,
    "terms": TermViewSet,
    "term-choices": TermChoiceViewSet,
    "proposals": ProposalViewSet,
    "clauses": ClauseViewSet,
    "demands": DemandViewSet,
    "term-values": TermValueViewSet,
    "linkages": LinkageViewSet,
    "outcomes": OutcomeViewSet,
    "events": EventViewSet,
    "silences": SilenceViewSet,
    "evidence": EvidenceViewSet,
}


@described
class ComparisonView(AskedView):
    """What the page of the comparison shows."""

    page = "comparison"
    takes = PARAMETERS
    shown = ComparisonSerializer

    def build(self, **asked):
        return comparison.build(**asked)

    def table(self, built):
        return comparisontable.table(built)

    def sheets(self, built, asked):
        return comparisonbook.sheets(built, asked)
