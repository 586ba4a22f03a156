import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection

from accounts import letters
from config.logs import described
from config.processes import exit_on_stop_signals
from negotiations import imports
from negotiations.exports import CHANNEL, run_next
from positions.exports import MAKERS
from positions.importing.working import IMPORTER

log = structlog.stdlib.get_logger("parley.worker")
HOUSEKEEPING_EVERY = 24 * 3600
#: Nobody need tell the worker that another one died over a file: it looks by itself.
LOOK_EVERY = 60
SECONDS_UNTIL_NEXT_TRY = 5


class Command(BaseCommand):
    help = (
        "Make the files and the imports that people wait for as they ask for them, send the "
        "letters with links to new passwords, and do the housekeeping once a day, until stopped."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--until-empty", action="store_true", help="stop when nothing waits; no housekeeping"
        )

    def handle(self, *args, until_empty, **options):
        if until_empty:
            _empty()
            return
        exit_on_stop_signals()
        self.tidied = -float(HOUSEKEEPING_EVERY)
        while True:
            try:
                self._work()
            except (OperationalError, InterfaceError) as error:
                log.error("worker tries again", errors=list(described(error)))
                connection.close()
                time.sleep(SECONDS_UNTIL_NEXT_TRY)
            except Exception as error:
                # Python would print the error's message, in which words of a draft may stand.
                log.critical("worker stopped", errors=list(described(error)))
                raise SystemExit(1) from None

    def _work(self) -> None:
        """Work as long as the database answers."""
        with _listening() as listener:
            while True:
                _empty()
                if time.monotonic() - self.tidied >= HOUSEKEEPING_EVERY:
                    call_command("housekeeping")
                    self.tidied = time.monotonic()
                # Nothing to do but wait: the connection that works goes back meanwhile.
                connection.close()
                with listener.wrap_database_errors:
                    for _asked in listener.connection.notifies(timeout=LOOK_EVERY, stop_after=1):
                        pass


def _empty() -> None:
    while letters.send_next() or run_next(MAKERS) or imports.run_next(IMPORTER):
        pass


@contextmanager
def _listening() -> Iterator:
    """A connection of its own that hears of what is asked for."""
    wrapper = connection.copy()
    try:
        with wrapper.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}; LISTEN {letters.CHANNEL}")
        yield wrapper
    finally:
        wrapper.close()
