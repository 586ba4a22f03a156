"""The issues of a negotiation as a list, and one of them through all rounds."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from negotiations.past import records_as_of
from positions import answerspage, claimspage, issuelist, issuepage
from positions.citing import citation
from positions.filters import OVERALL
from positions.following import is_watched
from positions.models import Issue
from positions.question import OF_ISSUE, QuestionForm
from positions.views.asking import frame, may_edit, negotiation_or_404, unshown


@require_safe
def issues(request, slug):
    """The codebook: every issue with its terms, and how far apart the sides are on it today."""
    negotiation = negotiation_or_404(request, slug)
    built = issuelist.build(negotiation=negotiation, user=request.user, as_of=timezone.localdate())
    context = {
        "negotiation": negotiation,
        "codebook": built,
        "can_edit": may_edit(request, negotiation),
    }
    return render(request, "positions/issues.html", context)


@require_safe
def issue(request, slug, code):
    """One issue through all rounds; ``overall`` is what is said of the talks as a whole."""
    negotiation = negotiation_or_404(request, slug)
    every = Issue.objects.visible_to(request.user).filter(negotiation=negotiation)
    found = None if code == OVERALL else get_object_or_404(every, code=code)
    asked = QuestionForm(request.GET, negotiation=negotiation, request=request, takes=OF_ISSUE)
    if answer := unshown(request, asked):
        return answer
    question = asked.question
    with records_as_of(negotiation, question.revision) as then:
        mine = {"negotiation": then, "user": request.user}
        page = issuepage.build(**mine, issue=found, question=question)
        here = {**mine, "question": question.on(code), "frame": page.comparison}
        answers = answerspage.build(**here, threads_only=True)
        claims = claimspage.build(**here)
    context = {
        "negotiation": negotiation,
        "page": page,
        "watched": found is not None and is_watched(request.user, negotiation, found.pk),
        "answers": answers,
        "claims": claims,
        **frame(request, asked, page.comparison),
        "citation": citation(
            request, asked, negotiation, title=found.name if found else _("The talks as a whole")
        ),
    }
    return render(request, "positions/issue.html", context)
