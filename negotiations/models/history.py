"""The reading side of the write gate's own tables. Only its triggers write them."""

from typing import Any

from django.db import models

from negotiations.querysets import ChangesetQuerySet, HistoryQuerySet


class Head(models.Model):
    """How far a negotiation's records have come: its revision and the hash that seals it."""

    negotiation = models.OneToOneField(
        "negotiations.Negotiation",
        models.DO_NOTHING,
        primary_key=True,
        db_constraint=False,
        related_name="head",
    )
    revision = models.BigIntegerField()
    hash = models.BinaryField(null=True)

    class Meta:
        managed = False

    def __str__(self):
        return f"{self.negotiation_id} at {self.revision}"

    @property
    def seal(self) -> str:
        """The hash in hexadecimal digits."""
        return bytes(self.hash or b"").hex()


class Changeset(models.Model):
    """All that one transaction changed in one negotiation: one revision."""

    negotiation = models.ForeignKey(
        "negotiations.Negotiation", models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    revision = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    user_name = models.TextField(null=True)
    reason = models.TextField(null=True)
    db_role = models.TextField()
    sealed = models.DateTimeField(null=True)
    rows = models.IntegerField(null=True)
    hash = models.BinaryField(null=True)

    objects = ChangesetQuerySet.as_manager()

    class Meta:
        managed = False
        ordering = ["-sealed", "-pk"]

    def __str__(self):
        return f"{self.negotiation_id} at {self.revision}"


class History(models.Model):
    """One row as a changeset left it (inserted, updated) or found it (deleted)."""

    changeset = models.ForeignKey(
        Changeset, models.DO_NOTHING, db_constraint=False, related_name="history"
    )
    negotiation = models.ForeignKey(
        "negotiations.Negotiation", models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    table_name = models.TextField()
    row_id = models.BigIntegerField()
    operation = models.CharField(max_length=1)
    data = models.JSONField()
    #: What ``with_image_before`` annotates.
    before: dict[str, Any] | None
    #: What ``with_row_before`` annotates besides.
    before_id: int | None

    objects = HistoryQuerySet.as_manager()

    class Meta:
        managed = False

    def __str__(self):
        return f"{self.operation} {self.table_name} {self.row_id}"
