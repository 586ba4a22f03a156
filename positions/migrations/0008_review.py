from pathlib import Path

from django.conf import settings
from django.db import migrations, models
from django.db.models import PROTECT, Q

from negotiations.constraints import Gated, SameNegotiation

FORWARD = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
BACKWARD = """
SELECT gate.unregister_check('zz_reviewed');
DROP FUNCTION gate.check_reviewed(bigint);
DROP FUNCTION gate.approved_rows(bigint);
DROP FUNCTION gate.refuse_unreviewed(text, text);
DROP FUNCTION public.positions_authors(bigint);
DROP FUNCTION gate.authors(bigint, bigint);
DROP VIEW gate.link;
"""
STAGES = {
    "waiting": "waiting for review",
    "approved": "approved",
    "sent back": "sent back",
    "withdrawn": "withdrawn",
}
KINDS = (
    "party",
    "person",
    "track",
    "round",
    "participation",
    "delegate",
    "source",
    "issue",
    "term",
    "proposal",
    "clause",
    "demand",
    "term value",
    "linkage",
    "outcome",
    "event",
    "silence",
    "evidence",
)


class Migration(migrations.Migration):
    dependencies = [
        ("negotiations", "0015_sent_once_and_present"),
        ("positions", "0007_watches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="PendingEdit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sent", models.DateTimeField(auto_now_add=True, verbose_name="sent")),
                ("why", models.TextField(blank=True, verbose_name="why")),
                ("rows", models.JSONField(verbose_name="what it changes")),
                (
                    "stage",
                    models.CharField(
                        choices=list(STAGES.items()),
                        default="waiting",
                        max_length=9,
                        verbose_name="stage",
                    ),
                ),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                (
                    "negotiation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=PROTECT,
                        related_name="+",
                        to="negotiations.negotiation",
                        verbose_name="negotiation",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=PROTECT,
                        related_name="+",
                        to="negotiations.record",
                        verbose_name="record",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "edit for review",
                "verbose_name_plural": "edits for review",
                "ordering": ["sent", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("id", "negotiation"), name="pending_edit_in_negotiation"
                    ),
                    Gated(name="pending_edit_gated"),
                    SameNegotiation(
                        field="record", kinds=KINDS, name="pending_edit_record_same_negotiation"
                    ),
                    models.CheckConstraint(
                        condition=Q(stage__in=list(STAGES)),
                        name="pending_edit_stage_known",
                        violation_error_message="This is not one of the choices.",
                    ),
                    models.UniqueConstraint(
                        condition=Q(stage="waiting"),
                        fields=("record",),
                        name="pending_edit_one_waits",
                        violation_error_message=("Another edit of this waits for review already."),
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
