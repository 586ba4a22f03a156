"""From loaded clauses to the plain trees that ``satisfying`` works on, and its answers in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from negotiations import ranges
from negotiations.models import Party
from positions import satisfying
from positions.models import Clause, Demand, Evidence, Outcome
from positions.satisfying import Read, Reply, Standing, State
from positions.words import operator_text

if TYPE_CHECKING:
    from positions.matrix import Node
    from positions.paperrecord import ClauseNode, PaperPage

#: Of a group with more parts than this, the comparison tells how many there are.
NAMED = 4
STATES = {
    State.ACCEPTED: gettext_lazy("accepted"),
    State.OTHERWISE: gettext_lazy("answered otherwise"),
    State.REFUSED: gettext_lazy("refused"),
    State.SILENT: gettext_lazy("no answer reported"),
    State.UNCODED: gettext_lazy("not coded yet"),
}


def tree_of(
    clause: Clause,
    children: Mapping[int | None, Sequence[Clause]],
    evidence: Mapping[int, Sequence[Evidence]],
) -> satisfying.Clause:
    """Return the tree of a clause from the parts and the evidence of all clauses, by number."""
    return satisfying.Clause(
        clause.pk,
        clause.operator,
        reads_of(clause, evidence.get(clause.pk, ())),
        tuple(tree_of(child, children, evidence) for child in children.get(clause.pk, ())),
    )


def tree_of_node(node: "Node") -> satisfying.Clause:
    """Return the tree of a clause that is loaded with its parts."""
    return satisfying.Clause(
        node.clause.pk,
        node.clause.operator,
        reads_of(node.clause, node.readings),
        tuple(tree_of_node(child) for child in node.children),
    )


def reads_of(clause: Clause, evidence: Iterable[Evidence]) -> tuple[Read, ...]:
    """Return who reads the operator of a clause how, published readings in their order in time.

    A reading that an editor ranked out, or one in other words than the operators', is none.
    """
    rows = [row for row in evidence if row.field == "operator" and row.state == "published"]
    found = []
    for row in sorted(rows, key=_published):
        operator = _operator_of(clause, row)
        if operator and row.rank != "deprecated":
            found.append(Read(operator, _by(row), _since(row)))
    return tuple(found)


def _operator_of(clause: Clause, row: Evidence) -> str:
    if row.stance == Evidence.Stance.CONTRADICTS:
        return ""
    if row.reads in Clause.Operator.values:
        return row.reads
    if row.stance == Evidence.Stance.LEAVES_OPEN:
        return Clause.Operator.UNCLEAR.value
    backs = row.stance in (Evidence.Stance.SUPPORTS, Evidence.Stance.READS)
    return clause.operator if backs and not row.reads else ""


def _published(row: Evidence) -> tuple[bool, object, int]:
    day = ranges.latest(row.source.published) if row.source.published else None
    return day is None, day or 0, row.pk


def _by(row: Evidence) -> str:
    return f"{row.speaker} ({row.source.outlet})" if row.speaker else row.source.outlet


def _since(row: Evidence) -> str:
    return ranges.date_text(row.source.published) if row.source.published else ""


@dataclass(frozen=True)
class Sufficing:
    """What satisfies a group under one operator, by the numbers of its parts: "1 or 2"."""

    operator: str
    parts: str
    reading: str


def sufficing(node: "Node") -> tuple[Sufficing, ...]:
    """Return in a word what satisfies a group, under each operator by which it can be read."""
    count = len(node.children)
    return tuple(
        Sufficing(operator, _parts_text(operator, count), operator_text(operator, count))
        for operator in tree_of_node(node).operators
    )


def _parts_text(operator: str, count: int) -> str:
    numbers = [str(number) for number in range(1, count + 1)]
    if operator == satisfying.ANY:
        return _(" or ").join(numbers) if count <= NAMED else _("any 1 of %(n)s") % {"n": count}
    if count > NAMED:
        return _("all %(n)s") % {"n": count}
    return (_(", then ") if operator == satisfying.SEQUENCE else _(" and ")).join(numbers)


@dataclass(frozen=True)
class LeafCell:
    """How a party stands to a clause; ``by`` is the clause above to which it answered, if any."""

    party: Party
    state: State
    text: str
    by: Clause | None


@dataclass(frozen=True)
class ShownLeaf:
    clause: Clause
    cells: tuple[LeafCell, ...]


@dataclass(frozen=True)
class Tally:
    """How a party stands to a whole set; ``counted`` is how far a sequence has come, in words."""

    party: Party
    texts: tuple[str, ...]
    counted: str


@dataclass(frozen=True)
class ShownWay:
    """One set of clauses that satisfies a group."""

    number: int
    leaves: tuple[ShownLeaf, ...]
    tallies: tuple[Tally, ...]
    in_order: bool
    is_sequence: bool


@dataclass(frozen=True)
class ShownReading:
    """The sets under one reading; ``texts`` say how the groups that can be read otherwise are."""

    texts: tuple[tuple[Clause, str], ...]
    ways: tuple[ShownWay, ...]
    more: int


@dataclass(frozen=True)
class ReadRow:
    """Who read an operator how, and when that was published."""

    since: str
    text: str
    evidence: Evidence


@dataclass(frozen=True)
class ShownGroup:
    """A group of a paper with the sets that satisfy it, reading by reading."""

    node: "ClauseNode"
    reads: tuple[ReadRow, ...]
    readings: tuple[ShownReading, ...]
    more: int

    @property
    def unrecorded(self) -> bool:
        """Whether nobody recorded how its parts combine, so that they are taken together."""
        return not self.node.clause.operator and not self.reads


def groups_of(page: "PaperPage") -> tuple[ShownGroup, ...]:
    """Return the groups of a paper for which it tells what would satisfy them.

    The outermost one, and inside it those that are options, a sequence, or read in several ways.
    """
    if page.root is None or not page.root.children:
        return ()
    root = tree_of_node(page.root)
    stands = _stands(page)
    trees = {tree.id: tree for tree in root.walk()}
    clauses = {node.clause.pk: node for node in page.rows}
    return tuple(
        _group(node, trees[node.clause.pk], clauses, page.parties, stands)
        for node in page.rows
        if node.is_root or _is_choice(trees[node.clause.pk])
    )


def standings_of(page: "PaperPage") -> dict[tuple[int, str], LeafCell]:
    """Return how each party stands to each clause of a paper, by the clause and the party."""
    if page.root is None:
        return {}
    stands = _stands(page)
    clauses = {node.clause.pk: node for node in page.rows}
    return {
        (pk, cell.party.code): cell
        for pk in clauses
        for cell in _cells(pk, clauses, page.parties, stands)
    }


def _stands(page: "PaperPage") -> dict[str, dict[int, Standing]]:
    assert page.root is not None  # only a paper with clauses has answers to them
    root, replies = tree_of_node(page.root), tuple(_replies(page.root))
    return {party.code: satisfying.standings(root, party.code, replies) for party in page.parties}


def _is_choice(tree: satisfying.Clause) -> bool:
    return tree.operators not in ((), (satisfying.ALL,))


def _replies(root: "ClauseNode") -> Iterator[Reply]:
    """What parties are recorded to have answered that still stands, clause by clause."""
    for node in root.walk():
        for cell in node.cells:  # type: ignore[attr-defined]
            for placed in cell.answers:
                demand: Demand = placed.statement.demand
                if not placed.over and demand.state == "published":
                    yield Reply(node.clause.pk, cell.party.code, demand.answer)
            for silence in cell.silences:
                if silence.state == "published":
                    yield Reply(node.clause.pk, cell.party.code)
        for settled in node.outcomes:  # type: ignore[attr-defined]
            if _is_agreed(settled.outcome):
                for party in settled.confirmed_by:
                    yield Reply(node.clause.pk, party.code, Demand.Answer.ACCEPTED)


def _is_agreed(outcome: Outcome) -> bool:
    is_live = outcome.state == "published" and not outcome.is_over  # type: ignore[attr-defined]
    return is_live and outcome.kind == Outcome.Kind.AGREED


def _group(node, tree, clauses, parties, stands) -> ShownGroup:
    found = satisfying.satisfying(tree)
    rows = [row for row in node.readings if row.state == "published"]
    return ShownGroup(
        node=node,
        reads=tuple(
            ReadRow(_since(row), _read_text(node, row), row) for row in sorted(rows, key=_published)
        ),
        readings=tuple(_reading(each, clauses, parties, stands) for each in found.readings),
        more=found.more,
    )


def _read_text(node: "ClauseNode", row: Evidence) -> str:
    if operator := _operator_of(node.clause, row):
        return operator_text(operator, len(node.children))
    said = operator_text(row.reads, len(node.children))
    return ": ".join(part for part in (row.get_stance_display(), said) if part)


def _reading(found: satisfying.Satisfied, clauses, parties, stands) -> ShownReading:
    texts = (
        (clauses[pk].clause, operator_text(operator, len(clauses[pk].children)))
        for pk, operator in found.reading.items()
    )
    ways = (
        ShownWay(
            number=number,
            leaves=tuple(_leaf(pk, clauses, parties, stands) for pk in way.leaves),
            tallies=tuple(_tally(way, party, stands[party.code]) for party in parties),
            in_order=way.in_order,
            is_sequence=way.is_sequence,
        )
        for number, way in enumerate(found.ways, 1)
    )
    return ShownReading(tuple(texts), tuple(ways), found.more)


def _leaf(pk: int, clauses, parties, stands) -> ShownLeaf:
    return ShownLeaf(clauses[pk].clause, tuple(_cells(pk, clauses, parties, stands)))


def _cells(pk: int, clauses, parties, stands) -> Iterator[LeafCell]:
    for party in parties:
        standing: Standing = stands[party.code][pk]
        above = clauses[standing.at].clause if standing.at not in (None, pk) else None
        words = [str(Demand.Answer(answer).label) for answer in standing.answers]
        text = "; ".join(words) or str(STATES[standing.state])
        yield LeafCell(party, standing.state, text, above)


def _tally(way: satisfying.Way, party: Party, stands: Mapping[int, Standing]) -> Tally:
    states = [stands[pk].state for pk in way.leaves]
    texts = tuple(
        _("%(n)s %(state)s") % {"n": states.count(state), "state": STATES[state]}
        for state in State
        if state in states
    )
    accepted = [pk for pk in way.leaves if stands[pk].state == State.ACCEPTED]
    done, count = len(way.counting(accepted)), len(way.leaves)
    counted = ngettext(
        "%(done)s of %(count)s accepted in its order",
        "%(done)s of %(count)s accepted in their order",
        count,
    ) % {"done": done, "count": count}
    return Tally(party, texts, counted if way.in_order else "")
