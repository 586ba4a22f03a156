"""Keeping what was read from one step to the next, so that no file is ever asked for twice."""

import re

from negotiations.intake.given import Given
from negotiations.intake.proposing import completed
from negotiations.intake.words import origin_of_text
from negotiations.models import Intake, Negotiation

#: A page offers so many parts of a text to keep or to cut.
MOST_BLOCKS = 400


def keep(*, user, negotiation: Negotiation, given: Given, name: str = "") -> Intake:
    """Keep what was read, of the file ``name`` or of a paste, and return it with its number."""
    return Intake.objects.create(
        user=user,
        subject=negotiation.pk,
        content=completed(given).in_at_most(MOST_BLOCKS).as_json(),
        origin=origin_of_text(given, shown(name)),
    )


def shown(name: str) -> str:
    """Return the name of a file without what turns or breaks the line it stands in."""
    return re.sub(r"[^\w .,()+@–—-]", "", name)[:200].strip()
