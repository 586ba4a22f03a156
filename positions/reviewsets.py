"""Which rows of the work on records there are for whom: edits that wait, and who wrote what."""

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, Func, OuterRef, Q

from negotiations.models import Negotiation, Record
from negotiations.querysets import ScopedQuerySet


class Authors(Func):
    """The users who have written a numbered record since it was last published."""

    function = "public.positions_authors"
    output_field = ArrayField(models.BigIntegerField())


class PendingEditQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """Return the edits of negotiations that ``user`` writes in; readers see none."""
        return self.filter(negotiation__in=Negotiation.objects.editable_by(user))

    def waiting(self):
        return self.filter(stage="waiting")


class CommentQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """Return what is said among members about records that ``user``, a member, may see."""
        if not user.is_authenticated:
            return self.none()
        records = Record.objects.visible_to(user)
        return self.filter(
            negotiation__in=Negotiation.objects.joined_by(user), record__in=records.values("pk")
        )


class MentionQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """Return the mentions in comments that ``user`` may see."""
        comments = apps.get_model("positions", "Comment").objects.visible_to(user)
        return self.filter(comment__in=comments.values("pk"))

    def of(self, user):
        """Return where ``user`` is mentioned and may still see it, newest first."""
        mine = self.visible_to(user).filter(user=user, comment__removed__isnull=True)
        return mine.order_by("-comment__written", "-pk")


class DoubleCodingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the passages given to coders where ``user`` writes: who codes what is no secret.

        What they make of it is, until both are done: see ``CodingQuerySet``.
        """
        return self.filter(subject__in=Negotiation.objects.editable_by(user))

    def both_in(self):
        """Return the passages that both coders have coded."""
        codings = apps.get_model("positions", "Coding").objects.filter(double=OuterRef("pk"))
        return self.filter(
            Exists(codings.filter(user=OuterRef("first"))),
            Exists(codings.filter(user=OuterRef("second"))),
        )


class CodingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return one's own codings, those of passages one has asked for, and those of two.

        A coder sees nothing of the other's, and nobody else anything of either, until both are in.
        """
        if not user.is_authenticated:
            return self.none()
        passages = apps.get_model("positions", "DoubleCoding").objects.visible_to(user)
        open_to_all = passages.both_in()
        asked = passages.filter(asked_by=user).exclude(Q(first=user) | Q(second=user))
        return self.filter(double__in=passages.values("pk")).filter(
            Q(user=user) | Q(double__in=open_to_all.values("pk")) | Q(double__in=asked.values("pk"))
        )
