"""What the rules of ``positions.proposing`` know of a negotiation, and read in a source."""

from collections import defaultdict

from django.forms import BoundField

from negotiations import ranges
from negotiations.models import Delegate, Negotiation, Party, Person, Source
from positions import proposing
from positions.models import Issue, Term
from positions.proposing import Known, Passage, Proposals

#: A longer passage says too much for one record, and nothing is proposed for it.
LONGEST = 5_000


def known_of(negotiation: Negotiation, user) -> Known:
    """Return the names and words of a negotiation that the user may see and choose.

    A person speaks for the one party on whose delegations this person has always sat.
    """

    def mine(model):
        return model.objects.visible_to(user).filter(negotiation=negotiation)

    sat_for: dict[int, set[int]] = defaultdict(set)
    seats = mine(Delegate).exclude(state="retracted").values_list("person", "party").distinct()
    for person, party in seats:
        sat_for[person].add(party)
    return Known(
        parties=tuple(
            proposing.Party(
                str(party.pk),
                (party.name, *party.aliases),
                party.standing == Party.Standing.PRINCIPAL,
            )
            for party in mine(Party)
        ),
        people=tuple(
            proposing.Person(
                str(person.pk), (person.name, *person.aliases), _only(sat_for[person.pk])
            )
            for person in mine(Person)
        ),
        issues=tuple(
            proposing.Issue(
                str(issue.pk), issue.name, f"{issue.question} {issue.definition}", issue.code
            )
            for issue in mine(Issue).offered()
        ),
        terms=tuple(
            proposing.Term(
                str(term.pk),
                term.name,
                str(term.issue_id or ""),
                term.kind,
                term.unit,
                tuple(
                    (str(choice.pk), choice.name)
                    for choice in term.choices.all()
                    if not choice.retired
                ),
                term.code,
            )
            for term in mine(Term).offered().prefetch_related("choices")
        ),
    )


def _only(parties: set[int]) -> str:
    return str(next(iter(parties))) if len(parties) == 1 else ""


def is_as_proposed(field: BoundField, proposed) -> bool:
    """Return whether a field holds what was proposed for it, and nothing that somebody wrote."""
    value = field.value()
    if isinstance(proposed, list):
        return sorted(map(str, value or ())) == sorted(map(str, proposed))
    return str(value) in (str(proposed), str(field.field.prepare_value(proposed)))


def proposals_for(source: Source, start: int, end: int, known: Known) -> Proposals:
    """Return what the rules propose for a stretch of a source's text.

    Raises ``ValueError`` where there is no such stretch.
    """
    if end - start > LONGEST:
        return Proposals()
    published = ranges.latest(source.published) if source.published else None
    return proposing.propose(Passage(source.text, start, end, published), known)
