"""Links by which somebody comes to work on a negotiation."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from negotiations.models.rules import one_of
from negotiations.querysets import InvitationQuerySet, JoiningQuerySet


class InvitationRole(models.TextChoices):
    """What a link may make of who opens it; who manages is named by a manager in person."""

    READER = "reader", _("reader")
    EDITOR = "editor", _("editor")
    REVIEWER = "reviewer", _("reviewer")


class InvitationStanding(models.TextChoices):
    """Whether a link still opens something, and why not."""

    OPEN = "open", _("open")
    REVOKED = "revoked", _("revoked")
    EXPIRED = "expired", _("past its last day")
    USED = "used", _("used")


class Invitation(models.Model):
    """A link that lets whoever has it join with a role. Only its SHA-256 is kept.

    It is no record: it names its negotiation by number only, and neither the gate nor a revision
    knows it; the membership that comes of it is in the history. Managers see it.
    """

    Role = InvitationRole
    Standing = InvitationStanding

    subject = models.BigIntegerField(_("number of the negotiation"), db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("who invites"),
    )
    role = models.CharField(_("role"), max_length=8, choices=InvitationRole)
    note = models.CharField(_("for whom"), max_length=200, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    last_day = models.DateField(_("last day"))
    several = models.BooleanField(_("for several people"), default=False)
    used = models.PositiveIntegerField(_("how often it was used"), default=0, editable=False)
    revoked = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created", "-pk"]
        constraints = [
            one_of("invitation", "role", InvitationRole),
            models.CheckConstraint(
                condition=models.Q(several=True) | models.Q(used__lte=1),
                name="invitation_used_once",
                violation_error_message=_("This invitation was for one person."),
            ),
        ]

    def __str__(self):
        return self.note or self.get_role_display()

    @property
    def standing(self) -> InvitationStanding:
        """Return whether it opens something today."""
        if self.revoked is not None:
            return InvitationStanding.REVOKED
        if self.used and not self.several:
            return InvitationStanding.USED
        if self.last_day < timezone.localdate():
            return InvitationStanding.EXPIRED
        return InvitationStanding.OPEN

    @property
    def is_open(self) -> bool:
        return self.standing == InvitationStanding.OPEN

    def has_let_in(self, user) -> bool:
        """Return whether ``user`` joined by it before; nobody does so twice."""
        return user.is_authenticated and self.joinings.filter(user=user).exists()

    @property
    def unnoted(self) -> int:
        """Return how many joined by it before it was noted who."""
        return self.used - len(self.joinings.all())


class Joining(models.Model):
    """That somebody joined by a link. The account may be deleted; its row keeps its name."""

    invitation = models.ForeignKey(
        Invitation, models.CASCADE, related_name="joinings", verbose_name=_("invitation")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("who joined"),
    )
    joined = models.DateTimeField(_("joined"), auto_now_add=True)

    objects: ClassVar = JoiningQuerySet.as_manager()

    class Meta:
        verbose_name = _("joining by an invitation")
        verbose_name_plural = _("joinings by an invitation")
        ordering = ["joined", "pk"]

    def __str__(self):
        return str(self.user or _("somebody"))
