"""Threads of answers as a page shows them: who answered what after how many days, and who did not.

``build`` is the only place that asks the database, as often for one thread as for many.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q

from negotiations import ranges
from negotiations.models import Negotiation, Party
from negotiations.past import records_as_of
from positions import gaps, threads
from positions.answerrecord import AnswersPage, ShownStep, ShownThread, ShownWait
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
    Clause,
    Demand,
    Event,
    Issue,
    Outcome,
    Proposal,
    ProposalHolder,
    Silence,
)
from positions.question import Question
from positions.recordwords import when_of

#: Nobody is expected to answer somebody's assessment.
UNASKED = frozenset({Demand.Kind.ASSESSMENT})


def build(
    *,
    negotiation: Negotiation,
    user,
    question: Question,
    frame: Frame | Comparison | None = None,
    threads_only: bool = False,
) -> AnswersPage:
    """Return the threads that ``user`` may see, as ``question`` asks for them.

    Of the question the clocks, issues and parties count: an issue brings its parts with it, a party
    takes part or is waited for. ``frame`` has the negotiation's parties and issues, if at hand.
    ``threads_only`` leaves out what is in no thread. Raises ``UnknownRevision``.
    """
    with records_as_of(negotiation, question.revision) as then:
        loaded = _Loaded(then, user, question, frame or frame_of(then, user))
        return loaded.page(threads_only=threads_only)


class _Loaded(AskedRecords):
    """What is answered, answers, or is noted as unanswered by one day."""

    def __init__(self, negotiation, user, question: Question, frame: Frame | Comparison):
        super().__init__(negotiation, user, question, frame)
        self.silences = list(
            self.mine(Silence)
            .noted_by(self.as_of)
            .select_related("party", "issue", "about")
            .order_by("looked_until", "pk")
        )
        numbers = self._involved()
        self.demands = demand_rows(
            self.mine(Demand).stated_by(self.as_of).filter(pk__in=numbers), question
        )
        self.papers = self._papers()
        self.records: dict[int, Any] = {
            **self.demands,
            **self.papers,
            **self._clauses(numbers),
            **self.reached(Q(pk__in=numbers)),
            **self._events(numbers),
        }

    def _involved(self) -> set[int]:
        """The numbers of what answers, is answered, is noted as unanswered, or restates any."""
        links = (
            self.mine(Demand)
            .stated_by(self.as_of)
            .filter(Q(answers__isnull=False) | Q(supersedes__isnull=False))
            .values_list("pk", "answers", "supersedes")
        )
        numbers = {silence.about_id for silence in self.silences if silence.about_id}
        newer: dict[int, list[int]] = {}
        for pk, answers, supersedes in links:
            if answers:
                numbers |= {pk, answers}
            if supersedes:
                newer.setdefault(supersedes, []).append(pk)
        waiting = list(numbers)
        while waiting:
            found = set(newer.pop(waiting.pop(), ())) - numbers
            numbers |= found
            waiting.extend(found)
        return numbers

    def _papers(self) -> dict[int, Proposal]:
        holders = ProposalHolder.objects.filter(proposal=OuterRef("pk")).values("party")
        newer = Proposal.objects.published().known_on(self.known_on).tabled_by(self.as_of)
        newer = newer.filter(supersedes=OuterRef("pk"))
        rows = self.mine(Proposal).tabled_by(self.as_of)
        rows = rows.annotate(named=ArraySubquery(holders), stands=~Exists(newer))
        return {row.pk: row for row in rows.order_by("tabled", "pk")}

    def _clauses(self, numbers) -> dict[int, Clause]:
        rows = Clause.objects.visible_to(self.user).exclude(state="retracted")
        rows = rows.filter(pk__in=numbers, proposal__in=self.papers)
        return {row.pk: row for row in rows.select_related("proposal")}

    def _events(self, numbers) -> dict[int, Event]:
        rows = self.mine(Event).filter(pk__in=numbers)
        return {row.pk: row for row in rows.select_related("issue")}

    def page(self, *, threads_only: bool) -> AnswersPage:
        wanted_issues = issues_asked(self.frame, self.question.issues)
        entries = {pk: self._entry(record) for pk, record in self.records.items()}
        found = threads.threads(entries.values(), self._looked(entries), self.as_of)
        notes = self._notes()
        kept = [
            (thread, about)
            for thread in found
            for about in (self._issues_of(thread, notes),)
            if self._is_on(about, wanted_issues)
            and self._of_party(thread, entries, self.question.parties)
        ]
        wanted = {step.id for thread, _about in kept for step in thread.steps}
        shown = [demand for pk, demand in self.demands.items() if pk in wanted]
        parts = parts_of(
            [demand.pk for demand in shown],
            self.user,
            negotiation=self.negotiation,
            question=self.question,
        )
        statements = {demand.pk: parts.statement(demand, self.parties) for demand in shown}
        return AnswersPage(
            negotiation=self.negotiation,
            question=self.question,
            threads=tuple(self._shown(thread, about, statements) for thread, about in kept),
            not_coded=()
            if threads_only
            else tuple(self._not_coded({s.id for t in found for s in t.steps}, wanted_issues)),
            every_issue=tuple(self.frame.every_issue),
            every_party=tuple(self.frame.every_party),
        )

    def _not_coded(
        self, threaded: set[int], wanted: frozenset[int | None]
    ) -> Iterator[Demand | Proposal]:
        """What stands and asks somebody for an answer, but is in no thread; papers first."""
        codes = self.question.parties
        asking = (
            self.mine(Demand)
            .current(self.as_of, self.known_on)
            .filter(kind__in=gaps.COMPARED, answers=None)
            .exclude(pk__in=threaded)
        )
        papers = (p for pk, p in self.papers.items() if pk not in threaded and None in wanted)
        demands = (d for d in demand_rows(asking, self.question).values() if d.issue_id in wanted)
        records: tuple[Demand | Proposal, ...] = (*papers, *demands)
        for record in records:
            holders = self._holders(record)
            asked = self._asked(record, holders)
            speaking = {party.code for party in named(holders, self.parties)}
            is_live = record.state == "published" and self._stands(record)
            if is_live and asked and (not codes or codes & (asked | speaking)):
                yield record

    def _entry(self, record) -> threads.Entry:
        holders = self._holders(record)
        when = when_of(record)
        return threads.Entry(
            id=record.pk,
            parties=frozenset(self.parties[pk].code for pk in holders if pk in self.parties),
            when=(ranges.earliest(when), ranges.latest(when)) if when else None,
            answers=getattr(record, "answers_id", None),
            supersedes=getattr(record, "supersedes_id", None),
            asks=self._asked(record, holders),
            ended=self._ended(record),
            stands=self._stands(record),
            published=record.state == "published",
        )

    def _ended(self, record) -> date | None:
        ended = getattr(record, "ended", None)
        last = ranges.latest(ended) if ended else None
        return last if last is not None and last <= self.as_of else None

    def _holders(self, record) -> Sequence[int]:
        if isinstance(record, Clause):
            paper = self.records.get(record.proposal_id)
            return paper.named if paper else ()
        if isinstance(record, Event):
            return (record.actor_id,) if record.actor_id else ()
        return record.named

    def _asked(self, record, holders: Sequence[int]) -> frozenset[str]:
        """Those spoken to, else the principals that do not hold it; nobody for what is settled."""
        if isinstance(record, Outcome | Event) or getattr(record, "kind", "") in UNASKED:
            return frozenset()
        spoken_to = getattr(record, "spoken_to", ())
        return frozenset(
            party.code
            for pk, party in self.parties.items()
            if (pk in spoken_to)
            or (not spoken_to and party.standing == Party.Standing.PRINCIPAL and pk not in holders)
        )

    def _stands(self, record) -> bool:
        if isinstance(record, Clause):
            paper = self.records.get(record.proposal_id)
            return paper is None or paper.stands
        return getattr(record, "stands", True)

    def _looked(self, entries: Mapping[int, threads.Entry]) -> Iterator[threads.Looked]:
        """The notes on records; one on an issue as a whole is on what was put forward by then."""
        for silence in self.silences:
            until = ranges.latest(silence.looked_until)
            assert until is not None  # the database asks for a day
            party = silence.party.code
            if silence.about_id:
                yield threads.Looked(silence.pk, party, silence.about_id, until)
                continue
            for pk, demand in self.demands.items():
                said = ranges.latest(demand.stated)
                if (
                    demand.issue_id == silence.issue_id
                    and demand.answers_id is None
                    and party in entries[pk].asks
                    and said is not None
                    and said <= until
                ):
                    yield threads.Looked(silence.pk, party, pk, until)

    def _notes(self) -> dict[int, list[Silence]]:
        notes: dict[int, list[Silence]] = {}
        for silence in self.silences:
            notes.setdefault(silence.about_id or 0, []).append(silence)
        return notes

    def _issues_of(self, thread: threads.Thread, notes) -> tuple[Issue, ...]:
        """The issues of its steps, and of the notes on them, in the order of the thread."""
        found: dict[int, Issue] = {}
        for step in thread.steps:
            records = [self.records[step.id], *notes.get(step.id, ())]
            for issue in (getattr(record, "issue", None) for record in records):
                if issue is not None:
                    found.setdefault(issue.pk, issue)
        return tuple(found.values())

    @staticmethod
    def _is_on(about: Sequence[Issue], wanted: frozenset[int | None]) -> bool:
        numbers: set[int | None] = {issue.pk for issue in about}
        return bool(wanted & (numbers or {None}))

    @staticmethod
    def _of_party(thread: threads.Thread, entries, codes: frozenset[str]) -> bool:
        speaking = {code for step in thread.steps for code in entries[step.id].parties}
        return not codes or bool(codes & (speaking | {wait.party for wait in thread.waits}))

    def _shown(self, thread, about, statements: Mapping[int, Statement]) -> ShownThread:
        return ShownThread(
            thread=thread,
            steps=tuple(
                ShownStep(
                    step=step,
                    record=record,
                    parties=named(self._holders(record), self.parties),
                    statement=statements.get(step.id),
                    stands=self._stands(record) or record.state != "published",
                    ended=self._ended(record) is not None,
                )
                for step in thread.steps
                for record in (self.records[step.id],)
            ),
            waits=tuple(self._wait(wait, about) for wait in thread.waits),
            issues=about,
        )

    def _wait(self, wait: threads.Wait, about: Sequence[Issue]) -> ShownWait:
        own = getattr(self.records[wait.about], "issue", None)
        return ShownWait(
            wait=wait,
            party=next(p for p in self.parties.values() if p.code == wait.party),
            issue=own or (about[0] if about else None),
            silences=tuple(s for s in self.silences if s.pk in wait.looked),
        )
