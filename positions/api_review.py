"""Review in the API: a record is sent to it, approved or sent back, as on the pages."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import permissions, serializers
from rest_framework.exceptions import NotAuthenticated, NotFound, PermissionDenied
from rest_framework.response import Response
from rest_framework.views import APIView

from config.api_schema import changed_by
from negotiations.api import TokenWrites
from negotiations.api_input import VersionField
from negotiations.models import Negotiation, Record, State
from negotiations.operations import Conflict
from positions import sentback
from positions.api_comparison import ReadOnly
from positions.edits import edits_since
from positions.models import PendingEdit
from positions.reviewing import approve, send_back, submit

ACTS = {"submit": submit, "approve": approve, "send back": send_back}


class ReviewInput(serializers.Serializer):
    """What is done to a record: who approves names the version that they read."""

    act = serializers.ChoiceField(list(ACTS))
    version = VersionField(required=False)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class SentBackSerializer(ReadOnly):
    """Who sent something back from review, when and why."""

    who = serializers.CharField(read_only=True)
    when = serializers.DateTimeField(read_only=True, allow_null=True)
    reason = serializers.CharField(read_only=True)


class ReviewedSerializer(ReadOnly):
    """A record that may be reviewed; ``edit_waits`` where it is published and an edit of it does.

    ``sent_back`` where it is a draft again since it was, or where one's own edit of it was.
    """

    id = serializers.IntegerField(source="pk", read_only=True)
    kind = serializers.CharField(read_only=True)
    state = serializers.ChoiceField(State.choices, read_only=True)
    version = serializers.IntegerField(read_only=True)
    edit_waits = serializers.BooleanField(read_only=True)
    sent_back: Any = SentBackSerializer(read_only=True, allow_null=True)


class ReviewConflictSerializer(ReadOnly):
    """Why nothing was decided: it is another by now, or does not wait any more."""

    detail = serializers.CharField(read_only=True)
    id = serializers.IntegerField(read_only=True, required=False)
    version = serializers.IntegerField(read_only=True, required=False)
    changed_by: Any = changed_by()


class ReviewView(APIView):
    """One record in review; ``state=in review`` asks any collection for all of its kind."""

    permission_classes = [TokenWrites, permissions.IsAuthenticatedOrReadOnly]
    http_method_names = ["get", "head", "post"]

    @extend_schema(responses=ReviewedSerializer)
    def get(self, request, pk):
        return Response(self._shown(self._record(request, pk)))

    @extend_schema(
        request=ReviewInput, responses={200: ReviewedSerializer, 409: ReviewConflictSerializer}
    )
    def post(self, request, pk):
        record = self._record(request, pk)
        given = ReviewInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        row = record.model._default_manager.select_related("negotiation").get(pk=pk)
        try:
            ACTS[data.pop("act")](row, user=request.user, **data)
        except Conflict as conflict:
            edits = edits_since(conflict.current, str(data.get("version", "")), request.user)
            told = [{"who": edit.who, "at": edit.at} for edit in edits]
            return Response({**conflict.as_json(), "changed_by": told}, status=409)
        record.refresh_from_db()
        return Response(self._shown(record))

    def _record(self, request, pk: int) -> Record:
        """Return a record that the user may write; 404 where it is hidden, 403 to readers."""
        if not request.user.is_authenticated:
            raise NotAuthenticated
        if pk > 2**63 - 1:
            raise NotFound
        rows = Record.objects.visible_to(request.user).select_related("negotiation")
        record = get_object_or_404(rows, pk=pk)
        if not hasattr(record.model, "state"):
            raise NotFound
        own = Negotiation.objects.editable_by(request.user)
        if not own.filter(pk=record.negotiation_id).exists():
            raise PermissionDenied
        return record

    def _shown(self, record: Record):
        rows: Any = record.model._default_manager.filter(pk=record.pk)
        reviews = record.negotiation.review == Negotiation.Review.REQUIRED
        shown = {
            "pk": record.pk,
            "kind": record.kind,
            "state": record.state,
            "version": rows.values_list("version", flat=True).get(),
            "edit_waits": PendingEdit.objects.visible_to(self.request.user)
            .waiting()
            .filter(record=record.pk)
            .exists(),
            "sent_back": sentback.of_record(record, self.request.user) if reviews else None,
        }
        return ReviewedSerializer(shown).data
