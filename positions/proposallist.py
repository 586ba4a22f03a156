"""The papers of a negotiation: who tabled them when, what replaced them, the answers so far."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.db.models.functions import Coalesce

from negotiations import ranges
from negotiations.models import Negotiation, Party
from negotiations.past import records_as_of
from positions.models import Clause, Demand, Issue, Proposal, Silence
from positions.question import Question
from positions.targets import value_at


@dataclass(frozen=True)
class Reply:
    """What parties answered to a paper as a whole, or that they are known not to have answered."""

    parties: tuple[Party, ...]
    record: Demand | Silence
    label: str
    when: str


@dataclass(frozen=True)
class PaperLine:
    """One paper with its place in a chain of versions and the answers to it.

    ``to_parts`` counts the answers to its clauses, and to the demands that stand in them.
    """

    proposal: Proposal
    holders: tuple[Party, ...]
    clauses: int
    replaced_by: tuple[Proposal, ...]
    replies: tuple[Reply, ...]
    to_parts: int

    @property
    def answered_by(self) -> frozenset[int]:
        """Return the numbers of the parties that answered the paper as a whole."""
        return frozenset(
            party.pk for r in self.replies if isinstance(r.record, Demand) for party in r.parties
        )

    def awaited(self, parties: Iterable[Party]) -> tuple[Party, ...]:
        """Return those of ``parties`` whose answer is still due."""
        done = self.answered_by | {party.pk for party in self.holders}
        return tuple(party for party in parties if party.pk not in done)

    def due(self, today: date) -> bool:
        """Whether the day to answer by, if there is one, has not passed."""
        last = ranges.latest(self.proposal.answer_by) if self.proposal.answer_by else None
        return last is not None and last >= today


@dataclass(frozen=True)
class PaperList:
    """The papers of a negotiation at the end of a day, with what one may ask of them."""

    negotiation: Negotiation
    question: Question
    papers: tuple[PaperLine, ...]
    every_issue: tuple[Issue, ...] = ()
    every_party: tuple[Party, ...] = ()

    @property
    def as_of(self) -> date:
        return self.question.as_of


def build(*, negotiation: Negotiation, user, question: Question) -> PaperList:
    """Return the papers that ``user`` may see, as ``question`` asks by its clocks.

    Raises ``UnknownRevision``.
    """
    with records_as_of(negotiation, question.revision) as then:
        papers = lines(negotiation=then, user=user, question=question)
        return PaperList(then, question, papers)


def lines(*, negotiation: Negotiation, user, question: Question) -> tuple[PaperLine, ...]:
    """Return the papers that ``user`` may see, in the order in which they were tabled."""
    as_of, known_on = question.as_of, question.known_on

    def mine(model):
        rows = model.objects.visible_to(user).known_on(known_on)
        return rows.filter(negotiation=negotiation).exclude(state="retracted")

    papers = list(
        mine(Proposal)
        .tabled_by(as_of)
        .select_related("round", "supersedes", "responds_to")
        .prefetch_related("holder_links__party")
        .order_by("tabled", "pk")
    )
    numbers = [paper.pk for paper in papers]
    inside: dict[int, int] = Counter(
        Clause.objects.visible_to(user)
        .filter(proposal__in=numbers)
        .exclude(state="retracted")
        .values_list("proposal", flat=True)
    )
    part_of = Coalesce(
        value_at("answers", Clause, "proposal"), value_at("answers", Demand, "clause__proposal")
    )
    answers = list(
        mine(Demand)
        .stated_by(as_of)
        .annotate(part_of=part_of)
        .filter(Q(answers__in=numbers) | Q(part_of__in=numbers))
        .prefetch_related("holder_links__party")
        .order_by("stated", "pk")
    )
    silences = list(
        mine(Silence)
        .noted_by(as_of)
        .filter(about__in=numbers)
        .select_related("party")
        .order_by("looked_until", "pk")
    )
    return tuple(_line(paper, papers, inside[paper.pk], answers, silences) for paper in papers)


def _line(paper, papers, clauses: int, answers, silences) -> PaperLine:
    replies = [
        Reply(_parties(d), d, d.get_answer_display(), ranges.date_text(d.stated))
        for d in answers
        if d.answers_id == paper.pk
    ]
    done = {party.pk for reply in replies for party in reply.parties}
    replies += [
        Reply((s.party,), s, "", ranges.date_text(s.looked_until))
        for s in silences
        if s.about_id == paper.pk and s.party_id not in done
    ]
    return PaperLine(
        proposal=paper,
        holders=_parties(paper),
        clauses=clauses,
        replaced_by=tuple(p for p in papers if p.supersedes_id == paper.pk),
        replies=tuple(replies),
        to_parts=sum(d.part_of == paper.pk for d in answers),
    )


def _parties(row: Proposal | Demand) -> tuple[Party, ...]:
    held = (link.party for link in row.holder_links.all())
    return tuple(sorted(held, key=lambda party: (party.order, party.code)))
