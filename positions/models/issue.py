"""What is negotiated: issues, and the terms in which a position on them can be compared."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from negotiations.fulltext import search_index
from negotiations.models import Scoped
from negotiations.models.rules import (
    acyclic,
    code_unique,
    filled,
    gated,
    inside,
    one_of,
    pointer,
)


class Issue(Scoped):
    """A question being negotiated."""

    code = models.SlugField(_("code"), max_length=50)
    name = models.CharField(_("name"), max_length=200)
    question = models.CharField(_("question"), max_length=300, blank=True)
    definition = models.TextField(_("definition"), blank=True)
    parent = pointer(
        "self", related_name="children", verbose_name=_("part of"), null=True, blank=True
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering = ["order", "code"]
        indexes = [search_index("issue", "name", "question", "definition")]
        constraints = [
            *gated("issue", kind="issue"),
            *inside("issue", "parent"),
            acyclic("issue", "parent"),
            code_unique("issue"),
            *filled("issue", "code", "name"),
        ]

    def __str__(self):
        return self.name


class TermKind(models.TextChoices):
    QUANTITY = "quantity", _("quantity")
    DATE = "date", _("date")
    CHOICE = "choice", _("choice")
    SET = "set", _("set")


class Term(Scoped):
    """A variable of an issue, or of none where it counts something at events."""

    Kind = TermKind

    issue = pointer(Issue, related_name="terms", verbose_name=_("issue"), null=True, blank=True)
    code = models.SlugField(_("code"), max_length=50)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ["order", "code"]
        constraints = [
            *gated("term", kind="term"),
            *inside("term", "issue"),
            code_unique("term"),
            *filled("term", "code", "name"),
            one_of("term", "kind", TermKind),
            models.CheckConstraint(
                condition=Q(unit="") | Q(kind="quantity"),
                name="term_unit_of_quantity",
                violation_error_message=_("Only a quantity has a unit."),
            ),
        ]

    def __str__(self):
        return self.name


class TermChoice(Scoped):
    """One of the answers a term allows; ``ordinal`` where their order means something."""

    part_of = "term"

    term = pointer(Term, related_name="choices", verbose_name=_("term"))
    code = models.SlugField(_("code"), max_length=50)
    name = models.CharField(_("name"), max_length=200)
    ordinal = models.SmallIntegerField(_("place in the order"), null=True, blank=True)

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["ordinal", "pk"]
        constraints = [
            *gated("term_choice"),
            *inside("term_choice", "term"),
            code_unique("term_choice", "term"),
            *filled("term_choice", "code", "name"),
        ]

    def __str__(self):
        return self.name
