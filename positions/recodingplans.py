"""What recoding a codebook would write, row by row, and what stands in its way.

Pages show a plan before anything is written; the operations of ``recoding`` carry out the same one.
Plans are for those who write in the negotiation: nothing of it is hidden from them.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from positions.filters import below
from positions.models import Demand, Event, Issue, Outcome, Silence, Term, TermChoice, TermValue
from positions.offered import label, who, with_holders

#: What stands on an issue, in the order in which people read of it.
ON_ISSUES: tuple[Any, ...] = (Demand, Outcome, Event, Silence)
#: So many records are named by a refusal.
NAMED_AT_MOST = 10


@dataclass(frozen=True)
class Move:
    """A row and what it gets; ``goes`` says where to, in words, where that is not plain."""

    row: Any
    fields: Mapping[str, Any]
    goes: str = ""

    @property
    def text(self) -> str:
        """What the row is called: of a value, the record that gives it."""
        if isinstance(self.row, TermValue):
            return str(self.row.record)
        return f"{who(self.row)}{label(self.row)}"

    @property
    def number(self) -> int | None:
        """The number of the record whose page tells more; None where there is none."""
        if isinstance(self.row, TermValue):
            return self.row.record_id
        return None if isinstance(self.row, TermChoice) else self.row.pk


@dataclass(frozen=True)
class Moves:
    """Rows of one kind that move."""

    kind: str
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Remark:
    """Something to be said about a plan, with the numbers of the records it is about."""

    text: str
    records: tuple[int, ...] = ()
    others: int = 0


@dataclass(frozen=True)
class Plan:
    """Everything that an act writes, in order; with any refusal it writes nothing."""

    groups: tuple[Moves, ...] = ()
    refusals: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()
    retiring: tuple[Move, ...] = ()
    #: Demands that would have to come along, so that no chain is torn.
    torn: frozenset[int] = frozenset()

    @property
    def count(self) -> int:
        """How many rows move."""
        return sum(len(group.moves) for group in self.groups)

    def accepted(self) -> "Plan":
        """Return the plan. Raises ``ValidationError`` naming what stands in its way."""
        if self.refusals:
            raise ValidationError([_in_full(refusal) for refusal in self.refusals])
        return self


@dataclass
class _Draft:
    """A plan in the making."""

    moves: dict[type[models.Model], list[Move]] = field(default_factory=dict)
    refusals: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    retiring: list[Move] = field(default_factory=list)
    torn: frozenset[int] = frozenset()

    def move(self, row: models.Model, goes: str = "", **fields) -> None:
        self.moves.setdefault(type(row), []).append(Move(row, fields, goes))

    def refuse(self, text: str, records: Collection[int] = ()) -> None:
        self.refusals.append(_remark(text, records))

    def note(self, text: str, records: Collection[int] = ()) -> None:
        self.notes.append(_remark(text, records))

    def retire(self, row: Issue | Term | TermChoice, into: models.Model) -> None:
        self.retiring.append(Move(row, {"merged_into": into}, goes=str(into)))

    def plan(self) -> Plan:
        return Plan(
            groups=tuple(
                Moves(capfirst(str(model._meta.verbose_name_plural)), tuple(moves))
                for model, moves in self.moves.items()
            ),
            refusals=tuple(self.refusals),
            notes=tuple(self.notes),
            retiring=tuple(self.retiring),
            torn=self.torn,
        )


def _remark(text: str, records: Collection[int]) -> Remark:
    named = tuple(sorted(records)[:NAMED_AT_MOST])
    return Remark(text, named, len(records) - len(named))


def _in_full(refusal: Remark) -> str:
    if not refusal.records:
        return refusal.text
    named = ", ".join(f"№ {number}" for number in refusal.records)
    if refusal.others:
        named += " " + _("and %(count)s more") % {"count": refusal.others}
    return f"{refusal.text} {named}"


def merging_choices(choice: TermChoice, into: TermChoice) -> Plan:
    """Return what merging a choice into another of the same term does."""
    draft = _Draft()
    _refuse_target(draft, choice, into)
    if choice.term_id != into.term_id:
        draft.refuse(_("Only choices of one term can be merged; merge their terms first."))
    for value in _values().filter(choices=choice.pk):
        kept = [into if each.pk == choice.pk else each for each in value.choices.all()]
        draft.move(value, choices=list(dict.fromkeys(kept)))
    draft.retire(choice, into)
    return draft.plan()


def merging_terms(term: Term, into: Term, choices: Mapping[int, int] | None = None) -> Plan:
    """Return what merging a term into another does.

    ``choices`` says which choice of the kept term means the same, by numbers; the others go along.
    """
    draft = _Draft()
    _merge_terms(draft, term, into, choices or {}, _Hanging({term.pk: into.pk}))
    return draft.plan()


def merging_issues(
    issue: Issue,
    into: Issue,
    terms: Mapping[int, int] | None = None,
    choices: Mapping[int, int] | None = None,
) -> Plan:
    """Return what merging an issue into another does.

    ``terms`` and ``choices`` say which of them mean the same as one that is kept, by numbers; the
    others go along.
    """
    draft, terms = _Draft(), terms or {}
    _refuse_target(draft, issue, into)
    for model in ON_ISSUES:
        for row in _on(model, issue):
            draft.move(row, issue=into)
    above = _above(into)
    for part in Issue.objects.filter(parent=issue):
        if part.pk in above:
            # What is kept stands in this part: it cannot become a part of itself.
            draft.move(part, goes=_("one level up"), parent=issue.parent)
        else:
            draft.move(part, parent=into)
    kept = {term.pk: term for term in Term.objects.filter(issue=into)}
    last = max((term.order for term in kept.values()), default=0)
    mine = list(Term.objects.filter(issue=issue))
    for place, term in enumerate((t for t in mine if t.pk not in terms), last + 1):
        draft.move(term, issue=into, order=place)
    hanging = _Hanging({pk: wanted for pk, wanted in terms.items() if wanted in kept})
    for term in mine:
        if (wanted := terms.get(term.pk)) is None:
            continue
        if wanted in kept:
            _merge_terms(draft, term, kept[wanted], choices or {}, hanging)
        else:
            draft.refuse(
                _("“%(term)s” can be matched to terms of “%(issue)s” only.")
                % {"term": term, "issue": into}
            )
    draft.retire(issue, into)
    return draft.plan()


@dataclass(frozen=True)
class Chosen:
    """What goes to the new issue in a split: the numbers of records, terms and parts."""

    records: frozenset[int] = frozenset()
    terms: frozenset[int] = frozenset()
    parts: frozenset[int] = frozenset()


def splitting(issue: Issue, into: Issue, chosen: Chosen) -> Plan:
    """Return what moving a part of an issue to a new one does; ``into`` may be unsaved yet."""
    draft = _Draft()
    if not (chosen.records or chosen.terms or chosen.parts):
        draft.refuse(_("Choose what goes to the new issue."))
    for model in ON_ISSUES:
        for row in _on(model, issue).filter(pk__in=chosen.records):
            draft.move(row, issue=into)
    for part in Issue.objects.filter(parent=issue, pk__in=chosen.parts):
        draft.move(part, parent=into)
    for term in Term.objects.filter(issue=issue, pk__in=chosen.terms):
        draft.move(term, issue=into)
    pairs = [
        (newer, older)
        for newer, older in Demand.objects.filter(issue=issue).values_list("pk", "supersedes")
        if older is not None
    ]
    demands = {move.row.pk for move in draft.moves.get(Demand, ())}
    whole = below(demands, [*pairs, *((older, newer) for newer, older in pairs)])
    draft.torn = frozenset(whole - demands)
    if draft.torn:
        draft.refuse(
            _(
                "A demand and what it supersedes stand on one issue. These would have to come "
                "along, or what they belong to has to stay:"
            ),
            draft.torn,
        )
    _note_parted(draft, issue, chosen)
    return draft.plan()


def _note_parted(draft: _Draft, issue: Issue, chosen: Chosen) -> None:
    """Note the records that would give values for terms of the issue they no longer stand on."""
    values = TermValue.objects.filter(term__issue=issue).exclude(state="retracted")
    given = list(values.values_list("record_id", "term_id"))
    staying = {record for record, term in given if term in chosen.terms} - chosen.records
    leaving = {record for record, term in given if term not in chosen.terms} & chosen.records
    if staying:
        draft.note(_("These stay and give values for terms that go; the values stay too:"), staying)
    if leaving:
        draft.note(_("These go and give values for terms that stay; the values go along:"), leaving)


class _Hanging:
    """What hangs on terms that are merged, loaded at once; ``pairs`` lead from one to the kept."""

    def __init__(self, pairs: Mapping[int, int]):
        self.choices: dict[int, list[TermChoice]] = defaultdict(list)
        for choice in TermChoice.objects.filter(term__in=[*pairs, *pairs.values()]):
            self.choices[choice.term_id].append(choice)
        self.values: dict[int, list[TermValue]] = defaultdict(list)
        for value in _values().filter(term__in=list(pairs)):
            self.values[value.term_id].append(value)
        records = [value.record_id for values in self.values.values() for value in values]
        kept = TermValue.objects.filter(term__in=list(pairs.values()), record__in=records)
        self.given: dict[int, set[int]] = defaultdict(set)
        for record, term in kept.exclude(state="retracted").values_list("record_id", "term_id"):
            self.given[term].add(record)


def _merge_terms(
    draft: _Draft, term: Term, into: Term, choices: Mapping[int, int], hanging: _Hanging
) -> None:
    _refuse_target(draft, term, into)
    if term.kind != into.kind:
        draft.refuse(
            _("“%(term)s” is a %(kind)s, “%(into)s” a %(other)s: their values cannot be compared.")
            % {
                "term": term,
                "kind": term.get_kind_display(),
                "into": into,
                "other": into.get_kind_display(),
            }
        )
    if term.unit != into.unit:
        draft.refuse(
            _("“%(term)s” is counted in “%(unit)s”, “%(into)s” in “%(other)s”; make them alike.")
            % {"term": term, "unit": term.unit, "into": into, "other": into.unit}
        )
    matched = _match_choices(draft, term, into, choices, hanging)
    values = hanging.values[term.pk]
    if both := hanging.given[into.pk] & {value.record_id for value in values}:
        draft.refuse(
            _(
                "These give both “%(term)s” and “%(into)s”; merged, two values of one term would "
                "be rivals. Take one of them away first:"
            )
            % {"term": term, "into": into},
            both,
        )
    for value in values:
        named = list(dict.fromkeys(matched.get(c.pk, c) for c in value.choices.all()))
        draft.move(value, goes=str(into), term=into, choices=named)
    draft.retire(term, into)


def _match_choices(
    draft: _Draft, term: Term, into: Term, choices: Mapping[int, int], hanging: _Hanging
) -> dict[int, TermChoice]:
    """Plan what becomes of a term's choices; return those that mean the same as one kept."""
    kept = {choice.pk: choice for choice in hanging.choices[into.pk]}
    codes = {choice.code for choice in kept.values()}
    ordinals = [choice.ordinal for choice in kept.values() if choice.ordinal is not None]
    last = max(ordinals, default=0)
    matched: dict[int, TermChoice] = {}
    for choice in hanging.choices[term.pk]:
        if (wanted := choices.get(choice.pk)) is None:
            last += 1
            draft.move(choice, str(into), term=into, ordinal=last if ordinals else None)
            if choice.code in codes:
                draft.refuse(
                    _(
                        "“%(into)s” has a choice with the code “%(code)s” already; match the two, "
                        "or give one another code."
                    )
                    % {"into": into, "code": choice.code}
                )
        elif wanted in kept and kept[wanted].retired is None:
            matched[choice.pk] = kept[wanted]
            draft.retire(choice, kept[wanted])
        else:
            draft.refuse(
                _("“%(choice)s” can be matched to choices of “%(term)s” that are in use only.")
                % {"choice": choice, "term": into}
            )
    if ordinals and any(move.row.term_id == term.pk for move in draft.moves.get(TermChoice, ())):
        draft.note(
            _("“%(term)s” is ordered: choices that go there stand last until you move them.")
            % {"term": into}
        )
    return matched


def _values() -> models.QuerySet[TermValue]:
    rows = TermValue.objects.select_related("record").prefetch_related("choices")
    return rows.order_by("record", "pk")


def _on(model, issue: Issue) -> models.QuerySet:
    """Return the rows of a model that stand on an issue, with what they are called by."""
    rows = model.objects.filter(issue=issue).order_by("pk")
    if model is Demand:
        return with_holders(rows)
    return rows.select_related("party") if model is Silence else rows


def _refuse_target(draft: _Draft, row: Any, into: Any) -> None:
    if row.pk == into.pk:
        draft.refuse(_("“%(name)s” cannot be merged into itself.") % {"name": row})
    for each in (row, into):
        if each.retired is not None:
            draft.refuse(
                _("“%(name)s” is retired; bring it back first, or choose another.") % {"name": each}
            )
    if row.negotiation_id != into.negotiation_id:
        draft.refuse(_("“%(name)s” belongs to another negotiation.") % {"name": into})


def _above(issue: Issue) -> set[int]:
    """Return the numbers of an issue and of all it is a part of."""
    every = Issue.objects.filter(negotiation=issue.negotiation_id).values_list("pk", "parent")
    return below({issue.pk}, [(pk, parent) for pk, parent in every if parent is not None])
