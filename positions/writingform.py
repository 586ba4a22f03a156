"""What forms share that an operation saves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from negotiations.forms import OperationErrors
from negotiations.operations import version_of


class WritingForm(OperationErrors, forms.Form):
    """A form that one operation saves, for a new row or for ``record``, the row to edit.

    A subclass sets ``options``, the arguments it was made with, and ``page``, its template.
    """

    page = ""
    options: dict[str, Any]
    record: Any = None
    #: Whether it knows what its fields first held, so that two edits can be told apart.
    tells_edits = False
    #: Fields that nobody types in: opening the form once more says the same of them again.
    set_by_itself: frozenset[str] = frozenset()
    #: What somebody else changed meanwhile, to be said when it is saved.
    note = ""
    #: The edit of the record that waits for review, where saving was refused for that.
    decided_first: Any = None

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(label=_("Why this edit"), required=False, max_length=500)

    @staticmethod
    def version_at(row) -> int:
        """Return what tells the state of a row that the form edits from others."""
        return version_of(row)

    def anew(self, data=None, **changes):
        """Return the same form with other data, or with other arguments."""
        return type(self)(data, **{**self.options, **changes})

    def save(self) -> Any:
        """Record or change the row by its operation, and return it.

        Raises ``ValidationError``, and ``Conflict`` where somebody else was quicker.
        """
        raise NotImplementedError

    def remember_first_shown(self, names) -> None:
        """Let the browser send back what these fields first held: it tells edits from the rest."""
        self.tells_edits = True
        for name in names:
            self.fields[name].show_hidden_initial = True
