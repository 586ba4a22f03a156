"""What a loaded record gives and what it waits for: values of terms, links, their other ends."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from negotiations.models import Party
from positions.deadlines import Span
from positions.deadlinewords import ShownDeadline, span_text
from positions.models import Demand, Linkage, Outcome, TermValue
from positions.origins import Lineage
from positions.words import answered_text, full_value_text

#: Answers that turn down what they answer.
REFUSALS = frozenset({Demand.Answer.REJECTED, Demand.Answer.REFUSES})


@dataclass(frozen=True)
class Choice:
    """One choice that a value names; ``ordinal`` is its place where order means something."""

    code: str
    name: str
    ordinal: int | None


@dataclass(frozen=True)
class Value:
    """A term's value on a record, with its choices in order.

    ``places`` has the ordinal of every choice of the term, by code; ``cited`` the sources that
    vouch for the value itself, each with those it derives from.
    """

    row: TermValue
    choices: tuple[Choice, ...]
    places: tuple[tuple[str, int | None], ...]
    cited: tuple[Lineage, ...] = ()

    @property
    def text(self) -> str:
        return full_value_text(self.row, self.choices)


def said(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Return the values that say something, be it that the term is left open."""
    return tuple(v for v in values if v.row.status != TermValue.Status.UNSPECIFIED)


def unsaid(values: tuple[Value, ...]) -> tuple[str, ...]:
    """Return the names of the terms that are recorded as not specified."""
    return tuple(v.row.term.name for v in values if v.row.status == TermValue.Status.UNSPECIFIED)


@dataclass(frozen=True)
class Link:
    """What a record waits for; ``text`` says it in words, whatever kind of record it is.

    ``kind`` and ``issue`` are the anchor's, empty where it has none; ``met`` is when it came about.
    """

    row: Linkage
    text: str
    kind: str = ""
    issue: str = ""
    met: Span | None = None
    deadline: ShownDeadline | None = None

    @property
    def met_text(self) -> str:
        """Return since when what it waits for has come about; empty if it has not."""
        return span_text(self.met) if self.met else ""

    @property
    def note(self) -> str:
        """Return by when it makes the record due, or since when it is met; empty if neither."""
        if self.deadline and self.deadline.short:
            return self.deadline.short
        return _("met %(day)s") % {"day": self.met_text} if self.met else ""


@dataclass(frozen=True)
class Waits:
    """Something without which a record does not hold: an *only if*, or the step before it.

    ``key`` is equal where two records wait for the same; ``number`` is that of a record, or None.
    """

    key: str
    text: str
    number: int | None = None


@dataclass(frozen=True)
class Received:
    """An answer to a record, by those who hold it."""

    answer: Demand
    parties: tuple[Party, ...]

    @property
    def text(self) -> str:
        """Return it in words: "rejected by Ukraine"."""
        who = ", ".join(map(str, self.parties))
        answer = answered_text(self.answer.answer)
        return _("%(answer)s by %(who)s") % {"answer": answer, "who": who} if who else answer

    @property
    def is_refusal(self) -> bool:
        return self.answer.answer in REFUSALS


@dataclass(frozen=True)
class Hanging:
    """The other end of a link: the record that hangs on this one."""

    link: Link
    record: Demand | Outcome
    parties: tuple[Party, ...] = ()
