"""Answers, claims and counts as a program reads them: what the pages show, as JSON."""

from decimal import Decimal

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from negotiations import ranges
from negotiations.models import Negotiation, Record, State
from negotiations.past import records_as_of
from negotiations.serializers import QuantityJSON, WordField
from positions import answerspage, claimspage, rivals, threads
from positions import question as questions
from positions.api_comparison import (
    ComparedNegotiation,
    ComparedStatement,
    ComparedValue,
)
from positions.api_question import QUESTION, question_of
from positions.demandrows import frame_of
from positions.filters import OVERALL
from positions.models import Evidence, Rank


class ReadOnly(serializers.Serializer):
    """Base of what is only read."""

    def get_fields(self):
        fields = super().get_fields()
        for field in fields.values():
            field.read_only = True
        return fields


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


class ContradictedClaim(ReadOnly):
    """A claim that sources contradict in their own voice."""

    claim = ClaimSide()
    evidence = Witness(many=True)


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


UNUSED = (*questions.BASELINE, *questions.SAID, *questions.WEIGHTS)
ANSWERS = [each for each in QUESTION if each.name not in UNUSED]
CLAIMS = [each for each in ANSWERS if each.name != "party"]


class _AskedView(APIView):
    """A page's answer; it takes what the page takes, and refuses what is careless."""

    http_method_names = ["get", "head"]
    renderer_classes = [JSONRenderer]

    def built(self, request, slug, build, but=UNUSED):
        """Return what ``build`` gives for what is asked; ``but`` are parameters it does not take.

        Raises ``ValidationError`` for what cannot be asked, and for codes that there are none of.
        """
        negotiations = Negotiation.objects.visible_to(request.user).with_revision()
        negotiation = get_object_or_404(negotiations, slug=slug)
        question = question_of(request, negotiation, but=but).question
        with records_as_of(negotiation, question.revision) as then:
            return self._built(build, then, request.user, question)

    @staticmethod
    def _built(build, negotiation: Negotiation, user, question):
        frame = frame_of(negotiation, user)
        known = {
            "issue": {OVERALL, *(issue.code for issue in frame.every_issue)},
            "party": {party.code for party in frame.every_party},
        }
        errors = {
            name: [_("There is no “%(code)s” here.") % {"code": code} for code in sorted(wrong)]
            for name, asked in (("issue", question.issues), ("party", question.parties))
            if (wrong := asked - known[name])
        }
        if errors:
            raise ValidationError(errors)
        return build(negotiation=negotiation, user=user, question=question, frame=frame)


class AnswersView(_AskedView):
    """What the page of answers shows."""

    @extend_schema(parameters=ANSWERS, responses=AnswersSerializer)
    def get(self, request, slug):
        return Response(AnswersSerializer(self.built(request, slug, answerspage.build)).data)


class ClaimsView(_AskedView):
    """What the page of claims and counts shows."""

    @extend_schema(parameters=CLAIMS, responses=ClaimsSerializer)
    def get(self, request, slug):
        built = self.built(request, slug, claimspage.build, but=(*UNUSED, "party"))
        return Response(ClaimsSerializer(built).data)
