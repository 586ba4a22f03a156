"""How positions look in the API."""

from rest_framework import serializers

from negotiations.serializers import (
    CodeField,
    RecordSerializer,
    ScopedSerializer,
)
from positions.models import (
    Clause,
    Demand,
    Event,
    Evidence,
    Issue,
    Linkage,
    Outcome,
    Proposal,
    Silence,
    Term,
    TermChoice,
    TermValue,
)
from positions.values import Choice
from positions.words import full_value_text


class CodesField(serializers.ListField):
    """Codes that the query set has annotated."""

    def __init__(self, source):
        super().__init__(child=serializers.CharField(), source=source, read_only=True)


class NumbersField(serializers.ListField):
    """Numbers of records."""

    def __init__(self, source):
        super().__init__(child=serializers.IntegerField(), source=source, read_only=True)


#: Since when a part of the codebook is not offered any more, why, and what took over.
RETIRED_FIELDS = ["retired", "retired_because", "merged_into"]


class IssueSerializer(ScopedSerializer):
    parent = CodeField(allow_null=True)
    merged_into = CodeField(allow_null=True)

    class Meta:
        model = Issue
        fields = read_only_fields = [
            "id",
            "negotiation",
            "code",
            "name",
            "question",
            "definition",
            "parent",
            "order",
            *RETIRED_FIELDS,
        ]


class TermChoiceSerializer(RecordSerializer):
    merged_into = CodeField(allow_null=True)

    class Meta:
        model = TermChoice
        fields = read_only_fields = ["code", "name", "ordinal", *RETIRED_FIELDS]

    def in_words(self, choice) -> str:
        return f"{choice.code}: {choice.name}"


class TermChoiceRowSerializer(ScopedSerializer):
    """A choice as it stands in its own collection."""

    term = CodeField()
    merged_into = CodeField(allow_null=True)

    class Meta:
        model = TermChoice
        fields = read_only_fields = [
            "id",
            "negotiation",
            "term",
            "code",
            "name",
            "ordinal",
            *RETIRED_FIELDS,
        ]


class TermSerializer(ScopedSerializer):
    issue = CodeField(allow_null=True)
    merged_into = CodeField(allow_null=True)
    choices = TermChoiceSerializer(many=True, read_only=True)

    class Meta:
        model = Term
        fields = read_only_fields = [
            "id",
            "negotiation",
            "issue",
            "code",
            "name",
            "kind",
            "unit",
            "order",
            *RETIRED_FIELDS,
            "choices",
        ]


class ProposalSerializer(ScopedSerializer):
    holders = CodesField("holder_codes")

    class Meta:
        model = Proposal
        fields = read_only_fields = [
            "id",
            "negotiation",
            "holders",
            "kind",
            "title",
            "tabled",
            "round",
            "languages",
            "points",
            "answer_by",
            "supersedes",
            "responds_to",
            "state",
            "version",
        ]


class ClauseSerializer(ScopedSerializer):
    class Meta:
        model = Clause
        fields = read_only_fields = [
            "id",
            "negotiation",
            "proposal",
            "parent",
            "order",
            "label",
            "text",
            "operator",
            "state",
            "version",
        ]


VALUE_FIELDS = [
    "term",
    "quantity",
    "unit",
    "choices",
    "quantifier",
    "others",
    "dates",
    "status",
    "approximate",
    "per",
    "rank",
]
LINK_FIELDS = ["relation", "anchor", "condition"]


class ValueSerializer(RecordSerializer):
    """A value as it stands inside its record."""

    term = CodeField()
    unit = serializers.CharField(source="term.unit", read_only=True)
    choices = CodesField("choice_codes")

    class Meta:
        model = TermValue
        fields = read_only_fields = VALUE_FIELDS

    def in_words(self, value) -> str:
        choices = [Choice(code, code, None) for code in value.choice_codes]
        return f"{value.term.code}: {full_value_text(value, choices)}"


class TermValueSerializer(ValueSerializer):
    negotiation = CodeField("slug")

    class Meta(ValueSerializer.Meta):
        fields = read_only_fields = [
            "id",
            "negotiation",
            "record",
            *VALUE_FIELDS,
            "state",
            "version",
        ]


class LinkSerializer(RecordSerializer):
    """A linkage as it stands inside its record."""

    class Meta:
        model = Linkage
        fields = read_only_fields = LINK_FIELDS

    def in_words(self, link) -> str:
        return f"{link.get_relation_display()} {link.anchor_id or link.condition}"


class LinkageSerializer(ScopedSerializer):
    class Meta:
        model = Linkage
        fields = read_only_fields = [
            "id",
            "negotiation",
            "record",
            *LINK_FIELDS,
            "state",
            "version",
        ]


class DemandSerializer(ScopedSerializer):
    holders = CodesField("holder_codes")
    issue = CodeField(allow_null=True)
    addressees = CodesField("addressee_codes")
    obligors = CodesField("obligor_codes")
    terms = ValueSerializer(many=True, read_only=True, source="shown_values")
    linkages = LinkSerializer(many=True, read_only=True, source="shown_links")
    evidence = NumbersField("shown_evidence")

    class Meta:
        model = Demand
        fields = read_only_fields = [
            "id",
            "negotiation",
            "holders",
            "issue",
            "text",
            "kind",
            "answers",
            "answer",
            "clause",
            "addressees",
            "obligors",
            "round",
            "occasion",
            "stated",
            "ended",
            "ending",
            "firmness",
            "supersedes",
            "movement",
            "terms",
            "linkages",
            "evidence",
            "state",
            "version",
        ]


class OutcomeSerializer(ScopedSerializer):
    issue = CodeField(allow_null=True)
    confirmed_by = CodesField("confirming_codes")
    decided_by = CodeField(allow_null=True)
    terms = ValueSerializer(many=True, read_only=True, source="shown_values")
    linkages = LinkSerializer(many=True, read_only=True, source="shown_links")
    evidence = NumbersField("shown_evidence")

    class Meta:
        model = Outcome
        fields = read_only_fields = [
            "id",
            "negotiation",
            "kind",
            "text",
            "issue",
            "round",
            "clause",
            "confirmed_by",
            "decided_by",
            "single_undertaking",
            "reached",
            "in_force",
            "ended",
            "ending",
            "supersedes",
            "terms",
            "linkages",
            "evidence",
            "state",
            "version",
        ]


class EventSerializer(ScopedSerializer):
    actor = CodeField(allow_null=True)
    issue = CodeField(allow_null=True)
    terms = ValueSerializer(many=True, read_only=True, source="shown_values")
    evidence = NumbersField("shown_evidence")

    class Meta:
        model = Event
        fields = read_only_fields = [
            "id",
            "negotiation",
            "kind",
            "title",
            "text",
            "happened",
            "expected",
            "actor",
            "round",
            "issue",
            "proposal",
            "outcome",
            "terms",
            "evidence",
            "state",
            "version",
        ]


class SilenceSerializer(ScopedSerializer):
    party = CodeField()
    issue = CodeField()
    evidence = NumbersField("shown_evidence")

    class Meta:
        model = Silence
        fields = read_only_fields = [
            "id",
            "negotiation",
            "party",
            "issue",
            "round",
            "about",
            "looked_until",
            "evidence",
            "state",
            "version",
        ]


EVIDENCE_FIELDS = [
    "source",
    "field",
    "reads",
    "stance",
    "speaker",
    "capacity",
    "reported_by",
    "basis",
    "credibility",
    "quote",
    "prefix",
    "suffix",
    "start",
    "end",
    "locator",
    "language",
    "translation",
    "rank",
]


class EvidenceSerializer(ScopedSerializer):
    reported_by = CodeField(allow_null=True)

    class Meta:
        model = Evidence
        fields = read_only_fields = [
            "id",
            "negotiation",
            "record",
            *EVIDENCE_FIELDS,
            "text_hash",
            "state",
            "version",
        ]
