from pathlib import Path

from django.db import migrations, models

from negotiations.migrating import AddedColumn

FORWARD = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
BACKWARD = """
SELECT gate.unregister_check('gate.check_anchor_holds');
DROP FUNCTION gate.check_anchor_holds(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("negotiations", "0007_text_versions"),
        ("positions", "0004_known_on"),
    ]
    operations = [
        migrations.AddField(
            "evidence",
            "text_hash",
            models.CharField(
                blank=True,
                default="",
                editable=False,
                max_length=64,
                verbose_name="hash of the text",
            ),
            preserve_default=False,
        ),
        AddedColumn("evidence", "text_hash", reads=""),
        migrations.AddConstraint(
            "evidence",
            models.CheckConstraint(
                condition=models.Q(text_hash="") | models.Q(start__isnull=False),
                name="evidence_hash_of_a_place",
                violation_error_message="Only a place is in a text.",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
