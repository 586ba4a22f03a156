"""How long the database may be busy for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True)
class Patience:
    """For how many seconds the database works for us; 0 is for ever.

    ``statement`` is how long one statement runs, ``lock`` how long it waits for another's lock, and
    ``idle`` how long a transaction stays open while nothing is asked.
    """

    statement: float
    lock: float
    idle: float

    def as_options(self) -> str:
        """Return it as libpq's ``options``."""
        names = {
            "statement_timeout": self.statement,
            "lock_timeout": self.lock,
            "idle_in_transaction_session_timeout": self.idle,
        }
        return " ".join(f"-c {name}={round(seconds * 1000)}" for name, seconds in names.items())


#: Somebody waits for a request. Files and imports take their time in the worker. A migration may
#: take long, but while it waits for a lock, everybody else waits behind it.
PATIENCE = {
    "web": Patience(statement=15, lock=10, idle=60),
    "work": Patience(statement=1800, lock=60, idle=600),
    "migrate": Patience(statement=0, lock=60, idle=600),
}


def kind_of_process(arguments: Sequence[str]) -> str:
    """Return whose patience a process has that was started with these words."""
    if not arguments or PurePath(arguments[0]).name not in {"manage.py", "django-admin"}:
        return "web"
    command = arguments[1] if len(arguments) > 1 else ""
    return {"migrate": "migrate", "runserver": "web"}.get(command, "work")
