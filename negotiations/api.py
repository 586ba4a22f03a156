"""The API's collections of this app, and what all collections share.

A collection names its query set, serializer, filters and, where it is written, its operations;
which rows there are for whom is the query sets' business.
"""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view, inline_serializer
from rest_framework import permissions, viewsets
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.fields import CharField
from rest_framework.response import Response

from negotiations import filters, serializers
from negotiations.models import (
    Delegate,
    Negotiation,
    Participation,
    Party,
    Person,
    Round,
    Track,
)
from negotiations.operations import Conflict


class ReadViewSet(viewsets.ReadOnlyModelViewSet):
    """Published rows of negotiations that one may see, and all rows where one writes."""

    serializer_class: type[serializers.RecordSerializer]
    http_method_names = ["get", "head"]
    lookup_value_regex = "[0-9]+"

    def get_queryset(self):
        rows = super().get_queryset().visible_to(self.request.user)
        return rows.order_by(*rows.model._meta.ordering, "pk")

    def complete(self, rows: list) -> list:
        """Return the rows with what takes a query of its own, one for all of them."""
        return rows

    def paginate_queryset(self, queryset):
        page = super().paginate_queryset(queryset)
        return None if page is None else self.complete(page)

    def get_object(self):
        return self.complete([super().get_object()])[0]


class EditorsWrite(permissions.BasePermission):
    """Anybody reads; editors, reviewers and managers write in their negotiations."""

    WRITING = ("POST", "PATCH")

    def has_permission(self, request, view):
        return request.method not in self.WRITING or request.user.is_authenticated

    def has_object_permission(self, request, view, obj):
        if request.method not in self.WRITING:
            return True
        negotiation = obj.pk if isinstance(obj, Negotiation) else obj.negotiation_id
        return Negotiation.objects.editable_by(request.user).filter(pk=negotiation).exists()


class WriteViewSet(ReadViewSet):
    """A collection whose rows editors add with POST and change with PATCH.

    ``record`` and ``edit`` are the operations that pages call, too.
    """

    http_method_names = ["get", "head", "post", "patch"]
    permission_classes = [EditorsWrite]
    input_class: type[serializers.InputSerializer]
    edit_class: type[serializers.InputSerializer]
    record: Callable
    edit: Callable

    def create(self, request, *args, **kwargs):
        negotiation = self._negotiation(request.data)
        self.check_object_permissions(request, negotiation)
        fields = self._parsed(self.input_class, negotiation)
        del fields["negotiation"]
        record = self.record(user=request.user, negotiation=negotiation, **fields)
        return Response(self._shown(record.pk), status=201)

    def partial_update(self, request, *args, **kwargs):
        record = self.get_object()
        fields = self._parsed(self.edit_class, record.negotiation)
        try:
            self.edit(record, user=request.user, **fields)
        except Conflict:
            detail = _("Somebody else has changed this meanwhile; look at it and try again.")
            return Response({"detail": detail, "current": self._shown(record.pk)}, status=409)
        return Response(self._shown(record.pk))

    def _negotiation(self, data) -> Negotiation:
        if not isinstance(data, dict):
            raise ValidationError({"detail": [_("Give a JSON object.")]})
        slug = data.get("negotiation")
        if not isinstance(slug, str) or not slug:
            raise ValidationError({"negotiation": [_("Give the slug of a negotiation.")]})
        visible = Negotiation.objects.visible_to(self.request.user)
        found = None if "\0" in slug else visible.filter(slug=slug).first()
        if found is None:
            raise NotFound({"negotiation": [_("There is no such negotiation here.")]})
        return found

    def _parsed(self, serializer_class, negotiation) -> dict:
        context = {**self.get_serializer_context(), "negotiation": negotiation}
        serializer = serializer_class(data=self.request.data, context=context)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _shown(self, number: int):
        row = self.get_queryset().get(pk=number)
        return self.get_serializer(self.complete([row])[0]).data


def documented(view: type[WriteViewSet]) -> type[WriteViewSet]:
    """Tell the API's description what a collection takes and gives."""
    conflict = inline_serializer(
        f"{view.serializer_class.Meta.model.__name__}Conflict",
        {"detail": CharField(), "current": view.serializer_class()},
    )
    return extend_schema_view(
        create=extend_schema(request=view.input_class, responses={201: view.serializer_class}),
        partial_update=extend_schema(
            request=view.edit_class, responses={200: view.serializer_class, 409: conflict}
        ),
    )(view)


class NegotiationViewSet(ReadViewSet):
    queryset = Negotiation.objects.with_revision()
    serializer_class = serializers.NegotiationSerializer
    filterset_class = filters.NegotiationFilters
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"


class PartyViewSet(ReadViewSet):
    queryset = Party.objects.select_related("negotiation")
    serializer_class = serializers.PartySerializer
    filterset_class = filters.PartyFilters


class PersonViewSet(ReadViewSet):
    queryset = Person.objects.select_related("negotiation")
    serializer_class = serializers.PersonSerializer
    filterset_class = filters.PersonFilters


class TrackViewSet(ReadViewSet):
    queryset = Track.objects.select_related("negotiation")
    serializer_class = serializers.TrackSerializer
    filterset_class = filters.TrackFilters


class RoundViewSet(ReadViewSet):
    queryset = Round.objects.select_related("negotiation")
    serializer_class = serializers.RoundSerializer
    filterset_class = filters.RoundFilters


class ParticipationViewSet(ReadViewSet):
    queryset = Participation.objects.select_related("negotiation", "party")
    serializer_class = serializers.ParticipationSerializer
    filterset_class = filters.ParticipationFilters


class DelegateViewSet(ReadViewSet):
    queryset = Delegate.objects.select_related("negotiation", "party")
    serializer_class = serializers.DelegateSerializer
    filterset_class = filters.DelegateFilters
