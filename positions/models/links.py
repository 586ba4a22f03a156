"""What the models of this app share: parties linked to a record, how a thing ended, its rank."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from negotiations.models import Scoped
from negotiations.models.rules import gated, inside, pointer


class PartyLink(Scoped):
    """A party in some role beside a record; each subclass names the record."""

    party = pointer("negotiations.Party", related_name="+", verbose_name=_("party"))

    class Meta:
        abstract = True

    def __str__(self):
        return str(self.party)


def party_link_rules(name: str, record: str) -> list[models.BaseConstraint]:
    """A party stands beside a record once, both in one negotiation, behind the gate."""
    return [
        *gated(name),
        *inside(name, record, "party"),
        models.UniqueConstraint(
            fields=[record, "party"],
            name=f"{name}_once",
            violation_error_message=_("This party is named already."),
        ),
    ]


class Ending(models.TextChoices):
    """How a demand or an outcome came to its end."""

    WITHDRAWN = "withdrawn", _("withdrawn")
    LAPSED = "lapsed", _("lapsed")
    FULFILLED = "fulfilled", _("fulfilled")
    TERMINATED = "terminated", _("terminated")
    VOIDED = "voided", _("voided")


class Rank(models.TextChoices):
    """An editor's order among rivals; none is merged away."""

    PREFERRED = "preferred", _("preferred")
    NORMAL = "normal", _("normal")
    DEPRECATED = "deprecated", _("deprecated")
