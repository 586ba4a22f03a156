from pathlib import Path

from django.db import migrations

CHECKS = [
    "check_published_has_evidence",
    "check_demand_supersedes",
    "check_demand_holder",
    "check_value_fits_term",
    "check_clause_parent",
]
FORWARD = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
BACKWARD = "DROP FUNCTION public.positions_record_is_live(bigint, date, bigint[]);" + "".join(
    f"SELECT gate.unregister_check('gate.{name}'); DROP FUNCTION gate.{name}(bigint);"
    for name in CHECKS
)
BACKWARD += "DROP FUNCTION gate.pointed_at(bigint, text, text);"


class Migration(migrations.Migration):
    dependencies = [("positions", "0001_models")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
