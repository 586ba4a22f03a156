"""Who changed what and when; for those who only read, what was published."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from negotiations.changes import (
    BESIDES,
    authors,
    changesets,
    publications,
    told_changesets,
    told_publications,
)
from negotiations.forms import DayField
from negotiations.history import head_of
from negotiations.models import Record
from negotiations.undoings import last_to_undo, undoings_of
from positions.views.asking import may_edit, negotiation_or_404
from positions.views.history import told_to_undo

CHANGES_A_PAGE = 25


class ChangesForm(forms.Form):
    """The query of the page of changes: whose, of what kind, between which days."""

    kind = forms.ChoiceField(
        label=_("Kind of record"),
        choices=[("", _("any kind")), *Record.Kind.choices],
        required=False,
        error_messages={"invalid_choice": _("There is no such kind of record.")},
    )

    def __init__(self, data, *, authors, writes):
        super().__init__(data)
        kinds: Any = self.fields["kind"]
        if writes:
            besides = [(name, label) for name, (label, _model) in BESIDES.items()]
            kinds.choices = [*kinds.choices, (_("Besides records"), besides)]
        if authors:
            self.fields["who"] = forms.ChoiceField(
                label=_("Who"),
                choices=[("", _("anybody")), *((name, name) for name in authors)],
                required=False,
                error_messages={"invalid_choice": _("Nobody of this name changed anything here.")},
            )
        self.fields["from"] = DayField(label=_("From"), required=False)
        self.fields["until"] = DayField(label=_("Until"), required=False)

    @property
    def filters(self) -> dict:
        """Return what is asked, by the names that ``negotiations.changes`` has for it."""
        given = dict(self.cleaned_data)
        return {"since": given.pop("from"), **given}


@require_safe
def changes(request, slug):
    negotiation = negotiation_or_404(request, slug)
    writes = may_edit(request, negotiation)
    names = authors(negotiation, request.user) if writes else ()
    form = ChangesForm(request.GET, authors=names, writes=writes)
    context = {"negotiation": negotiation, "form": form, "writes": writes, "can_edit": writes}
    if not form.is_valid():
        return render(request, "positions/changes.html", context, status=400)
    rows, tell = (changesets, told_changesets) if writes else (publications, told_publications)
    asked: Any = rows(negotiation=negotiation, user=request.user, **form.filters)
    page = Paginator(asked, CHANGES_A_PAGE).get_page(request.GET.get("page"))
    act = None
    if writes:
        undoings = undoings_of(negotiation, request.user)
        act = last_to_undo(negotiation, request.user, undoings)
    context |= {
        "page": page,
        "to_undo": told_to_undo(request, act),
        "told": tell(list(page)),
        "filtered": any(form.cleaned_data.values()),
        "head": head_of(negotiation),
    }
    return render(request, "positions/changes.html", context)
