"""What the page of answers shows: threads, their steps, and who has not answered."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from negotiations import ranges
from negotiations.models import Negotiation, Party
from positions import threads
from positions.answerwords import follows_text, span_text, wait_text
from positions.matrix import Statement
from positions.models import Clause, Demand, Issue, Proposal, Silence
from positions.question import Question
from positions.recordwords import OfRecord


@dataclass(frozen=True)
class ShownStep(OfRecord):
    """A record in a thread; ``statement`` is what it says in full where it is a demand.

    ``ended`` if it has come to its end by the day of the page.
    """

    step: threads.Step
    record: Any
    parties: tuple[Party, ...]
    statement: Statement | None
    stands: bool
    ended: bool

    @property
    def paper(self) -> Proposal | None:
        """Return the paper that it is, or stands in."""
        if isinstance(self.record, Proposal):
            return self.record
        clause = self.record if isinstance(self.record, Clause) else None
        if isinstance(self.record, Demand):
            clause = self.record.clause
        return clause.proposal if clause else None

    @property
    def follows(self) -> str:
        return follows_text(self.step.follows, self.record)

    @property
    def level(self) -> int:
        """Return how far it is indented: as far as a page has room."""
        return min(self.step.depth, 4)

    @property
    def fate(self) -> str:
        """Return what became of it if it no longer stands; empty if it does."""
        if self.stands:
            return ""
        if self.ended:
            return f"{self.record.get_ending_display()}, {ranges.date_text(self.record.ended)}"
        return _("no longer stands")

    @property
    def days(self) -> str:
        """Return in words how many days it came after the step before."""
        return span_text(self.step.days)


@dataclass(frozen=True)
class ShownWait:
    """A party that has not answered, with the notes that say so.

    ``issue`` is the one on which it can be noted as silent; None where there is none.
    """

    wait: threads.Wait
    party: Party
    issue: Issue | None
    silences: tuple[Silence, ...]

    @property
    def text(self) -> str:
        return wait_text(self.wait)

    @property
    def query(self) -> str:
        """Return which silence it would be, as an address names it."""
        issue = self.issue.code if self.issue else ""
        return urlencode({"party": self.party.code, "issue": issue, "about": self.wait.about})

    @property
    def can_note(self) -> bool:
        """Whether it can be noted in one step that somebody looked and found nothing."""
        is_open = self.issue is not None and self.issue.retired is None
        return self.wait.blank == threads.Blank.NOT_CODED and is_open


@dataclass(frozen=True)
class ShownThread:
    """One thread; ``open`` while an answer is waited for."""

    thread: threads.Thread
    steps: tuple[ShownStep, ...]
    waits: tuple[ShownWait, ...]
    issues: tuple[Issue, ...]

    @property
    def open(self) -> bool:
        return self.thread.open

    @property
    def start(self) -> ShownStep:
        return self.steps[0]

    @property
    def replies(self) -> tuple[ShownStep, ...]:
        return self.steps[1:]

    @property
    def issue(self) -> Issue | None:
        """Return the issue of its first step that has one."""
        return self.issues[0] if self.issues else None


@dataclass(frozen=True)
class AnswersPage:
    """Every thread asked for: open ones first, those that wait longest before.

    ``not_coded`` is what stands and asks for an answer, but is in no thread: nobody coded an answer
    to it, nor that there is none.
    """

    negotiation: Negotiation
    question: Question
    threads: tuple[ShownThread, ...]
    not_coded: tuple[Demand | Proposal, ...]
    every_issue: tuple[Issue, ...]
    every_party: tuple[Party, ...]

    @property
    def as_of(self) -> date:
        return self.question.as_of

    @property
    def open(self) -> tuple[ShownThread, ...]:
        return tuple(thread for thread in self.threads if thread.open)

    @property
    def closed(self) -> tuple[ShownThread, ...]:
        return tuple(thread for thread in self.threads if not thread.open)
