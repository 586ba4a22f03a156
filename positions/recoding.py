"""Changing how things are coded: retiring, merging and splitting parts of the codebook.

Each act is one operation, so one changeset with its reason, and ``negotiations.reversing`` undoes
it as one. ``recodingplans`` says beforehand what an act would write.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from negotiations.models import Content
from negotiations.operations import create, edit, operation
from positions.models import Issue, Term, TermChoice, TermValueChoice
from positions.recodingplans import (
    Chosen,
    Move,
    Plan,
    merging_choices,
    merging_issues,
    merging_terms,
    splitting,
)


@operation
def retire(row: Issue | Term | TermChoice, *, user, reason: str = "") -> Any:
    """Offer a part of the codebook no longer; what is recorded keeps it. Return it.

    Raises ``ValidationError``, also if an issue has parts that are in use.
    """
    fields = {"retired": timezone.localdate(), "retired_because": reason}
    return edit(row, user=user, reason=reason, **fields)


@operation
def bring_back(row: Issue | Term | TermChoice, *, user, reason: str = "") -> Any:
    """Offer a retired part of the codebook again, and return it.

    What went elsewhere when it was merged stays there. Raises ``ValidationError`` if what it is a
    part of is retired.
    """
    whole = owner_of(row)
    if whole is not None and whole.retired is not None:
        raise ValidationError(_("Bring back “%(name)s” first.") % {"name": whole})
    fields = {"retired": None, "retired_because": "", "merged_into": None}
    return edit(row, user=user, reason=reason, **fields)


def owner_of(row: Issue | Term | TermChoice) -> Issue | Term | None:
    """Return what a part of the codebook is itself a part of."""
    if isinstance(row, Issue):
        return row.parent
    return row.issue if isinstance(row, Term) else row.term


@operation
def merge_choices(choice: TermChoice, *, into: TermChoice, user, reason: str = "") -> TermChoice:
    """Let all values that name a choice name another of its term; return that one.

    The choice is retired. Raises ``ValidationError``, see ``merging_choices``.
    """
    _carry_out(merging_choices(choice, into), user, reason)
    return into


@operation
def merge_terms(
    term: Term,
    *,
    into: Term,
    user,
    choices: Mapping[int, int] | None = None,
    reason: str = "",
) -> Term:
    """Move all values and unmatched choices of a term to another, and return that.

    The term is retired, and so are the choices that are matched to one that is kept. Raises
    ``ValidationError``, see ``merging_terms``.
    """
    _carry_out(merging_terms(term, into, choices), user, reason)
    return into


@operation
def merge_issues(
    issue: Issue,
    *,
    into: Issue,
    user,
    terms: Mapping[int, int] | None = None,
    choices: Mapping[int, int] | None = None,
    reason: str = "",
) -> Issue:
    """Move all that stands on an issue, its parts and its terms to another, and return that.

    The issue is retired, and so are the terms and choices that are matched to one that is kept.
    Raises ``ValidationError``, see ``merging_issues``.
    """
    _carry_out(merging_issues(issue, into, terms, choices), user, reason)
    return into


@operation
def split_issue(issue: Issue, *, chosen: Chosen, user, reason: str = "", **fields) -> Issue:
    """Record a new issue with ``fields``, move to it what is chosen, and return it.

    Raises ``ValidationError``, see ``splitting``.
    """
    new = create(Issue, negotiation=issue.negotiation, user=user, reason=reason, **fields)
    _carry_out(splitting(issue, new, chosen), user, reason)
    return new


def _carry_out(plan: Plan, user, reason: str) -> None:
    shared = {"user": user, "reason": reason}
    for group in plan.accepted().groups:
        if isinstance(group.moves[0].row, Content):
            _move_all(group.moves)
            continue
        for move in group.moves:
            edit(move.row, **shared, **move.fields)
    today = timezone.localdate()
    for move in plan.retiring:
        edit(move.row, **shared, retired=today, retired_because=reason, **move.fields)


def _move_all(moves: Sequence[Move]) -> None:
    """Move records of one kind, hundreds at once: in a statement those that go to the same place.

    The plan has seen to what an edit would look at; the rest the database holds to.
    """
    alike: dict[frozenset, list[int]] = {}
    for move in moves:
        fields = frozenset((n, value) for n, value in move.fields.items() if n != "choices")
        alike.setdefault(fields, []).append(move.row.pk)
    for fields, numbers in alike.items():
        rows = type(moves[0].row)._base_manager.filter(pk__in=numbers)
        rows.update(**dict(fields), version=F("version") + 1)
    gone, new = [], []
    for move in moves:
        if "choices" not in move.fields:
            continue
        had = {choice.pk for choice in move.row.choices.all()}
        wanted = {choice.pk for choice in move.fields["choices"]}
        gone += [(move.row.pk, pk) for pk in had - wanted]
        new += [(move.row, pk) for pk in sorted(wanted - had)]
    for choice in {pk for _value, pk in gone}:
        values = [value for value, pk in gone if pk == choice]
        TermValueChoice.objects.filter(value__in=values, choice=choice).delete()
    TermValueChoice.objects.bulk_create(
        TermValueChoice(negotiation_id=value.negotiation_id, value=value, choice_id=pk)
        for value, pk in new
    )
