"""Comments in the API: read by members, written by them, removed by who wrote them."""

from typing import Any

import django_filters
from django.shortcuts import get_object_or_404
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, permissions, serializers, viewsets
from rest_framework.response import Response

from negotiations.api import TokenWrites
from negotiations.filters import LARGEST_ID, Whole
from negotiations.models import Record
from positions.commenting import add_comment, remove_comment
from positions.models import Comment


class CommentSerializer(serializers.ModelSerializer):
    """A comment; ``text`` is empty once it was removed."""

    user: Any = serializers.SlugRelatedField("username", read_only=True)
    negotiation: Any = serializers.SlugRelatedField("slug", read_only=True)
    mentions = serializers.SerializerMethodField()

    class Meta:
        model = Comment
        fields = [
            "id",
            "negotiation",
            "record",
            "parent",
            "user",
            "written",
            "removed",
            "text",
            "mentions",
        ]
        read_only_fields = fields

    def get_mentions(self, row) -> list[str]:
        return [mention.user.get_username() for mention in row.mentions.all()]


class CommentInput(serializers.Serializer):
    """What is said about a record, or in reply; "@" and a name tells that member."""

    record = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    parent: Any = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    text = serializers.CharField(max_length=5000)


class CommentFilters(django_filters.FilterSet):
    record = Whole(min_value=1, max_value=LARGEST_ID)

    class Meta:
        model = Comment
        fields = ["record"]


class CommentViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    viewsets.GenericViewSet,
):
    """Comments on records that one may see, in negotiations of which one is a member."""

    #: Not that of the collections: no table, and nothing to edit.
    schema = AutoSchema()
    queryset = Comment.objects.none()
    serializer_class = CommentSerializer
    filterset_class = CommentFilters
    permission_classes = [TokenWrites, permissions.IsAuthenticatedOrReadOnly]
    http_method_names = ["get", "head", "post", "delete"]
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self):
        rows = Comment.objects.visible_to(self.request.user)
        related = rows.select_related("user", "negotiation").prefetch_related("mentions__user")
        return related.order_by("written", "pk")

    @extend_schema(request=CommentInput, responses={201: CommentSerializer})
    def create(self, request):
        given = CommentInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        rows = Record.objects.visible_to(request.user).select_related("negotiation")
        record = get_object_or_404(rows, pk=data["record"])
        parent = None
        if "parent" in data:
            mine = Comment.objects.visible_to(request.user).filter(record=record.pk)
            parent = get_object_or_404(mine, pk=data["parent"])
        comment = add_comment(user=request.user, record=record, text=data["text"], parent=parent)
        shown = self.get_queryset().get(pk=comment.pk)
        return Response(self.get_serializer(shown).data, status=201)

    def perform_destroy(self, instance):
        remove_comment(instance, user=self.request.user)
