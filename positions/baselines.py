"""The day from which a party's movement is told: by default the last of the round before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.translation import gettext as _

from negotiations import ranges
from negotiations.models import Negotiation, Participation, Party, Round
from positions.days import last_day


@dataclass(frozen=True)
class Baseline:
    """The end of a day, and the round whose last day it is, where it was asked for by one."""

    day: date
    round: Round | None = None

    @property
    def text(self) -> str:
        """Return it in words, to stand behind "since"."""
        if self.round is None:
            return ranges.date_text(ranges.day(self.day))
        if self.round.number is None:
            return str(self.round)
        return _("round %(number)s") % {"number": self.round.number}


def held_rounds(negotiation: Negotiation, user) -> list[Round]:
    """Return the rounds held that ``user`` may see, each with ``had``, the parties at it."""
    had = (
        Participation.objects.published()
        .filter(round=OuterRef("pk"))
        .order_by()
        .values("party")
        .distinct()
    )
    return list(
        Round.objects.visible_to(user)
        .filter(negotiation=negotiation, status=Round.Status.HELD)
        .select_related("track")
        .annotate(had=ArraySubquery(had))
        .order_by("held")
    )


def round_before(rounds: Iterable[Round], party: Party, as_of: date) -> Baseline | None:
    """Return the last but one round held by ``as_of`` that had the party, in the last one's track.

    Each round carries ``had``, the numbers of the parties it had. None if there is no such round.
    """
    attended = [
        held
        for held in rounds
        if last_day(held) <= as_of and party.pk in held.had  # type: ignore[attr-defined]
    ]
    attended.sort(key=lambda held: (last_day(held), held.pk))
    latest = attended[-1:]
    before = [held for held in attended[:-1] if held.track_id == latest[0].track_id]
    return Baseline(last_day(before[-1]), before[-1]) if before else None
