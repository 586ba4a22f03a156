"""What is negotiated: issues, and the terms in which a position on them can be compared."""

from typing import ClassVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from negotiations import ranges
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
from positions.querysets import CodebookQuerySet

#: What is said of no issue but of the talks as a whole goes by this in addresses.
OVERALL = "overall"


class Retirable(Scoped):
    """A part of the codebook that may be no longer offered, and stays on what is recorded.

    ``merged_into`` is what took over all that it had.
    """

    retired = models.DateField(_("retired"), null=True, blank=True)
    retired_because = models.CharField(_("why it was retired"), max_length=300, blank=True)
    merged_into = pointer(
        "self", related_name="merged", verbose_name=_("merged into"), null=True, blank=True
    )

    objects: ClassVar = CodebookQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def retired_on(self) -> str:
        """The day since which it is not offered, in words; empty while it is."""
        return ranges.date_text(ranges.day(self.retired)) if self.retired else ""


def retirable(name: str) -> list[models.BaseConstraint]:
    """Only what is retired says why, and what took over; that is another of its kind."""
    return [
        *inside(name, "merged_into"),
        acyclic(name, "merged_into"),
        models.CheckConstraint(
            condition=Q(retired__isnull=False) | Q(retired_because="", merged_into__isnull=True),
            name=f"{name}_retired_with_reason",
            violation_error_message=_("Only what is retired says why, and what it went into."),
        ),
    ]


def refuse_retired(row: models.Model, *names: str) -> None:
    """Raise ``ValidationError`` if a row is about to point to a retired part of the codebook.

    What pointed there before may go on doing so.
    """
    errors = {}
    for name in names:
        attname = f"{name}_id"
        try:
            target = getattr(row, name)
        except ObjectDoesNotExist:
            continue  # The field itself says so.
        if target is None or target.retired is None:
            continue
        before = type(row)._base_manager.filter(pk=row.pk, **{attname: target.pk})
        if row.pk is None or not before.exists():
            errors[name] = _retired_text(target)
    if errors:
        raise ValidationError(errors)


def _retired_text(target: "Issue | Term | TermChoice") -> str:
    said = {"name": target.name, "code": target.code, "day": target.retired_on}
    if target.merged_into is not None:
        said["into"] = target.merged_into.code
        return (
            gettext("“%(name)s” (%(code)s) has been retired since %(day)s; use “%(into)s” instead.")
            % said
        )
    return (
        gettext(
            "“%(name)s” (%(code)s) has been retired since %(day)s and takes no new records; use "
            "another, or bring it back in the codebook."
        )
        % said
    )


class Issue(Retirable):
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
            *retirable("issue"),
            models.CheckConstraint(
                condition=~Q(code=OVERALL),
                name="issue_code_not_overall",
                violation_error_message=_(
                    "“overall” stands for what is said of no issue; choose another code."
                ),
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        refuse_retired(self, "parent")
        if self.retired is None or self.pk is None:
            return
        parts = type(self)._base_manager.filter(parent=self.pk, retired=None)
        if names := [f"“{part}”" for part in parts.order_by("order", "code")]:
            raise ValidationError(
                {
                    "retired": gettext("Retire or move its parts first: %(parts)s.")
                    % {"parts": ", ".join(names)}
                }
            )


class TermKind(models.TextChoices):
    QUANTITY = "quantity", _("quantity")
    DATE = "date", _("date")
    CHOICE = "choice", _("choice")
    SET = "set", _("set")


class Term(Retirable):
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
            *retirable("term"),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        refuse_retired(self, "issue")


class TermChoice(Retirable):
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
            *retirable("term_choice"),
        ]

    def __str__(self):
        return self.name
