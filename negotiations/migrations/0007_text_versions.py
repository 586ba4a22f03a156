from pathlib import Path

import django.core.validators
from django.db import migrations, models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from negotiations.migrating import AddedColumn

FORWARD = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
BACKWARD = "DROP FUNCTION public.negotiations_text_hash(text);"


class Migration(migrations.Migration):
    dependencies = [("negotiations", "0006_exports")]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AddField(
            "source",
            "text_origin",
            models.CharField(
                blank=True,
                default="",
                max_length=300,
                verbose_name="where the text was taken from",
            ),
            preserve_default=False,
        ),
        AddedColumn("source", "text_origin", reads=""),
        migrations.AddField(
            "source",
            "text_hash",
            models.GeneratedField(
                expression=models.Func("text", function="public.negotiations_text_hash"),
                output_field=models.CharField(max_length=64, verbose_name="hash of the text"),
                db_persist=True,
            ),
        ),
        migrations.AlterField(
            "source",
            "text",
            models.TextField(
                blank=True,
                validators=[django.core.validators.MaxLengthValidator(2000000)],
                verbose_name="text",
            ),
        ),
        migrations.AddConstraint(
            "source",
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), 2000000),
                name="source_text_not_too_long",
                violation_error_message="A text has two million characters at most.",
            ),
        ),
    ]
