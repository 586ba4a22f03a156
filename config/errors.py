"""What a page says where there is none, where one may not, and where what was sent is refused.

Where the negotiation of the address may be seen, its navigation leads on. What fails on our side
is answered by ``config.resend``.
"""

import re

from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
    ValidationError,
)
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.defaults import bad_request as default

from config.resend import posted
from negotiations.models import Negotiation
from negotiations.operations import Conflict

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
FIRST_PART = re.compile(r"/([-\w]+)/")


def bad_request(request: HttpRequest, exception) -> HttpResponse:
    """Say what was wrong with what was sent, without reading any more of it."""
    status = 413 if isinstance(exception, TOO_MUCH) else 400
    if request.path_info.startswith("/api/"):
        told = _("This is too much for one request.") if status == 413 else _("Not understood.")
        return JsonResponse({"detail": told}, status=status)
    if status == 413:
        return render(request, "413.html", status=413)
    return default(request, exception)


def not_found(request: HttpRequest, exception) -> HttpResponse:
    return _page(request, 404, **posted(request))


def permission_denied(request: HttpRequest, exception) -> HttpResponse:
    return _page(request, 403, exception=str(exception), **posted(request))


class RefusalPages:
    """Middleware: a page for a wrong method, and for what an operation refused unforeseen.

    Views show forms again with what was refused; only what they could not foresee comes here. A
    part of a page that htmx asked for is left to fail, so that what was typed stays on the screen.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            allowed = response["Allow"]
            response = _page(request, 405, allowed=allowed)
            response["Allow"] = allowed
        return response

    def process_exception(self, request, exception):
        if request.htmx or not isinstance(exception, ValidationError):
            return None
        if isinstance(exception, Conflict):
            return _page(request, 409, current=exception.current)
        return _page(request, 422, refusals=exception.messages)


def _page(request: HttpRequest, status: int, **context) -> HttpResponse:
    slug = FIRST_PART.match(request.path_info)
    visible = Negotiation.objects.visible_to(request.user)
    negotiation = visible.filter(slug=slug[1]).first() if slug else None
    return render(request, f"{status}.html", {"negotiation": negotiation, **context}, status=status)
