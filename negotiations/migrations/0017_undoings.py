"""Which changesets undid which; those from before are read from their reasons and the imports."""

from django.db import migrations, models

FROM_BEFORE = r"""
    INSERT INTO negotiations_undoing (changeset, undone, subject)
    SELECT undoing.id, undone.id, undoing.negotiation_id
      FROM gate.changeset undoing
      JOIN gate.changeset undone ON undone.negotiation_id = undoing.negotiation_id
       AND undone.revision = substring(undoing.reason FROM '^Revision ([0-9]{1,18}) undone$')::bigint
     WHERE undone.id < undoing.id
    UNION
    SELECT undoing.id, undone.id, whole.subject
      FROM negotiations_import whole
      JOIN gate.changeset undoing
        ON undoing.negotiation_id = whole.subject AND undoing.revision = whole.undone_in
      JOIN gate.changeset undone
        ON undone.negotiation_id = whole.subject AND undone.revision = whole.revision
"""


class Migration(migrations.Migration):
    dependencies = [("negotiations", "0016_joinings_by_invitation")]

    operations = [
        migrations.CreateModel(
            name="Undoing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "changeset",
                    models.BigIntegerField(unique=True, verbose_name="number of the changeset"),
                ),
                ("undone", models.BigIntegerField(verbose_name="number of what it undid")),
                (
                    "subject",
                    models.BigIntegerField(db_index=True, verbose_name="number of the negotiation"),
                ),
            ],
            options={"verbose_name": "undoing", "verbose_name_plural": "undoings"},
        ),
        migrations.RunSQL(FROM_BEFORE, migrations.RunSQL.noop),
    ]
