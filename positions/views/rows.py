"""The comparison's rows as they are after something in them was saved."""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date

from django.http import QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import reswap, retarget

from config.htmx import parts_of, wants_part
from negotiations.models import Negotiation
from positions import comparison as comparisons
from positions.models import Event, Evidence, Linkage, TermValue
from positions.pendingedits import records_waiting
from positions.question import Question, QuestionForm
from positions.views.comparison import as_asked

ROW = re.compile(r"comparison-row-(.+)")


def is_on_comparison(request, negotiation: Negotiation) -> bool:
    """Whether htmx asks from the comparison, whose rows it can swap."""
    shown = parts_of(request.htmx.current_url).path if wants_part(request) else ""
    return shown == reverse("comparison", args=[negotiation.slug])


def question_shown(request, negotiation: Negotiation) -> Question | None:
    """Return what the comparison from which htmx asks shows; None if it shows none."""
    query = QueryDict(parts_of(request.htmx.current_url).query)
    asked = QuestionForm(query, negotiation=negotiation, request=request)
    return asked.question if asked.is_valid() else None


def row_of_address(address: str) -> set[str]:
    """Return the code of the row to which an address of the comparison leads, if to one."""
    named = ROW.fullmatch(parts_of(address).fragment)
    return {named[1]} if named else set()


def rows_saved(
    request,
    negotiation: Negotiation,
    *,
    day: date | None = None,
    record,
    codes: Collection[str] = (),
    into: str = "",
    editing=None,
):
    """Answer with the rows in which ``record`` stands by now, and those with ``codes``.

    They take their places by themselves, with everything that stands in them, whatever the page is
    narrowed to. ``into`` is the code of the row that the answer itself
    replaces; without one, the form that was saved goes away. ``editing`` is the form to leave
    open for the next line. ``day`` is the one shown unless the address tells.
    """
    shown_at = parts_of(request.htmx.current_url)
    shown = QueryDict(shown_at.query)
    question = question_shown(request, negotiation) or Question(as_of=timezone.localdate())
    built = comparisons.build(
        negotiation=negotiation,
        user=request.user,
        question=replace(question, as_of=day or question.as_of, said=None, only_changed=False),
    )
    wanted = {into, *codes}
    whole = record.record_id if isinstance(record, Evidence | Linkage | TermValue) else record.pk
    layout = as_asked(shown, built)
    lines = [line for group in layout["groups"] for line in group.lines]
    context = {
        **layout,
        "negotiation": negotiation,
        "comparison": built,
        "can_edit": True,
        "edits_waiting": records_waiting(negotiation, request.user),
        "shown": shown,
        "matrix_at": f"{shown_at.path}?{shown_at.query}",
        "lines": [
            (line, line.row.code != into)
            for line in lines
            if line.row.code in wanted or line.row.shows(whole)
        ],
        "timeline": isinstance(record, Event),
        "form": editing,
        "editing": editing,
    }
    response = render(request, "positions/comparison_saved.html", context)
    if not into:
        return reswap(response, "delete")
    return reswap(retarget(response, f"#comparison-row-{into}"), "outerHTML")
