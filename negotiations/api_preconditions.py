"""ETags of the API's records, and the conditions under which they are read and written (RFC 9110).

An ETag is strong: it is made of all that is answered, so that whatever decides an answer decides
it, too. It begins with the record's version, where it has one.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

from negotiations.edits import EditBy

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


def has_changed(
    view, data: Any, edits: Sequence[EditBy], *, status: int, etag: str = ""
) -> Response:
    """Return the answer that the record, as ``data`` has it now, is another than was meant.

    ``edits`` are who changed it since, and when.
    """
    changed_by = [{"who": edit.who, "at": edit.at} for edit in edits]
    told = {"detail": HAS_CHANGED, "current": data, "changed_by": changed_by}
    return Response(told, status=status, headers={"ETag": etag or etag_of(view, data)})


def check(
    view, data: Any, *, version_sent: bool, edits_since: Callable[[str], Sequence[EditBy]]
) -> Response | None:
    """Return the answer 412 if the record as ``data`` has it is not what the writer means.

    ``edits_since`` tells who changed it after a version. Raises ``PreconditionRequired`` if
    neither ``If-Match`` nor a version says what is meant.
    """
    request, etag = view.request, etag_of(view, data)
    wanted = tags_of(request, "If-Match")
    if not wanted and not version_sent:
        raise PreconditionRequired
    # A weak ETag in If-Match matches nothing: the comparison is strong.
    fits = not wanted or "*" in wanted or etag in wanted
    if fits and not (request.headers.get("If-None-Match") and is_unchanged(request, etag)):
        return None
    edits = [] if fits else edits_since(_version_in(wanted))
    return has_changed(view, data, edits, status=412, etag=etag)


def _version_in(tags: list[str]) -> str:
    """Return the newest version with which one of the ETags begins; empty if none has one."""
    begins = (tag.removeprefix("W/").strip('"').partition("-")[0] for tag in tags if "-" in tag)
    known = [int(text) for text in begins if text.isascii() and text.isdecimal() and len(text) < 10]
    return str(max(known)) if known else ""
