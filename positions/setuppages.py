"""What the pages of setting up show: what is missing, who appears where, the codebook's outline."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from negotiations.models import Membership, Negotiation, Party, Person, Round, Track
from positions.models import Issue, Term


@dataclass(frozen=True)
class Step:
    """One part of setting up: how far it is, and where to go on."""

    label: str
    said: str
    is_done: bool
    url: str


@dataclass(frozen=True)
class OutlinedIssue:
    """An issue of the codebook with its depth in the outline and its terms, choices loaded."""

    issue: Issue
    depth: int
    terms: tuple[Term, ...]


def steps(*, negotiation: Negotiation, user) -> list[Step]:
    """Return the parts of setting up in the order in which one does them."""
    mine = Q(negotiation=negotiation)
    principals = Party.objects.visible_to(user).filter(mine, standing="principal").count()
    counts = {
        model: model.objects.visible_to(user).filter(mine).count()
        for model in (Party, Person, Track, Issue, Term, Round, Membership)
    }
    own = [
        (
            _("Parties"),
            _("%(parties)s, of which %(principals)s principals: at least two can be compared.")
            % {"parties": counts[Party], "principals": principals},
            principals >= 2,
            "setup-parties",
        ),
        (
            _("Issues and terms"),
            _("%(issues)s issues with %(terms)s terms in which positions can be compared.")
            % {"issues": counts[Issue], "terms": counts[Term]},
            counts[Issue] > 0,
            "setup-issues",
        ),
        (
            _("Tracks"),
            _("%(count)s: a round belongs to a track.") % {"count": counts[Track]},
            counts[Track] > 0,
            "setup-tracks",
        ),
        (
            _("People"),
            _("%(count)s: who speaks or sits; they can also be added on the way.")
            % {"count": counts[Person]},
            counts[Person] > 0,
            "setup-people",
        ),
        (
            _("Rounds"),
            _("%(count)s planned or held.") % {"count": counts[Round]},
            counts[Round] > 0,
            "rounds",
        ),
    ]
    return [
        Step(label, said, done, reverse(name, args=[negotiation.slug]))
        for label, said, done, name in own
    ]


def people(*, negotiation: Negotiation, user) -> models.QuerySet[Person]:
    """Return the people with ``seat_count`` and ``statement_count``: where they appear."""
    rows = Person.objects.visible_to(user).filter(negotiation=negotiation)
    return rows.annotate(
        seat_count=Count("seats", distinct=True),
        statement_count=Count("statements", distinct=True),
    )


def outline(*, negotiation: Negotiation, user) -> list[OutlinedIssue]:
    """Return the issues in order, each below what it is part of, with their terms.

    Terms of no issue stand at the end, under an issue that is None.
    """
    issues = Issue.objects.visible_to(user).filter(negotiation=negotiation)
    terms: dict[int | None, list[Term]] = defaultdict(list)
    found = Term.objects.visible_to(user).filter(negotiation=negotiation)
    for term in found.prefetch_related("choices"):
        terms[term.issue_id].append(term)
    below: dict[int | None, list[Issue]] = defaultdict(list)
    for issue in issues:
        below[issue.parent_id].append(issue)
    return list(_walk(below, terms, None, 0))


def _walk(below, terms, parent, depth) -> Iterable[OutlinedIssue]:
    for issue in below[parent]:
        yield OutlinedIssue(issue, depth, tuple(terms[issue.pk]))
        yield from _walk(below, terms, issue.pk, depth + 1)
