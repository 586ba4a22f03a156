"""Saving a source's text where somebody else was quicker: a choice between three texts."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from negotiations.edits import EditBy
from negotiations.models import Source
from negotiations.operations import Conflict
from positions import textdiff
from positions.conflicts import unanswered, without_asking
from positions.edits import edits_since
from positions.intakeforms import CorrectionForm
from positions.views.saving import names_of, save


@dataclass(frozen=True)
class AskedText:
    """What is asked of a text that two have changed: what each made of what was there before.

    ``since`` is the version both began from; ``before`` whether there was a text at all. Where
    there was none, each is set against the other.
    """

    since: str
    edits: list[EditBy]
    mine: tuple[textdiff.Piece, ...]
    theirs: tuple[textdiff.Piece, ...]
    before: bool
    is_missing: bool

    @property
    def is_first(self) -> bool:
        """Whether both gave it its first text."""
        return not self.before


def save_text(form: CorrectionForm) -> CorrectionForm | None:
    """Save the text and return the form that did; None if it has to complain instead.

    Where somebody changed the source and not its text, both are kept. Raises ``Conflict`` where
    both gave it a text.
    """
    try:
        return form if save(form) else None
    except Conflict as conflict:
        current: Source = conflict.current  # type: ignore[assignment]
        since = form.data.get("version", "")
        if form.choice or current.text != form.text_at(since):
            raise
        data = form.data.copy()
        data["version"] = str(current.version)
        again = form.anew(data, record=current)
        names = names_of(edits_since(current, since, form.user))
        if not save(again):
            raise
        again.note = _("%(who)s changed other fields meanwhile, and that is kept, too.") % {
            "who": names
        }
        return again


def ask_text(form: CorrectionForm, current, posted: QueryDict) -> tuple[CorrectionForm, AskedText]:
    """Return the form that asks which text is kept, and what a template needs to ask."""
    since = form.data.get("version", "")
    data = without_asking(form.data)
    data["version"] = str(current.version)
    before, theirs = form.text_at(since), current.text
    is_changed = bool(before.strip())
    mine_shown, theirs_shown = (
        textdiff.compared(before, words) if is_changed else textdiff.only_in(words, other)
        for words, other in ((form.text, theirs), (theirs, form.text))
    )
    asked = AskedText(
        since=since,
        edits=edits_since(current, since, form.user),
        mine=mine_shown,
        theirs=theirs_shown,
        before=is_changed,
        is_missing="text" in unanswered(posted),
    )
    return form.anew(data, record=current), asked
