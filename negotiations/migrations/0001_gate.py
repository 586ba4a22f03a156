"""The write gate, before any table that it guards. See ``0001_gate.sql``."""

from pathlib import Path

from django.conf import settings
from django.db import connection, migrations

FORWARD = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
# Whoever may make temporary tables again is left to the database's administrator.
BACKWARD = """
    ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM parley_web;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM parley_web;
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM parley_web;
    REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM parley_web;
    DROP SCHEMA gate CASCADE;
    DROP SEQUENCE public.record_id_seq;
"""


def for_web_role(sql: str) -> str:
    """Return the SQL with the name of the role that the web server signs in with."""
    role = connection.ops.quote_name(settings.DATABASE_WEB_ROLE)
    return sql.replace("parley_web", role)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(for_web_role(FORWARD), for_web_role(BACKWARD))]
