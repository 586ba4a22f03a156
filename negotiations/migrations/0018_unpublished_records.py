from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("negotiations", "0017_undoings")]

    operations = [
        migrations.AddIndex(
            model_name="record",
            index=models.Index(
                condition=models.Q(("state", "published"), _negated=True),
                fields=["negotiation", "state"],
                name="record_unpublished",
            ),
        ),
    ]
