"""Views of what the records were at a revision. See ``0005_views_of_the_past.sql``."""

from pathlib import Path

from django.conf import settings
from django.db import connection, migrations

FORWARD = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
BACKWARD = """
    DROP VIEW public.negotiations_head, public.negotiations_changeset, public.negotiations_history;
    DROP SCHEMA asof CASCADE;
    DROP FUNCTION gate.build_past(text[], text[]), gate.drop_past(), gate.settle_columns(),
      gate.past_of(regclass, text, bigint, text[]), gate.past_of_records(), gate.image_of(text),
      gate.newest_images(text), gate.add_column(text, text, jsonb),
      gate.take_column_back(text, text), gate.rename_column(text, text, text),
      gate.begin_column(text);
    DROP TABLE gate.column_history, gate.known_column;
    DROP VIEW gate.stored_column;
    ALTER TABLE gate.gated DROP COLUMN since;
    DROP FUNCTION gate.last_history_id();
"""


def for_web_role(sql: str) -> str:
    """Return the SQL with the name of the role that the web server signs in with."""
    role = connection.ops.quote_name(settings.DATABASE_WEB_ROLE)
    return sql.replace("parley_web", role)


class Migration(migrations.Migration):
    dependencies = [("negotiations", "0004_search_vectors")]
    operations = [
        migrations.RunSQL(for_web_role(FORWARD), BACKWARD),
        migrations.AlterModelTable("head", None),
        migrations.AlterModelTable("changeset", None),
        migrations.AlterModelTable("history", None),
    ]
