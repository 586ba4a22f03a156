"""Hashes that tell which row of the history was tampered with. See ``0013_witnesses.sql``."""

import re
from pathlib import Path

from django.conf import settings
from django.db import connection, migrations

FORWARD = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
BACKWARD = """
    DROP FUNCTION gate.unlike_history(bigint), gate.field_hashes(gate.changeset),
      gate.row_hash(bigint, bigint, bigint, text, bigint, text, jsonb);
    DROP VIEW public.negotiations_changeset, public.negotiations_history;
    ALTER TABLE gate.history DROP COLUMN hash, DROP COLUMN before;
    ALTER TABLE gate.changeset DROP COLUMN field_hashes;
    CREATE VIEW public.negotiations_changeset WITH (security_invoker) AS
    SELECT * FROM gate.changeset;
    CREATE VIEW public.negotiations_history WITH (security_invoker) AS
    SELECT * FROM gate.history;
    REVOKE INSERT, UPDATE, DELETE
      ON public.negotiations_changeset, public.negotiations_history FROM parley_web;
"""


def for_web_role(sql: str) -> str:
    """Return the SQL with the name of the role that the web server signs in with."""
    role = connection.ops.quote_name(settings.DATABASE_WEB_ROLE)
    return sql.replace("parley_web", role)


def as_before(*functions: str) -> str:
    """Return the SQL that makes functions again what the migration of the gate made them."""
    made = Path(__file__).with_name("0001_gate.sql").read_text(encoding="utf-8")
    found = [
        re.search(rf"CREATE (FUNCTION gate\.{name}\(.*?^END \$\$;)", made, re.DOTALL | re.MULTILINE)
        for name in functions
    ]
    return "\n".join(f"CREATE OR REPLACE {match[1]}" for match in found if match)


class Migration(migrations.Migration):
    dependencies = [("negotiations", "0012_last_manager_and_invitations")]
    operations = [
        migrations.RunSQL(
            for_web_role(FORWARD), as_before("write_history", "seal") + for_web_role(BACKWARD)
        )
    ]
