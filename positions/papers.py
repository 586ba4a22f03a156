"""The only way to write the tree of a paper: its clauses, their places, its versions.

What changes places locks the paper first, so that siblings are numbered 1, 2, 3 … whoever else is
at it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from negotiations.models import Round
from negotiations.operations import Conflict, edit, operation, remove
from positions.clausediff import matched
from positions.models import Clause, Demand, Evidence, Linkage, Proposal, TermValue
from positions.operations import Fields, record_demand, record_with_evidence
from positions.pendingedits import kept_where_reviewed
from positions.termfields import as_fields

#: What a new version of a clause takes from the one before.
COPIED = ("label", "text", "operator")
#: What a restated demand takes from the one it restates.
RESTATED = ("text", "kind", "issue", "answers_id", "answer", "firmness")
#: What the word of a paper tells of a demand in it.
WORD = ("source", "basis", "speaker", "capacity", "reported_by", "locator")


@operation
def record_clause_tree(
    *,
    user,
    proposal: Proposal,
    clauses: Iterable[Fields],
    parent: Clause | None = None,
    after: Clause | None = None,
    root: Fields | None = None,
    reason: str = "",
) -> list[Clause]:
    """Record clauses with all that stands inside them, and return the outer ones.

    Each is a mapping of the fields ``label``, ``text`` and ``operator``, of ``evidence`` and of
    ``clauses``: the same again, for what stands inside. They come behind the clause ``after``,
    else at the end of ``parent``, else of the paper's outermost clause. A paper that has none gets
    one with the fields ``root``, named like the paper unless they say otherwise. Raises
    ``ValidationError`` naming the fields at fault.
    """
    shared = {"user": user, "reason": reason}
    tree = _Tree(proposal)
    if after is not None:
        parent = tree.clause(after).parent
    elif parent is None:
        parent = tree.root or _record(
            proposal, None, 0, {"label": proposal.title[:200], **(root or {})}, shared
        )
    if parent is None or parent.proposal_id != proposal.pk:
        raise ValidationError({"parent": _("A clause stands inside one of its own paper.")})
    siblings = tree.inside[parent.pk]
    place = siblings.index(after) + 1 if after is not None else len(siblings)
    made = [_record_tree(proposal, parent, n, row, shared) for n, row in enumerate(clauses, 1)]
    arrange([*siblings[:place], *made, *siblings[place:]], shared)
    for clause in made:
        clause.refresh_from_db()
    return made


def add_clause(*, user, proposal: Proposal, **options) -> Clause:
    """Record one clause and return it; ``clauses`` may stand inside it.

    ``parent`` or ``after`` says where; see ``record_clause_tree``.
    """
    places = {name: options.pop(name, None) for name in ("parent", "after")}
    reason = options.pop("reason", "")
    (clause,) = record_clause_tree(
        user=user, proposal=proposal, clauses=[options], reason=reason, **places
    )
    return clause


@operation
@kept_where_reviewed
def move_clause(
    clause: Clause, *, user, by: int, version: int | None = None, reason: str = ""
) -> Clause:
    """Move a clause ``by`` so many places among its siblings, up if that is below 0; return it.

    What readers see is moved once that is approved, where the negotiation asks for review.
    Raises ``ValidationError`` if there is no such place, and ``Conflict`` if somebody else has
    changed or moved it since ``version``.
    """
    shared = {"user": user, "reason": reason}
    tree = _Tree(clause.proposal)
    clause = tree.clause(clause, version)
    siblings = tree.inside[clause.parent_id]
    place = siblings.index(clause)
    if not 0 <= place + by < len(siblings):
        raise ValidationError(
            _("It stands first already.") if by < 0 else _("It stands last already.")
        )
    siblings.insert(place + by, siblings.pop(place))
    arrange(siblings, shared)
    return _fresh(clause)


@operation
@kept_where_reviewed
def nest_clause(clause: Clause, *, user, version: int | None = None, reason: str = "") -> Clause:
    """Put a clause inside the sibling above it, at the end; return it.

    Raises ``ValidationError`` if no clause stands above it, and ``Conflict``; see ``move_clause``.
    """
    shared = {"user": user, "reason": reason}
    tree = _Tree(clause.proposal)
    clause = tree.clause(clause, version)
    siblings = tree.inside[clause.parent_id]
    place = siblings.index(clause)
    if place == 0:
        raise ValidationError(_("No clause stands above it that it could stand inside."))
    around = siblings[place - 1]
    inside = tree.inside[around.pk]
    clause = edit(clause, version=version, parent=around, order=len(inside) + 1, **shared)
    arrange(siblings[:place] + siblings[place + 1 :], shared)
    return clause


@operation
@kept_where_reviewed
def unnest_clause(clause: Clause, *, user, version: int | None = None, reason: str = "") -> Clause:
    """Put a clause behind the one it stands inside; return it.

    Raises ``ValidationError`` if only the paper stands around it, and ``Conflict``; see
    ``move_clause``.
    """
    shared = {"user": user, "reason": reason}
    tree = _Tree(clause.proposal)
    around = tree.clause(clause, version).parent
    if around is None or around.parent_id is None:
        raise ValidationError(_("It stands inside no other clause."))
    left = [each for each in tree.inside[around.pk] if each != clause]
    siblings = tree.inside[around.parent_id]
    place = siblings.index(around) + 1
    clause = edit(clause, version=version, parent=around.parent, order=place + 1, **shared)
    arrange([*siblings[:place], clause, *siblings[place:]], shared)
    arrange(left, shared)
    return _fresh(clause)


@operation
def remove_clause(clause: Clause, *, user, version: int | None = None, reason: str = "") -> None:
    """Delete a clause and all that stands inside it.

    Raises ``ValidationError`` naming what else rests on one of them, and ``Conflict``.
    """
    shared = {"user": user, "reason": reason}
    tree = _Tree(clause.proposal)
    clause = tree.clause(clause, version)
    siblings = [each for each in tree.inside[clause.parent_id] if each != clause]
    for each in reversed(tree.below(clause)):
        remove(each, **shared)
    arrange(siblings, shared)


@operation
def new_version(
    *,
    user,
    proposal: Proposal,
    tabled,
    title: str | None = None,
    round: Round | None = None,
    evidence: Iterable[Fields] = (),
    reason: str = "",
    **fields,
) -> Proposal:
    """Record a paper that supersedes another, with the same holders and clauses; return it.

    The demands of the old paper end with it; see ``carry_over``. ``fields`` may give any others of
    the new paper; its kind and languages, what it responds to and how many points it has are the
    old one's unless they do. Raises ``ValidationError``.
    """
    shared = {"user": user, "reason": reason}
    same = {
        name: getattr(proposal, name) for name in ("kind", "languages", "points", "responds_to")
    }
    newer = record_with_evidence(
        Proposal,
        negotiation=proposal.negotiation,
        evidence=evidence,
        supersedes=proposal,
        title=title or proposal.title,
        tabled=tabled,
        round=round,
        **{**same, "holders": list(proposal.holders.all()), **fields},
        **shared,
    )
    tree = _Tree(proposal)
    if tree.root is not None:
        copied = tree.copied(tree.root)
        record_clause_tree(proposal=newer, clauses=copied.pop("clauses"), root=copied, **shared)
    return newer


@operation
def attach_demand(
    demand: Demand, *, user, clause: Clause | None, version: int | None = None, reason: str = ""
) -> Demand:
    """Say in which clause a demand stands, None for in no paper; return the demand.

    Raises ``ValidationError``, and ``Conflict`` if somebody has changed it since ``version``.
    """
    return edit(demand, user=user, reason=reason, version=version, clause=clause)


@operation
def carry_over(
    demand: Demand,
    *,
    user,
    clause: Clause,
    evidence: Iterable[Fields] | None = None,
    reason: str = "",
    **fields,
) -> Demand:
    """Record that a newer version of its paper restates a demand, and return the new demand.

    It says the same in ``clause``, as of the day when that paper was tabled, and supersedes the
    old one; ``fields`` may say otherwise. Without ``evidence`` it rests on what the new paper
    rests on. Raises ``ValidationError``.
    """
    proposal = clause.proposal
    values = TermValue.objects.filter(record_id=demand.pk).select_related("term").order_by("pk")
    parties = {
        name: list(getattr(demand, name).all()) for name in ("holders", "addressees", "obligors")
    }
    return record_demand(
        user=user,
        reason=reason,
        negotiation=demand.negotiation,
        clause=clause,
        supersedes=demand,
        movement=Demand.Movement.RESTATED,
        values=[as_fields(value) for value in values],
        links=_links_carried(demand, clause),
        evidence=_word_of(clause) if evidence is None else evidence,
        **{
            **{name: getattr(demand, name) for name in RESTATED},
            **parties,
            "stated": proposal.tabled,
            "round": proposal.round,
            **fields,
        },
    )


class _Tree:
    """The clauses of a paper, which nobody else moves until the transaction ends."""

    def __init__(self, proposal: Proposal):
        if not Proposal.objects.select_for_update(no_key=True).filter(pk=proposal.pk).first():
            raise ValidationError(_("The paper is not there any more."), code="gone")
        rows = Clause.objects.filter(proposal=proposal).order_by("order", "pk")
        self.by_number: dict[int | None, Clause] = {clause.pk: clause for clause in rows}
        self.inside: dict[int | None, list[Clause]] = defaultdict(list)
        for clause in self.by_number.values():
            self.inside[clause.parent_id].append(clause)

    @property
    def root(self) -> Clause | None:
        """Return the outermost clause, None where there is none yet."""
        return next(iter(self.inside[None]), None)

    def clause(self, clause: Clause, version: int | None = None) -> Clause:
        """Return a clause as it is now; raise ``Conflict`` if it has another version."""
        if clause.pk not in self.by_number:
            raise ValidationError(_("The clause is not there any more."), code="gone")
        found = self.by_number[clause.pk]
        if version is not None and found.version != version:
            raise Conflict(found)
        found.parent = self.by_number.get(found.parent_id)
        return found

    def below(self, clause: Clause) -> list[Clause]:
        """Return a clause and all that is inside it, each after what it stands in."""
        return [clause, *(each for c in self.inside[clause.pk] for each in self.below(c))]

    def copied(self, clause: Clause) -> dict[str, Any]:
        """Return a clause with what is inside it as ``record_clause_tree`` takes it."""
        inside = [self.copied(each) for each in self.inside[clause.pk]]
        return {**{name: getattr(clause, name) for name in COPIED}, "clauses": inside}


def _record_tree(proposal, parent, order: int, row: Fields, shared) -> Clause:
    clause = _record(proposal, parent, order, row, shared)
    for number, inner in enumerate(row.get("clauses", ()), 1):
        _record_tree(proposal, clause, number, inner, shared)
    return clause


def _record(proposal, parent, order: int, row: Fields, shared) -> Clause:
    fields = {name: value for name, value in row.items() if name != "clauses"}
    return record_with_evidence(
        Clause,
        negotiation=proposal.negotiation,
        proposal=proposal,
        parent=parent,
        order=order,
        **fields,
        **shared,
    )


def tree_of(proposal: Proposal) -> "_Tree":
    """Return the clauses of a paper, locked until the transaction ends."""
    return _Tree(proposal)


def arrange(siblings: Sequence[Clause], shared) -> None:
    """Number siblings in their order."""
    for place, clause in enumerate(siblings, 1):
        if clause.order != place:
            edit(clause, order=place, **shared)


def _fresh(clause: Clause) -> Clause:
    return Clause.objects.get(pk=clause.pk)


def _links_carried(demand: Demand, clause: Clause) -> list[Fields]:
    """What the demand waits for; a clause of the old paper is its like in the new one."""
    links = list(Linkage.objects.filter(record_id=demand.pk).order_by("pk"))
    papers = {demand.clause.proposal_id if demand.clause else None, clause.proposal_id}
    trees: Mapping[int, list[Clause]] = defaultdict(list)
    for each in Clause.objects.filter(proposal__in=papers - {None}).order_by("order", "pk"):
        trees[each.proposal_id].append(each)
    older = trees[demand.clause.proposal_id] if demand.clause else []
    likes: dict[int | None, int] = {
        old.pk: new.pk for old, new in matched(older, trees[clause.proposal_id])
    }
    return [
        {
            "relation": link.relation,
            "condition": link.condition,
            "anchor_id": likes.get(link.anchor_id, link.anchor_id),
        }
        for link in links
    ]


def _word_of(clause: Clause) -> list[Fields]:
    """Who says what is in the paper, as evidence of a demand in it, where that is published."""
    rows = Evidence.objects.published().filter(field="", stance=Evidence.Stance.SUPPORTS)
    rows = rows.exclude(rank="deprecated").select_related("source", "speaker", "reported_by")
    whole = Clause.objects.filter(proposal=clause.proposal, parent=None).values_list(
        "pk", flat=True
    )
    for record in (clause.pk, *whole, clause.proposal_id):
        if found := rows.filter(record=record).order_by("pk"):
            return [{name: getattr(row, name) for name in WORD} for row in found]
    return []
