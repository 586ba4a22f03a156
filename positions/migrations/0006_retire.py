from django.db import migrations, models
from django.db.models import PROTECT, Q

from negotiations.constraints import Acyclic, SameNegotiation
from negotiations.migrating import AddedColumn

#: The models that may be retired, and how their constraints' names begin.
RETIRABLE = {"issue": "issue", "term": "term", "termchoice": "term_choice"}
#: No code may be the word for what is said of no issue: who has it gets a number behind it. What
#: the gate has noted of that is sealed here, since no table changes with triggers pending.
SPARE_OVERALL = """
    SELECT set_config('parley.reason', '“overall” stands for what is said of no issue', true);
    UPDATE positions_issue SET code = 'overall-' || id WHERE code = 'overall';
    SET CONSTRAINTS ALL IMMEDIATE;
    SELECT set_config('parley.reason', '', true);
"""


def columns(model: str) -> list:
    pointer = models.ForeignKey(
        f"positions.{model}",
        on_delete=PROTECT,
        db_constraint=False,
        blank=True,
        null=True,
        related_name="merged",
        verbose_name="merged into",
    )
    day = models.DateField(blank=True, null=True, verbose_name="retired")
    why = models.CharField(blank=True, max_length=300, verbose_name="why it was retired")
    return [
        migrations.AddField(model, "retired", day),
        AddedColumn(model, "retired", reads=None),
        migrations.AddField(model, "retired_because", why),
        AddedColumn(model, "retired_because", reads=""),
        migrations.AddField(model, "merged_into", pointer),
        AddedColumn(model, "merged_into_id", reads=None),
    ]


def rules(model: str, name: str) -> list:
    return [
        migrations.AddConstraint(
            model,
            SameNegotiation(field="merged_into", name=f"{name}_merged_into_same_negotiation"),
        ),
        migrations.AddConstraint(
            model, Acyclic(field="merged_into", name=f"{name}_merged_into_acyclic")
        ),
        migrations.AddConstraint(
            model,
            models.CheckConstraint(
                condition=Q(retired__isnull=False)
                | Q(retired_because="", merged_into__isnull=True),
                name=f"{name}_retired_with_reason",
                violation_error_message="Only what is retired says why, and what it went into.",
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("positions", "0005_anchors_in_texts")]
    operations = [
        migrations.RunSQL(SPARE_OVERALL, migrations.RunSQL.noop),
        *(column for model in RETIRABLE for column in columns(model)),
        *(rule for model, name in RETIRABLE.items() for rule in rules(model, name)),
        migrations.AddConstraint(
            "issue",
            models.CheckConstraint(
                condition=~Q(code="overall"),
                name="issue_code_not_overall",
                violation_error_message=(
                    "“overall” stands for what is said of no issue; choose another code."
                ),
            ),
        ),
    ]
