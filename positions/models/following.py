"""What people follow, up to where they have seen it, and the addresses of their feeds.

None of it is a record: it belongs to a person, and neither the gate nor a revision knows it. A
negotiation, an issue and a party are named by their numbers, so that no watch keeps one in place.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from negotiations.models import Negotiation

#: Who looks again within so long is on the same visit: what was new at its beginning stays new.
VISIT = timedelta(minutes=30)


class OwnQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the user's own rows of negotiations that they may see today."""
        if not user.is_authenticated:
            return self.none()
        seen = Negotiation.objects.visible_to(user).values("pk")
        return self.filter(user=user, subject__in=seen)


class Watch(models.Model):
    """A user follows a negotiation or, where ``record`` has its number, an issue or a party.

    ``since`` is the revision from which on: what came before is not new to them.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="watches")
    subject = models.BigIntegerField(_("number of the negotiation"))
    record = models.BigIntegerField(_("number of the record"), null=True)
    since = models.BigIntegerField(_("followed since revision"), default=0)

    objects: ClassVar = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        ordering = ["subject", models.F("record").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "subject", "record"], name="watch_once", nulls_distinct=False
            )
        ]

    def __str__(self):
        return f"{self.subject} {self.record or ''}".strip()


class Visit(models.Model):
    """Up to which revision a user has seen a negotiation, and had before the present visit."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="visits")
    subject = models.BigIntegerField(_("number of the negotiation"))
    revision = models.BigIntegerField()
    before = models.BigIntegerField()
    noted = models.DateTimeField()

    objects: ClassVar = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [models.UniqueConstraint(fields=["user", "subject"], name="visit_once")]

    def __str__(self):
        return f"{self.subject} at {self.revision}"

    @property
    def since(self) -> int:
        """The revision after which everything is new to the user."""
        return self.before if timezone.now() - self.noted < VISIT else self.revision


class FeedKey(models.Model):
    """The secret in the address of somebody's feed; only its SHA-256 is kept."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="feed_key"
    )
    digest = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("feed key")
        verbose_name_plural = _("feed keys")

    def __str__(self):
        return str(self.user)

    @staticmethod
    def digest_of(key: str) -> str:
        """Return the hex SHA-256 under which ``key`` is stored."""
        return hashlib.sha256(key.encode(errors="replace")).hexdigest()

    @classmethod
    def issue(cls, user) -> str:
        """Make a new key in place of the one before and return it; it cannot be read again."""
        key = secrets.token_urlsafe(32)
        cls.objects.update_or_create(user=user, defaults={"digest": cls.digest_of(key)})
        return key
