"""Demands as the pages of answers and claims show them: who holds them, whether they stand."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from negotiations.models import Negotiation, Party
from positions.filters import OVERALL, below
from positions.linkages import links_of
from positions.matrix import Comparison, Statement
from positions.models import (
    Demand,
    DemandAddressee,
    DemandHolder,
    Evidence,
    Issue,
    Outcome,
    OutcomeConfirmation,
)
from positions.querysets import by_end_of
from positions.question import Question
from positions.statements import evidence_of, values_of
from positions.targets import with_targets
from positions.values import Link, Value


@dataclass(frozen=True)
class Frame:
    """The parties of a negotiation, each with its ``side``, and its issues, in their order."""

    every_party: Sequence[Party]
    every_issue: Sequence[Issue]


def frame_of(negotiation: Negotiation, user) -> Frame:
    """Return the frame as ``user`` may see it; a comparison that is at hand has it already."""
    side = Window(RowNumber(), partition_by="standing", order_by=["order", "code"])
    mine = {"negotiation": negotiation}
    parties = Party.objects.visible_to(user).filter(**mine).annotate(side=side)
    return Frame(list(parties), list(Issue.objects.visible_to(user).filter(**mine)))


def issues_asked(frame: Frame | Comparison, codes: Collection[str]) -> frozenset[int | None]:
    """Return the numbers of the issues with these codes and of their parts, of all without codes.

    None stands for no issue, which goes by ``overall``.
    """
    every = frame.every_issue
    if not codes:
        return frozenset({None, *(issue.pk for issue in every)})
    named = [issue.pk for issue in every if issue.code in codes]
    kept = below(named, ((i.parent_id, i.pk) for i in every if i.parent_id))
    return frozenset(kept) | ({None} if OVERALL in codes else frozenset())


def demand_rows(rows: QuerySet[Demand], question: Question) -> dict[int, Demand]:
    """Return demands by number with ``named`` (who holds them), ``spoken_to`` and ``stands``."""
    holders = DemandHolder.objects.filter(demand=OuterRef("pk")).values("party")
    addressees = DemandAddressee.objects.filter(demand=OuterRef("pk")).values("party")
    current = Demand.objects.current(question.as_of, question.known_on).filter(pk=OuterRef("pk"))
    rows = (
        with_targets(rows)
        .select_related("issue", "clause__proposal", "round")
        .annotate(
            named=ArraySubquery(holders),
            spoken_to=ArraySubquery(addressees),
            stands=Exists(current),
        )
        .order_by("stated", "pk")
    )
    return {row.pk: row for row in rows}


@dataclass(frozen=True)
class Parts:
    """What hangs on records, by the number of the record."""

    values: Mapping[int, tuple[Value, ...]]
    links: Mapping[int, tuple[Link, ...]]
    evidence: Mapping[int, tuple[Evidence, ...]]

    def statement(self, demand: Demand, parties: Mapping[int, Party]) -> Statement:
        """Return a demand of ``demand_rows`` with what hangs on it."""
        return Statement(
            demand=demand,
            holders=named(demand.named, parties),  # type: ignore[attr-defined]
            values=self.values.get(demand.pk, ()),
            links=self.links.get(demand.pk, ()),
            evidence=self.evidence.get(demand.pk, ()),
            path=(),
        )


def parts_of(
    records: Iterable[int],
    user,
    *,
    negotiation: Negotiation,
    question: Question,
    of_values: bool = False,
) -> Parts:
    """Return what hangs on records, a query for each kind; ``of_values`` with their evidence."""
    numbers, known_on = set(records), question.known_on
    values = values_of(numbers, user, known_on)
    inner = {value.row.pk for rows in values.values() for value in rows} if of_values else set()
    links = links_of(
        numbers, user, negotiation=negotiation, as_of=question.as_of, known_on=known_on
    )
    return Parts(values, links, evidence_of(numbers | inner, user, known_on))


class AskedRecords:
    """The records that a page asks of by its clocks, as ``user`` may see them; none retracted."""

    def __init__(self, negotiation, user, question: Question, frame: Frame | Comparison):
        self.negotiation, self.user, self.question = negotiation, user, question
        self.as_of, self.known_on, self.frame = question.as_of, question.known_on, frame
        self.parties = {party.pk: party for party in frame.every_party}

    def mine(self, model):
        """Return the rows of a model that were known by the day that is asked for."""
        rows = model.objects.visible_to(self.user).known_on(self.known_on)
        return rows.filter(negotiation=self.negotiation).exclude(state="retracted")

    def reached(self, *conditions: Q) -> dict[int, Outcome]:
        """Return the outcomes reached by the day, by number, with ``named`` and ``stands``."""
        confirming = OutcomeConfirmation.objects.filter(outcome=OuterRef("pk")).values("party")
        current = Outcome.objects.current(self.as_of, self.known_on).filter(pk=OuterRef("pk"))
        rows = self.mine(Outcome).filter(by_end_of("reached", self.as_of), *conditions)
        rows = rows.annotate(named=ArraySubquery(confirming), stands=Exists(current))
        return {row.pk: row for row in rows.select_related("issue")}


def named(pks: Iterable[int], parties: Mapping[int, Party]) -> tuple[Party, ...]:
    """Return the parties with these numbers in their own order."""
    wanted = set(pks)
    return tuple(party for pk, party in parties.items() if pk in wanted)
