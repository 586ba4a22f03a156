from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
BACKWARD = """
SELECT gate.unregister_check('gate.check_manager_stays');
DROP FUNCTION gate.check_manager_stays(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("negotiations", "0011_import_rows_left_out"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "subject",
                    models.BigIntegerField(db_index=True, verbose_name="number of the negotiation"),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("reader", "reader"),
                            ("editor", "editor"),
                            ("reviewer", "reviewer"),
                        ],
                        max_length=8,
                        verbose_name="role",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="for whom")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("last_day", models.DateField(verbose_name="last day")),
                (
                    "several",
                    models.BooleanField(default=False, verbose_name="for several people"),
                ),
                (
                    "used",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="how often it was used"
                    ),
                ),
                (
                    "revoked",
                    models.DateTimeField(editable=False, null=True, verbose_name="revoked"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who invites",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ["-created", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["reader", "editor", "reviewer"])),
                        name="invitation_role_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("several", True), ("used__lte", 1), _connector="OR"),
                        name="invitation_used_once",
                        violation_error_message="This invitation was for one person.",
                    ),
                ],
            },
        ),
    ]
