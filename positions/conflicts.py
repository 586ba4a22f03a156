"""Two edits of one record: what the other changed, and one's own words on top of it.

Forms for editing carry what they first showed (``show_hidden_initial``), so that what somebody
typed is told from what merely stood there.
"""

from dataclasses import dataclass

from django import forms
from django.http import QueryDict


@dataclass(frozen=True)
class ConflictRow:
    """A field that somebody else has changed, as each version of it reads.

    ``mine`` is None where this editor left the field alone.
    """

    label: str
    before: str
    theirs: str
    mine: str | None


def conflict_rows(posted: forms.Form, theirs: forms.Form) -> list[ConflictRow]:
    """Return what ``theirs``, the form of what is stored, changed under the form ``posted``."""
    rows = []
    for name in _shared(posted, theirs):
        before, now = _words(posted[name], _first_shown(posted, name)), _shown(theirs[name])
        if before != now:
            mine = _shown(posted[name]) if name in posted.changed_data else None
            rows.append(ConflictRow(str(posted[name].label), before, now, mine))
    return rows


def merged(posted: forms.Form, theirs: forms.Form, *, version: int) -> QueryDict:
    """Return the data of ``posted`` with what was left alone brought up to ``theirs``."""
    data = QueryDict(mutable=True)
    data.update(posted.data)
    for name in _shared(posted, theirs):
        now = _as_list(theirs[name].value())
        data.setlist(theirs[name].html_initial_name, now)
        if name not in posted.changed_data:
            data.setlist(name, now)
    data["version"] = str(version)
    return data


def _shared(posted, theirs) -> list[str]:
    return [
        name
        for name, field in posted.fields.items()
        if field.show_hidden_initial and name in theirs.fields
    ]


def _first_shown(form, name):
    """What the field held when the form was opened, as the browser sent it back."""
    widget = form.fields[name].hidden_widget()
    return widget.value_from_datadict(form.data, form.files, form[name].html_initial_name)


def _as_list(value) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return ["" if each is None else str(each) for each in values]


def _shown(bound: forms.BoundField) -> str:
    return _words(bound, bound.value())


def _words(bound: forms.BoundField, value) -> str:
    picked = [each for each in _as_list(value) if each]
    choices = getattr(bound.field, "choices", None)
    if choices is None:
        return " ".join(picked)
    labels = {str(key): str(label) for key, label in choices}
    return ", ".join(labels.get(key, key) for key in picked)
