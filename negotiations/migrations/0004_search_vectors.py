from pathlib import Path

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from negotiations.fulltext import SearchVector

FORWARD = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
BACKWARD = """
DROP FUNCTION public.negotiations_search_vector(bigint, text[]);
DROP TEXT SEARCH CONFIGURATION public.as_written;
"""


class Migration(migrations.Migration):
    dependencies = [("negotiations", "0003_unsaved_form")]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AddIndex(
            "person", GinIndex(SearchVector("name", lists=["aliases"]), name="person_words")
        ),
        migrations.AddIndex(
            "round", GinIndex(SearchVector("title", "venue", "summary"), name="round_words")
        ),
        migrations.AddIndex(
            "source",
            GinIndex(
                SearchVector("outlet", "title", "author", "note", "text"), name="source_words"
            ),
        ),
    ]
