"""Tables that somebody has sent to be imported, and what became of each of their rows."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from negotiations.models.rules import blank_or_one_of, one_of
from negotiations.querysets import ImportQuerySet


class ImportState(models.TextChoices):
    """How far an import is; the worker takes those that are checking or recording."""

    CHECKING = "checking", _("being looked through")
    CHECKED = "checked", _("looked through")
    RECORDING = "recording", _("being recorded")
    DONE = "done", _("imported")
    UNDONE = "undone", _("undone")
    FAILED = "failed", _("not read")


class ImportReason(models.TextChoices):
    """Why the worker gave up."""

    GONE = "gone", _("Whoever sent it may not write in this negotiation any more.")
    UNREADABLE = "unreadable", _("The file could not be read.")
    ERROR = "error", _("Something went wrong on our side.")
    KILLED = "killed", _("Reading it was interrupted again and again.")


class ImportFate(models.TextChoices):
    """What becomes of a row."""

    WRONG = "wrong", _("has errors")
    NEW = "new", _("new")
    CHANGED = "changed", _("changes a record")
    DUPLICATE = "duplicate", _("is there already")
    SAME = "same", _("unchanged")
    SKIPPED = "skipped", _("left out by you")


class Import(models.Model):
    """A file, how its columns were matched, what it would do or did, and in which revision.

    It is no record: it names its negotiation by number only, and neither the gate nor a revision
    knows it. Whoever writes in the negotiation sees it. The file goes once its rows are records.
    """

    State = ImportState
    Reason = ImportReason

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.BigIntegerField(_("number of the negotiation"), db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="imports",
        verbose_name=_("user"),
        null=True,
    )
    name = models.CharField(_("name of the file"), max_length=200)
    content = models.BinaryField(_("file"), null=True)
    digest = models.CharField(_("hash of the file"), max_length=64)
    kind = models.CharField(_("kind of records"), max_length=20, blank=True)
    #: By sheet: its kind, and what its columns were taken for by a person.
    chosen = models.JSONField(_("columns as chosen"), default=dict)
    #: By sheet: its kind and what its columns were taken for.
    sheets = models.JSONField(_("sheets"), default=list)
    again = models.BooleanField(_("record what is there already once more"), default=False)
    state = models.CharField(
        _("state"), max_length=9, choices=ImportState, default=ImportState.CHECKING
    )
    reason = models.CharField(_("reason"), max_length=10, choices=ImportReason, blank=True)
    #: What is to be said of the whole, such as why it could not be read.
    problems = models.JSONField(_("what is wrong with the whole"), default=list)
    counts = models.JSONField(_("rows by what becomes of them"), default=dict)
    revision = models.BigIntegerField(_("revision"), null=True)
    undone_in = models.BigIntegerField(_("undone in revision"), null=True)
    sent = models.DateTimeField(_("sent"), auto_now_add=True)
    ended = models.DateTimeField(_("ended"), null=True)

    objects: ClassVar = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-sent", "pk"]
        indexes = [
            models.Index(
                "sent",
                condition=models.Q(state__in=["checking", "recording"]),
                name="import_waiting",
            )
        ]
        constraints = [
            one_of("import", "state", ImportState),
            blank_or_one_of("import", "reason", ImportReason),
        ]

    def __str__(self):
        return self.name

    @property
    def is_waiting(self) -> bool:
        """Whether the worker has something to do for it."""
        return self.state in (ImportState.CHECKING, ImportState.RECORDING)

    @property
    def can_be_recorded(self) -> bool:
        """Whether something is there to record, and nothing is wrong."""
        adds = self.counts.get("new", 0) + self.counts.get("changed", 0)
        is_sound = not self.problems and not self.counts.get("wrong")
        return self.state == ImportState.CHECKED and is_sound and bool(adds)

    @property
    def can_be_undone(self) -> bool:
        return self.state == ImportState.DONE and self.revision is not None

    @property
    def rows_counted(self) -> int:
        """Return how many rows it has."""
        return sum(self.counts.values())


class ImportProgress(models.Model):
    """How far the worker is; a row of its own, since the import's is locked then."""

    whole = models.OneToOneField(
        Import, models.CASCADE, primary_key=True, related_name="progress", verbose_name=_("import")
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("of"), default=0)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("progress of an import")
        verbose_name_plural = _("progress of imports")

    def __str__(self):
        return f"{self.done}/{self.total}"


class ImportRow(models.Model):
    """A row of a file as it would become, or why it cannot."""

    Fate = ImportFate

    whole = models.ForeignKey(
        Import, models.CASCADE, related_name="rows", verbose_name=_("import"), db_index=False
    )
    place = models.PositiveIntegerField(_("place"))
    sheet = models.CharField(_("sheet"), max_length=200)
    number = models.PositiveIntegerField(_("row"))
    kind = models.CharField(_("kind of record"), max_length=20)
    fate = models.CharField(_("what becomes of it"), max_length=9, choices=ImportFate)
    record = models.BigIntegerField(_("record"), null=True)
    #: Lists of [label, text] and of [label, before, after].
    shown = models.JSONField(_("as it would become"), default=list)
    changes = models.JSONField(_("changes"), default=list)
    #: [column as a spreadsheet calls it, header, what stands there, why it cannot].
    problems = models.JSONField(_("what is wrong"), default=list)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["whole", "place"], name="import_row_once"),
        ]
        indexes = [models.Index(fields=["whole", "fate", "place"], name="import_row_fate")]

    def __str__(self):
        return f"{self.sheet} {self.number}"
