"""Which changesets undid which."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from negotiations.querysets import UndoingQuerySet


class Undoing(models.Model):
    """That a changeset undid another one; both are named by the numbers the gate gave them."""

    changeset = models.BigIntegerField(_("number of the changeset"), unique=True)
    undone = models.BigIntegerField(_("number of what it undid"))
    subject = models.BigIntegerField(_("number of the negotiation"), db_index=True)

    objects: ClassVar = UndoingQuerySet.as_manager()

    class Meta:
        verbose_name = _("undoing")
        verbose_name_plural = _("undoings")

    def __str__(self):
        return f"{self.changeset} of {self.undone}"
