"""How often something may be done: counted in PostgreSQL, exact however many try at once.

One statement counts and answers, and the row's lock puts those who come at once in a line. A
``Rate`` lets so many through in a time that begins with the first; ``Steps`` let the first few
through, then make one wait longer each time, and then shut the door for a while. The counts are in
a table that is not logged: a crash of the server forgets them, and counting waits for no disk.
"""

import hashlib
from dataclasses import dataclass
from math import ceil

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.rates import parsed

#: After so many attempts each further one has to wait, twice as long each time.
FREE_ATTEMPTS = 3
LONGEST_STEP = 60

COUNT = """
INSERT INTO accounts_tally AS t (key, count, opens, ends)
VALUES (%(key)s, 1, statement_timestamp(), statement_timestamp() + %(period)s * interval '1 s')
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN t.ends <= statement_timestamp() THEN 1 ELSE least(t.count, %(most)s) + 1 END,
  ends = CASE WHEN t.ends <= statement_timestamp() THEN excluded.ends ELSE t.ends END
RETURNING count, extract(epoch FROM ends - statement_timestamp())
"""
CLIMB = """
INSERT INTO accounts_tally AS t (key, count, opens, ends)
VALUES (%(key)s, 1, statement_timestamp() + %(first)s * interval '1 s',
        statement_timestamp() + %(period)s * interval '1 s')
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN t.ends <= clock_timestamp() THEN 1 ELSE t.count + 1 END,
  opens = clock_timestamp() + interval '1 s' * CASE
    WHEN t.ends <= clock_timestamp() THEN %(first)s
    WHEN t.count + 1 >= %(most)s THEN %(period)s
    WHEN t.count + 1 < %(free)s THEN 0
    ELSE least(2 ^ least(t.count + 1 - %(free)s, 20), %(longest)s, %(period)s) END,
  ends = clock_timestamp() + %(period)s * interval '1 s'
WHERE t.opens <= clock_timestamp()
RETURNING count
"""
WAIT = "SELECT extract(epoch FROM opens - clock_timestamp()) FROM accounts_tally WHERE key = %s"
GIVE_BACK = "UPDATE accounts_tally SET count = greatest(least(count, %s) - 1, 0) WHERE key = %s"
FORGET = "DELETE FROM accounts_tally WHERE key = %s"


@dataclass(frozen=True)
class Verdict:
    """What came of counting: whether one may, how many are left, and seconds until that changes."""

    name: str
    refused: bool
    limit: int
    period: int
    remaining: int
    seconds: int

    @property
    def words(self) -> str:
        """Say when to try again."""
        if self.seconds <= 90:
            told = ngettext("%(n)s second", "%(n)s seconds", self.seconds) % {"n": self.seconds}
        else:
            minutes = ceil(self.seconds / 60)
            told = ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
        return _("Too many attempts. Try again in %(time)s.") % {"time": told}


def spend(name: str, who: str) -> Verdict | None:
    """Count one more of ``name`` by ``who`` and return what comes of it; None where none is set."""
    limit = parsed(settings.LIMITS[name])
    if limit is None:
        return None
    most, period = limit
    key = key_of(name, who)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": key, "period": period, "most": most})
        count, seconds = cursor.fetchone()
    left = max(1, ceil(seconds))
    return Verdict(name, count > most, most, period, max(0, most - count), left)


def climb(name: str, who: str) -> Verdict | None:
    """Count one more attempt of ``who`` and return whether it may be made now.

    What is refused is not counted: whoever waits as long as told may try again. The attempt that
    reaches the limit is the last one for as long as the limit's period; then all is forgotten.
    """
    limit = parsed(settings.LIMITS[name])
    if limit is None:
        return None
    most, period = limit
    key = key_of(name, who)
    numbers = {
        "period": period,
        "most": most,
        "first": period if most == 1 else 0,
        "free": FREE_ATTEMPTS,
        "longest": LONGEST_STEP,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLIMB, {"key": key, **numbers})
        row = cursor.fetchone()
        if row is not None:
            return Verdict(name, False, most, period, max(0, most - row[0]), 0)
        cursor.execute(WAIT, [key])
        waited = cursor.fetchone()
    # It may have been forgotten, or have opened, between the two statements.
    seconds = max(1, ceil(waited[0])) if waited else 1
    return Verdict(name, True, most, period, 0, seconds)


def give_back(name: str, who: str) -> None:
    """Take one back that was counted and shall not count after all."""
    limit = parsed(settings.LIMITS[name])
    if limit is not None:
        _run(GIVE_BACK, limit[0], key_of(name, who))


def forget(name: str, who: str) -> None:
    """Begin anew: whatever was counted of ``name`` by ``who`` is gone."""
    _run(FORGET, key_of(name, who))


def key_of(name: str, who: str) -> str:
    """Return what a count is kept under; nobody learns from the table who tried."""
    return hashlib.sha256(f"{name}\n{who}".encode()).hexdigest()


def _run(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
