"""People who sign in, and the keys their programs use."""

import hashlib
import secrets

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """Somebody with an account; what they may do is their membership's business."""


class ApiToken(models.Model):
    """A key for one program. Only its SHA-256 is kept: the key itself is shown once."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self):
        return self.name

    @staticmethod
    def digest_of(key: str) -> str:
        """Return the hex SHA-256 under which ``key`` is stored."""
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def issue(cls, *, user, name: str) -> str:
        """Store a new token for ``user`` and return its key, which cannot be read again."""
        key = secrets.token_urlsafe(32)
        cls.objects.create(user=user, name=name, digest=cls.digest_of(key))
        return key
