"""The record of one round: when, where, who sat there, what was tabled, said and agreed.

``build`` is the only place that asks the database, as often for one statement as for many.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from negotiations import ranges
from negotiations.models import Delegate, Negotiation, Participation, Party, Round
from positions.days import last_day
from positions.linkages import links_of
from positions.matrix import Settled, Statement
from positions.models import (
    Demand,
    DemandHolder,
    Event,
    Issue,
    Outcome,
    OutcomeConfirmation,
    Proposal,
    ProposalHolder,
    Silence,
)
from positions.periods import Happened
from positions.querysets import by_end_of
from positions.roundrecord import (
    Answer,
    Delegation,
    Fact,
    LastTime,
    RoundPage,
    Said,
    Side,
    Tabled,
    Used,
)
from positions.statements import evidence_of, values_of
from positions.words import with_unit

FACTS = ("held", "planned", "venue", "duration", "format", "level")


def build(*, negotiation: Negotiation, user, round: Round, editing: bool = False) -> RoundPage:
    """Return the page of ``round`` as ``user`` may see it.

    ``round`` must be visible to the user already. Only those who are ``editing`` are offered what
    the last round had.
    """
    return _Loaded(negotiation, user, round).page(editing)


def day_of(round: Round) -> date | None:
    """Return the last day of a round, held or planned; None where it has none yet."""
    return last_day(round) if round.held or round.planned else None


def in_order(rounds: Iterable[Round]) -> list[Round]:
    """Return rounds in the order of their days; those without one stand last, by number."""
    return sorted(rounds, key=lambda r: (day_of(r) or date.max, r.number or 0, r.pk))


def last_held(rounds: Iterable[Round], round: Round) -> Round | None:
    """Return the last round held before this one, from those of its track."""
    ordered = in_order(rounds)
    before = ordered[: ordered.index(round)] if round in ordered else ordered
    held = [each for each in before if each.status == Round.Status.HELD]
    return held[-1] if held else None


class _Loaded:
    """The rows of one round, indexed for its page."""

    def __init__(self, negotiation, user, round: Round):
        self.negotiation, self.user, self.round = negotiation, user, round
        self.day = day_of(round)
        side = Window(RowNumber(), partition_by="standing", order_by=["order", "code"])
        parties = Party.objects.visible_to(user).filter(negotiation=negotiation)
        self.parties = {party.pk: party for party in parties.annotate(side=side)}
        self.track = in_order(self._mine(Round).filter(track=round.track_id))
        self.last = last_held(self.track, round)
        self.demands = self._demands()
        self.proposals = list(
            self._at_round(Proposal)
            .annotate(holding=_holders(ProposalHolder, "proposal"))
            .order_by("tabled", "pk")
        )
        self.outcomes = list(
            self._at_round(Outcome)
            .select_related("issue")
            .annotate(holding=_holders(OutcomeConfirmation, "outcome"))
            .order_by("issue__order", "pk")
        )
        self.events = list(self._events())
        self.answers = self._answers()
        self.evidence, self.values, self.links = self._parts()

    def _mine(self, model):
        """The rows of a model that the user may see here, none of them retracted."""
        rows = model.objects.visible_to(self.user).filter(negotiation=self.negotiation)
        return rows.exclude(state="retracted")

    def _at_round(self, model):
        return self._mine(model).filter(round=self.round)

    def _demands(self) -> dict[int, Any]:
        """What was said at the round, and what its papers say; issue by issue."""
        here = Q(round=self.round) | Q(round=None, clause__proposal__round=self.round)
        rows = (
            self._mine(Demand)
            .filter(here)
            .select_related("issue", "clause__proposal", "answers")
            .annotate(holding=_holders(DemandHolder, "demand"))
            .order_by("stated", "pk")
        )
        return {row.pk: row for row in sorted(rows, key=_place)}

    def _events(self):
        """The events of the round, and those since the round before."""
        here = Q(round=self.round)
        if self.day and self.last:
            since = last_day(self.last) + timedelta(days=1)
            here |= Q(round=None, happened__endswith__gt=since) & by_end_of("happened", self.day)
        events = self._mine(Event).filter(here).select_related("actor")
        return events.order_by("happened", "expected", "pk")

    def _answers(self) -> dict[int, list[Answer]]:
        answered = [row.pk for row in (*self.demands.values(), *self.proposals, *self.outcomes)]
        rows = (
            self._mine(Demand)
            .filter(answers__in=answered)
            .annotate(holding=_holders(DemandHolder, "demand"))
            .order_by("stated", "pk")
        )
        found = defaultdict(list)
        for row in rows:
            found[row.answers_id].append(Answer(row, self._named(row.holding)))
        return found

    def _parts(self):
        rows = (*self.demands.values(), *self.outcomes)
        records = {row.pk for row in rows}
        others = {row.pk for row in (self.round, *self.proposals, *self.events)}
        return (
            evidence_of(records | others, self.user),
            values_of(records, self.user),
            links_of(records, self.user, negotiation=self.negotiation, as_of=timezone.localdate()),
        )

    def _named(self, pks) -> tuple[Party, ...]:
        return tuple(sorted((self.parties[pk] for pk in pks), key=lambda p: (p.order, p.code)))

    def page(self, editing: bool) -> RoundPage:
        place = self.track.index(self.round) if self.round in self.track else len(self.track)
        roles = list(self._at_round(Participation).select_related("party").order_by("pk"))
        seats = list(self._at_round(Delegate).select_related("person").order_by("pk"))
        silences = list(
            self._at_round(Silence).select_related("party", "issue", "about").order_by("pk")
        )
        events = [Happened(event, self.evidence.get(event.pk, ())) for event in self.events]
        sides = self._sides(silences)
        last, left = self._issues() if editing else ((), ())
        return RoundPage(
            negotiation=self.negotiation,
            round=self.round,
            day=self.day,
            previous=self.track[place - 1] if place else None,
            next=self.track[place + 1] if place + 1 < len(self.track) else None,
            facts=tuple(self._facts()),
            evidence=self.evidence.get(self.round.pk, ()),
            delegations=self._delegations(roles, seats),
            tabled=tuple(self._tabled(proposal) for proposal in self.proposals),
            sides=sides,
            outcomes=tuple(self._settled(outcome) for outcome in self.outcomes),
            events=tuple(e for e in events if e.event.round_id == self.round.pk),
            events_before=tuple(e for e in events if e.event.round_id != self.round.pk),
            sources=self._sources(),
            unheld=tuple(self._said(d) for d in self.demands.values() if not d.holding),
            last_time=self._last_time(roles, seats) if editing else None,
            issues_last=last,
            issues_left=left,
        )

    def _facts(self):
        evidence = self.evidence.get(self.round.pk, ())
        for name in FACTS:
            readings = tuple(row for row in evidence if row.field == name and row.reads)
            text = _fact_text(self.round, name)
            if text or readings:
                label = _("when") if name == "held" else _label(name)
                yield Fact(name, capfirst(label), text, readings)

    def _delegations(self, roles, seats) -> tuple[Delegation, ...]:
        here = {row.party_id for row in (*roles, *seats)}
        return tuple(
            Delegation(
                party,
                tuple(role for role in roles if role.party_id == pk),
                tuple(
                    sorted(
                        (seat for seat in seats if seat.party_id == pk),
                        key=lambda seat: not seat.is_head,
                    )
                ),
            )
            for pk, party in self.parties.items()
            if pk in here or party.standing == Party.Standing.PRINCIPAL
        )

    def _tabled(self, proposal) -> Tabled:
        answers = tuple(self.answers.get(proposal.pk, ()))
        return Tabled(proposal, self._named(proposal.holding), answers)

    def _settled(self, outcome) -> Settled:
        return Settled(
            outcome=outcome,
            confirmed_by=self._named(outcome.holding),
            values=self.values.get(outcome.pk, ()),
            evidence=self.evidence.get(outcome.pk, ()),
        )

    def _said(self, demand) -> Said:
        statement = Statement(
            demand=demand,
            holders=self._named(demand.holding),
            values=self.values.get(demand.pk, ()),
            links=self.links.get(demand.pk, ()),
            evidence=self.evidence.get(demand.pk, ()),
            path=(),
        )
        targets = {**self.demands, **{p.pk: p for p in self.proposals}}
        answers = tuple(self.answers.get(demand.pk, ()))
        return Said(statement, targets.get(demand.answers_id), answers)

    def _sides(self, silences) -> tuple[Side, ...]:
        said = {pk: self._said(demand) for pk, demand in self.demands.items()}
        sides = [
            Side(
                party,
                tuple(said[d.pk] for d in self.demands.values() if pk in d.holding),
                tuple(silence for silence in silences if silence.party_id == pk),
                (),
            )
            for pk, party in self.parties.items()
        ]
        return tuple(self._with_unanswered(side, sides) for side in sides)

    @staticmethod
    def _with_unanswered(side: Side, sides) -> Side:
        """The side with the issues on which another principal spoke and it did not."""
        principal = Party.Standing.PRINCIPAL
        if side.party.standing != principal:
            return side
        spoken = {
            said.statement.demand.issue_id: said.statement.demand.issue
            for other in sides
            if other is not side and other.party.standing == principal
            for said in other.said
        }
        left = [
            issue
            for pk, issue in spoken.items()
            if issue and issue.retired is None and pk not in side.spoken_of
        ]
        left.sort(key=lambda issue: (issue.order, issue.code))
        return Side(side.party, side.said, side.silences, tuple(left))

    def _sources(self) -> tuple[Used, ...]:
        """The sources of all that the page shows, those of most records first."""
        rows = [row for parts in self.evidence.values() for row in parts]
        records = defaultdict(set)
        for row in rows:
            records[row.source].add(row.record_id)
        return tuple(
            Used(source, len(found))
            for source, found in sorted(
                records.items(), key=lambda item: (-len(item[1]), item[0].pk)
            )
        )

    def _last_time(self, roles, seats) -> LastTime | None:
        if self.last is None:
            return None
        have_roles = {(row.party_id, row.role) for row in roles}
        have_seats = {(row.party_id, row.person_id) for row in seats}
        before = {"round": self.last}
        last = LastTime(
            self.last,
            tuple(
                row
                for row in self._mine(Participation)
                .filter(**before)
                .select_related("party")
                .order_by("party__order", "pk")
                if (row.party_id, row.role) not in have_roles
            ),
            tuple(
                row
                for row in self._mine(Delegate)
                .filter(**before)
                .select_related("party", "person")
                .order_by("party__order", "-is_head", "pk")
                if (row.party_id, row.person_id) not in have_seats
            ),
        )
        return last if last.roles or last.seats else None

    def _issues(self) -> tuple[tuple[Issue, ...], tuple[Issue, ...]]:
        """The issues not yet spoken of here: those of the last round, and the others."""
        here = {demand.issue_id for demand in self.demands.values()}
        last = issues_of(self.last, self.user)
        issues = Issue.objects.visible_to(self.user).filter(negotiation=self.negotiation).offered()
        left = [issue for issue in issues if issue.pk not in here]
        return (
            tuple(issue for issue in left if issue.pk in last),
            tuple(issue for issue in left if issue.pk not in last),
        )


def issues_of(round: Round | None, user) -> frozenset[int]:
    """Return the numbers of the issues that were spoken of at a round; none without a round."""
    if round is None:
        return frozenset()
    demands = Demand.objects.visible_to(user).exclude(state="retracted").filter(round=round)
    return frozenset(demands.filter(issue__isnull=False).values_list("issue", flat=True))


def _holders(model, of: str):
    return ArraySubquery(model.objects.filter(**{of: OuterRef("pk")}).values("party"))


def _place(demand: Demand) -> tuple[int, str]:
    issue = demand.issue
    return (issue.order, issue.code) if issue else (-1, "")


def _label(name: str) -> str:
    return {
        "planned": _("planned for"),
        "venue": _("where"),
        "duration": _("how long"),
        "format": _("format"),
        "level": _("level"),
    }[name]


def _fact_text(round: Round, name: str) -> str:
    """Return a field of the round in words; empty where it has none, or says nothing new."""
    value = getattr(round, name)
    if not value or (name == "planned" and value == round.held):
        return ""
    if name in ("held", "planned"):
        text = ranges.times_text(value, round.time_zone)
        zone = round.time_zone.replace("_", " ")
        return _("%(time)s (%(zone)s)") % {"time": text, "zone": zone} if ":" in text else text
    if name == "duration":
        bound = value.upper if value.upper is not None else value.lower
        return with_unit(ranges.quantity_text(value), "minute", bound)
    return str(round.get_format_display()) if name == "format" else str(value)
