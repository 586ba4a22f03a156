from pathlib import Path

import django.db.models.deletion
import negotiations.constraints
from django.conf import settings
from django.db import migrations, models

FORWARD = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
BACKWARD = "DROP FUNCTION gate.check_comments_stay(bigint);"
REGISTER = "SELECT gate.register_check('gate.check_comments_stay', ARRAY['positions_comment'])"
UNREGISTER = "SELECT gate.unregister_check('gate.check_comments_stay')"


class Migration(migrations.Migration):
    dependencies = [
        ("negotiations", "0010_imports"),
        ("positions", "0008_review"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("written", models.DateTimeField(auto_now_add=True, verbose_name="written")),
                ("text", models.TextField(blank=True, verbose_name="comment")),
                ("removed", models.DateTimeField(blank=True, null=True, verbose_name="removed")),
                (
                    "negotiation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="negotiations.negotiation",
                        verbose_name="negotiation",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="positions.comment",
                        verbose_name="in reply to",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="negotiations.record",
                        verbose_name="record",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "comment",
                "verbose_name_plural": "comments",
                "ordering": ["written", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "comment",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mentions",
                        to="positions.comment",
                        verbose_name="comment",
                    ),
                ),
                (
                    "negotiation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="negotiations.negotiation",
                        verbose_name="negotiation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member",
                    ),
                ),
            ],
            options={
                "verbose_name": "mention",
                "verbose_name_plural": "mentions",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="MentionsSeen",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("until", models.DateTimeField()),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.UniqueConstraint(
                fields=("id", "negotiation"), name="comment_in_negotiation"
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=negotiations.constraints.Gated(name="comment_gated"),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=negotiations.constraints.SameNegotiation(
                field="record",
                kinds=(
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
                ),
                name="comment_record_same_negotiation",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=negotiations.constraints.SameNegotiation(
                field="parent", name="comment_parent_same_negotiation"
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=negotiations.constraints.Acyclic(
                field="parent", name="comment_parent_acyclic"
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("text", ""), _negated=True),
                    ("removed__isnull", False),
                    _connector="XOR",
                ),
                name="comment_says_something",
                violation_error_message="Write something.",
            ),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(
                fields=("id", "negotiation"), name="mention_in_negotiation"
            ),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=negotiations.constraints.Gated(name="mention_gated"),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=negotiations.constraints.SameNegotiation(
                field="comment", name="mention_comment_same_negotiation"
            ),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(fields=("comment", "user"), name="mention_once"),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunSQL(REGISTER, UNREGISTER),
    ]
