"""Saving a form; where somebody else was quicker, both edits, if they can stand together."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from negotiations.models import History
from negotiations.operations import Conflict
from positions.conflicts import ConflictRow, conflict_rows, merged

#: So often somebody may be quicker while two edits are put together, before the choice is asked.
MOST_ATTEMPTS = 5


def save(form):
    """Save a form and return the row; None if it has to complain instead.

    Where somebody else was quicker and changed other fields, both are kept; the form's ``note``
    says so. Raises ``Conflict`` where both changed the same.
    """
    if not form.is_valid():
        return None
    try:
        return form.save()
    except Conflict as conflict:
        return _save_both(form, conflict)
    except ValidationError as error:
        form.add_operation_errors(error)
        return None


def put_together(form, current):
    """Return a form of what is stored with this editor's words on top, and what others changed.

    Fields that this editor left alone hold the other's text.
    """
    theirs = form.anew(record=current)
    data = merged(form, theirs, version=form.version_at(current))
    for choice in [name for name in data if name.startswith("keep-")]:
        del data[choice]
    return form.anew(data, record=current), conflict_rows(form, theirs)


def told(conflict: Sequence[ConflictRow]) -> dict:
    """Return what a template needs to tell of a conflict."""
    return {
        "conflict": conflict,
        "only_theirs": [row for row in conflict if not row.is_open],
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
        note = _changed_meanwhile(rows, current)
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


def _changed_meanwhile(rows, record) -> str:
    """Say who changed what while somebody else was editing; nothing where that shows nowhere."""
    if not rows:
        return ""
    named = {"who": last_editor(record), "what": ", ".join(row.label for row in rows)}
    return _("%(who)s changed this meanwhile, and that is kept, too: %(what)s.") % named


def last_editor(record) -> str:
    """Return the name of whoever changed a row last."""
    negotiation = getattr(record, "negotiation_id", record.pk)
    table = record._meta.db_table
    rows = History.objects.filter(negotiation=negotiation, table_name=table, row_id=record.pk)
    last = rows.select_related("changeset").order_by("-pk").first()
    return (last and last.changeset.user_name) or _("Somebody")
