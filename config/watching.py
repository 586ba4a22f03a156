"""What is written down of each request, of each denial and of what bears on who gets in.

Who is told by the number of the account. Neither addresses nor what was sent are written down: an
address may hold words that were searched for, or a link that opens an account.
"""

import re
import sys
import time
import uuid

import structlog
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.signals import got_request_exception
from django.utils.functional import LazyObject, empty

from config.logs import SECURITY, described

#: A number that a proxy gives may be taken over if it can be nothing else.
NUMBER = re.compile(r"[0-9A-Za-z_-]{8,64}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
#: Why something was denied, by the status of the answer.
DENIALS = {
    401: "not signed in",
    403: "not allowed",
    404: "hidden or absent",
    409: "conflict",
    412: "changed meanwhile",
    413: "too much",
    414: "too long",
    428: "no version given",
    429: "too often",
}
CSRF_REFUSED = "parley.csrf_refused"

requests = structlog.stdlib.get_logger("parley.request")
denials = structlog.stdlib.get_logger("parley.denied")
failures = structlog.stdlib.get_logger("parley.failed")
security = structlog.stdlib.get_logger(SECURITY)


def watch(get_response):
    """Middleware: give each request a number, and log what became of it."""

    def middleware(request):
        begun = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        number = given if NUMBER.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=number)
        response = get_response(request)
        told = {**_asked(request), "status": response.status_code}
        if reason := _reason(request, response.status_code):
            denials.warning("denied", reason=reason, **told)
        duration = round((time.perf_counter() - begun) * 1000, 1)
        size = None if response.streaming else len(response.content)
        requests.info("request", **told, ms=duration, bytes=size)
        if response.status_code >= 500:
            response.headers["X-Request-ID"] = number
        structlog.contextvars.clear_contextvars()
        return response

    return middleware


def _asked(request) -> dict[str, object]:
    """Return who asked for what, as far as it may be told."""
    match = request.resolver_match
    return {
        "method": request.method if request.method in METHODS else "other",
        "route": match.view_name if match else None,
        "user": _user(request),
    }


def _user(request) -> int | None:
    """Return the number of the account, if anybody has asked for it: it may cost a query."""
    user = request.__dict__.get("user")
    if isinstance(user, LazyObject) and user.__dict__["_wrapped"] is empty:
        return None
    return getattr(user, "pk", None)


def _reason(request, status: int) -> str | None:
    if CSRF_REFUSED in request.META:
        return "form of another session or site"
    return DENIALS.get(status)


def note(event: str, **told: object) -> None:
    """Write down something that bears on who gets in; ``told`` are plain values."""
    security.info(event, **told)


def connect() -> None:
    """Listen for what is written down wherever it happens."""
    got_request_exception.connect(_failed, dispatch_uid="watching")
    user_logged_in.connect(_signed_in, dispatch_uid="watching")
    user_logged_out.connect(_signed_out, dispatch_uid="watching")
    user_login_failed.connect(_not_signed_in, dispatch_uid="watching")


def _failed(sender, request=None, **_told) -> None:
    asked = _asked(request) if request is not None else {}
    failures.error("failed", **asked, errors=list(described(sys.exception())))


def _signed_in(sender, request, user, **_told) -> None:
    note("signed in", user=user.pk)


def _signed_out(sender, request, user, **_told) -> None:
    note("signed out", user=user.pk if user else None)


def _not_signed_in(sender, **_told) -> None:
    # What was entered as a name is at times a password.
    note("sign-in failed")
