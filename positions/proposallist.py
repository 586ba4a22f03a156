"""The papers of a negotiation: who tabled them when, what replaced them, the answers so far."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from negotiations import ranges
from negotiations.models import Negotiation, Party
from positions.models import Clause, Demand, Proposal, Silence


@dataclass(frozen=True)
class Reply:
    """What parties answered to a paper as a whole, or that they are known not to have answered."""

    parties: tuple[Party, ...]
    record: Demand | Silence
    label: str
    when: str


@dataclass(frozen=True)
class PaperLine:
    """One paper with its place in a chain of versions and the answers to it."""

    proposal: Proposal
    holders: tuple[Party, ...]
    clauses: int
    replaced_by: tuple[Proposal, ...]
    replies: tuple[Reply, ...]
    to_clauses: int

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


def lines(*, negotiation: Negotiation, user) -> tuple[PaperLine, ...]:
    """Return the papers that ``user`` may see, in the order in which they were tabled."""
    mine = {"negotiation": negotiation}
    papers = list(
        Proposal.objects.visible_to(user)
        .filter(**mine)
        .exclude(state="retracted")
        .select_related("round", "supersedes", "responds_to")
        .prefetch_related("holder_links__party")
        .order_by("tabled", "pk")
    )
    numbers = [paper.pk for paper in papers]
    inside = defaultdict(list)
    clauses = Clause.objects.visible_to(user).filter(proposal__in=numbers)
    for pk, paper in clauses.exclude(state="retracted").values_list("pk", "proposal"):
        inside[paper].append(pk)
    answers = list(
        Demand.objects.visible_to(user)
        .filter(answers__in=numbers + [pk for own in inside.values() for pk in own])
        .exclude(state="retracted")
        .prefetch_related("holder_links__party")
        .order_by("stated", "pk")
    )
    silences = list(
        Silence.objects.visible_to(user)
        .filter(about__in=numbers)
        .exclude(state="retracted")
        .select_related("party")
        .order_by("looked_until", "pk")
    )
    return tuple(_line(paper, papers, inside[paper.pk], answers, silences) for paper in papers)


def _line(paper, papers, clauses, answers, silences) -> PaperLine:
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
        clauses=len(clauses),
        replaced_by=tuple(p for p in papers if p.supersedes_id == paper.pk),
        replies=tuple(replies),
        to_clauses=sum(d.answers_id in set(clauses) for d in answers),
    )


def _parties(row: Proposal | Demand) -> tuple[Party, ...]:
    held = (link.party for link in row.holder_links.all())
    return tuple(sorted(held, key=lambda party: (party.order, party.code)))
