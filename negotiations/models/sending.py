"""What was sent under a key, so that it is done once however often it arrives."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from negotiations.querysets import PresenceQuerySet, SendingQuerySet


class Sending(models.Model):
    """The answer to what a user sent under a key; it is there only once the answer is.

    ``digest`` tells one request from another, ``subjects`` are the numbers of the negotiations in
    which it wrote.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="sendings", verbose_name=_("user")
    )
    key = models.CharField(_("key"), max_length=64)
    digest = models.CharField(_("hash of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), default=0)
    headers = models.JSONField(_("headers"), default=dict)
    body = models.TextField(_("body"), blank=True)
    subjects = ArrayField(models.BigIntegerField(), verbose_name=_("negotiations"), default=list)
    sent = models.DateTimeField(_("sent"), db_default=Now(), db_index=True)

    objects: ClassVar = SendingQuerySet.as_manager()

    class Meta:
        verbose_name = _("sending")
        verbose_name_plural = _("sendings")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="sending_once"),
        ]

    def __str__(self):
        return self.key


class Presence(models.Model):
    """When a user had a record open last, and when they last typed in its form."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="presences", verbose_name=_("user")
    )
    record = models.BigIntegerField(_("number of the record"))
    seen = models.DateTimeField(_("seen"), db_default=Now(), db_index=True)
    typed = models.DateTimeField(_("typed"), null=True)

    objects: ClassVar = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [
            models.UniqueConstraint(fields=["record", "user"], name="presence_once"),
        ]

    def __str__(self):
        return f"{self.user_id} at {self.record}"
