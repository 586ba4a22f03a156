"""What was posted and could not be taken: shown, kept in the page, and sent again from there.

No answer here asks for the user, the session or the database: they may be what failed.
"""

import functools
import json
import re
import sys
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template import loader
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.defaults import server_error

from config.watching import CSRF_REFUSED
from negotiations.refusals import sqlstate

#: Classes of PostgreSQL's codes, and a code, that say it cannot be reached or will not work now.
OUTAGES = ("08", "57", "53300")
#: Codes of what it broke off: a statement, a wait for a lock, an idle transaction.
TOO_SLOW = {"57014", "55P03", "25P03"}
SECONDS_TO_WAIT = "10"
#: The field in which a form tells what its fields are called: JSON, for each name the label and,
#: maybe, the words of what may be chosen.
SHOWN = "shown-fields"
#: Of lists of rows, or with more letters than that, the page’s script tells the words chosen.
TOLD_CHOICES = 1500
LONGEST_LABEL = 200
#: What forms send besides what somebody filled in.
OURS = frozenset({"idempotency_key", "version", "asks", "asks-since", SHOWN})
OURS_BEGIN = ("initial-", "before-", "keep-")
VALUE_OF_A_TERM = re.compile(r"term_[^.]+(\.\d+)?")
#: The fields of our forms, by the last part of their names, into which somebody writes words.
IN_WORDS = (
    {"affiliation", "aliases", "author", "capacity", "condition", "definition", "email", "label"}
    | {
        "locator",
        "login",
        "mail",
        "name",
        "note",
        "occasion",
        "outlet",
        "question",
        "quote",
        "reads",
    }
    | {"reason", "rows", "source_outlet", "source_title", "source_url", "summary", "text", "title"}
    | {"translation", "unit", "url", "user", "username", "venue", "words"}
)


@dataclass(frozen=True)
class Posted:
    """One field of a form that came back; ``called`` and ``words`` are what the form showed."""

    name: str
    value: str
    called: str = ""
    words: str = ""

    @property
    def label(self) -> str:
        """What the form called it; else its name as words."""
        return self.called or re.sub(r"[-_.]", " ", self.name)

    @property
    def shown(self) -> str:
        """What was written or, of a choice, its words."""
        return self.words or self.value

    @property
    def is_shown(self) -> bool:
        """Whether somebody filled it in: forms also send what was there before, and keys."""
        is_ours = self.name.startswith(OURS_BEGIN) or self.name in OURS
        return bool(self.value.strip()) and not is_ours

    @property
    def is_in_words(self) -> bool:
        """Whether words are written into it: a choice, a number or a key says little alone."""
        if VALUE_OF_A_TERM.fullmatch(self.name):
            return " " in self.value.strip()
        return self.name.rpartition(".")[2] in IN_WORDS


def signed_in(view):
    """Let only people who are signed in reach a view that shows a form and takes it.

    Whoever wants to see the form is asked to sign in. A form that was sent after its session had
    ended comes back with what was typed, to be sent again; htmx is led to the sign-in page, and
    the page that sent it keeps what was typed.
    """

    @functools.wraps(view)
    def wrapped(request, *args, **kwargs):
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST" and not request.htmx:
            response = _page(request, "401.html", HTTPStatus.UNAUTHORIZED)
            response["WWW-Authenticate"] = 'Session realm="Parley"'
            return response
        return redirect_to_login(request.get_full_path())

    return wrapped


def csrf_failed(request, reason=""):
    """Answer a form whose token is not this session's: its page is older than the sign-in."""
    request.META[CSRF_REFUSED] = reason
    return _page(request, "403_csrf.html", HTTPStatus.FORBIDDEN)


def second_step_owed(request):
    """Answer a form of somebody who has to set up the second step of their sign-in first."""
    return _page(request, "403_second_step.html", HTTPStatus.FORBIDDEN)


def failed(request):
    """Answer a request that raised an error.

    503 while the database is away, and where it broke off what took too long; else 500.
    """
    error = sys.exception()
    is_slow = _took_too_long(error)
    is_passing = is_slow or _is_outage(error)
    status = HTTPStatus.SERVICE_UNAVAILABLE if is_passing else HTTPStatus.INTERNAL_SERVER_ERROR
    if request.path_info.startswith("/api/"):
        response: HttpResponse = JsonResponse(
            {"detail": _words(is_slow, is_passing)}, status=status
        )
    elif is_passing:
        response = _page(request, "503_slow.html" if is_slow else "503.html", status)
    else:
        response = server_error(request)
    if is_passing:
        response["Retry-After"] = SECONDS_TO_WAIT
    add_never_cache_headers(response)
    return response


def _words(is_slow: bool, is_passing: bool) -> str:
    if is_slow:
        return _("This took too long and was broken off; ask for less, or try again later.")
    if is_passing:
        return _("The database does not answer.")
    return _("This went wrong on our side.")


def _took_too_long(error: BaseException | None) -> bool:
    return isinstance(error, OperationalError | InternalError) and sqlstate(error) in TOO_SLOW


def sent_before(request, *, place: str, sent, fresh: dict[str, str]) -> HttpResponse:
    """Answer a form that was saved before with other words; ``place`` is where that led.

    ``fresh`` are fields that get other values when it is sent again.
    """
    words = _("This form was saved before, with other words. Look at what was saved.")
    if request.htmx:
        response = HttpResponse(status=HTTPStatus.UNPROCESSABLE_ENTITY)
        links = [{"words": _("Look at what was saved"), "url": place}] if place else []
        told = {"parley:status": {"text": words, "links": links}, "parley:another": fresh}
        response["HX-Trigger"] = json.dumps(told)
        return response
    more = {"place": place, "sent": sent}
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(request, "422_sent.html", status, fresh=fresh, **more)


def _is_outage(error: BaseException | None) -> bool:
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    code = sqlstate(error)
    return code is None or code.startswith(OUTAGES)


def posted(request, fresh: dict[str, str] | None = None) -> dict[str, object]:
    """Return what a page shows of what a page of ours posted; nothing of what others post.

    ``fresh`` are fields that get other values when it is sent again.
    """
    if request.method != "POST" or not _is_from_here(request):
        return {}
    told = _told(request.POST.get(SHOWN, ""))
    fields = [
        Posted(name, (fresh or {}).get(name, value), *_called(told, name, value))
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    kept = [field for field in fields if "password" not in field.name]
    shown = [field for field in kept if field.is_shown]
    typed = [field for field in shown if field.is_in_words and not _is_as_before(request, field)]
    return {
        "may_send_again": kept == fields,
        "posted": kept,
        "typed": typed,
        "preset": [field for field in shown if field not in typed],
        # A file is still where it was chosen from; nobody may send one here unasked.
        "files": [(name, file.name) for name, file in request.FILES.items()],
    }


def _told(packed: str) -> dict[str, object]:
    """Return what a form told of its fields; nothing if that cannot be read."""
    try:
        told = json.loads(packed)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _called(told: dict[str, object], name: str, value: str) -> tuple[str, str]:
    """Return a field's label, and its value in words; what the form did not tell is empty.

    Of a field in several parts, such as a day and its time, it tells what the whole is called.
    """
    its: Any = told.get(name) or told.get(name.rpartition("_")[0])
    if not isinstance(its, list) or not its:
        return "", ""
    words = its[1] if len(its) > 1 and isinstance(its[1], dict) else {}
    return _in_a_line(its[0]), _in_a_line(words.get(value))


def _in_a_line(text: object) -> str:
    return " ".join(text.split())[:LONGEST_LABEL] if isinstance(text, str) else ""


def _is_as_before(request, field: Posted) -> bool:
    """Whether an edit left a field as the form first showed it."""
    return request.POST.get(f"initial-{field.name}") == field.value


def _page(request, template: str, status: HTTPStatus, *, fresh=None, **more) -> HttpResponse:
    """Render a page that holds what was posted, if a page of ours posted it."""
    context: dict[str, object] = {"action": request.get_full_path(), **more}
    if found := posted(request, fresh):
        context |= {**found, "csrf_token": get_token(request)}
    response = HttpResponse(loader.render_to_string(template, context), status=status)
    add_never_cache_headers(response)
    return response


def _is_from_here(request) -> bool:
    site = f"{request.scheme}://{request.get_host()}"
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin == site
    return request.headers.get("Referer", "").startswith(f"{site}/")
