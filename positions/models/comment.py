"""What members say to each other about a record; work on it, and no part of what is published."""

from collections.abc import Sequence
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from negotiations.models import Record
from negotiations.models.base import Scoped
from negotiations.models.rules import acyclic, gated, inside, pointer, points_at
from positions.reviewsets import CommentQuerySet, MentionQuerySet


class Comment(Scoped):
    """A member's word about a record, or in reply to another.

    Nobody edits it. Who wrote it may remove it: ``text`` is then empty, ``removed`` says when, and
    the history has what it said.
    """

    part_of = "record"

    record = pointer("negotiations.Record", related_name="+", verbose_name=_("record"))
    parent = pointer(
        "positions.Comment",
        related_name="replies",
        verbose_name=_("in reply to"),
        null=True,
        blank=True,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    written = models.DateTimeField(_("written"), auto_now_add=True)
    text = models.TextField(_("comment"), blank=True)
    removed = models.DateTimeField(_("removed"), null=True, blank=True)

    #: The names in it by which nobody was told, once ``positions.commenting`` has looked.
    in_vain: Sequence[str] = ()

    objects: ClassVar = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["written", "pk"]
        constraints = [
            *gated("comment"),
            points_at("comment", "record", *Record.Kind.values),
            *inside("comment", "parent"),
            acyclic("comment", "parent"),
            models.CheckConstraint(
                condition=~models.Q(text="") ^ models.Q(removed__isnull=False),
                name="comment_says_something",
                violation_error_message=_("Write something."),
            ),
        ]

    def __str__(self):
        return self.text or str(_("removed comment"))


class Mention(Scoped):
    """A member whom a comment names."""

    part_of = "comment"

    comment = pointer("positions.Comment", related_name="mentions", verbose_name=_("comment"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("member")
    )

    objects: ClassVar = MentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        ordering = ["pk"]
        constraints = [
            *gated("mention"),
            *inside("mention", "comment"),
            models.UniqueConstraint(fields=["comment", "user"], name="mention_once"),
        ]

    def __str__(self):
        return f"@{self.user}"


class MentionsSeen(models.Model):
    """Until when somebody has read what mentions them; theirs alone, and no record of anything.

    ``besides`` are the comments that they have read of those written since.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.DateTimeField()
    besides = ArrayField(models.BigIntegerField(), default=list, blank=True)

    def __str__(self):
        return f"{self.user}: {self.until}"
