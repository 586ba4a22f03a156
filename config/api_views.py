"""The API's own pages: its description, its documents, and whatever is not there."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.views import APIView

from negotiations.filters import refuse_careless


class NotHere(APIView):
    """Any address below the API that names nothing: told in JSON, like all else."""

    @extend_schema(exclude=True)
    def get(self, request, *args, **kwargs):
        raise NotFound(_("There is nothing at this address; all end with a slash."))

    post = put = patch = delete = get


class SchemaView(SpectacularJSONAPIView):
    """The API's description, in a language of the site."""

    @extend_schema(exclude=True)
    def get(self, request, *args, **kwargs):
        # The framework would put a "version" from the query into a header.
        refuse_careless(request.query_params, once=["lang"])
        languages = dict(settings.LANGUAGES)
        if request.GET.get("lang", settings.LANGUAGE_CODE) not in languages:
            raise ValidationError({"lang": [_("There are %s.") % ", ".join(languages)]})
        return super().get(request, *args, **kwargs)


def document_refusals(result, generator, request, public):
    """Say in the description which refusals any operation may answer with, and how they look."""
    refusal = {
        "type": "object",
        "description": "Messages by the field or parameter at fault; “detail” if there is none.",
        "additionalProperties": {},
    }
    result["components"]["schemas"]["Refusal"] = refusal
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    _close(result["components"]["schemas"])
    reading = {
        "400": "Not understood.",
        "401": "The token is not known.",
        "403": "Not allowed.",
        "404": "Not here.",
        "406": "Not given in this form.",
        "429": "Too many requests. “Retry-After” says when to come back.",
        "414": "The address is too long.",
        "503": "Not now: the database is away, or this took too long. “Retry-After” says when.",
    }
    which = {"428": "Say which state you change: If-Match, or the version."}
    again = {"422": "The key was sent before, with another request."}
    deleting = reading | again | which | {"409": "Something rests on it, or it has changed."}
    bodies = {"413": "Too much for one request.", "415": "Not application/json."}
    writing = reading | again | bodies
    # A deletion may name the version in a body.
    deleting |= bodies
    by_method = {"get": reading, "delete": deleting, "patch": writing | which}
    for operations in result["paths"].values():
        for method, operation in operations.items():
            for status, description in by_method.get(method, writing).items():
                operation["responses"].setdefault(
                    status, {"description": description, "content": answer}
                )
    return result


def _close(schemas) -> None:
    """Say of all that is sent that it has no other names than those described.

    And of all that is given, that an address that there is not is an empty text.
    """
    for name, schema in schemas.items():
        if name.endswith("Request") and "properties" in schema:
            schema["additionalProperties"] = False
            continue
        for field in schema.get("properties", {}).values():
            if field.get("format") == "uri":
                del field["format"]
