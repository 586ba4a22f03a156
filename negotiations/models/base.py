"""What every record has: a negotiation for good and, for content, a state and a version."""

import functools
from typing import ClassVar

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from negotiations.conflicts import Conflict
from negotiations.constraints import Gated
from negotiations.querysets import ContentQuerySet, RecordQuerySet, ScopedQuerySet


class State(models.TextChoices):
    """How far the editors are with a record; never a word of the parties."""

    DRAFT = "draft", _("draft")
    IN_REVIEW = "in review", _("in review")
    PUBLISHED = "published", _("published")
    RETRACTED = "retracted", _("retracted")


class Scoped(models.Model):
    """A row inside one negotiation.

    ``part_of`` names the field that points to the row without which this one has no life.
    """

    part_of = ""
    #: The field that points to the record by whose words this row is called.
    called_by = ""

    negotiation = models.ForeignKey(
        "negotiations.Negotiation",
        models.PROTECT,
        related_name="+",
        verbose_name=_("negotiation"),
        editable=False,
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


class Content(Scoped):
    """A record that editors draft, publish and retract, and may edit at the same time."""

    state = models.CharField(
        _("state"), max_length=9, choices=State, default=State.DRAFT, db_index=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    #: The version that the row had in the database when it was read or written last.
    _known_version: int | None = None

    objects: ClassVar = ContentQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *given, **options):
        row = super().from_db(*given, **options)
        row._known_version = row.__dict__.get("version")
        return row

    def refresh_from_db(self, using=None, fields=None, from_queryset=None):
        super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)
        if fields is None or "version" in fields:
            self._known_version = self.version

    def save(self, *args, **options):
        """Save the row; raise ``Conflict`` if it has another version by now than was read."""
        super().save(*args, **options)
        changed = options.get("update_fields")
        if changed is None or "version" in changed:
            self._known_version = self.version

    def _do_update(self, base_qs, *rest):
        known = self._known_version
        if known is not None:
            base_qs = base_qs.filter(version=known)
        is_done = super()._do_update(base_qs, *rest)
        if known is not None and not is_done:
            raise Conflict(type(self)._base_manager.filter(pk=self.pk).first() or self)
        return is_done


class Record(models.Model):
    """The number of every record, listed by a trigger; nobody writes this table by hand.

    ``kind`` names the record's model in the words of the API's collections, in the singular;
    ``state`` mirrors the record's own, and is *published* for kinds that have none.
    """

    class Kind(models.TextChoices):
        PARTY = "party", _("party")
        PERSON = "person", _("person")
        TRACK = "track", _("track")
        ROUND = "round", _("round")
        PARTICIPATION = "participation", _("participation")
        DELEGATE = "delegate", _("delegate")
        SOURCE = "source", _("source")
        ISSUE = "issue", _("issue")
        TERM = "term", _("term")
        PROPOSAL = "proposal", _("proposal")
        CLAUSE = "clause", _("clause")
        DEMAND = "demand", _("demand")
        TERM_VALUE = "term value", _("term value")
        LINKAGE = "linkage", _("linkage")
        OUTCOME = "outcome", _("outcome")
        EVENT = "event", _("event")
        SILENCE = "silence", _("silence")
        EVIDENCE = "evidence", _("evidence")

    id = models.BigIntegerField(primary_key=True)
    negotiation = models.ForeignKey(
        "negotiations.Negotiation", models.PROTECT, related_name="+", editable=False
    )
    kind = models.CharField(max_length=13, choices=Kind)
    state = models.CharField(max_length=9, choices=State, default=State.PUBLISHED)

    #: What its row says, once ``negotiations.titles`` has looked.
    words = ""

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "negotiation"], name="record_in_negotiation")
        ]
        indexes = [
            # Every page counts what waits, of those few among all.
            models.Index(
                fields=["negotiation", "state"],
                condition=~models.Q(state=State.PUBLISHED),
                name="record_unpublished",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.pk}"

    @staticmethod
    def numbered_models() -> dict[str, type[Scoped]]:
        """Return the models whose rows are listed here, by kind."""
        return numbered_models()

    @property
    def model(self) -> type[Scoped]:
        """Return the model whose row has this number."""
        return numbered_models()[self.kind]


@functools.cache
def numbered_models() -> dict[str, type[Scoped]]:
    """Return the models that list their rows in ``Record``, by kind."""
    return {
        constraint.kind: model
        for model in apps.get_models()
        if issubclass(model, Scoped)
        for constraint in model._meta.constraints
        if isinstance(constraint, Gated) and constraint.kind
    }
