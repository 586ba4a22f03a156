"""How far coders of the same passages agree, in the API."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response
from rest_framework.views import APIView

from negotiations.models import Negotiation
from positions.api_comparison import ReadOnly
from positions.coding import agreement_in


class AgreementSerializer(ReadOnly):
    """One field; ``alpha`` is null where it is undefined, and ``why`` says so."""

    name = serializers.CharField(read_only=True)
    words = serializers.CharField(read_only=True)
    level = serializers.ChoiceField(["nominal", "interval"], read_only=True)
    units = serializers.IntegerField(read_only=True)
    same = serializers.IntegerField(read_only=True)
    alpha = serializers.FloatField(read_only=True, allow_null=True)
    why = serializers.ChoiceField(["", "nothing", "no variation"], read_only=True)


class AgreementView(APIView):
    """Krippendorff's alpha per field, over the passages both have coded that one may see."""

    http_method_names = ["get", "head"]

    @extend_schema(responses=AgreementSerializer(many=True))
    def get(self, request, slug):
        if not request.user.is_authenticated:
            raise NotAuthenticated
        visible = Negotiation.objects.visible_to(request.user)
        negotiation = get_object_or_404(visible, slug=slug)
        own = Negotiation.objects.editable_by(request.user).filter(pk=negotiation.pk)
        if not own.exists():
            raise PermissionDenied
        rows = [
            {
                "name": each.field,
                "words": label,
                "level": each.level,
                "units": each.units,
                "same": each.same,
                "alpha": each.alpha,
                "why": each.why,
            }
            for label, each in agreement_in(negotiation, request.user)
        ]
        return Response(AgreementSerializer(rows, many=True).data)
