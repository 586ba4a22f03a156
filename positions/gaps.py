"""The gap between two parties on one issue, computed from the terms of what they put forward.

Plain data in, plain data out: the page builder fills ``Stand``, ``Value``, ``Term`` and
``Settlement`` from current records and shows the ``Gap``. The rule is domain.md's; where it left a
choice, this is how it was made:

* What cannot be told apart is no difference. A distance is known as a least and a greatest one,
  since rival values may stand side by side; two stands differ on a term if even the least is above
  0, and agree on it if the least is 0.
* "Not specified" is lacking the term. "Left open" is a word on the term, so the term is not
  lacking, but no claim, so there is no distance to it either.
* Between two sets lies the least number of members that are wanted by one and ruled out by the
  other: "all of" wants its members and rules out the rest, "none of" rules out its members, "one
  of" wants any one member alone. A list that goes on ("and others") rules nothing out.
* Of a choice only one can be taken, so "all of" and "one of" both mean any of those named. Steps
  are counted over the ordinals that the term has; a choice without one is only the same or not.
* A stand that both hold, or one that each of the two holds or has accepted, is agreed, and so is
  an outcome only for the parties that confirm it. Beside live stands any agreement is in part.
* A party speaks by a stand of a kind that is compared; where an agreement is all there is, the
  issue is agreed, not empty. A stand that both hold is in no pair with one that both hold.
* The closest pair: fewest differences, least distance on the first term, on the next, and so on; a
  pair that has no distance on a term comes after those that have one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import product

COMPARED = frozenset({"demand", "offer", "commitment", "principle"})
EXACT = Context(prec=200)
ZERO, ONE = Decimal(0), Decimal(1)

Ends = tuple[Decimal | None, Decimal | None]


class Status(StrEnum):
    """How two parties stand to each other on an issue, in the order in which they are tried."""

    NOTHING = "nothing"
    AGREED = "agreed"
    AGREED_IN_PART = "agreed in part"
    ONE_SIDED = "one-sided"
    NOT_COMPARABLE = "not comparable"
    APART = "apart"
    COMPATIBLE = "compatible"
    PARTLY_APART = "partly apart"


class Reason(StrEnum):
    """Why the status is what it is."""

    NEITHER_SPEAKS = "neither speaks"
    OUTCOME = "outcome"
    JOINT = "joint"
    ACCEPTED = "accepted"
    OTHER_IS_SILENT = "other is silent"
    OTHER_REJECTED = "other rejected"
    NO_SHARED_TERM = "no shared term"
    REJECTED = "rejected"
    NO_TERM_MET = "no term met"
    NO_DIFFERENCE = "no difference"
    SOME_TERMS_MET = "some terms met"


@dataclass(frozen=True)
class Term:
    """A variable of the issue; ``kind`` is quantity, date, choice or set."""

    code: str
    name: str
    kind: str
    unit: str = ""
    ordinals: Mapping[str, int | None] = field(default_factory=dict)
    """Each choice of the term, with its place in the order where order means something."""


@dataclass(frozen=True)
class Value:
    """A value for a term: the ends of a range, both included, or choices with a quantifier."""

    term: str
    quantity: Ends | None = None
    dates: tuple[date | None, date | None] | None = None
    choices: frozenset[str] = frozenset()
    quantifier: str = "all of"
    others: bool = False
    status: str = "given"
    rank: str = "normal"


@dataclass(frozen=True)
class Stand:
    """A current demand: its number, those who still hold it, what it says, how it was answered.

    ``conditions`` are keys of its *only if* linkages, equal where two stands wait for the same.
    Refusing to discuss it counts as rejecting it; accepting it in part is not accepting it.
    """

    id: int
    parties: frozenset[str]
    kind: str
    values: tuple[Value, ...] = ()
    conditions: frozenset[str] = frozenset()
    accepted_by: frozenset[str] = frozenset()
    rejected_by: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Settlement:
    """A current outcome on the issue; ``kind`` is agreed, agreed in part or not agreed."""

    kind: str
    confirmed_by: frozenset[str]


@dataclass(frozen=True)
class TermDistance:
    """How far two stands are apart on a term; least and greatest differ where values are rivals.

    ``unit`` is the term's own for a quantity, else "day", "step" (ordered choices), "member" (sets)
    or empty: 0 is the same, 1 is not. ``scale`` is what the distance is a share of: all steps, all
    members that either names, of quantities the greatest end; None where there is no such thing.
    """

    term: str
    low: Decimal
    high: Decimal
    unit: str
    scale: Decimal | None = field(default=None, compare=False)

    @property
    def share(self) -> Fraction:
        """Return how far apart they are at least, from 0 (they meet) to 1."""
        if not self.scale:
            return Fraction(self.low > 0)
        return min(Fraction(1), Fraction(self.low) / Fraction(self.scale))


@dataclass(frozen=True)
class Pair:
    """One stand of the first party beside one of the second, with all that the gap rests on."""

    demands: tuple[int, int]
    differences: int
    terms: tuple[TermDistance, ...]
    lacking: tuple[str, ...]
    conditions: tuple[str, ...]

    @property
    def met(self) -> tuple[str, ...]:
        """The shared terms on which nothing lies between the two."""
        return tuple(distance.term for distance in self.terms if distance.low == 0)


@dataclass(frozen=True)
class Gap:
    """Where two parties stand to each other on an issue; the closest pair comes first."""

    parties: tuple[str, str]
    status: Status
    reason: Reason
    closest: tuple[int, int] | None
    pairs: tuple[Pair, ...]


Verdict = tuple[Status, Reason]
Claims = dict[str, list[Value]]


def gap(
    first: str,
    second: str,
    stands: Iterable[Stand],
    terms: Mapping[str, Term],
    settlements: Iterable[Settlement] = (),
) -> Gap:
    """Return the gap between two parties.

    ``stands`` are the current demands on the issue, whoever holds them; ``terms`` its terms by
    code, in their order; ``settlements`` its current outcomes. Raises ``ValueError`` if the parties
    are one, ``KeyError`` if a value is of a term that is not given.
    """
    if first == second:
        raise ValueError(f"There is no gap between {first} and itself.")
    both = {first, second}
    compared = [stand for stand in stands if stand.kind in COMPARED]
    own = [stand for stand in compared if stand.parties & both]
    agreed = [stand for stand in compared if both <= stand.parties | stand.accepted_by]
    of = {stand.id: claims(stand, terms) for stand in own}
    pairs = sorted(
        (
            _pair(one, other, of[one.id], of[other.id], terms)
            for one, other in product(own, own)
            if first in one.parties
            and second in other.parties
            and not both <= one.parties & other.parties
        ),
        key=lambda pair: _closeness(pair, terms),
    )
    confirmed = {each.kind for each in settlements if both <= each.confirmed_by}
    status, reason = (
        _without_comparing(both, own, agreed, confirmed)
        or _one_sided(first, second, own)
        or _by_comparing(both, own, pairs)
    )
    closest = pairs[0].demands if pairs else None
    return Gap((first, second), status, reason, closest, tuple(pairs))


def _without_comparing(
    both: set[str], own: list[Stand], agreed: list[Stand], confirmed: set[str]
) -> Verdict | None:
    agreement = None
    if "agreed" in confirmed:
        agreement = Reason.OUTCOME
    elif any(both <= stand.parties for stand in agreed):
        agreement = Reason.JOINT
    elif agreed:
        agreement = Reason.ACCEPTED
    if agreement:
        live = [stand for stand in own if stand not in agreed]
        return Status.AGREED_IN_PART if live else Status.AGREED, agreement
    if "agreed in part" in confirmed:
        return Status.AGREED_IN_PART, Reason.OUTCOME
    if not own:
        return Status.NOTHING, Reason.NEITHER_SPEAKS
    return None


def _one_sided(first: str, second: str, own: list[Stand]) -> Verdict | None:
    for silent in (first, second):
        if not any(silent in stand.parties for stand in own):
            rejected = any(silent in stand.rejected_by for stand in own)
            return Status.ONE_SIDED, Reason.OTHER_REJECTED if rejected else Reason.OTHER_IS_SILENT
    return None


def _by_comparing(both: set[str], own: list[Stand], pairs: list[Pair]) -> Verdict:
    rejected = {stand.id for stand in own if stand.rejected_by & both - stand.parties}
    closest = pairs[0]
    if not rejected and not any(pair.terms for pair in pairs):
        return Status.NOT_COMPARABLE, Reason.NO_SHARED_TERM
    if rejected & set(closest.demands):
        return Status.APART, Reason.REJECTED
    if not closest.met:
        return Status.APART, Reason.NO_TERM_MET
    if closest.differences == 0:
        return Status.COMPATIBLE, Reason.NO_DIFFERENCE
    return Status.PARTLY_APART, Reason.SOME_TERMS_MET


def _pair(
    one: Stand, other: Stand, ones: Claims, others: Claims, terms: Mapping[str, Term]
) -> Pair:
    apart_on = distances(ones, others, terms)
    lacking = tuple(code for code in terms if (code in ones) != (code in others))
    unshared = tuple(sorted(one.conditions ^ other.conditions))
    apart = sum(distance.low > 0 for distance in apart_on)
    return Pair(
        demands=(one.id, other.id),
        differences=apart + len(lacking) + len(unshared),
        terms=apart_on,
        lacking=lacking,
        conditions=unshared,
    )


def _closeness(pair: Pair, terms: Mapping[str, Term]) -> tuple[object, ...]:
    apart = {distance.term: (distance.low, distance.high) for distance in pair.terms}
    by_term = [(code not in apart, apart.get(code, ())) for code in terms]
    return pair.differences, by_term, sorted(pair.demands)


def said(stand: Stand, terms: Mapping[str, Term]) -> Claims:
    """Return the values that count on each term the stand speaks of, "left open" included."""
    rivals: dict[str, list[Value]] = {code: [] for code in terms}
    for value in stand.values:
        rivals[value.term].append(value)
    counting = {}
    for code, values in rivals.items():
        preferred = [value for value in values if value.rank == "preferred"]
        ranked = preferred or [value for value in values if value.rank != "deprecated"]
        spoken = [value for value in ranked if value.status != "not specified"]
        if spoken:
            counting[code] = spoken
    return counting


def claims(stand: Stand, terms: Mapping[str, Term]) -> Claims:
    """Return the values given on each term the stand speaks of; none where it is left open."""
    return {
        code: [value for value in values if value.status == "given"]
        for code, values in said(stand, terms).items()
    }


def distances(ones: Claims, others: Claims, terms: Mapping[str, Term]) -> tuple[TermDistance, ...]:
    """Return how far two stands' claims lie apart, on each term that both give a value for."""
    return tuple(
        _distance(ones[code], others[code], term)
        for code, term in terms.items()
        if ones.get(code) and others.get(code)
    )


def _distance(ones: list[Value], others: list[Value], term: Term) -> TermDistance:
    between, unit = {
        "quantity": (_between_ranges, term.unit),
        "date": (_between_ranges, "day"),
        "choice": (_between_choices, "step" if _places(term) else ""),
        "set": (_between_sets, "member"),
    }[term.kind]
    found = [between(one, other, term) for one, other in product(ones, others)]
    return TermDistance(term.code, min(found), max(found), unit, _scale([*ones, *others], term))


def _scale(values: Sequence[Value], term: Term) -> Decimal | None:
    if term.kind == "quantity":
        ends = [abs(end) for v in values for end in _ends(v, term) if end is not None]
        return max(ends, default=None)
    if term.kind == "set":
        return Decimal(len(frozenset[str]().union(*(value.choices for value in values))))
    steps = set(_places(term).values())
    return Decimal(max(steps)) if term.kind == "choice" and steps else None


def _between_ranges(one: Value, other: Value, term: Term) -> Decimal:
    (low, high), (other_low, other_high) = _ends(one, term), _ends(other, term)
    spaces = [
        EXACT.subtract(start, end)
        for start, end in ((low, other_high), (other_low, high))
        if start is not None and end is not None
    ]
    return max([ZERO, *spaces])


def _ends(value: Value, term: Term) -> Ends:
    if term.kind == "quantity" and value.quantity is not None:
        return value.quantity
    if term.kind == "date" and value.dates is not None:
        first, last = value.dates
        return (
            None if first is None else Decimal(first.toordinal()),
            None if last is None else Decimal(last.toordinal()),
        )
    raise ValueError(f"A value is given for {term.code}, but no {term.kind}.")


def _between_choices(one: Value, other: Value, term: Term) -> Decimal:
    every = one.choices | other.choices | set(term.ordinals)
    places = _places(term)

    def taken(value: Value) -> frozenset[str]:
        if value.quantifier == "none of":
            return every - value.choices
        return every if value.others else value.choices

    def steps(choice: str, another: str) -> Decimal:
        if choice == another:
            return ZERO
        if choice not in places or another not in places:
            return ONE
        return max(ONE, Decimal(abs(places[choice] - places[another])))

    ones, others = taken(one), taken(other)
    if not ones or not others:
        return ZERO if ones == others else ONE
    return min(steps(choice, another) for choice, another in product(ones, others))


def _places(term: Term) -> dict[str, int]:
    """Return the place of each ordered choice among the ordinals that the term has."""
    ordinals = sorted({ordinal for ordinal in term.ordinals.values() if ordinal is not None})
    return {
        choice: ordinals.index(ordinal)
        for choice, ordinal in term.ordinals.items()
        if ordinal is not None
    }


def _between_sets(one: Value, other: Value, term: Term) -> Decimal:
    every = one.choices | other.choices | set(term.ordinals)

    def readings(value: Value) -> list[tuple[frozenset[str], frozenset[str]]]:
        """Return what is wanted and what is ruled out, in each way the value can be met."""
        named = value.choices
        if value.quantifier == "one of" and named:
            return [
                (frozenset({choice}), every - {choice})
                for choice in (every if value.others else named)
            ]
        if value.quantifier == "none of" and named:
            return [(frozenset(), named)]
        return [(named, frozenset() if value.others else every - named)]

    return min(
        Decimal(len(wanted & others_barred) + len(others_wanted & barred))
        for (wanted, barred), (others_wanted, others_barred) in product(
            readings(one), readings(other)
        )
    )
