"""What editors write of rounds, sources and positions, and of who says so."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from negotiations.api_input import InputSerializer, RowInput
from negotiations.models import Delegate, Participation, Round, Source
from negotiations.serializers import SOURCE_FIELDS
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
from positions.serializers import EVIDENCE_FIELDS, LINK_FIELDS, VALUE_FIELDS

#: Quotes are found in a source by their offsets, so their spaces count.
AS_IT_IS = {"trim_whitespace": False}
A_DAY = {"earliest": "2026-03-04", "latest": "2026-03-04"}


class ValueInput(InputSerializer):
    """A value of a term; several values of one term are rivals."""

    choices = serializers.ListField(
        child=serializers.SlugField(), required=False, help_text=_("Codes of the term's choices.")
    )

    class Meta:
        model = TermValue
        fields = [name for name in VALUE_FIELDS if name != "unit"]

    def validate(self, attrs):
        term = attrs["term"] if self.instance is None else attrs.get("term", self.instance.term)
        for field, kinds in (
            ("quantity", {Term.Kind.QUANTITY}),
            ("dates", {Term.Kind.DATE}),
            ("choices", {Term.Kind.CHOICE, Term.Kind.SET}),
        ):
            if attrs.get(field) and term.kind not in kinds:
                raise serializers.ValidationError(
                    {field: [_("The term is of the kind “%(kind)s”.") % {"kind": term.kind}]}
                )
        if "choices" in attrs:
            attrs["choices"] = self._choices(term, attrs["choices"])
        return attrs

    @staticmethod
    def _choices(term, codes):
        known = {choice.code: choice for choice in term.choices.all()}
        unknown = [code for code in codes if code not in known]
        if unknown:
            raise serializers.ValidationError(
                {
                    "choices": [
                        _("There is no choice “%(code)s”; there are %(known)s.")
                        % {"code": code, "known": ", ".join(known)}
                        for code in unknown
                    ]
                }
            )
        return [known[code] for code in dict.fromkeys(codes)]


class LinkInput(InputSerializer):
    """What a record waits for or hangs on."""

    class Meta:
        model = Linkage
        fields = LINK_FIELDS


class EvidenceInput(InputSerializer):
    """Who says so."""

    class Meta:
        model = Evidence
        fields = EVIDENCE_FIELDS
        extra_kwargs: ClassVar = dict.fromkeys(("quote", "prefix", "suffix"), AS_IT_IS)


class TermValueInput(ValueInput, RowInput):
    """A value of a term of a demand, an outcome or an event."""

    class Meta(ValueInput.Meta):
        fields = ["record", *ValueInput.Meta.fields]


class LinkageInput(LinkInput, RowInput):
    """What a demand or an outcome waits for or hangs on."""

    class Meta(LinkInput.Meta):
        fields = ["record", *LINK_FIELDS]


class RecordEvidenceInput(EvidenceInput, RowInput):
    """Who says so, of a record that is there already."""

    class Meta(EvidenceInput.Meta):
        fields = ["record", *EVIDENCE_FIELDS]
        example: ClassVar = {
            "negotiation": "river-talks-2026",
            "record": 12,
            "source": 7,
            "stance": "supports",
            "basis": "official on the record",
            "quote": "We can live with thirty days.",
        }


class IssueInput(RowInput):
    """A question being negotiated."""

    class Meta:
        model = Issue
        fields = ["code", "name", "question", "definition", "parent", "order"]


class TermInput(RowInput):
    """A variable of an issue; its choices are a collection of their own."""

    class Meta:
        model = Term
        fields = ["issue", "code", "name", "kind", "unit", "order"]


class TermChoiceInput(RowInput):
    """One of the answers a term allows."""

    class Meta:
        model = TermChoice
        fields = ["term", "code", "name", "ordinal"]


class SourceInput(RowInput):
    """Where something was published."""

    class Meta:
        model = Source
        fields = SOURCE_FIELDS
        extra_kwargs: ClassVar = {"text": AS_IT_IS}
        example: ClassVar = {
            "negotiation": "river-talks-2026",
            "outlet": "A Paper",
            "kind": "article",
            "title": "Talks on the river resume",
            "url": "https://example.org/river",
            "published": A_DAY,
            "reliability": "B",
        }


class WitnessedInput(RowInput):
    """A record with those who say so; an edit adds ``evidence`` to what there is."""

    evidence = EvidenceInput(many=True, required=False)


class RoundInput(WitnessedInput):
    """A meeting, planned or held."""

    class Meta:
        model = Round
        fields = [
            "track",
            "number",
            "title",
            "status",
            "format",
            "planned",
            "held",
            "time_zone",
            "duration",
            "venue",
            "level",
            "summary",
            "evidence",
        ]


class ParticipationInput(WitnessedInput):
    """A party at a round, in a role."""

    class Meta:
        model = Participation
        fields = ["round", "party", "role", "size", "evidence"]


class DelegateInput(WitnessedInput):
    """A person at a round, or one who stayed away."""

    class Meta:
        model = Delegate
        fields = ["round", "person", "party", "capacity", "is_head", "attended", "evidence"]


class InnerClauseInput(InputSerializer):
    """A clause with all that stands inside it, in order."""

    evidence = EvidenceInput(many=True, required=False)

    class Meta:
        model = Clause
        fields = ["label", "text", "operator", "evidence"]

    def get_fields(self):
        inside = InnerClauseInput(many=True, required=False)
        return {**super().get_fields(), "clauses": inside}


class ClauseInput(WitnessedInput):
    """A clause of a proposal."""

    class Meta:
        model = Clause
        fields = ["proposal", "parent", "order", "label", "text", "operator", "evidence"]


class ProposalInput(WitnessedInput):
    """A text or an oral offer; ``root`` is its outermost clause with all inside."""

    root = InnerClauseInput(required=False)

    class Meta:
        model = Proposal
        fields = [
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
            "evidence",
            "root",
        ]
        once = ("root",)
        example: ClassVar = {
            "negotiation": "river-talks-2026",
            "holders": ["UP"],
            "kind": "memorandum",
            "title": "On the use of the river",
            "tabled": A_DAY,
            "root": {
                "label": "The whole",
                "operator": "all",
                "clauses": [
                    {"label": "1", "text": "Water is shared by the season."},
                    {
                        "label": "2",
                        "text": "Either of these:",
                        "operator": "any",
                        "clauses": [
                            {"label": "2a", "text": "A joint commission."},
                            {"label": "2b", "text": "An arbiter that both name."},
                        ],
                    },
                ],
            },
        }


class ValuedInput(WitnessedInput):
    """A record with values; an edit's ``terms`` are the complete new list."""

    terms = ValueInput(many=True, required=False, source="values")


class LinkedInput(ValuedInput):
    """A record that may hang on others; an edit's ``linkages`` are the complete new list."""

    linkages = LinkInput(many=True, required=False, source="links")


class DemandInput(LinkedInput):
    """What one or more parties put forward; without evidence it is a draft."""

    class Meta:
        model = Demand
        fields = [
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
        ]
        example: ClassVar = {
            "negotiation": "river-talks-2026",
            "holders": ["UP"],
            "issue": "flow",
            "kind": "demand",
            "text": "At least a third of the summer flow",
            "stated": A_DAY,
            "terms": [{"term": "share", "quantity": {"low": "33", "high": None}}],
            "linkages": [{"relation": "only if", "condition": "the gauges are shared"}],
            "evidence": [{"source": 7, "basis": "official on the record"}],
        }


class OutcomeInput(LinkedInput):
    """What was settled, or expressly was not; without evidence it is a draft."""

    class Meta:
        model = Outcome
        fields = [
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
        ]


class EventInput(ValuedInput):
    """What happened around the talks; without evidence it is a draft."""

    class Meta:
        model = Event
        fields = [
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
        ]


class SilenceInput(WitnessedInput):
    """That somebody looked and found no answer; without evidence it is a draft."""

    class Meta:
        model = Silence
        fields = ["party", "issue", "round", "about", "looked_until", "evidence"]
