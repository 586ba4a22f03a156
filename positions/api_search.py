"""The search as a program reads it: what its page shows."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView

from negotiations.filters import PAGE_PARAMETERS, refuse_careless
from negotiations.models import Negotiation
from positions.search import MOST, find, show
from positions.searchform import KINDS, LONGEST_QUESTION, SearchForm


class TextPart(serializers.Serializer):
    """A stretch of text, and whether it is what was looked for."""

    text = serializers.CharField()
    is_hit = serializers.BooleanField()


class FoundQuote(serializers.Serializer):
    evidence = serializers.IntegerField(source="evidence.pk")
    source = serializers.IntegerField(source="evidence.source_id")
    quote = TextPart(source="words", many=True)
    translation = TextPart(many=True)


class FoundRecord(serializers.Serializer):
    """A record with what was found of it: in what it is called, its other texts, its evidence."""

    id = serializers.IntegerField(source="number")
    kind = serializers.CharField()
    title = TextPart(many=True)
    texts = serializers.ListField(source="words", child=TextPart(many=True))
    quotes = FoundQuote(many=True)
    more_quotes = serializers.IntegerField()


class NegotiationForm(forms.Form):
    """The negotiation that a question is about."""

    negotiation = forms.ModelChoiceField(
        queryset=Negotiation.objects.none(),
        to_field_name="slug",
        error_messages={
            "required": _("Name a negotiation by its slug."),
            "invalid_choice": _("There is no such negotiation here."),
        },
    )

    def __init__(self, data, *, user):
        super().__init__(data)
        choices: Any = self.fields["negotiation"]
        choices.queryset = Negotiation.objects.visible_to(user)


class SearchView(GenericAPIView):
    """Records by the words in them or in their evidence, the best fit first."""

    http_method_names = ["get", "head"]
    serializer_class = FoundRecord
    filter_backends = ()

    @extend_schema(
        description=_("Of records of one kind, %(most)s hits are looked at.") % {"most": MOST},
        parameters=[
            OpenApiParameter("negotiation", str, required=True, description=_("Its slug.")),
            OpenApiParameter(
                "q",
                {"type": "string", "maxLength": LONGEST_QUESTION},
                required=True,
                description=_('Words, "exact phrases", -unwanted words, one or another.'),
            ),
            OpenApiParameter("issue", str, description=_("Its code.")),
            OpenApiParameter("party", str, description=_("Its code.")),
            OpenApiParameter("kind", str, enum=[kind.value for kind in KINDS]),
            OpenApiParameter("round", int),
            OpenApiParameter("source", int, description=_("What rests on this source.")),
            OpenApiParameter("from", OpenApiTypes.DATE, description=_("On or after this day.")),
            OpenApiParameter("until", OpenApiTypes.DATE, description=_("On or before this day.")),
        ],
        responses=FoundRecord(many=True),
    )
    def get(self, request):
        query, user = request.query_params, request.user
        scope = NegotiationForm(query, user=user)
        self._check(scope)
        negotiation = scope.cleaned_data["negotiation"]
        form = SearchForm(query, negotiation=negotiation, user=user)
        refuse_careless(query, once=["negotiation", *form.fields, *PAGE_PARAMETERS])
        self._check(form)
        if form.asked is None:
            raise ValidationError({"q": [_("Say what to look for.")]})
        found = find(negotiation=negotiation, user=user, asked=form.asked)
        page = self.paginate_queryset(found.places) or []
        hits = show(page, asked=form.asked)
        return self.get_paginated_response(self.get_serializer(hits, many=True).data)

    @staticmethod
    def _check(form: forms.Form) -> None:
        if not form.is_valid():
            raise ValidationError(
                {name: [str(word) for word in told] for name, told in form.errors.items()}
            )
