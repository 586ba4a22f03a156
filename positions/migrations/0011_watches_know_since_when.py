"""A watch tells what is new since one follows, not what came before.

Those that are there tell what they told: what is new since one's last visit.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("positions", "0010_codings")]

    operations = [
        migrations.AddField(
            model_name="watch",
            name="since",
            field=models.BigIntegerField(default=0, verbose_name="followed since revision"),
        ),
    ]
