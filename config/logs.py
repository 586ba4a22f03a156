"""How logs look, and what never gets into them.

A line is an event with a name and plain values. What people wrote, searched for, chose as a
password or sent as a token stands in none: of an error the log has its class, the database's code
and the lines of the program, not its message, which may hold any of these; of another library's
line it has the template and the numbers that were put into it, or just where it comes from.
"""

import logging.config
import traceback
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import Processor

HERE = Path(__file__).resolve().parent.parent
MOST_CAUSES, MOST_LINES = 5, 15
#: What these say, ``config.watching`` tells without addresses and messages.
TOLD_ELSEWHERE = ("django.request", "django.security")
SECURITY = "parley.security"

Event = MutableMapping[str, Any]


def configure(options: dict[str, Any]) -> None:
    """Set up logging, as Django's ``LOGGING_CONFIG``; ``options`` has ``level`` and ``readable``.

    Readable is for whoever develops, at a terminal: with whole messages and tracebacks.
    """
    readable = options["readable"]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    bare: list[Processor] = [
        without_messages,
        _without_insides,
        structlog.processors.JSONRenderer(),
    ]
    whole: list[Processor] = [
        _without_insides,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"untold": {"()": Untold}},
            "formatters": {
                "events": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "use_get_message": readable,
                    "pass_foreign_args": not readable,
                    "processors": whole if readable else bare,
                }
            },
            "handlers": {
                "console": {
                    "class": "logging.StreamHandler",
                    "formatter": "events",
                    "filters": [] if readable else ["untold"],
                }
            },
            "loggers": {
                # Django's own would mail what went wrong, with all that was sent.
                "django": {"handlers": [], "propagate": True},
                SECURITY: {"level": "INFO"},
            },
            "root": {"handlers": ["console"], "level": options["level"]},
        }
    )


class Untold(logging.Filter):
    """Leaves out what is told elsewhere."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not record.name.startswith(TOLD_ELSEWHERE)


def without_messages(logger: Any, method: str, event: Event) -> Event:
    """Put the classes and places of errors for their messages, templates for what they were given.

    ``event`` is one that structlog or the standard library has logged.
    """
    record: logging.LogRecord = event["_record"]
    if not event["_from_structlog"]:
        event["logger"] = record.name
        given = event.pop("positional_args", ())
        event["event"] = record.msg if given and isinstance(record.msg, str) else "withheld"
        event["from"] = f"{record.filename}:{record.lineno}"
        given = given if isinstance(given, tuple) else ()
        numbers = [value for value in given if isinstance(value, int | float)]
        if numbers:
            event["numbers"] = numbers
    event.pop("stack_info", None)
    raised = event.pop("exc_info", None) or record.exc_info
    if raised and raised[1]:
        event["errors"] = list(described(raised[1]))
    return event


def _without_insides(logger: Any, method: str, event: Event) -> Event:
    del event["_record"], event["_from_structlog"]
    return event


def described(error: BaseException | None) -> Iterator[dict[str, Any]]:
    """Yield what may be told of an error and of those behind it, the last one first."""
    for _cause in range(MOST_CAUSES):
        if error is None:
            return
        frames = traceback.extract_tb(error.__traceback__)[-MOST_LINES:]
        told = {
            "class": f"{type(error).__module__}.{type(error).__qualname__}",
            "at": [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
        }
        diagnosis = getattr(error, "diag", None)
        for name in ("sqlstate", "constraint_name", "table_name"):
            if value := getattr(diagnosis, name, None):
                told[name] = value
        yield told
        error = error.__cause__ or error.__context__


def _short(filename: str) -> str:
    """Return a file's path below the program or below where libraries are, not the machine's."""
    path = Path(filename)
    if path.is_relative_to(HERE):
        inside = path.relative_to(HERE).as_posix()
        return inside.rpartition("/site-packages/")[2]
    return path.as_posix().rpartition("/site-packages/")[2].removeprefix("/")
