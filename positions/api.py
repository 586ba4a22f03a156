"""The API's collections of positions, and the comparison.

Sources are here for their operation's sake, which is one of this app.
"""

from collections import defaultdict

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from negotiations import operations
from negotiations.api import ReadViewSet, WriteViewSet, documented
from negotiations.filters import SourceFilters, refuse_careless
from negotiations.models import Negotiation, Source
from negotiations.serializers import SourceEdit, SourceInput, SourceSerializer
from positions import comparison, filters, serializers
from positions.api_comparison import ComparisonSerializer
from positions.api_input import DemandEdit, DemandInput
from positions.days import DayForm
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
    TermValue,
    TermValueChoice,
)
from positions.operations import edit_demand, record_demand, record_source


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


class WholeViewSet(ReadViewSet):
    """Records shown with the values, linkages and evidence that hang on them."""

    def complete(self, rows):
        values = self._by_record(
            TermValue.objects.select_related("term")
            .annotate(choice_codes=choice_codes())
            .order_by("term__order", "term__code", "pk"),
            rows,
        )
        links = self._by_record(Linkage.objects.order_by("pk"), rows)
        evidence = self._by_record(Evidence.objects.only("record_id").order_by("pk"), rows)
        for row in rows:
            row.shown_values, row.shown_links = values[row.pk], links[row.pk]
            row.shown_evidence = [each.pk for each in evidence[row.pk]]
        return rows

    def _by_record(self, parts, rows):
        found = defaultdict(list)
        numbers = [row.pk for row in rows]
        for part in parts.visible_to(self.request.user).filter(record__in=numbers):
            found[part.record_id].append(part)
        return found


@documented
class SourceViewSet(WriteViewSet):
    queryset = Source.objects.select_related("negotiation")
    serializer_class = SourceSerializer
    filterset_class = SourceFilters
    input_class, edit_class = SourceInput, SourceEdit
    record, edit = staticmethod(record_source), staticmethod(operations.edit)


class IssueViewSet(ReadViewSet):
    queryset = Issue.objects.select_related("negotiation", "parent")
    serializer_class = serializers.IssueSerializer
    filterset_class = filters.IssueFilters


class TermViewSet(ReadViewSet):
    queryset = Term.objects.select_related("negotiation", "issue").prefetch_related("choices")
    serializer_class = serializers.TermSerializer
    filterset_class = filters.TermFilters


class ProposalViewSet(ReadViewSet):
    queryset = Proposal.objects.select_related("negotiation").annotate(
        holder_codes=party_codes(ProposalHolder, "proposal")
    )
    serializer_class = serializers.ProposalSerializer
    filterset_class = filters.ProposalFilters


class ClauseViewSet(ReadViewSet):
    queryset = Clause.objects.select_related("negotiation")
    serializer_class = serializers.ClauseSerializer
    filterset_class = filters.ClauseFilters


@documented
class DemandViewSet(WholeViewSet, WriteViewSet):
    queryset = Demand.objects.select_related("negotiation", "issue").annotate(
        holder_codes=party_codes(DemandHolder, "demand"),
        addressee_codes=party_codes(DemandAddressee, "demand"),
        obligor_codes=party_codes(DemandObligor, "demand"),
    )
    serializer_class = serializers.DemandSerializer
    filterset_class = filters.DemandFilters
    input_class, edit_class = DemandInput, DemandEdit
    record, edit = staticmethod(record_demand), staticmethod(edit_demand)


class TermValueViewSet(ReadViewSet):
    queryset = TermValue.objects.select_related("negotiation", "term").annotate(
        choice_codes=choice_codes()
    )
    serializer_class = serializers.TermValueSerializer
    filterset_class = filters.TermValueFilters


class LinkageViewSet(ReadViewSet):
    queryset = Linkage.objects.select_related("negotiation")
    serializer_class = serializers.LinkageSerializer
    filterset_class = filters.LinkageFilters


class OutcomeViewSet(WholeViewSet):
    queryset = Outcome.objects.select_related("negotiation", "issue", "decided_by").annotate(
        confirming_codes=party_codes(OutcomeConfirmation, "outcome")
    )
    serializer_class = serializers.OutcomeSerializer
    filterset_class = filters.OutcomeFilters


class EventViewSet(WholeViewSet):
    queryset = Event.objects.select_related("negotiation", "actor", "issue")
    serializer_class = serializers.EventSerializer
    filterset_class = filters.EventFilters


class SilenceViewSet(WholeViewSet):
    queryset = Silence.objects.select_related("negotiation", "party", "issue")
    serializer_class = serializers.SilenceSerializer
    filterset_class = filters.SilenceFilters


class EvidenceViewSet(ReadViewSet):
    queryset = Evidence.objects.select_related("negotiation", "reported_by")
    serializer_class = serializers.EvidenceSerializer
    filterset_class = filters.EvidenceFilters


class ComparisonView(APIView):
    """What the page of the comparison shows."""

    http_method_names = ["get", "head"]

    @extend_schema(
        parameters=[
            OpenApiParameter("as_of", OpenApiTypes.DATE, description=_("Today unless given.")),
            OpenApiParameter("round", int, description=_("Instead: the last day of a round.")),
            OpenApiParameter("issue", str, many=True, description=_("Codes; all unless given.")),
            OpenApiParameter("party", str, many=True, description=_("Codes; all unless given.")),
        ],
        responses=ComparisonSerializer,
    )
    def get(self, request, slug):
        negotiations = Negotiation.objects.visible_to(request.user).with_revision()
        negotiation = get_object_or_404(negotiations, slug=slug)
        query = request.query_params
        refuse_careless(query, once=["as_of", "round"], many=["issue", "party"])
        days = DayForm(query, negotiation=negotiation, user=request.user)
        if not days.is_valid():
            raise ValidationError(
                {name: [str(word) for word in told] for name, told in days.errors.items()}
            )
        asked = {name: query.getlist(name) for name in ("issue", "party")}
        built = comparison.build(
            negotiation=negotiation,
            user=request.user,
            as_of=days.day,
            round=days.cleaned_data["round"],
            issues=asked["issue"],
            parties=asked["party"],
        )
        known = {"issue": {r.code for r in built.rows}, "party": {p.code for p in built.parties}}
        unknown = {
            name: [
                _("There is no “%(code)s” here.") % {"code": code}
                for code in codes
                if code not in known[name]
            ]
            for name, codes in asked.items()
        }
        if any(unknown.values()):
            raise ValidationError({name: found for name, found in unknown.items() if found})
        return Response(ComparisonSerializer(built).data)
