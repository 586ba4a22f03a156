"""Papers and oral offers, and the tree of what they contain."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from negotiations.fulltext import search_index
from negotiations.models import Content, State
from negotiations.models.fields import QuantityField
from negotiations.models.rules import (
    acyclic,
    blank_or_one_of,
    closed_ranges,
    filled,
    gated,
    inside,
    one_of,
    pointer,
    sound_ranges,
)
from positions.models.links import PartyLink, party_link_rules
from positions.querysets import ProposalQuerySet


class ProposalKind(models.TextChoices):
    MEMORANDUM = "memorandum", _("memorandum")
    DRAFT = "draft agreement", _("draft agreement")
    COMMUNIQUE = "communiqué", _("communiqué")
    BRIDGING = "bridging proposal", _("bridging proposal")
    ORAL = "oral offer", _("oral offer")
    LIST = "list", _("list")
    AGREEMENT = "agreement", _("agreement")


class Proposal(Content):
    """A text or an oral offer. Without holders, nobody owns up to it."""

    Kind = ProposalKind

    holders = models.ManyToManyField(
        "negotiations.Party",
        through="ProposalHolder",
        related_name="proposals",
        verbose_name=_("holders"),
        blank=True,
    )
    kind = models.CharField(_("kind"), max_length=17, choices=Kind)
    title = models.CharField(_("title"), max_length=300)
    tabled = DateRangeField(
        _("tabled"),
        help_text=_("When the other side got it or it was published, whichever came first."),
    )
    round = pointer(
        "negotiations.Round",
        related_name="proposals",
        verbose_name=_("round"),
        null=True,
        blank=True,
    )
    languages = ArrayField(
        models.CharField(max_length=35), verbose_name=_("languages"), default=list, blank=True
    )
    points = QuantityField(_("number of points"), null=True, blank=True)
    answer_by = DateRangeField(_("answer by"), null=True, blank=True)
    supersedes = pointer(
        "self", related_name="successors", verbose_name=_("supersedes"), null=True, blank=True
    )
    responds_to = pointer(
        "self", related_name="responses", verbose_name=_("responds to"), null=True, blank=True
    )

    objects: ClassVar = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["tabled", "pk"]
        indexes = [search_index("proposal", "title")]
        constraints = [
            *gated("proposal", kind="proposal"),
            *inside("proposal", "round", "supersedes", "responds_to"),
            acyclic("proposal", "supersedes"),
            acyclic("proposal", "responds_to"),
            *filled("proposal", "title"),
            one_of("proposal", "state", State),
            one_of("proposal", "kind", ProposalKind),
            *sound_ranges("proposal", "tabled", "points", "answer_by"),
            *closed_ranges("proposal", "points"),
            models.CheckConstraint(
                condition=Q(tabled__upper_inf=False),
                name="proposal_tabled_by_a_day",
                violation_error_message=_("Say by when it was tabled at the latest."),
            ),
        ]

    def __str__(self):
        return self.title


class ProposalHolder(PartyLink):
    proposal = pointer(Proposal, related_name="holder_links")

    class Meta:
        constraints = party_link_rules("proposal_holder", "proposal")


class ClauseOperator(models.TextChoices):
    ALL = "all", _("all")
    ANY = "any", _("any")
    SEQUENCE = "in sequence", _("in sequence")
    UNCLEAR = "unclear", _("unclear")


class Clause(Content):
    """A node of a proposal's tree, the root included.

    ``operator`` says how its children combine. A step in sequence counts as *only if* the step
    before it. What someone reads an operator as is evidence on the field ``operator``.
    """

    part_of = "proposal"

    Operator = ClauseOperator

    proposal = pointer(Proposal, related_name="clauses", verbose_name=_("proposal"))
    parent = pointer(
        "self", related_name="children", verbose_name=_("inside"), null=True, blank=True
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    label = models.CharField(_("label"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    operator = models.CharField(
        _("combines its parts as"), max_length=11, choices=Operator, blank=True
    )

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        ordering = ["proposal", "order", "pk"]
        indexes = [search_index("clause", "label", "text")]
        constraints = [
            *gated("clause", kind="clause"),
            *inside("clause", "proposal", "parent"),
            acyclic("clause", "parent"),
            models.UniqueConstraint(
                fields=["proposal"],
                condition=Q(parent__isnull=True),
                name="clause_one_root",
                violation_error_message=_("The proposal has its outermost clause already."),
            ),
            one_of("clause", "state", State),
            blank_or_one_of("clause", "operator", ClauseOperator),
            models.CheckConstraint(
                condition=~Q(label="", text=""),
                name="clause_label_or_text",
                violation_error_message=_("Give the clause a label or a text."),
            ),
        ]

    def __str__(self):
        return self.label or self.text

    def clean(self):
        if self.parent_id and self.parent.proposal_id != self.proposal_id:
            raise ValidationError({"parent": _("This clause is of another proposal.")})
