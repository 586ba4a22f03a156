from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from negotiations.fulltext import SearchVector

WORDS = {
    "issue": ["name", "question", "definition"],
    "proposal": ["title"],
    "clause": ["label", "text"],
    "demand": ["text", "occasion"],
    "outcome": ["text"],
    "event": ["title", "text"],
    "evidence": ["quote", "translation"],
}


class Migration(migrations.Migration):
    dependencies = [
        ("negotiations", "0004_search_vectors"),
        ("positions", "0002_checks"),
    ]
    operations = [
        migrations.AddIndex(model, GinIndex(SearchVector(*fields), name=f"{model}_words"))
        for model, fields in WORDS.items()
    ]
