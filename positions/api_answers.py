"""Answers, claims and counts as a program reads them: what the pages show, as JSON."""

from decimal import Decimal

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from negotiations import ranges
from negotiations.models import Record, State
from negotiations.serializers import QuantityJSON, WordField
from positions import answerspage, claimspage, pagetables, rivals, threads
from positions.api_asked import AskedView, described
from positions.api_comparison import (
    ComparedNegotiation,
    ComparedStatement,
    ComparedValue,
    ReadOnly,
)
from positions.models import Evidence, Rank
from positions.question import OF_ANSWERS, OF_CLAIMS


class SpanJSON(QuantityJSON):
    """The least and the greatest number of days."""

    def to_representation(self, value):
        high = None if value.high is None else Decimal(value.high)
        return super().to_representation(ranges.quantity(Decimal(value.low), high))


class ThreadStep(ReadOnly):
    """A record in a thread; ``demand`` says in full what it is, where it is one."""

    id = serializers.IntegerField(source="step.id")
    kind = serializers.SerializerMethodField()
    text = serializers.CharField(source="title")
    parties = serializers.SerializerMethodField()
    after = serializers.IntegerField(source="step.after", allow_null=True)
    follows = WordField(list(threads.Follows), source="step.follows", allow_null=True)
    days = SpanJSON(source="step.days", allow_null=True)
    stands = serializers.BooleanField()
    demand = ComparedStatement(source="statement", allow_null=True)

    @extend_schema_field(WordField(Record.Kind.choices))
    def get_kind(self, shown) -> str:
        return shown.record_kind

    def get_parties(self, shown) -> list[str]:
        return [party.code for party in shown.parties]


class ThreadWait(ReadOnly):
    """A party whose answer is missing."""

    party = serializers.SlugField(source="party.code")
    about = serializers.IntegerField(source="wait.about")
    blank = WordField(list(threads.Blank), source="wait.blank")
    days = SpanJSON(source="wait.days", allow_null=True)
    looked_until = serializers.DateField(source="wait.until", allow_null=True)
    silences = serializers.SerializerMethodField()

    def get_silences(self, shown) -> list[int]:
        return list(shown.wait.looked)


class AnswerThread(ReadOnly):
    open = serializers.BooleanField()
    issues = serializers.SerializerMethodField()
    steps = ThreadStep(many=True)
    waits = ThreadWait(many=True)

    def get_issues(self, thread) -> list[str]:
        return [issue.code for issue in thread.issues]


class AnswersSerializer(ReadOnly):
    """Who answered what, after how many days, and who has not, at the end of a day."""

    negotiation = ComparedNegotiation()
    as_of = serializers.DateField()
    threads = AnswerThread(many=True)
    not_coded = serializers.SerializerMethodField()

    def get_not_coded(self, page) -> list[int]:
        """Return the numbers of what asks for an answer and is in no thread."""
        return [record.pk for record in page.not_coded]


class Witness(ReadOnly):
    """Who says so."""

    source_id = serializers.IntegerField()
    outlet = serializers.CharField(source="source.outlet")
    affiliation = serializers.CharField(source="source.affiliation")
    derived_from = serializers.IntegerField(source="source.derived_from_id", allow_null=True)
    speaker = serializers.CharField(allow_null=True)
    capacity = serializers.CharField()
    reported_by = serializers.SlugField(source="reported_by.code", default=None, allow_null=True)
    basis = WordField(Evidence.Basis.choices)
    stance = WordField(Evidence.Stance.choices)
    reads = serializers.CharField()
    rank = WordField(Rank.choices)


class ClaimSide(ReadOnly):
    stands = serializers.BooleanField()
    parties = serializers.SerializerMethodField()
    demand = ComparedStatement(source="statement")
    evidence = Witness(many=True, source="statement.as_a_whole")

    def get_parties(self, side) -> list[str]:
        return [party.code for party in side.statement.holders]


class ClaimPairJSON(ReadOnly):
    """Two claims, and whether they exclude each other or only pull against each other."""

    verdict = WordField(list(rivals.Verdict))
    ground = WordField(list(rivals.Ground))
    claims = serializers.SerializerMethodField()
    remarks = Witness(many=True)

    @extend_schema_field(ClaimSide(many=True))
    def get_claims(self, pair):
        return ClaimSide([pair.first, pair.second], many=True).data


class WitnessAgainst(ReadOnly):
    """Who contradicts a claim, in which words, and the values that the source gives instead."""

    evidence = Witness()
    quote = serializers.CharField(source="evidence.quote")
    gives = ComparedValue(many=True, source="values")


class ContradictedClaim(ReadOnly):
    """A claim that sources contradict in their own voice."""

    claim = ClaimSide()
    against = WitnessAgainst(many=True)


class RivalValueJSON(ReadOnly):
    value = ComparedValue()
    independent_sources = serializers.IntegerField(source="weight.independent")
    excluded_by = serializers.IntegerField(source="weight.against")
    outlier = serializers.BooleanField(source="weight.outlier")
    evidence = Witness(many=True)


class RivalTermJSON(ReadOnly):
    term = serializers.SlugField(source="term.code")
    name = serializers.CharField(source="term.name")
    independent_sources = serializers.IntegerField(source="independent")
    values = RivalValueJSON(many=True)


class RivalFactJSON(ReadOnly):
    """A demand, an outcome or an event with all the values that are given for its terms."""

    id = serializers.IntegerField(source="record.pk")
    kind = serializers.SerializerMethodField()
    text = serializers.CharField(source="title")
    issue = serializers.SlugField(source="record.issue.code", default=None, allow_null=True)
    parties = serializers.SerializerMethodField()
    stands = serializers.BooleanField()
    state = WordField(State.choices, source="record.state")
    terms = RivalTermJSON(many=True)

    @extend_schema_field(WordField(Record.Kind.choices))
    def get_kind(self, fact) -> str:
        return fact.record_kind

    def get_parties(self, fact) -> list[str]:
        return [party.code for party in fact.parties]


class ClaimsSerializer(ReadOnly):
    """What contradicts or answers what, and what is counted in several ways, by a day."""

    negotiation = ComparedNegotiation()
    as_of = serializers.DateField()
    pairs = ClaimPairJSON(many=True)
    contradicted = ContradictedClaim(many=True)
    facts = RivalFactJSON(many=True)


@described
class AnswersView(AskedView):
    """What the page of answers shows."""

    page = "answers"
    takes = OF_ANSWERS
    shown = AnswersSerializer

    def build(self, **asked):
        return answerspage.build(**asked)

    def table(self, built):
        return pagetables.answers(built)


@described
class ClaimsView(AskedView):
    """What the page of claims and counts shows."""

    page = "claims"
    takes = OF_CLAIMS
    shown = ClaimsSerializer

    def build(self, **asked):
        return claimspage.build(**asked)

    def table(self, built):
        return pagetables.counts(built)

    def sheets(self, built, asked):
        return pagetables.claims(built), *super().sheets(built, asked)
