"""The rounds of a negotiation: when, where, who took part, and how much is recorded of each."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from negotiations import ranges
from negotiations.models import Negotiation, Participation, Round, Track
from positions.days import last_day
from positions.models import Demand, Event, Outcome, Proposal


@dataclass(frozen=True)
class RoundLine:
    """One round, planned or held, with the parties that took part and what is recorded of it."""

    round: Round
    roles: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def held(self) -> str:
        return _times(self.round.held, self.round)

    @property
    def planned(self) -> str:
        """Return when it was planned for, where that is not when it was held."""
        return (
            "" if self.round.planned == self.round.held else _times(self.round.planned, self.round)
        )

    @property
    def day(self) -> date | None:
        """Return the last day of the round, held or planned, if there is one."""
        return last_day(self.round) if self.round.held or self.round.planned else None

    @property
    def who(self) -> str:
        """Return the parties by their roles: "Ukraine, Russia; host: Türkiye"."""
        negotiating = Participation.Role.NEGOTIATING
        return "; ".join(
            ", ".join(parties)
            if role == negotiating
            else _("%(role)s: %(parties)s")
            % {"role": Participation.Role(role).label, "parties": ", ".join(parties)}
            for role, parties in self.roles
        )

    @property
    def recorded(self) -> str:
        """Return what is recorded: "12 demands, 2 papers, 1 outcome, 3 events"."""
        demands, papers, outcomes, events = (
            getattr(self.round, f"{name}_count") for name in COUNTED
        )
        counts = [
            (demands, ngettext("%(n)s demand", "%(n)s demands", demands)),
            (papers, ngettext("%(n)s paper", "%(n)s papers", papers)),
            (outcomes, ngettext("%(n)s outcome", "%(n)s outcomes", outcomes)),
            (events, ngettext("%(n)s event", "%(n)s events", events)),
        ]
        return ", ".join(text % {"n": n} for n, text in counts if n)


COUNTED = {"demand": Demand, "proposal": Proposal, "outcome": Outcome, "event": Event}


def lines(*, negotiation: Negotiation, user) -> tuple[RoundLine, ...]:
    """Return the rounds that ``user`` may see, track by track in the order of their dates."""
    found = list(
        Round.objects.visible_to(user)
        .filter(negotiation=negotiation)
        .exclude(state="retracted")
        .select_related("track")
        .annotate(**{f"{name}_count": _count(model, user) for name, model in COUNTED.items()})
        .order_by("track__name", "track", "held", "planned", "number", "pk")
    )
    roles: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    order = Participation.Role.values.index
    seats = (
        Participation.objects.visible_to(user).filter(round__in=found).exclude(state="retracted")
    )
    for seat in sorted(
        seats.select_related("party"), key=lambda s: (order(s.role), s.party.order, s.party.code)
    ):
        roles[seat.round_id][seat.role].append(str(seat.party))
    return tuple(
        RoundLine(row, tuple((role, tuple(parties)) for role, parties in roles[row.pk].items()))
        for row in found
    )


def by_track(rounds: Iterable[RoundLine]) -> tuple[tuple[Track, tuple[RoundLine, ...]], ...]:
    """Return the rounds, which stand track by track, under their tracks."""
    return tuple((track, tuple(own)) for track, own in groupby(rounds, lambda r: r.round.track))


def _count(model, user):
    rows = model.objects.visible_to(user).exclude(state="retracted").filter(round=OuterRef("pk"))
    counted = rows.order_by().values("round").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _times(span, held: Round) -> str:
    return ranges.times_text(span, held.time_zone) if span else ""
