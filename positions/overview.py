"""A negotiation at a glance: what happened, where the talks stand, and what is awaited."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from negotiations import ranges
from negotiations.changes import Change, latest_changes
from negotiations.models import Negotiation, Party, Round
from positions import issuelist, proposallist, roundlist
from positions.issuelist import IssueList
from positions.models import DemandHolder, Event, Evidence
from positions.proposallist import PaperLine
from positions.question import Question
from positions.roundlist import RoundLine

SPOKEN = [Evidence.Basis.JOINT, Evidence.Basis.PAPER, Evidence.Basis.OFFICIAL]


@dataclass(frozen=True)
class Stop:
    """A round or an event on the timeline; ``day`` is the last it may have been.

    ``open`` if it is planned or expected and not known to have come about; ``far`` says how long
    after the stop before it came: "", "weeks" or "months".
    """

    day: date
    when: str
    round: RoundLine | None
    event: Event | None
    open: bool
    far: str = ""


@dataclass(frozen=True)
class Voice:
    """Somebody quoted for a party, in the capacities they spoke in, and how often."""

    name: str
    capacities: tuple[str, ...]
    quoted: int


@dataclass(frozen=True)
class PartyLine:
    """A party and who spoke for it, most quoted first."""

    party: Party
    voices: tuple[Voice, ...]


@dataclass(frozen=True)
class Overview:
    """Everything that the first page of a negotiation shows, as of today."""

    negotiation: Negotiation
    today: date
    issues: IssueList
    rounds: tuple[RoundLine, ...]
    papers: tuple[PaperLine, ...]
    parties: tuple[PartyLine, ...]
    events: tuple[Event, ...]
    changes: tuple[Change, ...]

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """Return every round and event that has a date, in the order of their days."""
        stops = [*self._rounds(), *self._events()]
        stops.sort(key=lambda stop: (stop.day, stop.round is not None))
        before = [None, *(stop.day for stop in stops)]
        return tuple(
            Stop(s.day, s.when, s.round, s.event, s.open, _far(earlier, s.day))
            for s, earlier in zip(stops, before, strict=False)
        )

    def _rounds(self):
        for line in self.rounds:
            if line.day is not None and line.round.status != Round.Status.CANCELLED:
                is_open = line.round.status != Round.Status.HELD
                yield Stop(line.day, line.held or line.planned, line, None, is_open)

    def _events(self):
        for event in self.events:
            when = event.happened or event.expected
            day = when and (ranges.latest(when) or ranges.earliest(when))
            if day:
                yield Stop(day, ranges.date_text(when), None, event, not event.happened)

    @property
    def past(self) -> tuple[Stop, ...]:
        return tuple(stop for stop in self.stops if stop.day <= self.today)

    @property
    def to_come(self) -> tuple[Stop, ...]:
        return tuple(stop for stop in self.stops if stop.day > self.today)

    @property
    def awaited(self) -> tuple[Stop, ...]:
        """Return the events that are expected and not known to have happened."""
        return tuple(stop for stop in self.stops if stop.event and stop.open)

    @property
    def undated(self) -> tuple[Event, ...]:
        """Return the milestones that are expected without a date."""
        return tuple(event for event in self.events if not event.happened and not event.expected)

    @property
    def last_round(self) -> RoundLine | None:
        held = [stop.round for stop in self.stops if stop.round and not stop.open]
        return held[-1] if held else None

    @property
    def next_rounds(self) -> tuple[RoundLine, ...]:
        """Return the rounds that are planned and not held, with a date or without."""
        planned = (Round.Status.PLANNED, Round.Status.POSTPONED)
        return tuple(line for line in self.rounds if line.round.status in planned)

    @property
    def due(self) -> tuple[tuple[PaperLine, tuple[Party, ...]], ...]:
        """Return the papers to be answered by a day that has not passed, with who has not yet."""
        principals = [p.party for p in self.parties if p.party.standing == Party.Standing.PRINCIPAL]
        due = [(line, line.awaited(principals)) for line in self.papers if line.due(self.today)]
        return tuple((line, parties) for line, parties in due if parties)

    @property
    def is_begun(self) -> bool:
        """Whether parties, issues and rounds are set up."""
        return bool(self.parties and self.issues.issues and self.rounds)


def build(*, negotiation: Negotiation, user, today: date) -> Overview:
    """Return the overview of a negotiation as ``user`` may see it."""
    issues = issuelist.build(negotiation=negotiation, user=user, as_of=today)
    return Overview(
        negotiation=negotiation,
        today=today,
        issues=issues,
        rounds=roundlist.lines(negotiation=negotiation, user=user),
        papers=proposallist.lines(
            negotiation=negotiation, user=user, question=Question(as_of=today)
        ),
        parties=_parties(negotiation, user, issues.comparison.every_party),
        events=tuple(
            Event.objects.visible_to(user)
            .filter(negotiation=negotiation)
            .exclude(state="retracted")
            .select_related("actor")
            .order_by("happened", "expected", "pk")
        ),
        changes=latest_changes(negotiation=negotiation, user=user, limit=6),
    )


def _parties(negotiation, user, parties) -> tuple[PartyLine, ...]:
    """Who was quoted for each party in its own words: not in the other side's account.

    Somebody quoted on what several parties said spoke for the one they were quoted for most.
    """
    quoted = list(
        Evidence.objects.visible_to(user)
        .filter(
            negotiation=negotiation,
            record__kind="demand",
            speaker__isnull=False,
            stance=Evidence.Stance.SUPPORTS,
            field="",
            basis__in=SPOKEN,
        )
        .values_list("record", "speaker", "speaker__name", "capacity")
        .order_by("-source__published", "-pk")
    )
    holders = defaultdict(list)
    links = DemandHolder.objects.filter(demand__in=[row[0] for row in quoted])
    for demand, party in links.values_list("demand", "party"):
        holders[demand].append(party)
    said: dict[tuple[int, int], list[tuple[str, str]]] = defaultdict(list)
    for demand, speaker, name, capacity in quoted:
        for party in holders[demand]:
            said[party, speaker].append((name, capacity))
    most = {speaker: max(len(said[k]) for k in said if k[1] == speaker) for _pk, speaker in said}
    said = {key: rows for key, rows in said.items() if len(rows) == most[key[1]]}
    return tuple(
        PartyLine(
            party,
            tuple(
                sorted(
                    (_voice(rows) for (pk, _speaker), rows in said.items() if pk == party.pk),
                    key=lambda voice: (-voice.quoted, voice.name),
                )
            ),
        )
        for party in parties
    )


def _voice(rows: list[tuple[str, str]]) -> Voice:
    capacities = dict.fromkeys(capacity for _name, capacity in rows if capacity)
    return Voice(rows[0][0], tuple(capacities), len(rows))


def _far(before: date | None, day: date) -> str:
    apart = (day - before).days if before else 0
    return "months" if apart > 60 else "weeks" if apart > 14 else ""
