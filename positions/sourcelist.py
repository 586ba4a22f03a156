"""The sources of a negotiation: narrowed, sorted, and counted by what rests on them."""

from dataclasses import dataclass

from django import forms
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from negotiations.models import Negotiation, Source
from positions.lineages import lineages
from positions.models import Evidence
from positions.origins import independent

#: What a list may be sorted by: first by this, then by that.
ORDERS = {
    "outlet": ("outlet", "published"),
    "published": ("published", "outlet"),
    "language": ("language", "published"),
    "reliability": ("reliability", "published"),
    "records": ("records", "outlet"),
}
LABELS = {
    "outlet": _("Source"),
    "published": _("Published"),
    "language": _("Language"),
    "reliability": _("Reliability"),
    "records": _("Records"),
}


@dataclass(frozen=True)
class Column:
    """A column: ``turned`` is how the list is sorted by it now, ``next`` what its link asks for."""

    label: str
    next: str
    turned: str
    is_number: bool


class SourceQuery(forms.Form):
    """What the list of sources is asked for: words, an outlet, a language, an order."""

    q = forms.CharField(label=_("Words"), required=False, max_length=200)
    outlet = forms.ChoiceField(label=_("Outlet"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    sort = forms.ChoiceField(
        required=False, choices=[(sign + name, name) for name in ORDERS for sign in ("", "-")]
    )

    def __init__(self, data, *, negotiation: Negotiation, user):
        super().__init__(data, auto_id="sources-%s")
        self.rows = (
            Source.objects.visible_to(user)
            .filter(negotiation=negotiation)
            .exclude(state="retracted")
        )
        for name in ("outlet", "language"):
            found = self.rows.exclude(**{name: ""}).order_by(name).values_list(name, flat=True)
            field = self.fields[name]
            field.choices = [("", _("any")), *((text, text) for text in found.distinct())]
        self.user = user

    @property
    def narrowed(self) -> bool:
        """Whether the list shows only some of the sources."""
        return any(self.data.get(name) for name in ("q", "outlet", "language"))

    @property
    def order(self) -> str:
        """Return the order asked for; a minus in front of it turns it round."""
        return self.cleaned_data.get("sort") or "published"

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns in their order; one that sorts already turns round."""
        return tuple(
            Column(
                label=str(label),
                next=f"-{name}" if self.order == name else name,
                turned={name: "ascending", f"-{name}": "descending"}.get(self.order, ""),
                is_number=name == "records",
            )
            for name, label in LABELS.items()
        )

    def sources(self) -> QuerySet[Source]:
        """Return the sources asked for, each with ``records``: how many records rest on it."""
        asked, rows = self.cleaned_data, self.rows
        for name in ("outlet", "language"):
            if asked.get(name):
                rows = rows.filter(**{name: asked[name]})
        for word in asked.get("q", "").split():
            fields = ("outlet", "affiliation", "author", "title", "url", "note", "text")
            rows = rows.filter(
                Q(*((f"{name}__icontains", word) for name in fields), _connector=Q.OR)
            )
        resting = (
            Evidence.objects.visible_to(self.user)
            .exclude(state="retracted")
            .filter(source=OuterRef("pk"))
            .order_by()
            .values("source")
            .annotate(n=Count("record", distinct=True))
            .values("n")
        )
        records = Coalesce(Subquery(resting, output_field=IntegerField()), 0)
        return rows.annotate(records=records).select_related("derived_from").order_by(*self._order)

    def independent(self) -> int:
        """Return how many of the sources asked for are independent of each other."""
        return independent(lineages(self.sources().order_by()).values())

    @property
    def _order(self):
        first, second = ORDERS[self.order.removeprefix("-")]
        known = F(first) if first in ("published", "records") else NullIf(first, Value(""))
        last_if_unknown = OrderBy(known, descending=self.order.startswith("-"), nulls_last=True)
        return last_if_unknown, second, "pk"
