from django.db import migrations

FORWARD = """
-- Finds what was written of the parts of a record: its evidence, values and linkages.
CREATE INDEX history_of_part ON gate.history (negotiation_id, (data->'record_id'))
 WHERE data ? 'record_id';
"""
BACKWARD = "DROP INDEX gate.history_of_part;"


class Migration(migrations.Migration):
    dependencies = [("negotiations", "0008_intakes")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
