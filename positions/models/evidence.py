"""Who says so: every claim pinned to its source and, where we hold them, to its words."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from negotiations.fulltext import search_index
from negotiations.models import Content, Record, State
from negotiations.models.rules import gated, inside, one_of, pointer, points_at
from positions.models.links import Rank
from positions.querysets import EvidenceQuerySet


class EvidenceStance(models.TextChoices):
    SUPPORTS = "supports", _("supports")
    CONTRADICTS = "contradicts", _("contradicts")
    READS = "reads as", _("reads as")
    JUDGES = "judges", _("judges")
    LEAVES_OPEN = "leaves open", _("leaves open")


class EvidenceBasis(models.TextChoices):
    """How near the source is to the words, best first."""

    JOINT = "joint text", _("joint text")
    PAPER = "tabled paper", _("tabled paper")
    OFFICIAL = "official on the record", _("official on the record")
    MEDIATOR = "mediator's readout", _("mediator’s readout")
    OTHER_SIDE = "the other side's account", _("the other side’s account")
    UNNAMED = "unnamed source", _("unnamed source")
    OUTLET = "outlet's voice", _("outlet’s voice")
    INFERENCE = "inference", _("inference")


class Evidence(Content):
    """A source speaking to a record, or to one field of it.

    Rival readings of a field are several rows with ``field`` and ``reads``; none is merged away.
    ``start`` and ``end`` are offsets of the quote in the source's text, in code points, and
    ``text_hash`` is that of the text they count in: where the source has another by now, the place
    is lost until somebody finds it again.
    """

    part_of = "record"

    Stance = EvidenceStance
    Basis = EvidenceBasis

    record = pointer("negotiations.Record", related_name="evidence", verbose_name=_("record"))
    source = pointer("negotiations.Source", related_name="evidence", verbose_name=_("source"))
    field = models.CharField(_("field"), max_length=40, blank=True)
    reads = models.TextField(_("reads it as"), blank=True)
    stance = models.CharField(_("stance"), max_length=11, choices=Stance, default=Stance.SUPPORTS)
    speaker = pointer(
        "negotiations.Person",
        related_name="statements",
        verbose_name=_("speaker"),
        null=True,
        blank=True,
    )
    capacity = models.CharField(_("capacity"), max_length=300, blank=True)
    reported_by = pointer(
        "negotiations.Party",
        related_name="accounts",
        verbose_name=_("by whose account"),
        null=True,
        blank=True,
    )
    basis = models.CharField(_("basis"), max_length=24, choices=Basis)
    credibility = models.PositiveSmallIntegerField(
        _("credibility"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(6)],
        help_text=_("1 (confirmed) to 6 (cannot be judged), the Admiralty scale."),
    )
    quote = models.TextField(_("words of the source"), blank=True)
    prefix = models.TextField(_("words before"), blank=True)
    suffix = models.TextField(_("words after"), blank=True)
    start = models.PositiveIntegerField(_("starts at"), null=True, blank=True)
    end = models.PositiveIntegerField(_("ends at"), null=True, blank=True)
    text_hash = models.CharField(_("hash of the text"), max_length=64, blank=True, editable=False)
    locator = models.CharField(_("where in the source"), max_length=300, blank=True)
    language = models.CharField(_("language of the words"), max_length=35, blank=True)
    translation = models.TextField(_("translation"), blank=True)
    rank = models.CharField(_("rank"), max_length=10, choices=Rank, default=Rank.NORMAL)

    objects: ClassVar = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["record", "pk"]
        indexes = [search_index("evidence", "quote", "translation")]
        constraints = [
            *gated("evidence", kind="evidence"),
            *inside("evidence", "source", "speaker", "reported_by"),
            points_at("evidence", "record", *Record.Kind.values),
            one_of("evidence", "state", State),
            one_of("evidence", "stance", EvidenceStance),
            one_of("evidence", "basis", EvidenceBasis),
            one_of("evidence", "rank", Rank),
            models.CheckConstraint(
                condition=Q(credibility__isnull=True) | Q(credibility__range=(1, 6)),
                name="evidence_credibility_scale",
                violation_error_message=_("Credibility goes from 1 to 6."),
            ),
            models.CheckConstraint(
                condition=Q(reads="") | ~Q(field=""),
                name="evidence_reads_a_field",
                violation_error_message=_("Say which field is read this way."),
            ),
            models.CheckConstraint(
                condition=Q(start__isnull=True, end__isnull=True)
                | Q(start__isnull=False, end__isnull=False, start__lt=F("end")) & ~Q(quote=""),
                name="evidence_anchor_whole",
                violation_error_message=_("A place in the text has words, a start and an end."),
            ),
            models.CheckConstraint(
                condition=Q(text_hash="") | Q(start__isnull=False),
                name="evidence_hash_of_a_place",
                violation_error_message=_("Only a place is in a text."),
            ),
            models.CheckConstraint(
                condition=~Q(record=F("id")),
                name="evidence_of_another",
                violation_error_message=_("A record cannot be evidence of itself."),
            ),
        ]

    def __str__(self):
        return f"{self.source}"

    @property
    def field_label(self) -> str:
        """Return what people call the field that this speaks to; empty if it is the whole."""
        if not self.field:
            return ""
        fields = {field.name: field for field in self.record.model._meta.get_fields()}
        named = fields.get(self.field)
        # A word that is no field of this kind of record is shown as it stands.
        return str(getattr(named, "verbose_name", self.field))

    def clean(self):
        if not self.field or self.record_id is None:
            return
        fields = {f.name for f in self.record.model._meta.get_fields() if not f.auto_created}
        if self.field not in fields:
            raise ValidationError(
                {
                    "field": _("A %(kind)s has no field “%(field)s”; it has %(fields)s.")
                    % {
                        "kind": self.record.get_kind_display(),
                        "field": self.field,
                        "fields": ", ".join(sorted(fields - {"negotiation", "id", "version"})),
                    }
                }
            )
