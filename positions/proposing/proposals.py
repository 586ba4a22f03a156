"""What the rules propose, each with the words it was read from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Why:
    """The words something was read from, and where they stand in the text."""

    start: int
    end: int
    words: str


@dataclass(frozen=True)
class Read:
    """A value that was read: the key of a record, a word of ours, or words as they stand."""

    value: str
    why: Why


@dataclass(frozen=True)
class Amount:
    """A number or a range with its unit; no end is no limit, no unit one we do not know.

    ``term`` is the key of the term that it is a value of, if there is only one it can be.
    """

    low: Decimal | None
    high: Decimal | None
    unit: str
    approximate: bool
    why: Why
    term: str = ""


@dataclass(frozen=True)
class Deadline:
    """By when: within an amount of time of something, or by a day."""

    within: Amount | None
    by: date | None
    why: Why


@dataclass(frozen=True)
class Days:
    """From the first to the last day, both included."""

    first: date
    last: date
    why: Why


@dataclass(frozen=True)
class Proposals:
    """All that is proposed for a passage; what is not certain enough is left out.

    ``kind`` is a word of ``Demand.Kind``, "answer", "outcome" or "event"; ``answer`` a word of
    ``Demand.Answer``; ``basis`` one of ``Evidence.Basis``, ``outcome`` of ``Outcome.Kind`` and
    ``event`` of ``Event.Kind``. ``speaker`` is the key of a person,
    ``new_speaker`` the name of one who is not known. ``choices`` pair a term with a choice.
    ``confirmed`` are those of the holders whose own word it is, if anybody is quoted at all.
    """

    kind: Read | None = None
    answer: Read | None = None
    outcome: Read | None = None
    event: Read | None = None
    holders: tuple[Read, ...] = ()
    confirmed: tuple[Read, ...] = ()
    speaker: Read | None = None
    new_speaker: Read | None = None
    capacity: Read | None = None
    issue: Read | None = None
    amounts: tuple[Amount, ...] = ()
    choices: tuple[tuple[str, Read], ...] = ()
    deadline: Deadline | None = None
    date: Days | None = None
    basis: Read | None = None
