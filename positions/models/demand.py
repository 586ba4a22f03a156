"""The atom: what one or more parties put forward at a time."""

from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from negotiations.fulltext import search_index
from negotiations.models import Content, State
from negotiations.models.rules import (
    acyclic,
    blank_or_one_of,
    filled,
    gated,
    inside,
    one_of,
    pointer,
    points_at,
    sound_ranges,
    together,
)
from positions.models.issue import refuse_retired
from positions.models.links import Ending, PartyLink, party_link_rules
from positions.querysets import DemandHolderQuerySet, DemandQuerySet


class DemandKind(models.TextChoices):
    DEMAND = "demand", _("demand")
    OFFER = "offer", _("offer")
    COMMITMENT = "commitment", _("commitment")
    THREAT = "threat", _("threat")
    PRINCIPLE = "principle", _("principle")
    CLAIM = "claim", _("claim")
    ASSESSMENT = "assessment", _("assessment")


class DemandAnswer(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    ACCEPTED_IN_PART = "accepted in part", _("accepted in part")
    WITH_RESERVATION = "accepted with reservation", _("accepted with reservation")
    NOTED = "noted", _("noted")
    WILL_CONSIDER = "will consider", _("will consider")
    COUNTERED = "countered", _("countered")
    REJECTED = "rejected", _("rejected")
    REFUSES = "refuses to discuss", _("refuses to discuss")


class DemandFirmness(models.TextChoices):
    RED_LINE = "red line", _("red line")
    FIRM = "firm", _("firm")
    FLEXIBLE = "flexible", _("flexible")
    UNKNOWN = "unknown", _("unknown")


class DemandMovement(models.TextChoices):
    SOFTENED = "softened", _("softened")
    HARDENED = "hardened", _("hardened")
    RESTATED = "restated", _("restated")
    REWORDED = "reworded", _("reworded")


class Demand(Content):
    """A demand, offer, threat, claim or answer, dated, in our own words.

    ``stated`` alone decides what was said by a date; ``round`` and ``occasion`` say where.
    """

    Kind = DemandKind
    Answer = DemandAnswer
    Firmness = DemandFirmness
    Movement = DemandMovement

    text = models.TextField(_("what they say, in our words"))
    holders = models.ManyToManyField(
        "negotiations.Party",
        through="DemandHolder",
        related_name="demands",
        verbose_name=_("holders"),
        blank=True,
    )
    issue = pointer(
        "positions.Issue",
        related_name="demands",
        verbose_name=_("issue"),
        null=True,
        blank=True,
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, blank=True)
    answers = pointer(
        "negotiations.Record",
        related_name="answered_by",
        verbose_name=_("answers"),
        null=True,
        blank=True,
    )
    answer = models.CharField(_("answer"), max_length=25, choices=Answer, blank=True)
    clause = pointer(
        "positions.Clause",
        related_name="demands",
        verbose_name=_("where the paper says it"),
        null=True,
        blank=True,
    )
    addressees = models.ManyToManyField(
        "negotiations.Party",
        through="DemandAddressee",
        related_name="+",
        verbose_name=_("spoken to"),
        blank=True,
    )
    obligors = models.ManyToManyField(
        "negotiations.Party",
        through="DemandObligor",
        related_name="+",
        verbose_name=_("must act"),
        blank=True,
    )
    round = pointer(
        "negotiations.Round",
        related_name="demands",
        verbose_name=_("round"),
        null=True,
        blank=True,
    )
    occasion = models.CharField(_("occasion"), max_length=300, blank=True)
    stated = DateRangeField(_("stated"))
    ended = DateRangeField(_("ended"), null=True, blank=True)
    ending = models.CharField(_("how it ended"), max_length=10, choices=Ending, blank=True)
    firmness = models.CharField(
        _("firmness"), max_length=8, choices=Firmness, default=Firmness.UNKNOWN
    )
    supersedes = pointer(
        "self", related_name="successors", verbose_name=_("supersedes"), null=True, blank=True
    )
    movement = models.CharField(_("movement"), max_length=8, choices=Movement, blank=True)

    objects: ClassVar = DemandQuerySet.as_manager()

    class Meta:
        verbose_name = _("demand")
        verbose_name_plural = _("demands")
        ordering = ["stated", "pk"]
        indexes = [search_index("demand", "text", "occasion")]
        constraints = [
            *gated("demand", kind="demand"),
            *inside("demand", "issue", "clause", "round", "supersedes"),
            points_at("demand", "answers", "proposal", "clause", "demand", "outcome", "event"),
            acyclic("demand", "supersedes"),
            acyclic("demand", "answers"),
            *filled("demand", "text"),
            one_of("demand", "state", State),
            blank_or_one_of("demand", "kind", DemandKind),
            blank_or_one_of("demand", "answer", DemandAnswer),
            one_of("demand", "firmness", DemandFirmness),
            blank_or_one_of("demand", "movement", DemandMovement),
            blank_or_one_of("demand", "ending", Ending),
            together("demand", "answers", "answer", _("An answer names what it answers.")),
            together("demand", "ended", "ending", _("Say both when it ended and how.")),
            *sound_ranges("demand", "stated", "ended"),
            models.CheckConstraint(
                condition=Q(stated__upper_inf=False),
                name="demand_stated_by_a_day",
                violation_error_message=_("Say by when it was stated at the latest."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="") | Q(answers__isnull=False),
                name="demand_kind_or_answer",
                violation_error_message=_("Choose a kind, or say what it answers."),
            ),
            models.CheckConstraint(
                condition=Q(movement="") | Q(supersedes__isnull=False),
                name="demand_movement_supersedes",
                violation_error_message=_("A movement names the demand it moved from."),
            ),
        ]

    def __str__(self):
        return self.text

    def clean(self):
        refuse_retired(self, "issue")


class DemandHolder(PartyLink):
    demand = pointer(Demand, related_name="holder_links")

    objects: ClassVar = DemandHolderQuerySet.as_manager()

    class Meta:
        constraints = party_link_rules("demand_holder", "demand")


class DemandAddressee(PartyLink):
    demand = pointer(Demand, related_name="addressee_links")

    class Meta:
        constraints = party_link_rules("demand_addressee", "demand")


class DemandObligor(PartyLink):
    demand = pointer(Demand, related_name="obligor_links")

    class Meta:
        constraints = party_link_rules("demand_obligor", "demand")
