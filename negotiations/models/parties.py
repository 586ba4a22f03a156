"""Who may hold a position, and who speaks."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from negotiations.fulltext import search_index
from negotiations.models.base import Scoped
from negotiations.models.rules import code_unique, filled, gated, one_of


class PartyStanding(models.TextChoices):
    PRINCIPAL = "principal", _("principal")
    THIRD = "third party", _("third party")
    STAKEHOLDER = "stakeholder", _("stakeholder")


class Party(Scoped):
    """Who may hold a position: a side of the talks, a third party, a stakeholder."""

    Standing = PartyStanding

    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=200)
    aliases = ArrayField(
        models.CharField(max_length=200), verbose_name=_("also called"), default=list, blank=True
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    standing = models.CharField(_("standing"), max_length=11, choices=Standing)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["order", "code"]
        constraints = [
            *gated("party", kind="party"),
            code_unique("party"),
            *filled("party", "code", "name"),
            one_of("party", "standing", PartyStanding),
        ]

    def __str__(self):
        return self.name


class Person(Scoped):
    """Who speaks or sits at the table. The capacity is kept where the person appears."""

    name = models.CharField(_("name"), max_length=200)
    aliases = ArrayField(
        models.CharField(max_length=200), verbose_name=_("also called"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "pk"]
        indexes = [search_index("person", "name", lists=["aliases"])]
        constraints = [*gated("person", kind="person"), *filled("person", "name")]

    def __str__(self):
        return self.name
