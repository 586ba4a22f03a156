"""How the API's description is read off its views."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, inline_serializer
from rest_framework.fields import CharField

from config.api import CSVRenderer, XLSXRenderer

#: How tables are described among the answers of a view.
TABLES = {
    (200, CSVRenderer.media_type): OpenApiTypes.STR,
    (200, XLSXRenderer.media_type): OpenApiTypes.BINARY,
}


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
            case "partial_update" if "version" in self.get_request_serializer().fields:
                name = f"{type(shown).__name__.removesuffix('Serializer')}Conflict"
                fields = {"detail": CharField(), "current": self.view.serializer_class()}
                return {200: shown, 409: inline_serializer(name, fields)}
        return shown

    def get_examples(self):
        if getattr(self.view, "action", "") != "create":
            return []
        meta = self.view.input_class.Meta
        if not hasattr(meta, "example"):
            return []
        name = str(meta.model._meta.verbose_name).capitalize()
        return [OpenApiExample(name, value=meta.example, request_only=True)]
