"""A paper on its page: the tree of its clauses, and beside each what every party answered.

``build`` is the only place that asks the database, as often for one clause as for many.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from negotiations.models import Negotiation, Party, Record, Source
from positions.clausediff import Change, changes, matched
from positions.days import ended_by
from positions.linkages import links_of
from positions.matrix import Settled, Statement
from positions.models import (
    Clause,
    Demand,
    DemandHolder,
    Linkage,
    Outcome,
    Proposal,
    ProposalHolder,
    Silence,
)
from positions.paperrecord import AnswerCell, ClauseNode, PaperPage, Placed, Waiting
from positions.querysets import by_end_of
from positions.question import Question
from positions.statements import by_record, evidence_of, values_of
from positions.targets import with_targets


def build(
    *,
    negotiation: Negotiation,
    user,
    proposal: Proposal,
    question: Question,
    compared: Proposal | None = None,
) -> PaperPage:
    """Return the page of a paper as ``user`` may see it at the end of a day.

    Of the question only the clocks count; where it has a revision, the records are read as they
    are, so call it inside of that. ``compared`` is the paper that it is set against; by default the
    version before it.
    """
    return _Loaded(negotiation, user, proposal, compared or proposal.supersedes, question).page()


class _Loaded:
    """What is recorded about one paper, indexed by what it stands beside."""

    def __init__(
        self, negotiation, user, proposal: Proposal, compared: Proposal | None, question: Question
    ):
        self.negotiation, self.user, self.question = negotiation, user, question
        self.as_of, self.known_on = question.as_of, question.known_on
        self.proposal, self.compared = proposal, compared
        side = Window(RowNumber(), partition_by="standing", order_by=["order", "code"])
        mine = Party.objects.visible_to(user).filter(negotiation=negotiation)
        self.parties = {party.pk: party for party in mine.annotate(side=side)}
        papers = self._mine(Proposal).tabled_by(self.as_of).order_by("tabled", "pk")
        self.papers = {p.pk: p for p in papers}
        trees = self._trees()
        self.clauses = trees[proposal.pk]
        self.inside: dict[int | None, list[Clause]] = defaultdict(list)
        for clause in self.clauses:
            self.inside[clause.parent_id].append(clause)
        self.root = next(iter(self.inside[None]), None)
        self.demands = self._demands()
        self.attached: dict[int | None, list[Demand]] = defaultdict(list)
        for demand in self.demands.values():
            self.attached[demand.clause_id].append(demand)
        self.targets = self._targets()
        outcomes = self._outcomes()
        own = {*self.demands, *(outcome.pk for outcome in outcomes)}
        self.values = values_of(own, user, self.known_on)
        self.links = links_of(
            own, user, negotiation=negotiation, as_of=self.as_of, known_on=self.known_on
        )
        numbers = own | {clause.pk for clause in self.clauses} | {proposal.pk}
        self.evidence = evidence_of(numbers, user, self.known_on)
        self.outcomes = by_record((o.clause_id or 0, self._settled(o)) for o in outcomes)
        self.answers = by_record(self._answers())
        self.silences = by_record((self.targets[s.about_id or 0], s) for s in self._silences())
        self.waiting = by_record(self._waiting())
        self.columns = self._columns()
        older = trees[compared.pk] if compared else []
        self.changes = changes(older, self.clauses) if compared else ()
        before = trees[proposal.supersedes_id] if proposal.supersedes_id else []
        self.before = {new.pk: old.pk for old, new in matched(before, self.clauses)}

    def _mine(self, model):
        rows = model.objects.visible_to(self.user).known_on(self.known_on)
        return rows.filter(negotiation=self.negotiation).exclude(state="retracted")

    def _trees(self) -> dict[int, list[Clause]]:
        """The clauses of the paper, of the one before it and of the one it is set against."""
        compared = self.compared.pk if self.compared else None
        wanted = {self.proposal.pk, self.proposal.supersedes_id, compared} - {None}
        rows = Clause.objects.visible_to(self.user).filter(proposal__in=wanted)
        trees: dict[int, list[Clause]] = defaultdict(list)
        for clause in rows.order_by("order", "pk"):
            trees[clause.proposal_id].append(clause)
        return trees

    def _demands(self) -> dict[int, Demand]:
        """The demands of the paper and of the version before, and the answers to the paper."""
        numbers = [self.proposal.pk, *(clause.pk for clause in self.clauses)]
        papers = {self.proposal.pk, self.proposal.supersedes_id} - {None}
        its_own = Demand.objects.filter(clause__proposal=self.proposal).values("pk")
        holders = DemandHolder.objects.filter(demand=OuterRef("pk")).values("party")
        newer = Demand.objects.published().known_on(self.known_on).stated_by(self.as_of)
        newer = newer.filter(supersedes=OuterRef("pk"))
        rows = (
            with_targets(self._mine(Demand).stated_by(self.as_of))
            .filter(
                Q(clause__proposal__in=papers)
                | Q(answers__in=numbers)
                | Q(answers__in=its_own.values("pk"))
            )
            .select_related("issue", "clause", "round")
            .annotate(named=ArraySubquery(holders), replaced=Exists(newer))
            .order_by("stated", "pk")
        )
        return {row.pk: row for row in rows}

    def _targets(self) -> dict[int, int]:
        """The row in which an answer stands, by the number that it answers."""
        whole = self.root.pk if self.root else self.proposal.pk
        own = {clause.pk: clause.pk for clause in self.clauses}
        attached = {d.pk: pk for pk in own for d in self.attached[pk]}
        return {self.proposal.pk: whole, **own, **attached}

    def _outcomes(self) -> list[Outcome]:
        found = list(
            self._mine(Outcome)
            .filter(by_end_of("reached", self.as_of), clause__proposal=self.proposal)
            .annotate(
                confirming=ArrayAgg(
                    "confirmation_links__party",
                    filter=Q(confirmation_links__isnull=False),
                    default=[],
                )
            )
            .order_by("reached", "pk")
        )
        for outcome in found:
            outcome.is_over = ended_by(outcome, self.as_of)
        return found

    def _silences(self) -> list[Silence]:
        noted = self._mine(Silence).noted_by(self.as_of).filter(about__in=self.targets)
        return list(noted.select_related("about").order_by("looked_until", "pk"))

    def _answers(self) -> Iterator[tuple[int, Placed]]:
        for demand in self.demands.values():
            if demand.answers_id in self.targets:
                about = self.demands.get(demand.answers_id)
                yield self.targets[demand.answers_id], self._placed(demand, about)

    def _waiting(self) -> Iterator[tuple[int, Waiting]]:
        """What hangs on a clause, unless it stands in that clause itself."""
        anchors = [clause.pk for clause in self.clauses]
        links = list(
            Linkage.objects.visible_to(self.user)
            .known_on(self.known_on)
            .filter(anchor__in=anchors)
            .order_by("pk")
        )
        numbers = {link.record_id for link in links}
        records: dict[int, Demand | Outcome] = {
            **self._mine(Demand).stated_by(self.as_of).in_bulk(numbers),
            **self._mine(Outcome).in_bulk(numbers),
        }
        for link in links:
            record = records.get(link.record_id)
            if record is not None and record.clause_id != link.anchor_id:
                yield link.anchor_id, Waiting(link, record)

    def _columns(self) -> tuple[Party, ...]:
        """The principals that do not hold the paper, and those that answer it all the same."""
        self.holders = self._named(
            ProposalHolder.objects.filter(proposal=self.proposal).values_list("party", flat=True)
        )
        answered = {
            party.pk
            for placed in self.answers.values()
            for each in placed
            for party in each.statement.holders
        }
        return tuple(
            party
            for party in self.parties.values()
            if party.standing == Party.Standing.PRINCIPAL
            and (party not in self.holders or party.pk in answered)
        )

    def _named(self, pks: Iterable[int]) -> tuple[Party, ...]:
        wanted = set(pks)
        return tuple(party for pk, party in self.parties.items() if pk in wanted)

    def _placed(self, demand: Demand, about: Demand | None = None) -> Placed:
        statement = Statement(
            demand=demand,
            holders=self._named(demand.named),  # type: ignore[attr-defined]
            values=self.values.get(demand.pk, ()),
            links=self.links.get(demand.pk, ()),
            evidence=self.evidence.get(demand.pk, ()),
            path=(),
        )
        is_replaced: bool = demand.replaced  # type: ignore[attr-defined]
        return Placed(statement, is_replaced or ended_by(demand, self.as_of), about)

    def _settled(self, outcome: Outcome) -> Settled:
        return Settled(
            outcome=outcome,
            confirmed_by=self._named(outcome.confirming),  # type: ignore[attr-defined]
            values=self.values.get(outcome.pk, ()),
            evidence=self.evidence.get(outcome.pk, ()),
        )

    def _cell(self, target: int, party: Party) -> AnswerCell:
        is_whole = self.root is not None and target == self.root.pk
        return AnswerCell(
            party,
            self.proposal.pk if is_whole else target,
            tuple(a for a in self.answers.get(target, ()) if party in a.statement.holders),
            tuple(s for s in self.silences.get(target, ()) if s.party_id == party.pk),
        )

    def _cells(self, target: int) -> tuple[AnswerCell, ...]:
        return tuple(self._cell(target, party) for party in self.columns)

    def _others(self, target: int) -> tuple[AnswerCell, ...]:
        """The cells of parties without a column, where they hold something."""
        rest = (party for party in self.parties.values() if party not in self.columns)
        return tuple(cell for party in rest if (cell := self._cell(target, party)).holds)

    def _node(self, clause: Clause, depth: int, changed: Mapping[int, Change]) -> ClauseNode:
        siblings = self.inside[clause.parent_id]
        evidence = self.evidence.get(clause.pk, ())
        demands = tuple(self._placed(demand) for demand in self.attached[clause.pk])
        return ClauseNode(
            clause=clause,
            readings=tuple(row for row in evidence if row.field == "operator"),
            statements=tuple(placed.statement for placed in demands),
            children=tuple(self._node(c, depth + 1, changed) for c in self.inside[clause.pk]),
            depth=depth,
            evidence=tuple(row for row in evidence if row.field != "operator"),
            demands=demands,
            cells=self._cells(clause.pk),
            others=self._others(clause.pk),
            outcomes=self.outcomes.get(clause.pk, ()),
            waiting=self.waiting.get(clause.pk, ()),
            change=changed.get(clause.pk),
            to_carry=tuple(self._to_carry(clause)),
            is_first=clause == siblings[0],
            is_last=clause == siblings[-1],
        )

    def _to_carry(self, clause: Clause) -> Iterator[Demand]:
        """The demands of the version before that nothing in this one has replaced."""
        numbers = {self.proposal.pk}
        replaced = {
            d.supersedes_id
            for d in self.demands.values()
            if d.clause and d.clause.proposal_id in numbers
        }
        for demand in self.attached[self.before.get(clause.pk, 0)]:
            if demand.pk not in replaced:
                yield demand

    def page(self) -> PaperPage:
        changed = {change.newer.pk: change for change in self.changes if change.newer}
        evidence = self.evidence.get(self.proposal.pk, ())
        number = Record.objects.get(pk=self.proposal.pk)
        for row in evidence:
            row.record = number  # which a row's words for its field would else ask for, one by one
        return PaperPage(
            negotiation=self.negotiation,
            proposal=self.proposal,
            holders=self.holders,
            question=self.question,
            ahead=self.proposal.pk not in self.papers,
            root=self._node(self.root, 0, changed) if self.root else None,
            parties=self.columns,
            whole=self._cells(self.proposal.pk) if not self.root else (),
            whole_others=self._others(self.proposal.pk) if not self.root else (),
            evidence=evidence,
            sources=tuple(self._sources()),
            newer=tuple(p for p in self.papers.values() if p.supersedes_id == self.proposal.pk),
            responses=tuple(
                p for p in self.papers.values() if p.responds_to_id == self.proposal.pk
            ),
            versions=tuple(self._versions()),
            compared=self.compared,
            changes=self.changes,
        )

    def _sources(self) -> Iterable[Source]:
        """Every source that speaks to the paper or a clause of it, each once."""
        numbers: Sequence[int] = [self.proposal.pk, *(clause.pk for clause in self.clauses)]
        rows = (row for pk in numbers for row in self.evidence.get(pk, ()))
        return {row.source_id: row.source for row in rows}.values()

    def _versions(self) -> Iterator[Proposal]:
        """The paper's other versions, the oldest first: what it can be set against."""
        family = {self.proposal.pk}
        grown = True
        while grown:
            near = {
                pk
                for p in self.papers.values()
                for pk in (p.pk, p.supersedes_id)
                if pk and {p.pk, p.supersedes_id} & family
            }
            grown = bool(near - family)
            family |= near
        return (p for p in self.papers.values() if p.pk in family - {self.proposal.pk})
