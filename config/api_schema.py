"""How the API's description is read off its views."""

import functools
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    inline_serializer,
)
from rest_framework.fields import CharField, DateTimeField
from rest_framework.serializers import Serializer

from config.api import CSVRenderer, XLSXRenderer

#: How tables are described among the answers of a view.
TABLES = {
    (200, CSVRenderer.media_type): OpenApiTypes.STR,
    (200, XLSXRenderer.media_type): OpenApiTypes.BINARY,
}


WHICH_STATE = (
    "The ETag of the record as you read it, several of them, or * for whatever it is now. Another "
    "state is answered with 412 and its ETag. Records with a version may name it in the body "
    "instead (409). Without either: 428."
)
UNCHANGED = "The ETag that you have: if it is still that of the record, the answer is 304."
ONCE = (
    "A key of your own, 1 to 64 letters, digits or . _ ~ : + / = -, for what is to be done once. "
    "What is sent again under it within a day gets the first answer, also while the first is "
    "under way; another request under it is refused with 422."
)


CHANGED_BY = (
    "Who changed the record since the state that was named, each once, and when; of an edit that "
    "was approved, who made it. Empty where only other records that are told of were changed."
)


def _header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description)


def _etag(statuses: list[int]) -> OpenApiParameter:
    said = "Names this state of the record."
    codes: Any = statuses
    return OpenApiParameter("ETag", str, OpenApiParameter.HEADER, description=said, response=codes)


class ChangedBySerializer(Serializer):
    """Who was quicker, and when."""

    who = CharField()
    at = DateTimeField()


def changed_by() -> ChangedBySerializer:
    """Return the field of an answer that tells who was quicker."""
    return ChangedBySerializer(many=True, required=False, help_text=CHANGED_BY)


@functools.cache
def _conflict(serializer):
    name = f"{serializer.__name__.removesuffix('Serializer')}Conflict"
    fields = {
        "detail": CharField(),
        "current": serializer(required=False),
        "changed_by": changed_by(),
    }
    return inline_serializer(name, fields)


class Schema(AutoSchema):
    """What a collection takes to record and edit a row, and what it gives."""

    view: Any

    def get_request_serializer(self):
        by_action = {"create": "input_class", "partial_update": "edit_class"}
        name = by_action.get(getattr(self.view, "action", ""))
        return getattr(self.view, name)() if name else super().get_request_serializer()

    def get_response_serializers(self):
        shown = super().get_response_serializers()
        match getattr(self.view, "action", ""):
            case "list":
                return {(200, "application/json"): shown, **TABLES}
            case "retrieve":
                return {200: shown, 304: OpenApiResponse(description="It is as you have it.")}
            case "partial_update":
                return {
                    200: shown,
                    409: _conflict(self.view.serializer_class),
                    412: _conflict(self.view.serializer_class),
                }
            case "destroy":
                return {
                    204: None,
                    409: _conflict(self.view.serializer_class),
                    412: _conflict(self.view.serializer_class),
                }
        return shown

    def get_override_parameters(self):
        action = getattr(self.view, "action", "")
        parameters = []
        if action == "retrieve":
            parameters += [_header("If-None-Match", UNCHANGED), _etag([200, 304])]
        if action in ("partial_update", "destroy"):
            parameters.append(_header("If-Match", WHICH_STATE))
        if action in ("create", "partial_update"):
            parameters.append(_etag([200, 201, 409, 412]))
        if self.method not in ("GET", "HEAD"):
            parameters.append(_header("Idempotency-Key", ONCE))
        return parameters

    def get_examples(self):
        if getattr(self.view, "action", "") != "create":
            return []
        meta: Any = getattr(getattr(self.view, "input_class", None), "Meta", None)
        if not hasattr(meta, "example"):
            return []
        name = str(meta.model._meta.verbose_name).capitalize()
        return [OpenApiExample(name, value=meta.example, request_only=True)]
