"""What mentions one is seen on the page of its record, too: some of it before what is older."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("positions", "0012_history_of_lists")]

    operations = [
        migrations.AddField(
            model_name="mentionsseen",
            name="besides",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, default=list, size=None
            ),
        ),
    ]
