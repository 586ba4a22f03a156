"""How much one address may ask for, and how large JSON may be.

How much may be sent stands in ``config.uploads`` and ``config.api``; how long the database may be
busy with it, in ``config.patience``; what the web server itself refuses, in ``config.serve``.
"""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

#: Of an address with its query, in bytes as they are sent. The web server's own limit is above it,
#: so that people read a page of ours.
MOST_ADDRESS = 7_000
#: Of an address: so many parameters, each time that one is given.
MOST_PARAMETERS = 200
#: Of one body of JSON: how deep it is nested, and its objects, lists, texts, numbers and keys.
MAX_DEPTH = 20
MAX_VALUES = 20_000


def bounded_address(get_response):
    """Middleware: refuse an address that is too long or asks for too much at once."""

    def middleware(request):
        if len(request.get_full_path()) > MOST_ADDRESS:
            return _refused(request, 414, _("This address is too long."))
        if request.META.get("QUERY_STRING", "").count("&") >= MOST_PARAMETERS:
            words = _("An address takes at most %(most)s parameters.") % {"most": MOST_PARAMETERS}
            return _refused(request, 400, words)
        return get_response(request)

    return middleware


def _refused(request, status: int, words: str) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        return JsonResponse({"detail": words}, status=status)
    return render(request, "address.html", {"status": status, "words": words}, status=status)
