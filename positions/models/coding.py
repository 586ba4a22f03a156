"""Passages that two members code, neither seeing the other's before both are done.

Neither gate nor revision knows of it: the history is open to all who write, and would show each
coder the other's work. What comes of it in the end is a demand, which has its history.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from positions.reviewsets import CodingQuerySet, DoubleCodingQuerySet


class DoubleCoding(models.Model):
    """A passage of a source given to two coders; ``demand`` is what a third made of theirs."""

    subject = models.ForeignKey("negotiations.Negotiation", models.PROTECT, related_name="+")
    source = models.ForeignKey(
        "negotiations.Source", models.PROTECT, related_name="+", verbose_name=_("source")
    )
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote = models.TextField(_("passage"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked = models.DateTimeField(_("asked"), auto_now_add=True)
    first = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("first coder")
    )
    second = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("second coder")
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    settled = models.DateTimeField(_("settled"), null=True, blank=True)
    demand = models.BigIntegerField(null=True, blank=True)

    objects: ClassVar = DoubleCodingQuerySet.as_manager()

    class Meta:
        verbose_name = _("double coding")
        verbose_name_plural = _("double codings")
        ordering = ["-asked", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(first=F("second")),
                name="double_coding_by_two",
                violation_error_message=_("Two different members code a passage."),
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True)
                | ~Q(settled_by=F("first")) & ~Q(settled_by=F("second")),
                name="double_coding_settled_by_a_third",
                violation_error_message=_("A third settles it: neither of the two coders."),
            ),
            models.CheckConstraint(
                condition=Q(settled__isnull=True, settled_by__isnull=True, demand__isnull=True)
                | Q(settled__isnull=False, settled_by__isnull=False, demand__isnull=False),
                name="double_coding_settled_wholly",
                violation_error_message=_("What is settled says by whom, when, and as what."),
            ),
        ]

    def __str__(self):
        return self.quote[:80]

    @property
    def coders(self) -> tuple[int, int]:
        return self.first_id, self.second_id


class Coding(models.Model):
    """What one coder made of a passage: ``codes`` by field, ``typed`` as their form was sent."""

    double = models.ForeignKey(DoubleCoding, models.PROTECT, related_name="codings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    codes = models.JSONField(blank=True)
    words = models.JSONField(blank=True)
    typed = models.JSONField(blank=True)
    done = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = CodingQuerySet.as_manager()

    class Meta:
        verbose_name = _("coding")
        verbose_name_plural = _("codings")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["double", "user"],
                name="coding_once",
                violation_error_message=_("You have coded this passage already."),
            )
        ]

    def __str__(self):
        return f"{self.double_id} · {self.user}"
