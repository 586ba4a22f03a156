"""Two edits of one record: both are kept, or the choice between mine, theirs and before is asked.

Forms for editing carry what they first showed (``show_hidden_initial``), so that what somebody
typed is told from what merely stood there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

#: What may be kept of a field that two have changed.
KEPT = ("mine", "theirs", "before")


@dataclass(frozen=True)
class ConflictRow:
    """A field that somebody else has changed, as each version of it reads.

    ``mine`` is None where this editor left the field alone; ``first`` is what it held before, as
    a browser sends it.
    """

    name: str
    label: str
    before: str
    theirs: str
    mine: str | None
    first: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether both changed it, each to something else, so that somebody has to choose."""
        return self.mine is not None and self.mine != self.theirs


def conflict_rows(posted: forms.Form, theirs: forms.Form) -> list[ConflictRow]:
    """Return what ``theirs``, the form of what is stored, changed under the form ``posted``."""
    rows = []
    changed = _changed(posted)
    for name in _compared(posted, theirs):
        before, now = _first_words(posted, name), _shown(theirs, name)
        if before != now:
            mine = _shown(posted, name) if name in changed else None
            bound = (theirs if name in theirs.fields else posted)[name]
            data: Any = posted.data
            first = tuple(data.getlist(bound.html_initial_name))
            rows.append(ConflictRow(name, str(bound.label), before, now, mine, first))
    return rows


def merged(posted: forms.Form, theirs: forms.Form, *, version: int) -> QueryDict:
    """Return the data of ``posted`` with what was left alone brought up to ``theirs``.

    A row that only one of them has, such as a linkage added or taken away, counts as empty in the
    other.
    """
    data = QueryDict(mutable=True)
    data.update(posted.data)
    changed = _changed(posted)
    for name in _compared(posted, theirs):
        now = _as_list(theirs[name].value()) if name in theirs.fields else [""]
        bound = (theirs if name in theirs.fields else posted)[name]
        data.setlist(bound.html_initial_name, now)
        if name not in changed:
            data.setlist(name, now)
    data["version"] = str(version)
    return data


def chosen(data: QueryDict) -> QueryDict:
    """Return what was posted with the choices in it made: ``keep-`` a field’s mine, theirs, before.

    What they saved stands in the field's ``initial-``, what was there before in its ``before-``.
    """
    places = {"theirs": "initial-", "before": "before-"}
    made = data.copy()
    for choice, value in data.items():
        name = choice.removeprefix("keep-")
        if name != choice and value in places:
            made.setlist(name, data.getlist(places[value] + name))
    return made


def _compared(posted, theirs) -> list[str]:
    """The fields that know what they first held, in either form."""
    names = {**posted.fields, **theirs.fields}
    return [name for name, field in names.items() if field.show_hidden_initial]


def _changed(posted) -> set[str]:
    return set(posted.changed_data)


def _first_words(form, name) -> str:
    """What the field held when the form was opened, as the browser sent it back."""
    if name not in form.fields:
        return ""
    hidden = form.fields[name].hidden_widget()
    value = hidden.value_from_datadict(form.data, form.files, form[name].html_initial_name)
    return _words(form[name], value)


def _as_list(value) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return ["" if each is None else str(each) for each in values]


def _shown(form, name) -> str:
    return _words(form[name], form[name].value()) if name in form.fields else ""


def _words(bound: forms.BoundField, value) -> str:
    if isinstance(bound.field, forms.BooleanField):
        return str(_("yes") if bound.field.to_python(value) else _("no"))
    picked = [each for each in _as_list(value) if each]
    labels = dict(_labels(getattr(bound.field.widget, "choices", ())))
    return ", ".join(labels.get(key, key) for key in picked)


def _labels(choices) -> Iterator[tuple[str, str]]:
    """Each choice with its label, those under headings included."""
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from _labels(label)
        else:
            yield str(key), str(label)
