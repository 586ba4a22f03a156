"""What waits for what as a program reads it: what the page of conditions shows."""

from rest_framework import serializers

from negotiations.serializers import WordField
from positions import conditions, pagetables
from positions.api_asked import AskedView, described
from positions.api_comparison import ComparedDeadline, ComparedNegotiation, ReadOnly
from positions.models import Linkage
from positions.preconditions import STEP
from positions.question import OF_CONDITIONS

RELATIONS = [(value, value) for value in (*Linkage.Relation.values, STEP)]


class Waits(ReadOnly):
    """One thing that waits for another or hangs on it; a step in sequence for the one before."""

    record = serializers.IntegerField(source="record.pk")
    text = serializers.CharField()
    issues = serializers.SerializerMethodField()
    parties = serializers.SerializerMethodField()
    relation = WordField(RELATIONS)
    anchor = serializers.IntegerField(allow_null=True)
    on = serializers.CharField()
    anchor_issues = serializers.SerializerMethodField()
    since = serializers.CharField()
    met = serializers.BooleanField()
    state = serializers.CharField()
    deadline = ComparedDeadline(allow_null=True)
    in_deadlock = serializers.BooleanField(source="blocked")

    def get_issues(self, condition) -> list[str]:
        return [issue.code for issue in condition.issues]

    def get_anchor_issues(self, condition) -> list[str]:
        return [issue.code for issue in condition.anchor_issues]

    def get_parties(self, condition) -> list[str]:
        return [party.code for party in condition.parties]


class DeadlockBecause(ReadOnly):
    """What makes one place of a deadlock wait for the next."""

    record = serializers.IntegerField(source="record.pk")
    text = serializers.CharField(source="record")
    parties = serializers.SerializerMethodField()
    relation = WordField(RELATIONS)
    anchor = serializers.IntegerField()
    readings = serializers.ListField(child=serializers.CharField())

    def get_parties(self, because) -> list[str]:
        return [party.code for party in because.parties]


class DeadlockStep(ReadOnly):
    """A place that waits for the next; one without an issue is a record, by its number."""

    issue = serializers.SlugField(source="place.issue.code", allow_null=True, default=None)
    record = serializers.IntegerField(source="place.number", allow_null=True)
    name = serializers.CharField(source="place.name")
    because = DeadlockBecause(many=True)


class DeadlockJSON(ReadOnly):
    """A ring of places that wait for each other, under the readings named or, if none, always."""

    key = serializers.CharField()
    parties = serializers.SerializerMethodField()
    readings = serializers.ListField(child=serializers.CharField())
    steps = DeadlockStep(many=True)

    def get_parties(self, deadlock) -> list[str]:
        return [party.code for party in deadlock.parties]


class ConditionsSerializer(ReadOnly):
    """What waits for what at the end of a day, and the deadlocks in it."""

    negotiation = ComparedNegotiation()
    as_of = serializers.DateField()
    deadlocks = DeadlockJSON(many=True)
    deadlocks_complete = serializers.BooleanField(source="complete")
    conditions = Waits(many=True)


@described
class ConditionsView(AskedView):
    """What the page of conditions shows."""

    page = "conditions"
    takes = OF_CONDITIONS
    shown = ConditionsSerializer

    def build(self, **asked):
        return conditions.build(**asked)

    def table(self, built):
        return pagetables.conditions(built)
