"""ETags of the API's records, and the conditions under which they are read and written (RFC 9110).

An ETag is strong: it is made of all that is answered, so that whatever decides an answer decides
it, too. It begins with the record's version, where it has one.
"""

import hashlib
from typing import Any

from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

ASK_WHICH = _(
    "Say which state you change: send If-Match with the ETag that you read, or * for whatever it "
    "is now; in a JSON body, version does the same."
)
HAS_CHANGED = _("Somebody else has changed this meanwhile; look at it and try again.")


class PreconditionRequired(APIException):
    status_code = 428
    default_code = "precondition_required"
    default_detail = ASK_WHICH


def etag_of(view, data: Any) -> str:
    """Return the ETag of what a view answers of one record, as it is rendered to this request."""
    request = view.request
    context = view.get_renderer_context()
    body = request.accepted_renderer.render(data, request.accepted_media_type, context)
    told = hashlib.sha256(body or b"").hexdigest()[:32]
    version = data.get("version") if isinstance(data, dict) else None
    return f'"{version}-{told}"' if version is not None else f'"{told}"'


def tags_of(request, header: str) -> list[str]:
    """Return the ETags that a header lists, or an asterisk alone; none where it is not sent.

    Raises ``ValidationError`` for what is no list of ETags.
    """
    text = request.headers.get(header, "")
    if not text:
        return []
    tags = parse_etags(text)
    if not tags:
        raise ValidationError({header: [_("Give ETags in their quotes, or an asterisk.")]})
    return tags


def is_unchanged(request, etag: str) -> bool:
    """Whether the reader has what would be answered already: ``If-None-Match``, weakly compared."""
    tags = tags_of(request, "If-None-Match")
    return "*" in tags or etag in {tag.removeprefix("W/") for tag in tags}


def check(view, data: Any, *, version_sent: bool) -> Response | None:
    """Return the answer 412 if the record as ``data`` has it is not what the writer means.

    Raises ``PreconditionRequired`` if neither ``If-Match`` nor a version says what is meant.
    """
    request, etag = view.request, etag_of(view, data)
    wanted = tags_of(request, "If-Match")
    if not wanted and not version_sent:
        raise PreconditionRequired
    # A weak ETag in If-Match matches nothing: the comparison is strong.
    fits = not wanted or "*" in wanted or etag in wanted
    if fits and not (request.headers.get("If-None-Match") and is_unchanged(request, etag)):
        return None
    told = {"detail": HAS_CHANGED, "current": data}
    return Response(told, status=412, headers={"ETag": etag})
