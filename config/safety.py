"""What must hold before Parley serves people, with what to do where it does not."""

import psycopg
from django.conf import settings

SECRET_LENGTH = 50
SECRET_LETTERS = 10
OLDEST_SERVER = 18
#: Settings without which a crash of the machine costs what was acknowledged, and bad values.
DURABILITY = {"fsync": {"off"}, "full_page_writes": {"off"}, "synchronous_commit": {"off"}}


def weak_settings() -> list[str]:
    """Return what is wrong with the settings, each a sentence or two."""
    found = []
    key = settings.SECRET_KEY
    if len(key) < SECRET_LENGTH or len(set(key)) < SECRET_LETTERS or "insecure" in key:
        found.append(
            f"SECRET_KEY is short or a default, and whoever guesses it can sign in as anybody: "
            f"give one of {SECRET_LENGTH} random characters, as .env.example shows."
        )
    if settings.DEBUG:
        found.append("DEBUG is on, which shows strangers the program's insides: unset DEBUG.")
    if not settings.SECOND_STEP_REQUIRED:
        found.append(
            "SECOND_STEP_REQUIRED is off, as only the demo may have it: managers would sign in "
            "with a password alone. Unset it."
        )
    return found


def weak_database(url: str) -> list[str]:
    """Return what is wrong with the database at ``url``; ``psycopg.Error`` if it is not there."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        version = connection.info.server_version // 10_000
        role, is_owner = _one(
            connection,
            "SELECT current_user, pg_has_role(datdba, 'MEMBER') FROM pg_database"
            " WHERE datname = current_database()",
        )
        found = [
            f"The database has {name} switched off, so that a crash loses what was saved: set "
            f"{name} = on in its configuration, and look for ALTER ROLE and ALTER DATABASE."
            for name, bad in DURABILITY.items()
            if _one(connection, f"SHOW {name}")[0] in bad
        ]
    if version < OLDEST_SERVER:
        found.append(f"The database is PostgreSQL {version}; Parley needs {OLDEST_SERVER}.")
    if is_owner:
        found.append(
            f"DATABASE_URL signs in as {role}, who owns the database and could rewrite its "
            "history: let it name the web role, and DATABASE_OWNER_URL the owner."
        )
    elif role != settings.DATABASE_WEB_ROLE:
        found.append(
            f"DATABASE_URL signs in as {role}, but migrations give their rights to "
            f"{settings.DATABASE_WEB_ROLE}: set DATABASE_WEB_ROLE={role} before migrating."
        )
    return found


def _one(connection: psycopg.Connection, query: str) -> tuple:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row
