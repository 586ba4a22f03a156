"""What all pages share that are asked a question: its clocks, issues and parties."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from negotiations.models import Negotiation
from positions.asked import query_of, words_of
from positions.pendingedits import records_waiting
from positions.question import PLACES, QuestionForm


def negotiation_or_404(request, slug: str) -> Negotiation:
    """Return the negotiation with its revision; absent and hidden look the same."""
    return get_object_or_404(
        Negotiation.objects.visible_to(request.user).with_revision(), slug=slug
    )


def may_edit(request, negotiation: Negotiation) -> bool:
    """Whether the user may write records of the negotiation."""
    return Negotiation.objects.editable_by(request.user).filter(pk=negotiation.pk).exists()


def may_review(user, negotiation: Negotiation) -> bool:
    """Whether the user decides on what is published in a negotiation."""
    return Negotiation.objects.reviewable_by(user).filter(pk=negotiation.pk).exists()


def tidy(request):
    """Return a redirect to the address without what a form sent empty; None if there is nothing."""
    kept = QueryDict(mutable=True)
    for name, texts in request.GET.lists():
        kept.setlist(name, [text for text in texts if text])
    kept = QueryDict(kept.urlencode())
    if kept == request.GET:
        return None
    return redirect(f"{request.path}?{kept.urlencode()}" if kept else request.path)


def refused(request, asked: QuestionForm) -> HttpResponse:
    """Answer that what is asked cannot be shown, and why."""
    context = {"negotiation": asked.negotiation, "asked": asked}
    return render(request, "positions/comparison_day.html", context, status=HTTPStatus.BAD_REQUEST)


def unshown(request, asked: QuestionForm) -> HttpResponse | None:
    """Return the answer where there is nothing to show: a shorter address, or what is wrong."""
    return tidy(request) or (None if asked.is_valid() else refused(request, asked))


def shown_page(
    request,
    slug: str,
    template: str,
    build: Callable[..., Any],
    takes: Sequence[str],
) -> HttpResponse:
    """Show what ``build`` gives for what the address asks, of the parameters that it ``takes``."""
    negotiation = negotiation_or_404(request, slug)
    asked = QuestionForm(request.GET, negotiation=negotiation, request=request, takes=takes)
    if answer := unshown(request, asked):
        return answer
    page = build(negotiation=negotiation, user=request.user, question=asked.question)
    if not asked.knows(page.every_issue, page.every_party):
        return refused(request, asked)
    context = {
        "negotiation": negotiation,
        "page": page,
        **frame(request, asked, page),
    }
    return render(request, template, context)


def frame(request, asked: QuestionForm, page: Any) -> dict[str, Any]:
    """Return what the head, the form and the foot of such a page are made of."""
    question = asked.question
    can_edit = question.revision is None and may_edit(request, asked.negotiation)
    return {
        "asked": asked,
        "question": question,
        "asked_words": words_of(asked, page),
        "asked_query": query_of(asked),
        "filtered": bool(set(PLACES) & set(asked.given)),
        "by_issue": "issue" in asked.takes,
        "by_party": "party" in asked.takes,
        "can_edit": can_edit,
        "edits_waiting": records_waiting(asked.negotiation, request.user) if can_edit else (),
    }
