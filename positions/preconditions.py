"""What waits for what in the loaded records of a day, and the deadlocks in it, with their names.

From statements, outcomes and clauses to the plain data of ``deadlocks``, and back to words.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from django.utils.translation import gettext as _

from negotiations import ranges
from negotiations.models import Party
from positions import deadlocks, satisfying
from positions.deadlinewords import ShownDeadline
from positions.deadlocks import Item, Precedence, Tree, Wait
from positions.matrix import Settled, Statement
from positions.models import Clause, Demand, Evidence, Issue, Linkage, Outcome
from positions.options import tree_of
from positions.values import Link
from positions.words import operator_text

BLOCKING = frozenset({Linkage.Relation.ONLY_IF, Linkage.Relation.AFTER})
#: Claims that exclude each other wait for nothing.
LEFT_OUT = frozenset({Linkage.Relation.CONTRADICTS})
STEP = satisfying.SEQUENCE


@dataclass(frozen=True)
class Condition:
    """One thing that waits for another or hangs on it.

    ``anchor`` is a number, None where the condition is in words; ``kind`` and ``anchor_issues``
    are the anchor's. ``met`` says since when, empty if it has not come about.
    """

    record: Demand | Outcome | Clause
    issues: tuple[Issue, ...]
    parties: tuple[Party, ...]
    relation: str
    label: str
    anchor: int | None
    on: str
    kind: str
    anchor_issues: tuple[Issue, ...]
    anchor_parties: tuple[Party, ...]
    since: str
    met: str
    deadline: ShownDeadline | None
    blocked: bool

    @property
    def text(self) -> str:
        return str(self.record)

    @property
    def state(self) -> str:
        """Return whether what it waits for has come about, in words."""
        if self.met:
            return _("met %(day)s") % {"day": self.met}
        return _("not met yet") if self.anchor else _("in words only")

    @property
    def is_step(self) -> bool:
        return self.relation == STEP


@dataclass(frozen=True)
class Place:
    """An issue, or a record that stands for itself."""

    name: str
    issue: Issue | None
    number: int | None


@dataclass(frozen=True)
class Because:
    """A demand, an outcome or a step that makes a place wait for the next one."""

    record: Demand | Outcome | Clause
    parties: tuple[Party, ...]
    relation: str
    label: str
    anchor: int
    on: str
    readings: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    place: Place
    on: Place
    because: tuple[Because, ...]


@dataclass(frozen=True)
class Deadlock:
    """Places that wait for each other in a ring; ``readings`` are empty where it always holds."""

    key: str
    steps: tuple[Step, ...]
    parties: tuple[Party, ...]
    readings: tuple[str, ...]

    @property
    def name(self) -> str:
        names = [step.place.name for step in self.steps]
        return " → ".join([*names, names[0]])

    @property
    def issues(self) -> frozenset[str]:
        return frozenset(step.place.issue.code for step in self.steps if step.place.issue)

    @property
    def records(self) -> tuple[int, ...]:
        """Return the numbers of what makes it."""
        every = (each.record.pk for step in self.steps for each in step.because)
        return tuple(dict.fromkeys(every))


@dataclass(frozen=True)
class Preconditions:
    """All that waits, and the rings in it; not ``complete`` if there are too many to name."""

    conditions: tuple[Condition, ...]
    deadlocks: tuple[Deadlock, ...]
    complete: bool

    def on(self, issue: Issue | None) -> tuple[Deadlock, ...]:
        """Return the deadlocks that an issue is part of."""
        if issue is None:
            return ()
        return tuple(each for each in self.deadlocks if issue.code in each.issues)


def preconditions(
    *,
    statements: Sequence[Statement],
    settled: Sequence[Settled],
    clauses: Sequence[Clause],
    evidence: Mapping[int, Sequence[Evidence]],
    issues: Sequence[Issue],
) -> Preconditions:
    """Return what waits for what among published records at a day.

    ``clauses`` are those of all papers concerned, annotated by ``linkages.with_fulfilment``.
    """
    return _Records(statements, settled, clauses, evidence, issues).preconditions()


class _Records:
    def __init__(self, statements, settled, clauses, evidence, issues):
        self.statements = [s for s in statements if s.demand.state == "published"]
        self.settled = [s for s in settled if s.outcome.state == "published"]
        self.issues = {issue.code: issue for issue in issues}
        self.clauses = {c.pk: c for c in clauses if c.state == "published"}
        self.children = defaultdict(list)
        for clause in self.clauses.values():
            self.children[clause.parent_id].append(clause)
        self.trees = [tree_of(root, self.children, evidence) for root in self.children[None]]
        self.groups = {tree.id: tree for root in self.trees for tree in root.walk()}
        self.linked: list[tuple[Demand | Outcome, tuple[Party, ...], Link]] = [
            *((s.demand, s.holders, link) for s in self.statements for link in s.links),
            *((s.outcome, s.confirmed_by, link) for s in self.settled for link in s.links),
        ]
        self.linked = [each for each in self.linked if each[2].row.state == "published"]
        self.said_in: dict[int | None, list[Statement]] = defaultdict(list)
        for statement in self.statements:
            self.said_in[statement.demand.clause_id].append(statement)

    @cached_property
    def records(self) -> dict[int, Demand | Outcome | Clause]:
        demands = {s.demand.pk: s.demand for s in self.statements}
        return {**self.clauses, **demands, **{s.outcome.pk: s.outcome for s in self.settled}}

    @cached_property
    def parties(self) -> dict[str, Party]:
        """Everybody who holds something here, in their order."""
        named = {p for s in self.statements for p in s.holders}
        named |= {p for s in self.settled for p in s.confirmed_by}
        return {p.code: p for p in sorted(named, key=lambda p: (p.order, p.code))}

    @cached_property
    def met(self) -> frozenset[int]:
        """The clauses in which something stands and all of it is fulfilled."""
        done = {link.row.anchor_id for *_who, link in self.linked if link.met}
        return frozenset(pk for pk in self.clauses if pk in done or self._is_met(pk))

    def _is_met(self, pk: int) -> bool:
        inside = [self.clauses[tree.id] for tree in self.groups[pk].walk()]
        return any(c.is_fulfilled for c in inside) and not any(c.is_unfulfilled for c in inside)

    def _holders(self, tree: satisfying.Clause) -> tuple[Party, ...]:
        """Who holds anything that a paper says."""
        held = {p for part in tree.walk() for s in self.said_in[part.id] for p in s.holders}
        return tuple(party for party in self.parties.values() if party in held)

    def precedence(self) -> Precedence:
        items = {
            **_anchor_items(link for *_who, link in self.linked),
            **{s.demand.pk: _item(s.demand, s.holders) for s in self.statements},
            **{s.outcome.pk: _item(s.outcome, s.confirmed_by) for s in self.settled},
        }
        return Precedence(
            items=tuple(item for pk, item in items.items() if pk not in self.clauses),
            waits=tuple(
                Wait(record.pk, link.row.relation, link.row.anchor_id)
                for record, _who, link in self.linked
                if link.row.relation in BLOCKING and link.row.anchor_id and not link.met
            ),
            trees=tuple(
                Tree(tree, frozenset(p.code for p in self._holders(tree)), self.met)
                for tree in self.trees
            ),
        )

    def preconditions(self) -> Preconditions:
        found = deadlocks.deadlocks(self.precedence())
        rings = tuple(self._deadlock(loop) for loop in found.loops)
        blocked = {
            (each.record.pk, each.relation, each.anchor)
            for ring in rings
            for step in ring.steps
            for each in step.because
        }
        every = (*self._linked(blocked), *self._steps(blocked))
        return Preconditions(every, rings, found.complete)

    def _linked(self, blocked) -> Iterator[Condition]:
        for record, parties, link in self.linked:
            row = link.row
            if row.relation in LEFT_OUT:
                continue
            said = record.stated if isinstance(record, Demand) else record.reached
            yield Condition(
                record=record,
                issues=(record.issue,) if record.issue else (),
                parties=parties,
                relation=row.relation,
                label=str(row.get_relation_display()),
                anchor=row.anchor_id,
                on=link.text,
                kind=link.kind,
                anchor_issues=self._issues_of(row.anchor_id, link.issue),
                anchor_parties=self._parties_of(row.anchor_id),
                since=ranges.date_text(said),
                met=link.met_text,
                deadline=link.deadline,
                blocked=(record.pk, row.relation, row.anchor_id) in blocked,
            )

    def _steps(self, blocked) -> Iterator[Condition]:
        for root in self.trees:
            parties = self._holders(root)
            for tree in root.walk():
                if STEP not in tree.operators:
                    continue
                for before, step in pairwise(tree.children):
                    yield self._step(step, before, parties, len(tree.operators) > 1, blocked)

    def _step(self, step, before, parties, is_contested, blocked) -> Condition:
        clause, first = self.clauses[step.id], self.clauses[before.id]
        return Condition(
            record=clause,
            issues=self._issues_of(step.id, ""),
            parties=parties,
            relation=STEP,
            label=_("step after, if read so") if is_contested else _("step after"),
            anchor=before.id,
            on=str(first),
            kind="clause",
            anchor_issues=self._issues_of(before.id, ""),
            anchor_parties=parties,
            since=ranges.date_text(clause.proposal.tabled),
            met=_("all that stands in it is fulfilled") if before.id in self.met else "",
            deadline=None,
            blocked=any(
                (inside, STEP, before.id) in blocked
                for part in step.walk()
                for inside in (part.id, *(s.demand.pk for s in self.said_in[part.id]))
            ),
        )

    def _issues_of(self, number: int | None, code: str) -> tuple[Issue, ...]:
        """The issues of an anchor: a clause stands for those of the demands in it."""
        if number in self.groups:
            inside = self.groups[number].walk()
            said = (s.demand.issue for part in inside for s in self.said_in[part.id])
            return tuple(dict.fromkeys(issue for issue in said if issue))
        return (self.issues[code],) if code in self.issues else ()

    def _parties_of(self, number: int | None) -> tuple[Party, ...]:
        """Who holds an anchor, as far as it is among the records itself."""
        if number in self.groups:
            return self._holders(self.groups[number])
        held = (s.holders for s in self.statements if s.demand.pk == number)
        confirmed = (s.confirmed_by for s in self.settled if s.outcome.pk == number)
        return next(held, ()) or next(confirmed, ())

    def _deadlock(self, loop: deadlocks.Loop) -> Deadlock:
        places = [self._place(place) for place in loop.places]
        ahead = (*places[1:], places[0])
        return Deadlock(
            key="-".join(place.lstrip("№") for place in loop.places),
            steps=tuple(
                Step(place, on, tuple(self._because(tie) for tie in ties))
                for place, on, ties in zip(places, ahead, loop.steps, strict=True)
            ),
            parties=tuple(p for code, p in self.parties.items() if code in loop.parties),
            readings=self._readings(loop.conditions),
        )

    def _place(self, place: str) -> Place:
        if place in self.issues:
            return Place(self.issues[place].name, self.issues[place], None)
        number = int(place.lstrip("№"))
        record = self.records.get(number)
        words = str(record) if record else self._words_of(number)
        return Place(words, None, number)

    def _words_of(self, number: int) -> str:
        """What an anchor is called that is not among the records itself."""
        texts = (link.text for *_who, link in self.linked if link.row.anchor_id == number)
        return next(texts, f"№ {number}")

    def _because(self, tie: deadlocks.Tie) -> Because:
        is_step = tie.relation == STEP
        anchor = self.records.get(tie.anchor)
        return Because(
            record=self.records[tie.record],
            parties=tuple(p for code, p in self.parties.items() if code in tie.parties),
            relation=tie.relation,
            label=_("step after") if is_step else str(Linkage.Relation(tie.relation).label),
            anchor=tie.anchor,
            on=str(anchor) if anchor else self._words_of(tie.anchor),
            readings=self._readings(tie.conditions),
        )

    def _readings(self, conditions: Iterable[deadlocks.Condition]) -> tuple[str, ...]:
        """Each way to read the groups under which something holds; none if it always does."""
        return tuple(
            "; ".join(
                _("“%(clause)s”: %(reading)s")
                % {
                    "clause": self.clauses[pk],
                    "reading": operator_text(operator, len(self.children[pk])),
                }
                for pk, operator in sorted(condition)
            )
            for condition in sorted(conditions, key=sorted)
            if condition
        )


def _item(record: Demand | Outcome, parties: Iterable[Party]) -> Item:
    code = record.issue.code if record.issue else None
    return Item(record.pk, code, frozenset(p.code for p in parties), record.clause_id)


def _anchor_items(links: Iterable[Link]) -> dict[int, Item]:
    """Anchors that are no longer current, and events: they stand for their issues and wait not."""
    numbers = ((link.row.anchor_id, link.issue or None) for link in links)
    return {number: Item(number, issue) for number, issue in numbers if number is not None}
