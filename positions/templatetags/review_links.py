"""What the pages of a negotiation that reviews say of what waits."""

from django import template

from negotiations.models import Negotiation
from positions.commenting import unread_by
from positions.reviewqueue import MANY, waiting_for
from positions.sentback import count_for

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting_count(context) -> str | None:
    """Return how many records wait for the user's decision; None to who decides on none.

    An empty text is none of them; beyond 99 they are not counted.

    Where nothing is reviewed, and for whoever is not signed in, the database is not asked.
    """
    negotiation, user = context.get("negotiation"), context.get("user")
    if not reviews(negotiation) or not getattr(user, "is_authenticated", False):
        return None
    if not Negotiation.objects.reviewable_by(user).filter(pk=negotiation.pk).exists():
        return None
    waiting = waiting_for(user, negotiation)
    return f"{MANY - 1}+" if waiting >= MANY else str(waiting or "")


@register.simple_tag(takes_context=True)
def sent_back_count(context) -> int:
    """Return how much was sent back to the user and is not sent to review again.

    Where nothing is reviewed, and for whoever is not signed in, the database is not asked.
    """
    negotiation, user = context.get("negotiation"), context.get("user")
    if not reviews(negotiation) or not getattr(user, "is_authenticated", False):
        return 0
    return count_for(user, negotiation)


@register.simple_tag(takes_context=True)
def unread_mentions(context) -> int:
    """Return how many comments mention the user that they have not seen; asked once for a page."""
    request, user = context.get("request"), context.get("user")
    if request is None or not getattr(user, "is_authenticated", False):
        return 0
    if not hasattr(request, "unread_mentions"):
        request.unread_mentions = unread_by(user)
    return request.unread_mentions


@register.filter
def reviews(negotiation) -> bool:
    """Whether records of a negotiation are published by somebody else's approval only."""
    return getattr(negotiation, "review", None) == Negotiation.Review.REQUIRED
