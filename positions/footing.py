"""Which records rest on little: one unnamed source, one outlet, or an inference.

What a record rests on is the evidence that supports it as a whole and that no editor has ranked
down. A record may rest on little in two ways at once.
"""

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from positions.models import Evidence, Rank
from positions.querysets import EvidenceQuerySet


class Footing(models.TextChoices):
    """All that a record rests on, where that is little."""

    UNNAMED = "one unnamed source", _("one unnamed source")
    OUTLET = "one outlet", _("one outlet")
    INFERENCE = "inference", _("inference only")


def rests_on(footing: str, evidence: EvidenceQuerySet) -> Q:
    """Return the condition that a numbered record rests on nothing better than ``footing``.

    ``evidence`` are the rows that one may see, and that were known by the day asked about. Reports
    that derive from one are one source, as far back as ``statements.lineage`` looks.
    """
    own = evidence.filter(record=OuterRef("pk"), stance=Evidence.Stance.SUPPORTS, field="").exclude(
        rank=Rank.DEPRECATED
    )
    if footing == Footing.OUTLET:
        return Q(Exists(_only_one(own, Lower("source__outlet"))))
    basis = {
        Footing.INFERENCE: Evidence.Basis.INFERENCE,
        Footing.UNNAMED: Evidence.Basis.UNNAMED,
    }[Footing(footing)]
    all_of_it = Q(Exists(own)) & Q(~Exists(own.exclude(basis=basis)))
    if footing == Footing.INFERENCE:
        return all_of_it
    steps = ["source" + "__derived_from" * step for step in range(4, -1, -1)]
    return all_of_it & Q(Exists(_only_one(own, Coalesce(*steps))))


def _only_one(evidence: EvidenceQuerySet, what) -> EvidenceQuerySet:
    """Evidence of a record as one row, if all of it has the same of ``what``."""
    counted = evidence.order_by().values("record").annotate(n=Count(what, distinct=True))
    return counted.filter(n=1)
