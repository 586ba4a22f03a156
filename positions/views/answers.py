"""Who answered whom after how many days, and what is claimed and counted in several ways."""

from http import HTTPStatus

from django.shortcuts import render
from django.views.decorators.http import require_safe

from negotiations.past import records_as_of
from positions import answerspage, claimspage
from positions.question import QuestionForm
from positions.views.comparison import may_edit, negotiation_or_404, tidy


@require_safe
def answers(request, slug):
    """The threads of answers at the end of a day, open ones first."""
    return _page(request, slug, "positions/answers.html", answerspage.build)


@require_safe
def claims(request, slug):
    """Claims beside those that contradict or answer them, and facts with several values."""
    return _page(request, slug, "positions/claims.html", claimspage.build)


def _page(request, slug, template, build):
    """Show what ``build`` gives for what the address asks."""
    negotiation = negotiation_or_404(request, slug)
    if tidied := tidy(request):
        return tidied
    asked = QuestionForm(request.GET, negotiation=negotiation, request=request)
    if not asked.is_valid():
        context = {"negotiation": negotiation, "asked": asked}
        return render(
            request, "positions/comparison_day.html", context, status=HTTPStatus.BAD_REQUEST
        )
    question = asked.question
    with records_as_of(negotiation, question.revision) as then:
        page = build(negotiation=then, user=request.user, question=question)
    context = {
        "negotiation": negotiation,
        "page": page,
        "asked": asked,
        "filtered": bool(question.issues or question.parties),
        "can_edit": question.revision is None and may_edit(request, negotiation),
    }
    return render(request, template, context)
