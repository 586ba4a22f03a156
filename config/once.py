"""Forms that are done once: a double click, an answer that was lost, or the Back button.

Each form that writes carries a key of its own. What arrives again under it is answered as the
first was, and leads to the same place.
"""

import json
import secrets
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from config.resend import SHOWN, sent_before
from negotiations import once

FIELD = "idempotency_key"
#: What htmx reads of an answer.
KEPT_HEADERS = ("Location", "Content-Type", "HX-Trigger", "HX-Reswap", "HX-Retarget", "HX-Redirect")
#: The API has its own way. About accounts nothing is stored, and no count of attempts taken back.
NOT_HERE = ("/api/", "/accounts/")
UNTOLD = {FIELD, "csrfmiddlewaretoken", SHOWN}


def repeatable(view):
    """Mark a view whose form carries another form's key, which it leaves alone."""
    view.is_repeatable = True
    return view


def answer_once(get_response):
    """Middleware: do what a form sends once for the key it carries."""

    def middleware(request):
        if request.method != "POST" or request.path_info.startswith(NOT_HERE):
            return get_response(request)
        key = request.POST.get(FIELD)
        if not key or not request.user.is_authenticated or _is_repeatable(request):
            return get_response(request)
        try:
            key = once.key_of(key)
        except ValidationError as error:
            return HttpResponse(" ".join(error.messages), status=400, content_type="text/plain")
        try:
            given = once.once(
                lambda: get_response(request),
                user=request.user,
                key=key,
                request=_digest(request),
                answer_of=_to_store,
                fails=lambda response: response.status_code >= 400,
            )
        except once.UsedForAnother as error:
            return _with_other_words(request, error)
        return _again(request, given) if isinstance(given, once.Answer) else given

    return middleware


def _is_repeatable(request) -> bool:
    try:
        return getattr(resolve(request.path_info).func, "is_repeatable", False)
    except Resolver404:
        return True


def _digest(request) -> str:
    fields = sorted((n, values) for n, values in request.POST.lists() if n not in UNTOLD)
    files = []
    for name, file in sorted(request.FILES.items()):
        files += [name, file.name or "", file.read()]
        file.seek(0)
    return once.digest(request.get_full_path(), json.dumps(fields), *files)


def _to_store(response, is_written: bool) -> once.Answer | None:
    """A redirect, or what was answered to a write; a page that only shows a form is not stored."""
    is_redirect = response.status_code == HTTPStatus.FOUND
    if response.streaming or not (is_redirect or is_written):
        return None
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    return once.Answer(response.status_code, response.content.decode(), headers)


def _again(request, answer: once.Answer):
    if place := answer.headers.get("Location"):
        messages.info(request, _("It was saved when you sent it the first time."))
        return HttpResponseRedirect(place)
    return HttpResponse(answer.body, status=answer.status, headers=answer.headers)


def _with_other_words(request, error: once.UsedForAnother):
    """Say that the form was saved already with other words, and keep those of now."""
    return sent_before(
        request,
        place=error.answer.headers.get("Location", ""),
        sent=error.sent,
        fresh={FIELD: secrets.token_urlsafe(16)},
    )
