"""What a negotiation that reviews keeps beside its records: edits of published ones that wait."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from negotiations.models import Record
from negotiations.models.base import Scoped
from negotiations.models.rules import gated, one_of, pointer, points_at
from positions.reviewsets import PendingEditQuerySet


class PendingEditStage(models.TextChoices):
    WAITING = "waiting", _("waiting for review")
    APPROVED = "approved", _("approved")
    SENT_BACK = "sent back", _("sent back")
    WITHDRAWN = "withdrawn", _("withdrawn")


class PendingEdit(Scoped):
    """An edit of a published record that readers do not see until somebody else approves it.

    ``rows`` are what it makes of rows: for each its ``table``, ``id``, and the images of it
    ``before`` and ``after``, as the history holds them; None where the row is not there.
    """

    part_of = called_by = "record"

    Stage = PendingEditStage

    record = pointer("negotiations.Record", related_name="+", verbose_name=_("record"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    sent = models.DateTimeField(_("sent"), auto_now_add=True)
    why = models.TextField(_("why"), blank=True)
    rows = models.JSONField(_("what it changes"))
    stage = models.CharField(
        _("stage"), max_length=9, choices=PendingEditStage, default=PendingEditStage.WAITING
    )
    answer = models.TextField(_("answer"), blank=True)

    objects: ClassVar = PendingEditQuerySet.as_manager()

    class Meta:
        verbose_name = _("edit for review")
        verbose_name_plural = _("edits for review")
        ordering = ["sent", "pk"]
        constraints = [
            *gated("pending_edit"),
            points_at("pending_edit", "record", *Record.Kind.values),
            one_of("pending_edit", "stage", PendingEditStage),
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(stage="waiting"),
                name="pending_edit_one_waits",
                violation_error_message=_("Another edit of this waits for review already."),
            ),
        ]

    def __str__(self):
        return getattr(self.record, "words", "") or str(self.record)
