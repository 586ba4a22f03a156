"""What the rules read: a passage of a text, and the names and words of a negotiation."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Party:
    """A party by all its names; ``principal`` if it is a side of the talks."""

    key: str
    names: tuple[str, ...]
    principal: bool = False


@dataclass(frozen=True)
class Person:
    """A person by all names, with the party that this person has always spoken for, if any."""

    key: str
    names: tuple[str, ...]
    party: str = ""


@dataclass(frozen=True)
class Issue:
    key: str
    name: str
    definition: str = ""
    code: str = ""


@dataclass(frozen=True)
class Term:
    """A term; ``kind`` is a word of ``Term.Kind``, ``choices`` are keys and names."""

    key: str
    name: str
    issue: str = ""
    kind: str = "quantity"
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    code: str = ""


@dataclass(frozen=True)
class Known:
    """What is known of a negotiation."""

    parties: tuple[Party, ...] = ()
    people: tuple[Person, ...] = ()
    issues: tuple[Issue, ...] = ()
    terms: tuple[Term, ...] = ()

    @property
    def principals(self) -> tuple[Party, ...]:
        return tuple(party for party in self.parties if party.principal)


@dataclass(frozen=True)
class Passage:
    """The stretch of ``text`` from ``start`` to ``end``, and the last day it can have been written.

    Raises ``ValueError`` where there is no such stretch.
    """

    text: str
    start: int
    end: int
    published: date | None = None

    def __post_init__(self):
        if not 0 <= self.start < self.end <= len(self.text):
            raise ValueError("The passage must lie in the text.")

    @property
    def words(self) -> str:
        return self.text[self.start : self.end]
