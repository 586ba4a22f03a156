"""What somebody is typing and has not saved yet."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from negotiations.querysets import UnsavedFormQuerySet

#: The fields whose words tell a half-typed form from others, best first.
FIRST_FIELDS = ("text", "title", "name", "outlet", "condition", "quote")


class UnsavedForm(models.Model):
    """A half-typed form, kept for whoever types it, outside of revisions and history.

    ``page`` is the form's address; ``payload`` maps each field's name to the list of texts that
    stood in it, as a browser sends them.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="unsaved_forms",
        verbose_name=_("user"),
    )
    page = models.CharField(_("address of the form"), max_length=1000)
    payload = models.JSONField(_("what was typed"))
    saved = models.DateTimeField(_("saved"), auto_now=True)

    objects: ClassVar = UnsavedFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("unsaved form")
        verbose_name_plural = _("unsaved forms")
        ordering = ["-saved"]
        constraints = [
            models.UniqueConstraint(fields=["user", "page"], name="unsaved_form_once"),
        ]

    def __str__(self):
        return self.page

    @property
    def words(self) -> str:
        """Return the first words typed, by which its author knows the form again."""
        named = (self.payload.get(name, [""]) for name in FIRST_FIELDS)
        return next((texts[0][:120] for texts in named if texts[0].strip()), self.page)
