"""Two edits of one record: both are kept, or the choice between mine, theirs and before is asked.

Forms for editing carry what they first showed (``show_hidden_initial``), so that what somebody
typed is told from what merely stood there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from positions.clausediff import Run, word_diff

#: What may be kept of a field that two have changed.
KEPT = ("mine", "theirs", "before")
#: What a form that asks carries: the fields it asks about, and the version both began from.
ASKED, SINCE = "asks", "asks-since"
#: What a form carries that was left half-typed: the fields in which it shows what is saved by now.
OFFERED = "offers"
CARRIED = frozenset({ASKED, SINCE, OFFERED})
#: So much of a text must have stayed for its words to be compared one by one.
STAYED = 0.3


@dataclass(frozen=True)
class ConflictRow:
    """A field that somebody else has changed, as each version of it reads.

    ``mine`` is None where this editor left the field alone; ``first`` is what it held before, as
    a browser sends it. ``choice`` is what was chosen when it was asked, and ``is_missing`` whether
    it was asked in vain. ``own`` is what this editor typed, as a browser sends it.
    """

    name: str
    label: str
    before: str
    theirs: str
    mine: str | None
    first: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    is_typed: bool = False
    choice: str = ""
    is_missing: bool = False

    @property
    def is_open(self) -> bool:
        """Whether both changed it, each to something else, so that somebody has to choose."""
        return self.mine is not None and self.mine != self.theirs

    @property
    def is_first(self) -> bool:
        """Whether it was empty before both, so that each is set against the other."""
        return not self.before.strip()

    @property
    def runs_of_mine(self) -> tuple[Run, ...]:
        """The words of ``before`` and ``mine`` in order, where enough of them stayed.

        Where there was nothing before, those of ``mine``: what ``theirs`` lacks is added.
        """
        return self._runs(self.mine or "", self.theirs)

    @property
    def runs_of_theirs(self) -> tuple[Run, ...]:
        """The words of ``before`` and ``theirs``, or of ``theirs`` against ``mine``, alike."""
        return self._runs(self.theirs, self.mine or "")

    def _runs(self, words: str, other: str) -> tuple[Run, ...]:
        against = other if self.is_first else self.before
        runs = word_diff(against, words) if self.is_typed else ()
        stayed = sum(len(run.text) for run in runs if run.kind == "kept")
        if not stayed or stayed < STAYED * max(len(against), len(words)):
            return ()
        return tuple(run for run in runs if run.kind != "removed") if self.is_first else runs


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
            own = tuple(data.getlist(name))
            is_typed = isinstance(bound.field.widget, forms.TextInput | forms.Textarea)
            label = str(bound.label)
            rows.append(ConflictRow(name, label, before, now, mine, first, own, is_typed))
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


def offering(posted: forms.Form, theirs: forms.Form, *, version: int) -> QueryDict:
    """Return what ``merged`` gives, with what is stored wherever both changed a field.

    So what was left half-typed stands on top of what is saved by now, and saving it asks nothing;
    its words for those fields are offered beside the form.
    """
    data = merged(posted, theirs, version=version)
    for row in conflict_rows(posted, theirs):
        if row.is_open:
            _put(data, row.name, data.getlist(f"initial-{row.name}"))
    return data


def without_asking(data: QueryDict) -> QueryDict:
    """Return the data of a form without what was asked or offered in it."""
    bare = data.copy()
    for name in [n for n in data if n in CARRIED or n.startswith(("keep-", "before-", "mine-"))]:
        del bare[name]
    return bare


def offered_in(data: QueryDict) -> list[str]:
    """Return the fields for which the form offered other words, and that stand untouched since."""
    names = data.getlist(OFFERED)
    return [name for name in names if data.getlist(name) == data.getlist(f"initial-{name}")]


def asked(data: QueryDict) -> list[str]:
    """Return the fields about which the form that was sent asked what is kept."""
    return data.getlist(ASKED)


def unanswered(data: QueryDict) -> list[str]:
    """Return the fields about which it asked and nothing was chosen."""
    return [name for name in asked(data) if data.get(f"keep-{name}") not in KEPT]


def answered(data: QueryDict) -> QueryDict:
    """Return what was posted with the choices in it made.

    Where one is missing, none is made: it is an edit of what both began from, as before it asked,
    so that saving it asks again.
    """
    return asking_again(data) if unanswered(data) else _chosen(data)


def asking_again(data: QueryDict) -> QueryDict:
    """Return what was posted as an edit of what both began from; as it is if nothing was asked."""
    names = asked(data)
    if not names and OFFERED not in data:
        return data
    back = data.copy()
    alone = [n.removeprefix("before-") for n in data if n.startswith("before-")]
    untouched = [n for n in alone if data.getlist(n) == data.getlist(f"initial-{n}")]
    for name in offered_in(data):
        _put(back, name, data.getlist(f"mine-{name}"))
    for name in {*names, *untouched}:
        _put(back, f"initial-{name}", data.getlist(f"before-{name}"))
    back["version"] = data.get(SINCE, "")
    return without_asking(back)


def with_choices(rows: list[ConflictRow], data: QueryDict, posted: QueryDict) -> list[ConflictRow]:
    """Return the rows with what ``posted`` chose in them, or failed to choose.

    A choice holds while ``data``, of the form that asks now, shows the same as theirs.
    """
    missing = unanswered(posted)
    known = {n for n in asked(posted) if _theirs(data, n) == _theirs(posted, n)}
    return [
        replace(
            row,
            choice=posted.get(f"keep-{row.name}", "") if row.name in known else "",
            is_missing=row.is_open and row.name in missing,
        )
        for row in rows
    ]


def _theirs(data: QueryDict, name: str) -> list[str]:
    return data.getlist(f"initial-{name}")


def _chosen(data: QueryDict) -> QueryDict:
    """Make the choices: what they saved stands in ``initial-``, what was before in ``before-``."""
    places = {"theirs": "initial-", "before": "before-"}
    made = data.copy()
    for choice, value in data.items():
        name = choice.removeprefix("keep-")
        if name != choice and value in places:
            _put(made, name, data.getlist(places[value] + name))
    for name in offered_in(data):
        if data.get(f"keep-{name}") == "mine":
            _put(made, name, data.getlist(f"mine-{name}"))
    return made


def _put(data: QueryDict, name: str, values: list[str]) -> None:
    """Set a field's values; without any the field was not sent."""
    if values:
        data.setlist(name, values)
    else:
        data.pop(name, None)


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
