"""What a form for a selected passage begins with: its words, and what the rules propose for them.

Plain computation over what was read; nothing here is saved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from negotiations import ranges
from positions.models import Demand
from positions.proposing import Amount, Deadline, Known, Proposals, Read, Why
from positions.proposing.subjects import scale_of, with_terms
from positions.units import TIME, read_quantity
from positions.words import with_unit

DEMAND, ANSWER, OUTCOME, EVENT = KINDS = ("demand", "answer", "outcome", "event")


@dataclass(frozen=True)
class Also:
    """Something that was read and has no field of its own in the form."""

    text: str
    why: Why


@dataclass(frozen=True)
class Drafted:
    """First values of fields, the reason of each that is proposed, and what else was read."""

    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    reasons: Mapping[str, Why] = field(default_factory=lambda: MappingProxyType({}))
    also: tuple[Also, ...] = ()


class _Draft:
    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.reasons: dict[str, Why] = {}

    def put(self, name: str, read: Read | None, value: Any = None) -> None:
        """Propose a value for a field, by default what was read."""
        if read is not None:
            self.values[name] = read.value if value is None else value
            self.reasons[name] = read.why


def drafted(found: Proposals, kind: str, known: Known) -> Drafted:
    """Return what the form of a kind begins with."""
    draft = _Draft()
    draft.put("speaker", found.speaker or found.new_speaker)
    draft.put("capacity", found.capacity)
    draft.put("basis", found.basis)
    draft.put("issue", found.issue)
    if found.date:
        days = ranges.date_text(ranges.days(found.date.first, found.date.last))
        draft.put(day_name(kind), Read(days, found.date.why))
    _put_holders(draft, found, kind)
    if kind in (DEMAND, ANSWER):
        _put_act(draft, found, kind)
        issue = found.issue.value if found.issue else ""
        of_terms = terms_drafted(found, issue if gives_values(found, kind) else "", known)
        draft.values |= of_terms.values
        draft.reasons |= of_terms.reasons
        return Drafted(draft.values, draft.reasons, of_terms.also)
    draft.put("kind", found.outcome if kind == OUTCOME else found.event)
    return Drafted(draft.values, draft.reasons, terms_drafted(found, "", known).also)


def day_name(kind: str) -> str:
    """Return the name of the field for when it was said, reached, or happened."""
    return {OUTCOME: "reached", EVENT: "happened"}.get(kind, "stated")


def _put_holders(draft: _Draft, found: Proposals, kind: str) -> None:
    holders = found.confirmed if kind == OUTCOME else found.holders
    if not holders:
        return
    if kind == EVENT:
        draft.put("actor", holders[0] if len(holders) == 1 else None)
    else:
        name = "confirmed_by" if kind == OUTCOME else "holders"
        draft.put(name, holders[0], [int(read.value) for read in holders])


def _put_act(draft: _Draft, found: Proposals, kind: str) -> None:
    if kind == ANSWER:
        draft.values["kind"] = ""
        draft.put("answer", found.answer)
    elif found.kind and found.kind.value in Demand.Kind.values:
        draft.put("kind", found.kind)


def gives_values(found: Proposals, kind: str, answer: str = "") -> bool:
    """Whether the numbers of a passage are what its holder wants: who rejects 30 days does not.

    ``answer`` is how somebody says the holder answers; by default it is what was read.
    """
    answer = answer or (found.answer.value if found.answer else "")
    if answer:
        return answer == Demand.Answer.COUNTERED
    said = found.kind.value if found.kind else ""
    return kind == DEMAND or said in (Demand.Kind.DEMAND, Demand.Kind.OFFER)


def terms_drafted(found: Proposals, issue: str, known: Known) -> Drafted:
    """Return the values for the terms of an issue, by the key of the term; the others as "also"."""
    draft, also = _Draft(), []
    units = {term.key: term.unit for term in known.terms}
    for amount in with_terms(found.amounts, issue, known):
        if amount.term and (text := value_text(amount, units[amount.term])):
            draft.put(amount.term, Read(text, amount.why))
        else:
            also.append(Also(amount_text(amount), amount.why))
    chosen: dict[str, list[Read]] = {}
    for term, choice in found.choices if found.issue and found.issue.value == issue else ():
        chosen.setdefault(term, []).append(choice)
    for term, reads in chosen.items():
        draft.put(term, reads[0], [read.value for read in reads] if len(reads) > 1 else None)
    if found.deadline:
        dates = [t.key for t in known.terms if issue and t.issue == issue and t.kind == "date"]
        text = deadline_text(found.deadline)
        if found.deadline.by and len(dates) == 1:
            draft.put(dates[0], Read(text, found.deadline.why))
        else:
            also.append(Also(_("Deadline: %(when)s") % {"when": text}, found.deadline.why))
    return Drafted(draft.values, draft.reasons, tuple(also))


def value_text(amount: Amount, unit: str) -> str:
    """Return an amount as the field of a term with a unit takes it: "about 30", "2 weeks".

    Empty where it does not convert: three hours are no number of days that a term can hold.
    """
    scale = scale_of(amount.unit, unit)
    ends = [end / scale if end is not None else None for end in (amount.low, amount.high)]
    number = ranges.quantity_text(ranges.quantity(*ends))
    if amount.unit in TIME and amount.unit != unit:
        number = f"{number} {amount.unit}s"
    try:
        read_quantity(number, unit)
    except ranges.UnclearRange:
        return ""
    return _("about %(quantity)s") % {"quantity": number} if amount.approximate else number


def amount_text(amount: Amount) -> str:
    """Return an amount with its unit, for people."""
    number = ranges.quantity_text(ranges.quantity(amount.low, amount.high), amount.approximate)
    bound = amount.low if amount.high is None else amount.high
    return with_unit(number, amount.unit, bound) if amount.unit else number


def deadline_text(deadline: Deadline) -> str:
    """Return by when: "within 10 days", or a day as a term takes it: "by 30 June 2024"."""
    if deadline.within:
        return _("within %(time)s") % {"time": amount_text(deadline.within)}
    return ranges.date_text(ranges.days(None, deadline.by))
