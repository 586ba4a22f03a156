"""Pages that are asked by the clocks, issues and parties: answers, claims, movement, conditions."""

from django.views.decorators.http import require_safe

from positions import answerspage, claimspage, ledger
from positions import conditions as waiting
from positions.question import OF_ANSWERS, OF_CLAIMS, OF_CONDITIONS, OF_MOVEMENT
from positions.views.asking import shown_page


@require_safe
def answers(request, slug):
    """The threads of answers at the end of a day, open ones first."""
    return shown_page(request, slug, "positions/answers.html", answerspage.build, OF_ANSWERS)


@require_safe
def claims(request, slug):
    """Claims beside those that contradict or answer them, and facts with several values."""
    return shown_page(request, slug, "positions/claims.html", claimspage.build, OF_CLAIMS)


@require_safe
def movement(request, slug):
    """The ledger of movement: a section for each round, or one since the day asked for."""
    return shown_page(request, slug, "positions/movement.html", ledger.build, OF_MOVEMENT)


@require_safe
def conditions(request, slug):
    """The conditions of a negotiation, or of some of its issues, at the end of a day."""
    return shown_page(request, slug, "positions/conditions.html", waiting.build, OF_CONDITIONS)
