"""Saving a form; where somebody else was quicker, both edits, if they can stand together."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from negotiations.edits import EditBy
from negotiations.operations import Conflict
from positions.conflicts import (
    OFFERED,
    SINCE,
    ConflictRow,
    asked,
    conflict_rows,
    merged,
    offering,
    with_choices,
    without_asking,
)
from positions.edits import edits_since
from positions.pendingedits import EditWaits, as_approved

#: So often somebody may be quicker while two edits are put together, before the choice is asked.
MOST_ATTEMPTS = 5


def save(form):
    """Save a form and return the row; None if it has to complain instead.

    Where somebody else was quicker and changed other fields, both are kept; the form's ``note``
    says so, and whose words others were chosen over. Raises ``Conflict`` where both changed the
    same.
    """
    if not form.is_valid():
        return None
    gone = _whose_go(form)
    try:
        record = form.save()
    except Conflict as conflict:
        record = _save_both(form, conflict)
    except ValidationError as error:
        form.add_operation_errors(error)
        if isinstance(error, EditWaits):
            form.decided_first = error.pending
        return None
    if gone:
        said = _("This replaced what %(who)s had written: %(what)s.")
        if getattr(record, "pending_edit", None):
            said = _("Once approved, this replaces what %(who)s had written: %(what)s.")
        form.note = f"{said % gone} {form.note}".strip()
    return record


def put_together(form, current):
    """Return a form of what is stored with this editor's words on top, and what others changed.

    Fields that this editor left alone hold the other's text.
    """
    theirs = form.anew(record=current)
    data = without_asking(merged(form, theirs, version=form.version_at(current)))
    return form.anew(data, record=current), conflict_rows(form, theirs)


def brought_up(form) -> tuple:
    """Return a form that was left half-typed on top of what is saved now, and what to say of it.

    In the fields that others have changed as well it shows what they saved; the words that were
    typed there are offered. Where nobody changed anything it is the same, and nothing is said.
    """
    if not getattr(form, "tells_edits", False) or form.record is None:
        return form, {}
    theirs = form.anew(record=form.record)
    changed = conflict_rows(form, theirs)
    if not changed:
        return form, {}
    rows = [row for row in changed if row.name not in form.set_by_itself]
    since = form.data.get("version", "")
    said = {
        "since": since,
        "rows": rows,
        "offered": [row for row in rows if row.is_open],
        "only_theirs": ", ".join(row.label for row in rows if not row.is_open),
        "edits": edits_since(form.record, since, form.user),
    }
    data = offering(form, theirs, version=form.version_at(form.record))
    return form.anew(data), said


def ask(form, current, posted) -> tuple:
    """Return the form that asks what is kept, and what a template needs to ask.

    ``posted`` is what the browser sent, with the choices that it has made already.
    """
    mine, rows = put_together(form, current)
    rows = with_choices(rows, mine.data, posted)
    since = form.data.get("version", "")
    return mine, told(rows) | {"since": since, "edits": edits_since(current, since, form.user)}


def set_against_waiting(form) -> dict:
    """Return what a template needs to set what was typed against the edit that waits.

    Nothing of a form that was not refused for that.
    """
    edit = form.decided_first
    if edit is None:
        return {}
    with as_approved(edit, form.record) as record:
        rows = conflict_rows(form, form.anew(record=record))
    return {
        "decided_first": edit,
        "both_changed": [row for row in rows if row.is_open],
        "they_changed": [row for row in rows if not row.is_open],
    }


def told(conflict: Sequence[ConflictRow] = ()) -> dict:
    """Return what a template needs to tell of a conflict."""
    return {
        "conflict": conflict,
        "only_theirs": [row for row in conflict if not row.is_open],
        "missing": [row for row in conflict if row.is_missing],
    }


def _save_both(form, conflict: Conflict):
    """Save what was changed here on top of what others changed; raise ``Conflict`` if that clashes.

    Each round that somebody is quicker once more starts from what they have saved by then.
    """
    for _round in range(MOST_ATTEMPTS if getattr(form, "tells_edits", False) else 0):
        current = conflict.current
        both, rows = put_together(form, current)
        if any(row.is_open for row in rows) or not both.is_valid():
            break
        note = _changed_meanwhile(rows, current, form.user)
        try:
            record = both.save()
        except Conflict as again:
            conflict = again
            continue
        except ValidationError:
            break
        form.note = note
        return record
    raise conflict


def _changed_meanwhile(rows, record, user) -> str:
    """Say who changed what while somebody else was editing; nothing where that shows nowhere."""
    if not rows:
        return ""
    named = {"who": names_of(edits_since(record, "", user)), "what": _labels(rows)}
    return _("%(who)s changed this meanwhile, and that is kept, too: %(what)s.") % named


def _whose_go(form) -> dict[str, str]:
    """Return whose words go, now that somebody chose others, and of what; nothing of nobody's."""
    names = [*asked(form.data), *form.data.getlist(OFFERED)]
    kept = {name: choice for name in names if (choice := form.data.get(f"keep-{name}"))}
    changed = form.changed_data if kept else ()
    gone = [form[name] for name, choice in kept.items() if choice != "theirs" and name in changed]
    if not gone:
        return {}
    edits = edits_since(form.record, form.data.get(SINCE, ""), form.user)
    return {"who": names_of(edits), "what": _labels(gone)}


def _labels(fields) -> str:
    return ", ".join(str(field.label) for field in fields)


def names_of(edits: Sequence[EditBy]) -> str:
    """Return who edited, in a line."""
    return ", ".join(edit.who for edit in edits) or _("somebody")
