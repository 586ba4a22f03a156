"""What editors write of a demand: its fields, its terms, what it hangs on and who says so."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from negotiations.models import Party, Person, Record, Round, Source
from negotiations.serializers import CodePointer, InputSerializer, NumberPointer, VersionField
from positions.models import Clause, Demand, Evidence, Issue, Linkage, Term, TermValue
from positions.serializers import EVIDENCE_FIELDS, LINK_FIELDS, VALUE_FIELDS


class NestedInput(InputSerializer):
    """Base of what is written inside a demand; the demand's reason is theirs."""

    reason = None


class ValueInput(NestedInput):
    """A value of a term; several values of one term are rivals."""

    term = CodePointer(Term)
    choices = serializers.ListField(
        child=serializers.SlugField(), required=False, help_text=_("Codes of the term's choices.")
    )

    class Meta:
        model = TermValue
        fields = [name for name in VALUE_FIELDS if name != "unit"]

    def validate(self, attrs):
        kind = attrs["term"].kind
        for field, kinds in (
            ("quantity", {Term.Kind.QUANTITY}),
            ("dates", {Term.Kind.DATE}),
            ("choices", {Term.Kind.CHOICE, Term.Kind.SET}),
        ):
            if attrs.get(field) and kind not in kinds:
                raise serializers.ValidationError(
                    {field: [_("The term is of the kind “%(kind)s”.") % {"kind": kind}]}
                )
        if "choices" in attrs:
            attrs["choices"] = self._choices(attrs["term"], attrs["choices"])
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


class LinkInput(NestedInput):
    anchor = NumberPointer(Record, required=False, allow_null=True)

    class Meta:
        model = Linkage
        fields = LINK_FIELDS


class EvidenceInput(NestedInput):
    source = NumberPointer(Source)
    speaker = NumberPointer(Person, required=False, allow_null=True)
    reported_by = CodePointer(Party, required=False, allow_null=True)

    class Meta:
        model = Evidence
        fields = EVIDENCE_FIELDS
        extra_kwargs = {name: {"trim_whitespace": False} for name in ("quote", "prefix", "suffix")}


class PartiesField(serializers.ListField):
    """Codes of parties, each counted once."""

    def __init__(self, **options):
        super().__init__(child=CodePointer(Party), required=False, **options)

    def to_internal_value(self, data):
        return list(dict.fromkeys(super().to_internal_value(data)))


class DemandInput(InputSerializer):
    """A demand as it is recorded; without evidence it is a draft."""

    negotiation = serializers.SlugField(help_text=_("The negotiation's slug."))
    holders = PartiesField()
    issue = CodePointer(Issue, required=False, allow_null=True)
    addressees = PartiesField()
    obligors = PartiesField()
    answers = NumberPointer(Record, required=False, allow_null=True)
    clause = NumberPointer(Clause, required=False, allow_null=True)
    round = NumberPointer(Round, required=False, allow_null=True)
    supersedes = NumberPointer(Demand, required=False, allow_null=True)
    terms = ValueInput(many=True, required=False, source="values")
    linkages = LinkInput(many=True, required=False, source="links")
    evidence = EvidenceInput(many=True, required=False)

    class Meta:
        model = Demand
        fields = [
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
            "reason",
        ]


class DemandEdit(DemandInput):
    """An edit of a demand: what is given changes, the rest stays.

    ``terms`` and ``linkages`` are the complete new lists; ``evidence`` is added to what there is.
    """

    negotiation = None
    version = VersionField()

    class Meta(DemandInput.Meta):
        fields = [name for name in DemandInput.Meta.fields if name != "negotiation"] + ["version"]
        extra_kwargs = {"text": {"required": False}, "stated": {"required": False}}
