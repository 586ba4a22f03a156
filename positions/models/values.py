"""The values a record gives for a term, rivals side by side, and what a record hangs on."""

from typing import ClassVar

from django.contrib.postgres.fields import DateRangeField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from negotiations.models import Content, Scoped, State
from negotiations.models.fields import QuantityField
from negotiations.models.rules import (
    blank_or_one_of,
    closed_ranges,
    gated,
    inside,
    one_of,
    pointer,
    points_at,
    sound_ranges,
)
from negotiations.ranges import UnclearRange
from positions.models.issue import Term, refuse_retired
from positions.models.links import Rank
from positions.querysets import PartQuerySet
from positions.units import check_amount


class TermValueQuantifier(models.TextChoices):
    ALL = "all of", _("all of")
    ONE = "one of", _("one of")
    NONE = "none of", _("none of")


class TermValueStatus(models.TextChoices):
    GIVEN = "given", _("given")
    OPEN = "left open", _("left open")
    UNSPECIFIED = "not specified", _("not specified")


class TermValuePer(models.TextChoices):
    EACH = "each", _("each")
    TOTAL = "in total", _("in total")


class TermValue(Content):
    """One value for one term. Several values of a term on a record are only ever rivals."""

    part_of = "record"

    Quantifier = TermValueQuantifier
    Status = TermValueStatus
    Per = TermValuePer

    record = pointer("negotiations.Record", related_name="values", verbose_name=_("record"))
    term = pointer(Term, related_name="values", verbose_name=_("term"))
    quantity = QuantityField(_("quantity"), null=True, blank=True)
    dates = DateRangeField(_("dates"), null=True, blank=True)
    choices = models.ManyToManyField(
        "positions.TermChoice",
        through="TermValueChoice",
        related_name="values",
        verbose_name=_("choices"),
        blank=True,
    )
    quantifier = models.CharField(_("of these"), max_length=7, choices=Quantifier, blank=True)
    others = models.BooleanField(_("and others"), default=False)
    status = models.CharField(_("status"), max_length=13, choices=Status, default=Status.GIVEN)
    approximate = models.BooleanField(_("approximate"), default=False)
    per = models.CharField(_("counted"), max_length=8, choices=Per, blank=True)
    rank = models.CharField(_("rank"), max_length=10, choices=Rank, default=Rank.NORMAL)

    objects: ClassVar = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("term value")
        verbose_name_plural = _("term values")
        ordering = ["record", "term__order", "pk"]
        constraints = [
            *gated("term_value", kind="term value"),
            *inside("term_value", "term"),
            points_at("term_value", "record", "demand", "outcome", "event"),
            one_of("term_value", "state", State),
            one_of("term_value", "status", TermValueStatus),
            one_of("term_value", "rank", Rank),
            blank_or_one_of("term_value", "quantifier", TermValueQuantifier),
            blank_or_one_of("term_value", "per", TermValuePer),
            *sound_ranges("term_value", "quantity", "dates"),
            *closed_ranges("term_value", "quantity"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(dates__isnull=True),
                name="term_value_one_kind",
                violation_error_message=_("A value is a quantity or a date, not both."),
            ),
            models.CheckConstraint(
                condition=Q(status="given") | Q(quantity__isnull=True, dates__isnull=True),
                name="term_value_blank_when_open",
                violation_error_message=_("What is left open has no value."),
            ),
        ]

    def __str__(self):
        return f"{self.term}"

    def clean(self):
        refuse_retired(self, "term")
        if not self.term_id:
            return
        given = {"quantity": self.quantity, "date": self.dates}
        for kind, value in given.items():
            if value is not None and self.term.kind != kind:
                raise ValidationError(
                    _("“%(term)s” is a %(kind)s; this value is not.")
                    % {"term": self.term, "kind": self.term.get_kind_display()}
                )
        if self.quantity is not None and not self.quantity.isempty:
            try:
                check_amount(self.quantity, self.term.unit)
            except UnclearRange as error:
                raise ValidationError({"quantity": str(error)}) from error


class TermValueChoice(Scoped):
    """One of the choices a value names."""

    value = pointer(TermValue, related_name="choice_links")
    choice = pointer("positions.TermChoice", related_name="+")

    class Meta:
        constraints = [
            *gated("term_value_choice"),
            *inside("term_value_choice", "value", "choice"),
            models.UniqueConstraint(fields=["value", "choice"], name="term_value_choice_once"),
        ]

    def __str__(self):
        return str(self.choice)

    def clean(self):
        refuse_retired(self, "choice")


class LinkageRelation(models.TextChoices):
    ONLY_IF = "only if", _("only if")
    UNLESS = "unless", _("unless")
    AFTER = "after", _("after")
    WITHIN = "within", _("within")
    TOGETHER = "together with", _("together with")
    EXCHANGE = "in exchange for", _("in exchange for")
    CONTRADICTS = "contradicts", _("contradicts")


class Linkage(Content):
    """What a demand or an outcome waits for or hangs on: a record, or a condition in words.

    *Within*: the number of days is a term value of the record; the anchor starts the clock.
    """

    part_of = "record"

    Relation = LinkageRelation

    record = pointer("negotiations.Record", related_name="linkages", verbose_name=_("record"))
    relation = models.CharField(_("relation"), max_length=15, choices=Relation)
    anchor = pointer(
        "negotiations.Record",
        related_name="anchored",
        verbose_name=_("what it hangs on"),
        null=True,
        blank=True,
    )
    condition = models.TextField(_("condition"), blank=True)

    objects: ClassVar = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("linkage")
        verbose_name_plural = _("linkages")
        ordering = ["record", "pk"]
        constraints = [
            *gated("linkage", kind="linkage"),
            points_at("linkage", "record", "demand", "outcome"),
            points_at("linkage", "anchor", "demand", "outcome", "clause", "event"),
            one_of("linkage", "state", State),
            one_of("linkage", "relation", LinkageRelation),
            models.CheckConstraint(
                condition=Q(anchor__isnull=True) & ~Q(condition="")
                | Q(anchor__isnull=False, condition=""),
                name="linkage_anchor_or_condition",
                violation_error_message=_("Name a record or write the condition, one of the two."),
            ),
            models.CheckConstraint(
                condition=Q(anchor__isnull=True) | ~Q(anchor=models.F("record")),
                name="linkage_to_another",
                violation_error_message=_("A record cannot hang on itself."),
            ),
        ]

    def __str__(self):
        return f"{self.get_relation_display()} {self.anchor or self.condition}"
