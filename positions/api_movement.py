"""The ledger of movement as a program reads it: what the page shows, in one JSON object."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from negotiations.models import Negotiation, Party
from positions import ledger
from positions.api_comparison import (
    ComparedBaseline,
    ComparedMove,
    ComparedNegotiation,
    ReadOnly,
    WordField,
)
from positions.api_question import QUESTION, question_of, refuse_unknown
from positions.filters import OVERALL
from positions.question import ONLY, SAID, WEIGHTS

NOT_HERE = (*SAID, *WEIGHTS, *ONLY)


class Given(ReadOnly):
    """A move by which another principal gave something."""

    party = serializers.SlugField(source="party.code")
    move = ComparedMove(source="line")


class MovedCell(ReadOnly):
    issue = serializers.SlugField(source="issue.code", allow_null=True, default=None)
    party = serializers.SlugField(source="party.code")
    moves = ComparedMove(many=True)
    given_meanwhile = Given(source="gifts", many=True)


class PartyTally(ReadOnly):
    party = serializers.SlugField(source="party.code")
    standing = WordField(Party.Standing.choices, source="party.standing")
    counts = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_counts(self, tally):
        return {str(label): number for label, number in tally.counts}


class MovementSection(ReadOnly):
    since = ComparedBaseline()
    until = ComparedBaseline()
    cells = MovedCell(source="rows", many=True)
    tallies = PartyTally(many=True)


class MovementSerializer(ReadOnly):
    """Who moved on what between two days, round by round unless a day to compare with is given."""

    negotiation = ComparedNegotiation()
    as_of = serializers.DateField()
    sections = MovementSection(many=True)


class MovementView(APIView):
    """What the page of the ledger shows."""

    http_method_names = ["get", "head"]
    renderer_classes = [JSONRenderer]

    @extend_schema(
        parameters=[each for each in QUESTION if each.name not in NOT_HERE],
        responses=MovementSerializer,
    )
    def get(self, request, slug):
        negotiations = Negotiation.objects.visible_to(request.user).with_revision()
        negotiation = get_object_or_404(negotiations, slug=slug)
        asked = question_of(request, negotiation, but=NOT_HERE)
        built = ledger.build(negotiation=negotiation, user=request.user, question=asked.question)
        refuse_unknown(
            {
                "issue": {issue.code for issue in built.every_issue} | {OVERALL},
                "party": {party.code for party in built.every_party},
            },
            {"issue": asked.question.issues, "party": asked.question.parties},
        )
        return Response(MovementSerializer(built).data)
