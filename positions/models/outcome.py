"""What was settled, what happened around it, and where nobody answered."""

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
from positions.querysets import OutcomeQuerySet, SilenceQuerySet, SourcedQuerySet


class OutcomeKind(models.TextChoices):
    AGREED = "agreed", _("agreed")
    IN_PART = "agreed in part", _("agreed in part")
    NOT_AGREED = "not agreed", _("not agreed")


class Outcome(Content):
    """What was settled on an issue or on the whole, or expressly was not."""

    Kind = OutcomeKind

    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    text = models.TextField(_("text"))
    issue = pointer(
        "positions.Issue",
        related_name="outcomes",
        verbose_name=_("issue"),
        null=True,
        blank=True,
    )
    round = pointer(
        "negotiations.Round",
        related_name="outcomes",
        verbose_name=_("round"),
        null=True,
        blank=True,
    )
    clause = pointer(
        "positions.Clause",
        related_name="outcomes",
        verbose_name=_("clause"),
        null=True,
        blank=True,
    )
    confirmed_by = models.ManyToManyField(
        "negotiations.Party",
        through="OutcomeConfirmation",
        related_name="+",
        verbose_name=_("confirmed by"),
        blank=True,
    )
    decided_by = pointer(
        "negotiations.Party",
        related_name="decisions",
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        help_text=_("A court, the voters: somebody other than the sides."),
    )
    single_undertaking = models.BooleanField(_("binds only with the whole"), default=False)
    reached = DateRangeField(_("reached"))
    in_force = DateRangeField(_("in force"), null=True, blank=True)
    ended = DateRangeField(_("ended"), null=True, blank=True)
    ending = models.CharField(_("how it ended"), max_length=10, choices=Ending, blank=True)
    supersedes = pointer(
        "self", related_name="successors", verbose_name=_("supersedes"), null=True, blank=True
    )

    objects: ClassVar = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["reached", "pk"]
        indexes = [search_index("outcome", "text")]
        constraints = [
            *gated("outcome", kind="outcome"),
            *inside("outcome", "issue", "round", "clause", "decided_by", "supersedes"),
            acyclic("outcome", "supersedes"),
            *filled("outcome", "text"),
            one_of("outcome", "state", State),
            one_of("outcome", "kind", OutcomeKind),
            blank_or_one_of("outcome", "ending", Ending),
            together("outcome", "ended", "ending", _("Say both when it ended and how.")),
            *sound_ranges("outcome", "reached", "in_force", "ended"),
            models.CheckConstraint(
                condition=Q(reached__upper_inf=False),
                name="outcome_reached_by_a_day",
                violation_error_message=_("Say by when it was reached at the latest."),
            ),
        ]

    def __str__(self):
        return self.text

    def clean(self):
        refuse_retired(self, "issue")


class OutcomeConfirmation(PartyLink):
    outcome = pointer(Outcome, related_name="confirmation_links")

    class Meta:
        constraints = party_link_rules("outcome_confirmation", "outcome")


class EventKind(models.TextChoices):
    MILITARY = "military", _("military")
    POLITICAL = "political", _("political")
    LEGAL = "legal", _("legal")
    CONTACT = "contact", _("contact")
    HANDED_OVER = "handed over", _("handed over")
    LEAKED = "leaked", _("leaked")
    PUBLISHED = "published", _("published")
    INITIALLED = "initialled", _("initialled")
    SIGNED = "signed", _("signed")
    RATIFIED = "ratified", _("ratified")
    SUSPENDED = "suspended", _("suspended")
    RESUMED = "resumed", _("resumed")
    VOTE = "vote", _("vote")
    RULING = "ruling", _("ruling")
    CARRIED_OUT = "carried out", _("carried out")


class Event(Content):
    """What happened around the talks, or is expected to; a milestone may have no date."""

    Kind = EventKind

    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    happened = DateRangeField(_("happened"), null=True, blank=True)
    expected = DateRangeField(_("expected"), null=True, blank=True)
    actor = pointer(
        "negotiations.Party",
        related_name="events",
        verbose_name=_("actor"),
        null=True,
        blank=True,
    )
    round = pointer(
        "negotiations.Round",
        related_name="events",
        verbose_name=_("round"),
        null=True,
        blank=True,
    )
    issue = pointer(
        "positions.Issue",
        related_name="events",
        verbose_name=_("issue"),
        null=True,
        blank=True,
    )
    proposal = pointer(
        "positions.Proposal",
        related_name="events",
        verbose_name=_("proposal"),
        null=True,
        blank=True,
    )
    outcome = pointer(
        Outcome, related_name="events", verbose_name=_("outcome"), null=True, blank=True
    )

    objects: ClassVar = SourcedQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["happened", "expected", "pk"]
        indexes = [search_index("event", "title", "text")]
        constraints = [
            *gated("event", kind="event"),
            *inside("event", "actor", "round", "issue", "proposal", "outcome"),
            *filled("event", "title"),
            one_of("event", "state", State),
            one_of("event", "kind", EventKind),
            *sound_ranges("event", "happened", "expected"),
        ]

    def __str__(self):
        return self.title

    def clean(self):
        refuse_retired(self, "issue")


class Silence(Content):
    """That we looked and found no answer; it ends when the party answers."""

    party = pointer("negotiations.Party", related_name="silences", verbose_name=_("party"))
    issue = pointer("positions.Issue", related_name="silences", verbose_name=_("issue"))
    round = pointer(
        "negotiations.Round",
        related_name="silences",
        verbose_name=_("round"),
        null=True,
        blank=True,
    )
    about = pointer(
        "negotiations.Record",
        related_name="silences",
        verbose_name=_("silent about"),
        null=True,
        blank=True,
    )
    looked_until = DateRangeField(_("looked until"))

    objects: ClassVar = SilenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("silence")
        verbose_name_plural = _("silences")
        ordering = ["looked_until", "pk"]
        constraints = [
            *gated("silence", kind="silence"),
            *inside("silence", "party", "issue", "round"),
            points_at("silence", "about", "proposal", "clause", "demand", "outcome", "event"),
            one_of("silence", "state", State),
            *sound_ranges("silence", "looked_until"),
            models.CheckConstraint(
                condition=Q(looked_until__upper_inf=False),
                name="silence_looked_until_a_day",
                violation_error_message=_("Say until when somebody looked."),
            ),
        ]

    def __str__(self):
        return _("%(party)s: no answer reported") % {"party": self.party}

    def clean(self):
        refuse_retired(self, "issue")
