"""Two edits of one record, side by side."""

from dataclasses import dataclass

from django import forms


@dataclass(frozen=True)
class ConflictRow:
    """A field on which the two edits differ, as each would read."""

    label: str
    theirs: str
    mine: str


def conflict_rows(theirs: forms.Form, mine: forms.Form) -> list[ConflictRow]:
    """Return where ``mine``, a bound form, departs from ``theirs``, the form of what is stored."""
    rows = [
        ConflictRow(str(mine[name].label), _shown(theirs[name]), _shown(mine[name]))
        for name, field in mine.fields.items()
        if not field.widget.is_hidden and name in theirs.fields
    ]
    return [row for row in rows if row.theirs != row.mine]


def _shown(bound: forms.BoundField) -> str:
    value = bound.value()
    picked = [str(v) for v in (value if isinstance(value, list | tuple) else [value]) if v]
    choices = getattr(bound.field, "choices", None)
    if choices is None:
        return " ".join(picked)
    labels = {str(key): str(label) for key, label in choices}
    return ", ".join(labels.get(key, key) for key in picked)
