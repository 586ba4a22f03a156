"""The comparison as a program reads it: what the page shows, in one JSON object."""

from django.utils.translation import gettext as _
from drf_spectacular.helpers import lazy_serializer
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from negotiations import ranges
from negotiations.models import Party, State
from negotiations.serializers import DatesJSON, QuantityJSON, WordField
from positions import gaps, matrix, movement
from positions.models import (
    Clause,
    Demand,
    Evidence,
    Linkage,
    Outcome,
    Rank,
    TermValue,
)

#: What may become of a chain of demands.
MOVE_LABELS = [(word.value, word.value) for word in movement.Label]


class ReadOnly(serializers.Serializer):
    """Base of what is only read."""

    def get_fields(self):
        fields = super().get_fields()
        for field in fields.values():
            field.read_only = True
        return fields


class ComparedNegotiation(ReadOnly):
    slug = serializers.SlugField()
    revision = serializers.IntegerField()


class ComparedParty(ReadOnly):
    code = serializers.SlugField()
    name = serializers.CharField()
    standing = WordField(Party.Standing.choices)


class DistanceJSON(QuantityJSON):
    """The least and the greatest distance."""

    def to_representation(self, value):
        return super().to_representation(ranges.quantity(value.low, value.high))


class ComparedTermDistance(ReadOnly):
    term = serializers.SlugField()
    distance = DistanceJSON(source="*")
    unit = serializers.CharField()


class ComparedPair(ReadOnly):
    demands = serializers.ListField(child=serializers.IntegerField())
    terms = ComparedTermDistance(many=True)
    lacking = serializers.ListField(child=serializers.SlugField())
    conditions = serializers.ListField(child=serializers.CharField())


class ComparedGap(ReadOnly):
    parties = serializers.ListField(child=serializers.SlugField())
    status = WordField([status.value for status in gaps.Status])
    reason = WordField([reason.value for reason in gaps.Reason])
    closest = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    pairs = ComparedPair(many=True)


class ComparedValue(ReadOnly):
    term = serializers.SlugField(source="row.term.code")
    quantity = QuantityJSON(source="row.quantity", allow_null=True)
    unit = serializers.CharField(source="row.term.unit")
    choices = serializers.SerializerMethodField()
    quantifier = WordField(TermValue.Quantifier.choices, source="row.quantifier", allow_null=True)
    others = serializers.BooleanField(source="row.others")
    dates = DatesJSON(source="row.dates", allow_null=True)
    status = WordField(TermValue.Status.choices, source="row.status")
    approximate = serializers.BooleanField(source="row.approximate")
    per = WordField(TermValue.Per.choices, source="row.per", allow_null=True)
    rank = WordField(Rank.choices, source="row.rank")

    def get_choices(self, value) -> list[str]:
        return [choice.code for choice in value.choices]


class ComparedDeadline(ReadOnly):
    """When something is due that hangs on something else; ``certain`` once that has come about."""

    text = serializers.CharField()
    earliest = serializers.DateField(allow_null=True)
    latest = serializers.DateField(allow_null=True)
    certain = serializers.BooleanField()


class ComparedLink(ReadOnly):
    relation = WordField(Linkage.Relation.choices, source="row.relation")
    anchor = serializers.IntegerField(source="row.anchor_id", allow_null=True)
    condition = serializers.CharField(source="row.condition")
    text = serializers.CharField()
    met = serializers.SerializerMethodField()
    deadline = ComparedDeadline(allow_null=True)

    def get_met(self, link) -> bool:
        return link.met is not None


class ComparedStatement(ReadOnly):
    id = serializers.IntegerField(source="demand.pk")
    text = serializers.CharField(source="demand.text")
    kind = WordField(Demand.Kind.choices, source="demand.kind", allow_null=True)
    answer = WordField(Demand.Answer.choices, source="demand.answer", allow_null=True)
    authority = WordField(Evidence.Basis.choices, allow_null=True)
    firmness = WordField(Demand.Firmness.choices, source="demand.firmness")
    stated = DatesJSON(source="demand.stated")
    joint = serializers.BooleanField()
    clause = serializers.IntegerField(source="demand.clause_id", allow_null=True)
    terms = ComparedValue(many=True, source="values")
    linkages = ComparedLink(many=True, source="links")
    speakers = serializers.ListField(child=serializers.CharField())
    sources = serializers.IntegerField()
    independent_sources = serializers.IntegerField()
    state = WordField(State.choices, source="demand.state")


class ComparedReading(ReadOnly):
    reads = serializers.CharField()
    stance = WordField(Evidence.Stance.choices)
    outlet = serializers.CharField(source="source.outlet")
    speaker = serializers.CharField(allow_null=True)
    basis = WordField(Evidence.Basis.choices)


class ComparedReference(ReadOnly):
    """A demand in a group; it stands in full in the cell of its party and issue."""

    id = serializers.IntegerField(source="demand.pk")
    issue = serializers.SlugField(source="demand.issue.code", allow_null=True)
    party = serializers.SerializerMethodField()
    text = serializers.CharField(source="demand.text")

    def get_party(self, statement) -> str:
        return self.context["party"]


class ComparedOption(ReadOnly):
    clause = serializers.IntegerField(source="clause.pk")
    label = serializers.CharField(source="clause")
    operator = WordField(Clause.Operator.choices, source="clause.operator", allow_null=True)
    readings = ComparedReading(many=True)
    options = serializers.SerializerMethodField()
    demands = ComparedReference(many=True, source="statements")

    @extend_schema_field(lazy_serializer("positions.api_comparison.ComparedOption")(many=True))
    def get_options(self, node):
        return ComparedOption(node.children, many=True, context=self.context).data


class ComparedChoice(ReadOnly):
    clause = serializers.IntegerField()
    operator = WordField(Clause.Operator.choices)


class ComparedSatisfied(ReadOnly):
    """The least sets of clauses that satisfy a group, under one reading of its operators.

    The reading names the operator of each clause that can be read in more than one way. ``sets``
    are in the order of the paper; ``more`` of them are not listed.
    """

    reading = serializers.SerializerMethodField()
    sets = serializers.SerializerMethodField()
    in_order = serializers.SerializerMethodField()
    more = serializers.IntegerField()

    @extend_schema_field(ComparedChoice(many=True))
    def get_reading(self, found):
        rows = [{"clause": pk, "operator": operator} for pk, operator in found.reading.items()]
        return ComparedChoice(rows, many=True).data

    def get_sets(self, found) -> list[list[int]]:
        return [list(way.leaves) for way in found.ways]

    def get_in_order(self, found) -> bool:
        return any(way.in_order for way in found.ways)


class ComparedGroup(ComparedOption):
    proposal = serializers.IntegerField(source="clause.proposal_id")
    satisfied_by = ComparedSatisfied(many=True, source="satisfied_by.readings")
    readings_not_listed = serializers.IntegerField(source="satisfied_by.more")


class ComparedSilence(ReadOnly):
    id = serializers.IntegerField(source="pk")
    about = serializers.IntegerField(source="about_id", allow_null=True)
    round = serializers.IntegerField(source="round_id", allow_null=True)
    looked_until = DatesJSON()


class ComparedBaseline(ReadOnly):
    day = serializers.DateField()
    round = serializers.IntegerField(source="round.pk", allow_null=True, default=None)


class MovedStatement(ReadOnly):
    id = serializers.IntegerField(source="demand.pk")
    text = serializers.CharField(source="demand.text")
    kind = WordField(Demand.Kind.choices, source="demand.kind", allow_null=True)
    stated = DatesJSON(source="demand.stated")
    ended = DatesJSON(source="demand.ended", allow_null=True)


class MovedTerm(ReadOnly):
    """What a chain gave for a term, in words, and its least distance to the other sides."""

    term = serializers.SlugField(source="code")
    before = serializers.CharField()
    after = serializers.CharField()
    direction = WordField([word.value for word in movement.Direction], source="move.direction")
    distance_before = ComparedTermDistance(source="move.distance_before", allow_null=True)
    distance_after = ComparedTermDistance(source="move.distance_after", allow_null=True)


class ComparedMove(ReadOnly):
    """What became of one chain of demands; ``measured`` if the terms tell it, not the editor."""

    label = WordField(MOVE_LABELS)
    measured = serializers.BooleanField(source="move.measured")
    coded = WordField(MOVE_LABELS, source="move.coded", allow_null=True)
    before = MovedStatement(many=True)
    after = MovedStatement(many=True)
    terms = MovedTerm(many=True)


class ComparedCell(ReadOnly):
    party = serializers.SlugField(source="party.code")
    blank = WordField(list(matrix.BLANKS), allow_null=True)
    groups = serializers.SerializerMethodField()
    demands = ComparedStatement(many=True, source="statements")
    silences = ComparedSilence(many=True)
    since = ComparedBaseline(allow_null=True)
    moves = ComparedMove(many=True)

    @extend_schema_field(ComparedGroup(many=True))
    def get_groups(self, cell):
        return ComparedGroup(cell.groups, many=True, context={"party": cell.party.code}).data


class ComparedOutcome(ReadOnly):
    id = serializers.IntegerField(source="outcome.pk")
    kind = WordField(Outcome.Kind.choices, source="outcome.kind")
    text = serializers.CharField(source="outcome.text")
    confirmed_by = serializers.SerializerMethodField()
    single_undertaking = serializers.BooleanField(source="outcome.single_undertaking")
    reached = DatesJSON(source="outcome.reached")
    in_force = DatesJSON(source="outcome.in_force", allow_null=True)
    terms = ComparedValue(many=True, source="values")
    linkages = ComparedLink(many=True, source="links")
    sources = serializers.SerializerMethodField()

    def get_confirmed_by(self, settled) -> list[str]:
        return [party.code for party in settled.confirmed_by]

    def get_sources(self, settled) -> int:
        return len({row.source_id for row in settled.evidence})


class ComparedIssue(ReadOnly):
    code = serializers.SlugField(source="issue.code", allow_null=True)
    name = serializers.SerializerMethodField()
    retired = serializers.DateField(source="issue.retired", allow_null=True)
    gaps = ComparedGap(many=True)
    cells = ComparedCell(many=True)
    outcomes = ComparedOutcome(many=True)
    assessments = ComparedStatement(many=True, source="unheld")
    deadlocks = serializers.SerializerMethodField()

    def get_deadlocks(self, row) -> list[str]:
        """Return the keys of the deadlocks that the issue is part of; see the conditions."""
        return [deadlock.key for deadlock in row.deadlocks]

    def get_name(self, row) -> str:
        return row.issue.name if row.issue else _("Overall")


class ComparedPriority(ReadOnly):
    """How open an issue is (0 to 1), what it weighs, and its place by weight and without."""

    issue = serializers.SlugField(source="row.code")
    weight = serializers.IntegerField(source="priority.weight")
    openness = serializers.FloatField(source="priority.openness", allow_null=True)
    place = serializers.IntegerField(source="priority.place", allow_null=True)
    unweighted = serializers.IntegerField(source="priority.unweighted", allow_null=True)


class ComparisonSerializer(ReadOnly):
    """Where every party stands on every issue at the end of a day."""

    negotiation = ComparedNegotiation()
    as_of = serializers.DateField()
    known_on = serializers.DateField(source="question.known_on", allow_null=True)
    parties = ComparedParty(many=True)
    issues = ComparedIssue(many=True, source="rows")
    priorities = ComparedPriority(many=True)
