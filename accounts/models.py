"""People who sign in, and the keys their programs use."""

import hashlib
import secrets
from datetime import date, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: How much time passes before a token's use is written down again: not every call need write.
NOTED_EVERY = timedelta(minutes=5)


class User(AbstractUser):
    """Somebody with an account; what they may do is their membership's business."""

    #: When the account was deleted. Its name stays, since the history tells it, for nobody else.
    deleted = models.DateTimeField(_("deleted"), null=True, editable=False)

    class Meta(AbstractUser.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(deleted=None)
                | Q(
                    is_active=False,
                    is_staff=False,
                    is_superuser=False,
                    email="",
                    first_name="",
                    last_name="",
                    password__startswith="!",
                ),
                name="deleted_account_is_closed",
                violation_error_message=_("A deleted account stays closed."),
            )
        ]

    @property
    def runs_the_site_alone(self) -> bool:
        """Whether nobody else may enter the administration."""
        running = type(self).objects.filter(is_active=True, is_staff=True, is_superuser=True)
        return running.filter(pk=self.pk).exists() and not running.exclude(pk=self.pk).exists()

    def close_for_good(self) -> None:
        """Take everything out of the account but its name; nobody signs in with it any more."""
        self.is_active = self.is_staff = self.is_superuser = False
        self.email = self.first_name = self.last_name = ""
        self.last_login = None
        self.deleted = timezone.now()
        self.set_unusable_password()
        self.groups.clear()
        self.user_permissions.clear()
        self.save()


class ApiTokenQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the user's own tokens."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def usable(self):
        """Return the tokens that open something: neither revoked nor past their last day."""
        today = timezone.localdate()
        unexpired = Q(expires__isnull=True) | Q(expires__gte=today)
        return self.filter(unexpired, revoked__isnull=True, user__is_active=True)


class ApiToken(models.Model):
    """A key for one program. Only its SHA-256 is kept: the key itself is shown once."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=100, help_text=_("What program it is for."))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    expires = models.DateField(
        _("last day"),
        null=True,
        blank=True,
        help_text=_("The last day on which it works; without one it works until it is revoked."),
    )
    last_used = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects: ClassVar = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created", "-pk"]

    def __str__(self):
        return self.name

    @staticmethod
    def digest_of(key: str) -> str:
        """Return the hex SHA-256 under which ``key`` is stored."""
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def issue(cls, *, user, name: str, expires: date | None = None) -> str:
        """Store a new token for ``user`` and return its key, which cannot be read again."""
        key = secrets.token_urlsafe(32)
        cls.objects.create(user=user, name=name, expires=expires, digest=cls.digest_of(key))
        return key

    @property
    def has_expired(self) -> bool:
        """Whether its last day has passed."""
        return self.expires is not None and self.expires < timezone.localdate()

    def revoke(self) -> None:
        """Let the token open nothing from now on; that it was there stays to be seen."""
        type(self).objects.filter(pk=self.pk, revoked=None).update(revoked=timezone.now())

    def note_use(self) -> None:
        """Write down that the token is used now, unless that was done some minutes ago."""
        now = timezone.now()
        if self.last_used is None or now - self.last_used >= NOTED_EVERY:
            type(self).objects.filter(pk=self.pk).update(last_used=now)
