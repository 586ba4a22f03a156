from pathlib import Path

from django.db import migrations

HERE = Path(__file__)
FORWARD = HERE.with_suffix(".sql").read_text(encoding="utf-8")
FORMER = HERE.with_name("0002_checks.sql").read_text(encoding="utf-8")
BACKWARD = (
    "DROP FUNCTION public.positions_record_stands(bigint, date, date, bigint[]);"
    "DROP FUNCTION public.positions_known(bigint, date, boolean);"
) + FORMER[FORMER.index("CREATE FUNCTION public.positions_record_is_live") :]


class Migration(migrations.Migration):
    dependencies = [("positions", "0003_search_vectors")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
