"""Meetings, the strands they belong to, and who was there."""

import re
import zoneinfo
from functools import cache

from django.contrib.postgres.fields import DateTimeRangeField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from negotiations.fulltext import search_index
from negotiations.models.base import Content, Scoped, State
from negotiations.models.fields import QuantityField
from negotiations.models.rules import (
    blank_or_one_of,
    closed_ranges,
    filled,
    gated,
    inside,
    one_of,
    pointer,
    sound_ranges,
)

#: To list them, all files of the database of time zones are opened.
known_zones = cache(zoneinfo.available_timezones)


def known_zone(name):
    if name not in known_zones():
        raise ValidationError(
            _("“%(name)s” is not a time zone; write one like Europe/Istanbul.") % {"name": name}
        )


class Track(Scoped):
    """A strand of the process; rounds are numbered within it, or not at all."""

    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        ordering = ["name"]
        constraints = [
            *gated("track", kind="track"),
            models.UniqueConstraint(
                fields=["negotiation", "name"],
                name="track_name_unique",
                violation_error_message=_("There is a track of this name already."),
            ),
            *filled("track", "name"),
        ]

    def __str__(self):
        return self.name


class RoundStatus(models.TextChoices):
    PLANNED = "planned", _("planned")
    HELD = "held", _("held")
    POSTPONED = "postponed", _("postponed")
    CANCELLED = "cancelled", _("cancelled")


class RoundFormat(models.TextChoices):
    DIRECT = "direct", _("direct")
    MEDIATED = "mediated", _("mediated")
    PROXIMITY = "proximity", _("proximity")
    VIRTUAL = "virtual", _("virtual")


class Round(Content):
    """A meeting, planned or held."""

    Status = RoundStatus
    Format = RoundFormat

    track = pointer(Track, related_name="rounds", verbose_name=_("track"))
    number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=200)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.PLANNED)
    format = models.CharField(_("format"), max_length=9, choices=Format, blank=True)
    planned = DateTimeRangeField(_("planned"), null=True, blank=True)
    held = DateTimeRangeField(_("held"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone of the venue"), max_length=40, default="UTC", validators=[known_zone]
    )
    duration = QuantityField(_("duration in minutes"), null=True, blank=True)
    venue = models.CharField(_("venue"), max_length=300, blank=True)
    level = models.CharField(_("level"), max_length=200, blank=True)
    summary = models.TextField(_("summary"), blank=True)

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["held", "planned", "number", "pk"]
        indexes = [search_index("round", "title", "venue", "summary")]
        constraints = [
            *gated("round", kind="round"),
            *inside("round", "track"),
            models.UniqueConstraint(
                fields=["track", "number"],
                condition=Q(number__isnull=False),
                name="round_number_unique",
                violation_error_message=_("The track has a round of this number already."),
            ),
            *filled("round", "title", "time_zone"),
            one_of("round", "state", State),
            one_of("round", "status", RoundStatus),
            blank_or_one_of("round", "format", RoundFormat),
            *sound_ranges("round", "planned", "held", "duration"),
            *closed_ranges("round", "duration"),
            models.CheckConstraint(
                condition=~Q(status="held") | Q(held__isnull=False),
                name="round_held_is_dated",
                violation_error_message=_("A round that was held has a date; say when."),
            ),
        ]

    def __str__(self):
        return self.title


class ParticipationRole(models.TextChoices):
    NEGOTIATING = "negotiating", _("negotiating")
    HOST = "host", _("host")
    CONVENER = "convener", _("convener")
    FACILITATOR = "facilitator", _("facilitator")
    MEDIATOR = "mediator", _("mediator")
    GUARANTOR = "guarantor", _("guarantor")
    OBSERVER = "observer", _("observer")
    MONITOR = "monitor", _("monitor")
    WITNESS = "witness", _("witness")


class Participation(Content):
    """A party at a round, in a role. A party may have several roles, each a row."""

    Role = ParticipationRole

    round = pointer(Round, related_name="participations", verbose_name=_("round"))
    party = pointer("negotiations.Party", related_name="participations", verbose_name=_("party"))
    role = models.CharField(_("role"), max_length=11, choices=Role)
    size = QuantityField(_("size of the delegation"), null=True, blank=True)

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["round", "party__order", "pk"]
        constraints = [
            *gated("participation", kind="participation"),
            *inside("participation", "round", "party"),
            models.UniqueConstraint(
                fields=["round", "party", "role"],
                name="participation_once",
                violation_error_message=_("The party has this role at the round already."),
            ),
            one_of("participation", "state", State),
            one_of("participation", "role", ParticipationRole),
            *sound_ranges("participation", "size"),
            *closed_ranges("participation", "size"),
        ]

    def __str__(self):
        return f"{self.party} · {self.get_role_display()}"


#: How a note on a delegate begins that says something of one meeting and nothing of an office.
OF_THAT_DAY = re.compile(r"(?:new(?:ly)?|joined|joining|for the first time|in place of)\b", re.I)


class Delegate(Content):
    """A person at a round, or one who stayed away, in the capacity of that day."""

    round = pointer(Round, related_name="delegates", verbose_name=_("round"))
    person = pointer("negotiations.Person", related_name="seats", verbose_name=_("person"))
    party = pointer("negotiations.Party", related_name="delegates", verbose_name=_("party"))
    capacity = models.CharField(_("capacity"), max_length=300, blank=True)
    is_head = models.BooleanField(_("heads the delegation"), null=True, blank=True)
    attended = models.BooleanField(_("attended"), null=True, blank=True, default=True)

    class Meta:
        verbose_name = _("delegate")
        verbose_name_plural = _("delegates")
        ordering = ["round", "party__order", "-is_head", "pk"]
        constraints = [
            *gated("delegate", kind="delegate"),
            *inside("delegate", "round", "person", "party"),
            models.UniqueConstraint(
                fields=["round", "person", "party"],
                name="delegate_once",
                violation_error_message=_("This person is on the delegation's list already."),
            ),
            one_of("delegate", "state", State),
        ]

    def __str__(self):
        return f"{self.person}, {self.capacity}" if self.capacity else str(self.person)

    @property
    def lasting_capacity(self) -> str:
        """Return the capacity without notes that were true of that meeting only ("New in …")."""
        parts = [part.strip() for part in self.capacity.split(";")]
        return "; ".join(part for part in parts if not OF_THAT_DAY.match(part))
