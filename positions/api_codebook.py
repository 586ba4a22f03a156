"""The codebook in the API: as a tree with how much rests on each part, or as one flat table."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from config.api import TABLE_RENDERERS, CSVRenderer, XLSXRenderer
from config.api_schema import TABLES
from negotiations import csvtables, xlsxtables
from negotiations.models import Negotiation
from negotiations.past import records_as_of
from positions import codebookimport, codebookpage
from positions.api_comparison import ReadOnly
from positions.api_question import question_of
from positions.codebookpage import ON_ISSUES


class RetiredSerializer(ReadOnly):
    """What every part of a codebook has, read off the row that ``part`` names."""

    part: str

    def get_fields(self):
        of_row = {
            "id": serializers.IntegerField(source=f"{self.part}.pk"),
            "code": serializers.CharField(source=f"{self.part}.code"),
            "name": serializers.CharField(source=f"{self.part}.name"),
        }
        retired = {
            "retired": serializers.DateField(source=f"{self.part}.retired", allow_null=True),
            "retired_because": serializers.CharField(source=f"{self.part}.retired_because"),
            "merged_into": serializers.CharField(
                source=f"{self.part}.merged_into.code", allow_null=True
            ),
        }
        fields = {**of_row, **super().get_fields(), **retired}
        for field in fields.values():
            field.read_only = True
        return fields


class CodebookChoiceSerializer(RetiredSerializer):
    part = "choice"

    ordinal = serializers.IntegerField(source="choice.ordinal", allow_null=True)
    values = serializers.IntegerField(source="used")


class CodebookTermSerializer(RetiredSerializer):
    part = "term"

    kind = serializers.CharField(source="term.kind")
    unit = serializers.CharField(source="term.unit")
    order = serializers.IntegerField(source="term.order")
    values = serializers.IntegerField(source="used")
    choices = CodebookChoiceSerializer(many=True)


class CodebookIssueSerializer(RetiredSerializer):
    part = "issue"

    question = serializers.CharField(source="issue.question")
    definition = serializers.CharField(source="issue.definition")
    order = serializers.IntegerField(source="issue.order")
    terms = CodebookTermSerializer(many=True)

    def get_fields(self):
        counts = {
            name: serializers.IntegerField(source=f"counts.{name}", read_only=True)
            for name in ON_ISSUES
        }
        part_of = serializers.CharField(source="issue.parent.code", allow_null=True, read_only=True)
        return {**super().get_fields(), "part_of": part_of, **counts}


class CodebookSerializer(ReadOnly):
    """Issues, each before its parts, and the terms of none."""

    issues = CodebookIssueSerializer(many=True)
    terms = CodebookTermSerializer(many=True, source="loose")


class CodebookView(APIView):
    """What the page of the codebook shows; as a table, what it takes in again."""

    http_method_names = ["get", "head"]
    renderer_classes = [JSONRenderer, *TABLE_RENDERERS]

    @extend_schema(
        parameters=[OpenApiParameter("revision", int)],
        responses={(200, "application/json"): CodebookSerializer, **TABLES},
    )
    def get(self, request, slug):
        negotiations = Negotiation.objects.visible_to(request.user).with_revision()
        negotiation = get_object_or_404(negotiations, slug=slug)
        revision = question_of(request, negotiation, ("revision",)).question.revision
        with records_as_of(negotiation, revision) as then:
            mine = {"negotiation": then, "user": request.user}
            match request.accepted_renderer:
                case CSVRenderer():
                    return csvtables.download(f"{slug}-codebook", codebookimport.table(**mine))
                case XLSXRenderer():
                    sheets = [codebookimport.table(**mine)]
                    return xlsxtables.download(f"{slug}-codebook", sheets)
            return Response(CodebookSerializer(codebookpage.build(**mine)).data)
