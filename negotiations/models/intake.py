"""A text that somebody has given and not saved as a source's yet."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from negotiations.intake.given import Given, from_json
from negotiations.querysets import IntakeQuerySet


class Intake(models.Model):
    """What was read of a file or a paste, kept from one step of bringing it in to the next.

    It is no record: it names its negotiation by number only, and neither the gate nor a revision
    knows it. Nobody but who gave it sees it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.BigIntegerField(_("number of the negotiation"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="intakes",
        verbose_name=_("user"),
    )
    content = models.JSONField(_("what was read"))
    origin = models.CharField(_("where the text was taken from"), max_length=300)
    taken = models.DateTimeField(_("given"), auto_now_add=True)

    objects: ClassVar = IntakeQuerySet.as_manager()

    class Meta:
        verbose_name = _("text given")
        verbose_name_plural = _("texts given")
        ordering = ["-taken"]

    def __str__(self):
        return self.origin

    @property
    def given(self) -> Given:
        """Return what was read."""
        return from_json(self.content)
