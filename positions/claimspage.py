"""Claims against claims, and facts for which several values are given, as a page shows them.

``build`` is the only place that asks the database, as often for one claim as for many.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Count, Q

from negotiations import ranges
from negotiations.models import Negotiation
from negotiations.past import records_as_of
from positions import gaps, rivals
from positions.claimsrecord import (
    Against,
    ClaimPair,
    ClaimsPage,
    Contradicted,
    RivalFact,
    RivalTerm,
    RivalValue,
    Side,
)
from positions.demandrows import (
    AskedRecords,
    Frame,
    demand_rows,
    frame_of,
    issues_asked,
    named,
    parts_of,
)
from positions.matrix import Comparison, Statement
from positions.models import (
    Demand,
    Event,
    Evidence,
    Linkage,
    TermValue,
)
from positions.numberlines import bars, ends_of
from positions.querysets import by_end_of
from positions.question import Question
from positions.recordwords import when_of
from positions.stands import stand_of, terms_of
from positions.values import Value
from positions.vouching import VOUCHING, lineage_of, vouching_for_all


def build(
    *,
    negotiation: Negotiation,
    user,
    question: Question,
    frame: Frame | Comparison | None = None,
) -> ClaimsPage:
    """Return the claims and the rival values that ``user`` may see, as ``question`` asks for them.

    Of the question the clocks and issues count: an issue brings its parts with it. ``frame`` has
    the negotiation's parties and issues, if at hand. Raises ``UnknownRevision``.
    """
    with records_as_of(negotiation, question.revision) as then:
        return _Loaded(then, user, question, frame or frame_of(then, user)).page()


class _Loaded(AskedRecords):
    """What is claimed and counted by one day, whether or not it still stands."""

    def __init__(self, negotiation, user, question: Question, frame: Frame | Comparison):
        super().__init__(negotiation, user, question, frame)
        wanted = issues_asked(frame, question.issues)
        self.on_issue = Q(issue__in=wanted - {None})
        if None in wanted:
            self.on_issue |= Q(issue__isnull=True)
        self.links = list(
            self.mine(Linkage)
            .filter(relation=Linkage.Relation.CONTRADICTS, anchor__isnull=False)
            .order_by("pk")
        )
        self.said = self.mine(Demand).stated_by(self.as_of).filter(self.on_issue)
        self.against = self._against()
        self.rival_records = self._rival_records()
        linked = {pk for link in self.links for pk in (link.record_id, link.anchor_id)}
        claims = Demand.objects.filter(kind=Demand.Kind.CLAIM).values("pk")
        self.demands = demand_rows(
            self.said.filter(
                Q(pk__in=linked | set(self.against) | self.rival_records)
                | Q(kind__in=[Demand.Kind.CLAIM, ""], answers__in=claims)
                | Q(kind=Demand.Kind.CLAIM, pk__in=self._answered())
            ),
            question,
        )
        self.counted = {
            **self.reached(self.on_issue, Q(pk__in=self.rival_records)),
            **self._events(),
        }
        self.parts = parts_of(
            {*self.demands, *self.counted},
            user,
            negotiation=negotiation,
            question=question,
            of_values=True,
        )
        self.statements = {
            pk: self.parts.statement(demand, self.parties) for pk, demand in self.demands.items()
        }

    def _answered(self):
        """The numbers of what claims answer."""
        answers = self.mine(Demand).stated_by(self.as_of).filter(answers__isnull=False)
        return answers.filter(kind__in=[Demand.Kind.CLAIM, ""]).values("answers")

    def _against(self) -> frozenset[int]:
        """The numbers of the claims that a source contradicts."""
        rows = self.mine(Evidence).filter(
            stance=Evidence.Stance.CONTRADICTS,
            record__in=self.said.filter(kind=Demand.Kind.CLAIM).values("pk"),
        )
        return frozenset(rows.values_list("record", flat=True))

    def _rival_records(self) -> set[int]:
        """The numbers of the records that have several values for one term."""
        several = (
            self.mine(TermValue)
            .exclude(status=TermValue.Status.UNSPECIFIED)
            .order_by()
            .values("record", "term")
            .annotate(values=Count("pk"))
            .filter(values__gt=1)
        )
        return {row["record"] for row in several}

    def page(self) -> ClaimsPage:
        return ClaimsPage(
            negotiation=self.negotiation,
            question=self.question,
            pairs=tuple(self._pairs()),
            contradicted=tuple(self._contradicted()),
            facts=tuple(self._facts()),
            every_issue=tuple(self.frame.every_issue),
            every_party=tuple(self.frame.every_party),
        )

    def _side(self, pk: int) -> Side:
        demand = self.demands[pk]
        stands = demand.stands or demand.state != "published"  # type: ignore[attr-defined]
        return Side(self.statements[pk], stands)

    def _pairs(self) -> Iterator[ClaimPair]:
        """The latest first; of two that name each other, one pair."""
        linked = {frozenset((link.record_id, link.anchor_id)) for link in self.links}
        answers = {
            frozenset((demand.pk, demand.answers_id)): demand
            for demand in self.demands.values()
            if demand.answers_id in self.demands
            and demand.kind in (Demand.Kind.CLAIM, "")
            and self.demands[demand.answers_id].kind == Demand.Kind.CLAIM
        }
        found = [pair for pair in linked | set(answers) if pair <= set(self.demands)]
        places = {pk: place for place, pk in enumerate(self.demands)}
        in_order = [sorted(pair, key=places.__getitem__) for pair in found]
        in_order.sort(key=lambda pair: (-places[pair[1]], -places[pair[0]]))
        for first, second in in_order:
            pair = frozenset((first, second))
            answer = answers.get(pair)
            if answer is not None:
                first, second = answer.answers_id or second, answer.pk
            yield self._pair(first, second, linked=pair in linked, answer=answer)

    def _pair(self, first: int, second: int, *, linked: bool, answer: Demand | None) -> ClaimPair:
        one, other = self.statements[first], self.statements[second]
        distances = _distances(one, other)
        verdict, ground = rivals.verdict(
            linked=linked,
            answer=answer.answer if answer else "",
            least=[distance.low for distance in distances],
        )
        names = {value.row.term.code: value.row.term.name for value in one.values}
        return ClaimPair(
            self._side(first),
            self._side(second),
            verdict,
            ground,
            tuple(names[d.term] for d in distances if d.low > 0 or ground == rivals.Ground.MET),
            tuple(row for row in other.evidence if row.field == "answers"),
        )

    def _contradicted(self) -> Iterator[Contradicted]:
        for pk, statement in self.statements.items():
            if pk in self.against:
                rows = (e for e in statement.evidence if e.stance == Evidence.Stance.CONTRADICTS)
                against = (Against(row, self._given_by(row.source_id, statement)) for row in rows)
                yield Contradicted(self._side(pk), tuple(against))

    def _given_by(self, source: int, statement: Statement) -> tuple[Value, ...]:
        """The values of a claim that a source vouches for by evidence for the value itself."""
        return tuple(
            value
            for value in statement.values
            if any(
                row.source_id == source and row.stance in VOUCHING
                for row in self.parts.evidence.get(value.row.pk, ())
            )
        )

    def _facts(self) -> Iterator[RivalFact]:
        demands = {pk: d for pk, d in self.demands.items() if pk in self.rival_records}
        records: dict[int, Any] = {**demands, **self.counted}
        for pk in sorted(records, key=lambda pk: (-_day(records[pk]).toordinal(), pk)):
            yield self._fact(records[pk], self.parts.values.get(pk, ()), self.parts.evidence)

    def _events(self) -> dict[int, Event]:
        rows = self.mine(Event).filter(
            self.on_issue, by_end_of("happened", self.as_of), pk__in=self.rival_records
        )
        return {row.pk: row for row in rows.select_related("issue")}

    def _fact(
        self, record, values: Sequence[Value], evidence: Mapping[int, tuple[Evidence, ...]]
    ) -> RivalFact:
        """The fact with its rival values, and with what else is counted of it."""
        said = [v for v in values if v.row.status != TermValue.Status.UNSPECIFIED]
        by_term = [tuple(group) for _code, group in groupby(said, lambda v: v.row.term.code)]
        own = vouching_for_all(evidence.get(record.pk, ()))
        terms = (
            _term(group, evidence, own)
            for group in by_term
            if len(group) > 1 or group[0].row.quantity is not None
        )
        is_event = isinstance(record, Event)
        holders = [record.actor_id or 0] if is_event else record.named
        stands = getattr(record, "stands", True) or record.state != "published"
        return RivalFact(record, named(holders, self.parties), tuple(terms), stands)


def _term(
    values: Sequence[Value],
    evidence: Mapping[int, tuple[Evidence, ...]],
    own: tuple[Evidence, ...],
) -> RivalTerm:
    rows = {value.row.pk: evidence.get(value.row.pk, ()) for value in values}
    given = [_given(value, rows[value.row.pk] or own) for value in values]
    spans = [ends for value in values if (ends := ends_of(value.row)) is not None]
    drawn = bars(spans) if len(spans) == len(values) > 1 else ()
    return RivalTerm(
        term=values[0].row.term,
        values=tuple(
            RivalValue(
                value=value,
                evidence=rows[value.row.pk] or own,
                own=bool(rows[value.row.pk]),
                weight=weight,
                bar=drawn[place] if drawn else None,
            )
            for place, (value, weight) in enumerate(zip(values, rivals.weighed(given), strict=True))
        ),
        independent=rivals.sources_of(given),
    )


def _given(value: Value, evidence: Iterable[Evidence]) -> rivals.Given:
    return rivals.Given(
        id=value.row.pk,
        ends=ends_of(value.row),
        sources=tuple(tuple(lineage_of(row)) for row in evidence if row.stance in VOUCHING),
        per=value.row.per,
        rank=value.row.rank,
    )


def _distances(one: Statement, other: Statement) -> tuple[gaps.TermDistance, ...]:
    """How far apart two claims are on the terms that both give, as a gap has it."""
    first, second = (
        replace(stand_of(statement), kind="demand", parties=frozenset({name}))
        for statement, name in ((one, "one"), (other, "other"))
    )
    return gaps.gap("one", "other", [first, second], terms_of([one, other])).pairs[0].terms


def _day(record) -> date:
    when = when_of(record)
    if when is None:
        return date.min
    return ranges.latest(when) or ranges.earliest(when) or date.min
