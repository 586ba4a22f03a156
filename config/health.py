"""``/health/``: whether this server can answer people now."""

import functools

from django.db import InterfaceError, OperationalError, ProgrammingError
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponse, HttpResponseNotAllowed

ADDRESS = "/health/"


def answer_health(get_response):
    """Answer probes before anything asks for the host or for HTTPS: they come by number."""

    def middleware(request):
        return _health(request) if request.path_info == ADDRESS else get_response(request)

    return middleware


def missing_migrations() -> int:
    """Return how many of our migrations the database has not been through."""
    done = set(MigrationRecorder.Migration.objects.values_list("app", "name"))
    return len(_migrations() - done)


@functools.cache
def _migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def _health(request) -> HttpResponse:
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    try:
        missing = missing_migrations()
    except (OperationalError, InterfaceError):
        status, words = 503, "The database does not answer."
    except ProgrammingError:
        status, words = 503, "The database is empty: it has to be migrated."
    else:
        status, words = (503, f"Migrations to come: {missing}.") if missing else (200, "Well.")
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(
        f"{words}\n", status=status, headers=headers, content_type="text/plain; charset=utf-8"
    )
