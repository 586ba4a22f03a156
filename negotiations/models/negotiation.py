"""One process, and who works on it."""

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from negotiations.constraints import Gated
from negotiations.models.base import Scoped
from negotiations.models.rules import filled, one_of
from negotiations.querysets import MembershipQuerySet, NegotiationQuerySet

#: First words of the site's own addresses, which a negotiation's slug would hide.
RESERVED_SLUGS = frozenset(
    {
        "accounts",
        "admin",
        "api",
        "about",
        "docs",
        "favicon",
        "following",
        "health",
        "media",
        "new",
        "static",
    }
)


def refuse_reserved(slug):
    if slug in RESERVED_SLUGS:
        raise ValidationError(
            _("“%(slug)s” is an address of the site; choose another.") % {"slug": slug}
        )


class NegotiationVisibility(models.TextChoices):
    PUBLIC = "public", _("everyone")
    MEMBERS = "members", _("members only")


class NegotiationReview(models.TextChoices):
    OFF = "off", _("off")
    REQUIRED = "required", _("required")


class Negotiation(models.Model):
    """One process of negotiating, with all its records."""

    Visibility = NegotiationVisibility
    Review = NegotiationReview

    slug = models.SlugField(
        _("address"),
        max_length=80,
        unique=True,
        validators=[MinLengthValidator(2), refuse_reserved],
    )
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    visibility = models.CharField(
        _("who sees it"), max_length=7, choices=Visibility, default=Visibility.PUBLIC
    )
    review = models.CharField(_("review"), max_length=8, choices=Review, default=Review.OFF)

    objects = NegotiationQuerySet.as_manager()

    class Meta:
        verbose_name = _("negotiation")
        verbose_name_plural = _("negotiations")
        ordering = ["title"]
        constraints = [
            *filled("negotiation", "title", "slug"),
            one_of("negotiation", "visibility", NegotiationVisibility),
            one_of("negotiation", "review", NegotiationReview),
            models.CheckConstraint(
                condition=~models.Q(slug__in=sorted(RESERVED_SLUGS)),
                name="negotiation_slug_free",
                violation_error_message=_("This is an address of the site; choose another."),
            ),
            Gated(name="negotiation_gated"),
        ]

    def __str__(self):
        return self.title

    @property
    def revision(self) -> int:
        """Return how many changesets the negotiation has been through."""
        if "current_revision" in self.__dict__:
            return self.__dict__["current_revision"]
        head = getattr(self, "head", None)
        return head.revision if head else 0

    @property
    def seal(self) -> str:
        """Return the hash that seals the history so far, in hexadecimal digits."""
        if "current_seal" in self.__dict__:
            return bytes(self.__dict__["current_seal"] or b"").hex()
        head = getattr(self, "head", None)
        return head.seal if head else ""


class MembershipRole(models.TextChoices):
    READER = "reader", _("reader")
    EDITOR = "editor", _("editor")
    REVIEWER = "reviewer", _("reviewer")
    MANAGER = "manager", _("manager")


class Membership(Scoped):
    """A user's role in a negotiation."""

    Role = MembershipRole

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="memberships",
        verbose_name=_("user"),
    )
    role = models.CharField(_("role"), max_length=8, choices=Role)

    objects: ClassVar = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["negotiation", "user"], name="membership_once"),
            one_of("membership", "role", MembershipRole),
            Gated(name="membership_gated"),
        ]

    def __str__(self):
        return f"{self.user} · {self.get_role_display()}"
