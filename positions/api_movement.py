"""The ledger of movement as a program reads it: what the page shows, in one JSON object."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from negotiations.models import Party
from positions import ledger, pagetables
from positions.api_asked import AskedView, described
from positions.api_comparison import (
    ComparedBaseline,
    ComparedMove,
    ComparedNegotiation,
    ReadOnly,
    WordField,
)
from positions.question import OF_MOVEMENT


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


@described
class MovementView(AskedView):
    """What the page of the ledger shows."""

    page = "movement"
    takes = OF_MOVEMENT
    shown = MovementSerializer

    def build(self, **asked):
        return ledger.build(**asked)

    def table(self, built):
        return pagetables.movement(built)
