from pathlib import Path

from django.db import migrations

FORWARD = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
BEFORE = Path(__file__).with_name("0008_review.sql").read_text(encoding="utf-8")
AUTHORS = BEFORE[BEFORE.index("CREATE FUNCTION gate.authors") : BEFORE.index("-- The same for")]
BACKWARD = f"""
ALTER FUNCTION public.positions_authors(bigint) COST 100;
{AUTHORS.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")}
DROP INDEX gate.history_of_list;
DROP FUNCTION gate.list_owner(text, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("positions", "0011_watches_know_since_when")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
