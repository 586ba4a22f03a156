"""Where a claim was published."""

from django.contrib.postgres.fields import DateRangeField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from negotiations.fulltext import search_index
from negotiations.models.base import Content, State
from negotiations.models.rules import (
    BackstopCheck,
    acyclic,
    blank_or_one_of,
    filled,
    gated,
    inside,
    one_of,
    pointer,
    sound_ranges,
)
from negotiations.texts import LONGEST, normal


class SourceKind(models.TextChoices):
    ARTICLE = "article", _("article")
    WIRE = "wire report", _("wire report")
    DOCUMENT = "document", _("document")
    STATEMENT = "statement", _("official statement")
    BROADCAST = "broadcast", _("broadcast")
    POST = "post", _("post")
    OTHER = "other", _("other")


class SourceReliability(models.TextChoices):
    """The Admiralty scale, as NATO's AJP-2.1 gives it."""

    A = "A", _("A – completely reliable")
    B = "B", _("B – usually reliable")
    C = "C", _("C – fairly reliable")
    D = "D", _("D – not usually reliable")
    E = "E", _("E – unreliable")
    F = "F", _("F – cannot be judged")


class Source(Content):
    """An article, a text, a broadcast: where it was published, and by whom.

    ``text`` is the text as it is now, in the form of ``texts.normal``; the history of the row has
    those before it. ``text_hash`` tells them apart: what is placed in a text names it.
    """

    Kind = SourceKind
    Reliability = SourceReliability

    outlet = models.CharField(_("outlet"), max_length=200)
    affiliation = models.CharField(_("affiliation of the outlet"), max_length=200, blank=True)
    author = models.CharField(_("author"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=11, choices=Kind, default=Kind.ARTICLE)
    title = models.CharField(_("title"), max_length=500, blank=True)
    url = models.URLField(_("address"), max_length=2000, blank=True)
    published = DateRangeField(_("published"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=35, blank=True)
    reliability = models.CharField(_("reliability"), max_length=1, choices=Reliability, blank=True)
    derived_from = pointer(
        "self",
        related_name="derived",
        verbose_name=_("derived from"),
        null=True,
        blank=True,
        help_text=_("Two reports with one origin are not independent."),
    )
    corrects = pointer(
        "self", related_name="corrected_by", verbose_name=_("corrects"), null=True, blank=True
    )
    note = models.TextField(_("note"), blank=True)
    text = models.TextField(_("text"), blank=True, validators=[MaxLengthValidator(LONGEST)])
    text_origin = models.CharField(_("where the text was taken from"), max_length=300, blank=True)
    text_hash = models.GeneratedField(
        expression=models.Func("text", function="public.negotiations_text_hash"),
        output_field=models.CharField(_("hash of the text"), max_length=64),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["published", "outlet", "pk"]
        indexes = [search_index("source", "outlet", "title", "author", "note", "text")]
        constraints = [
            *gated("source", kind="source"),
            *inside("source", "derived_from", "corrects"),
            acyclic("source", "derived_from"),
            acyclic("source", "corrects"),
            *filled("source", "outlet"),
            one_of("source", "state", State),
            one_of("source", "kind", SourceKind),
            blank_or_one_of("source", "reliability", SourceReliability),
            *sound_ranges("source", "published"),
            BackstopCheck(
                condition=LessThanOrEqual(Length("text"), LONGEST),
                name="source_text_not_too_long",
                violation_error_message=_("A text has two million characters at most."),
            ),
        ]

    def __str__(self):
        return f"{self.outlet}: {self.title}" if self.title else self.outlet

    def clean(self):
        self.text = normal(self.text)
