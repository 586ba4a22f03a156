"""What a record waits for or hangs on, as rows of a form."""

from collections.abc import Callable, Mapping, Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from positions.models import Linkage

PARTS = ("relation", "anchor", "condition")


class LinkFields(forms.Form):
    """Linkages in numbered rows; a row that names nothing is none."""

    def offer_links(
        self,
        links: Sequence[Linkage],
        data: Mapping | None,
        more: str,
        *,
        anchors: Callable[[], list],
        allowed,
    ) -> None:
        """Add a row for each linkage there is, and an empty one.

        ``anchors`` gives the records to choose from, ``allowed`` all that may be named; ``more`` is
        "links" where one row more is asked for.
        """
        self.link_rows_shown = max(len(links) + 1, _typed(data)) + (more == "links")
        for number in range(1, self.link_rows_shown + 1):
            link = links[number - 1] if number <= len(links) else None
            self.fields.update(_row(number, link, anchors, allowed))
        if more == "links":
            self.fields[f"link.{self.link_rows_shown}.relation"].widget.attrs["autofocus"] = True

    @property
    def link_names(self) -> list[str]:
        """Return the names of all fields of linkages."""
        return [
            f"link.{number}.{part}"
            for number in range(1, self.link_rows_shown + 1)
            for part in PARTS
        ]

    @property
    def link_rows(self) -> list[list[forms.BoundField]]:
        return [
            [self[f"link.{number}.{part}"] for part in PARTS]
            for number in range(1, self.link_rows_shown + 1)
        ]

    def links(self) -> list[dict]:
        """Return the fields of every linkage the record has then."""
        data = self.cleaned_data
        rows = [
            {part: data[f"link.{number}.{part}"] for part in PARTS}
            for number in range(1, self.link_rows_shown + 1)
        ]
        return [row for row in rows if row["anchor"] or row["condition"]]


def _row(
    number: int, link: Linkage | None, anchors: Callable[[], list], allowed
) -> dict[str, forms.Field]:
    relation = forms.ChoiceField(
        label=_("It stands"),
        choices=Linkage.Relation,
        required=False,
        initial=link.relation if link else Linkage.Relation.ONLY_IF,
    )
    anchor = forms.ModelChoiceField(
        label=_("a record"),
        queryset=allowed,
        required=False,
        initial=link.anchor_id if link else None,
    )
    anchor.widget.choices = anchors
    condition = forms.CharField(
        label=_("or a condition in words"),
        required=False,
        max_length=1000,
        initial=link.condition if link else "",
    )
    fields = zip(PARTS, (relation, anchor, condition), strict=True)
    return {f"link.{number}.{part}": field for part, field in fields}


def _typed(data: Mapping | None) -> int:
    """Return how many rows there are in what a browser sent."""
    number = 0
    while data is not None and f"link.{number + 1}.relation" in data:
        number += 1
    return number
