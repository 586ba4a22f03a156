"""Files that somebody has asked for and that take a while to make."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from negotiations.models.rules import blank_or_one_of, one_of
from negotiations.querysets import ExportQuerySet


class ExportState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class ExportReason(models.TextChoices):
    """Why a file was not made."""

    GONE = "gone", _("The negotiation is not to be seen any more.")
    ERROR = "error", _("Making the file went wrong on our side.")
    KILLED = "killed", _("Making the file was interrupted again and again.")


class Export(models.Model):
    """What was asked for, by whom, and the file once it is made.

    It is no record: it names its negotiation by number only, and neither the gate nor a revision
    knows it.
    Whoever was not signed in has nothing but the number to show for it, which cannot be guessed.
    A file that holds what only editors see says so (``with_drafts``): it is given to editors only,
    also when somebody has ceased to be one. Only the worker writes what it has made, in the one
    transaction in which it made it, so that a file is there whole or not at all.
    """

    State = ExportState
    Reason = ExportReason

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.BigIntegerField(_("number of the negotiation"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="exports",
        verbose_name=_("user"),
        null=True,
        blank=True,
    )
    kind = models.CharField(_("kind"), max_length=20)
    query = models.CharField(_("query"), max_length=4000, blank=True)
    page = models.CharField(_("address of the page"), max_length=2000)
    state = models.CharField(
        _("state"), max_length=7, choices=ExportState, default=ExportState.WAITING
    )
    reason = models.CharField(_("reason"), max_length=6, choices=ExportReason, blank=True)
    asked = models.DateTimeField(_("asked"), auto_now_add=True)
    ended = models.DateTimeField(_("ended"), null=True)
    expires = models.DateTimeField(_("kept until"))
    name = models.CharField(_("name of the file"), max_length=200, blank=True)
    media_type = models.CharField(_("media type"), max_length=100, blank=True)
    content = models.BinaryField(_("file"), null=True)
    size = models.PositiveBigIntegerField(_("size"), null=True)
    with_drafts = models.BooleanField(_("holds what only editors see"), default=False)

    objects: ClassVar = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["asked", "pk"]
        indexes = [
            models.Index("asked", condition=models.Q(state="waiting"), name="export_waiting")
        ]
        constraints = [
            one_of("export", "state", ExportState),
            blank_or_one_of("export", "reason", ExportReason),
            models.CheckConstraint(
                condition=models.Q(state="done", content__isnull=False, size__isnull=False)
                | ~models.Q(state="done") & models.Q(content__isnull=True),
                name="export_done_with_its_file",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.pk}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state != ExportState.WAITING


class ExportProgress(models.Model):
    """How far the making of an export is; a row of its own, since the export's is locked then."""

    export = models.OneToOneField(
        Export, models.CASCADE, primary_key=True, related_name="progress", verbose_name=_("export")
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("of"), default=0)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("progress of an export")
        verbose_name_plural = _("progress of exports")

    def __str__(self):
        return f"{self.done}/{self.total}"
