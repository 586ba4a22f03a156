"""A negotiation's settings; review is not switched off over what waits for it."""

from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from negotiations.models import Negotiation
from negotiations.operations import edit, locked, operation
from positions.reviewqueue import waiting_in


@operation
def change_settings(
    negotiation: Negotiation, *, user, version: int | None = None, reason: str = "", **fields
) -> Negotiation:
    """Change what a negotiation is called, who sees it and whether it reviews; return it.

    Raises ``Conflict`` if it has another version by now, else ``ValidationError``: also where
    review is switched off while records or edits wait for it, with how many do.
    """
    was = locked(negotiation).review
    changed = edit(negotiation, user=user, version=version, reason=reason, **fields)
    off = Negotiation.Review.OFF
    if was != off and changed.review == off and (n := waiting_in(negotiation, user).count()):
        said = ngettext(
            "%(n)s record waits for review: decide on it first, then switch review off.",
            "%(n)s records wait for review: decide on them first, then switch review off.",
            n,
        )
        raise ValidationError({"review": said % {"n": n}})
    return changed
