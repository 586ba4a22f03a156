"""People who sign in, and the keys their programs use."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
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


#: At most so long a token works.
LONGEST_TOKEN = timedelta(days=365)


class User(AbstractUser):
    """Somebody with an account; what they may do is their membership's business.

    ``token`` is the one that this request came with: what it does not open, the user's memberships
    do not open either. Whoever manages has to sign in with a second step; until that is set up,
    being a manager opens nothing. ``second_step`` tells whether it is; a trigger keeps it.
    """

    token: ApiToken | None = None
    second_step = models.BooleanField(
        _("signs in with a second step"), default=False, db_default=False, editable=False
    )
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

    def set_password(self, raw_password):
        super().set_password(_composed(raw_password))

    def check_password(self, raw_password):
        composed = _composed(raw_password)
        if super().check_password(composed):
            return True
        # It may have been chosen before passwords were composed.
        return composed != raw_password and super().check_password(raw_password)

    @property
    def may_write(self) -> bool:
        """Whether this request may write at all."""
        return self.token is None or self.token.scope == TokenScope.WRITE

    @property
    def only_negotiation(self) -> int | None:
        """The number of the one negotiation that this request came with a token for."""
        return None if self.token is None else self.token.negotiation_id

    @property
    def reach(self) -> tuple[int, bool, bool, int | None]:
        """All that ``in_force`` and ``within`` go by: equal for whom they give the same query."""
        return self.pk, self.may_manage, self.may_write, self.only_negotiation

    def in_force(self, memberships):
        """Return those of the user's ``memberships`` that open something to this request."""
        if not self.may_manage:
            memberships = memberships.exclude(role="manager")
        if self.only_negotiation is not None:
            memberships = memberships.filter(negotiation=self.only_negotiation)
        return memberships

    def within(self, negotiations):
        """Return those of ``negotiations`` that this request may know of."""
        if self.only_negotiation is not None:
            return negotiations.filter(pk=self.only_negotiation)
        return negotiations

    @property
    def may_manage(self) -> bool:
        """Whether being a manager opens anything: not before the second step is set up."""
        return self.second_step or not settings.SECOND_STEP_REQUIRED

    @property
    def owes_second_step(self) -> bool:
        """Whether the user manages a negotiation and has to set up a second step first."""
        return not self.may_manage and self.memberships.filter(role="manager").exists()

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


def _composed(password: str | None) -> str | None:
    """Return a password as one composed text, however the keyboard made its letters."""
    return None if password is None else unicodedata.normalize("NFC", password)


class TokenScope(models.TextChoices):
    READ = "read", _("read only")
    WRITE = "write", _("read and write")


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
    scope = models.CharField(
        _("what it may do"), max_length=5, choices=TokenScope, default=TokenScope.WRITE
    )
    negotiation = models.ForeignKey(
        "negotiations.Negotiation",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("negotiation"),
        help_text=_("The only one that it opens; without one, all that are open to you."),
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    expires = models.DateField(
        _("last day"),
        null=True,
        blank=True,
        help_text=_("The last day on which it works, at most a year from now."),
    )
    last_used = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects: ClassVar = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope__in=TokenScope.values), name="api_token_scope_known"
            )
        ]

    def __str__(self):
        return self.name

    @staticmethod
    def digest_of(key: str) -> str:
        """Return the hex SHA-256 under which ``key`` is stored."""
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def issue(cls, *, user, name: str, expires: date | None = None, **narrowed) -> str:
        """Store a new token for ``user`` and return its key, which cannot be read again.

        ``narrowed`` may hold its ``scope`` and the one ``negotiation`` that it opens.
        """
        key = secrets.token_urlsafe(32)
        digest = cls.digest_of(key)
        cls.objects.create(user=user, name=name, expires=expires, digest=digest, **narrowed)
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


class Tally(models.Model):
    """How often something was tried by somebody; see ``accounts.limits``."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.IntegerField()
    opens = models.DateTimeField()
    ends = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("count of attempts")
        verbose_name_plural = _("counts of attempts")

    def __str__(self):
        return f"{self.count} until {self.ends}"


class Letter(models.Model):
    """A new password asked for by mail: written and sent by the worker; see ``accounts.letters``.

    Whether there is an account with that address, nobody has looked yet when it is stored.
    """

    email = models.CharField(max_length=254)
    site = models.CharField(max_length=300)
    asked = models.DateTimeField(auto_now_add=True)
    due = models.DateTimeField(auto_now_add=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("letter to be sent")
        verbose_name_plural = _("letters to be sent")

    def __str__(self):
        return f"to {self.email}, asked {self.asked}"
