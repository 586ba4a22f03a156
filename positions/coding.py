"""Double coding: a passage is given to two, coded blind, compared, and settled by a third."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from negotiations.models import Membership, Negotiation, Source
from negotiations.operations import check, operation
from positions.agreement import Agreement, agreements, differences
from positions.models import Coding, Demand, DoubleCoding
from positions.reviewing import refuse_unless_reviewer

#: The fields of a coding in the order in which they are shown; terms and conditions follow.
FIRST = ("issue", "holders", "kind", "firmness", "answer", "stated", "terms")
#: What is shown of a coding beside what is compared: the words its coder chose.
ADVISORY = ("text", "quote", "translation", "speaker", "capacity", "basis", "hangs on")


def ask(*, user, source: Source, start: int, end: int, first, second) -> DoubleCoding:
    """Give a passage of a source's text to two members to code, and return that.

    Raises ``PermissionDenied`` to who is no reviewer or manager, ``ValidationError`` if there are
    no such words or the two do not write in the negotiation.
    """
    refuse_unless_reviewer(source.negotiation, user)
    quote = source.text[start:end]
    if not quote.strip():
        raise ValidationError(_("There are no such words in the text."))
    writing = Membership.objects.filter(negotiation=source.negotiation_id).writing()
    members = set(writing.values_list("user", flat=True))
    for name, coder in {"first": first, "second": second}.items():
        if coder.pk not in members:
            raise ValidationError({name: _("%(who)s does not write here.") % {"who": coder}})
    row = DoubleCoding(
        subject=source.negotiation,
        source=source,
        start=start,
        end=end,
        quote=quote,
        asked_by=user,
        first=first,
        second=second,
    )
    check(row)
    row.save()
    return row


@transaction.atomic
def code_passage(double: DoubleCoding, *, user, codes, words, typed) -> Coding:
    """Keep what one of the two coders made of a passage; return it.

    It is kept for good: whoever could change it after both are in would not have coded blind.
    Raises ``PermissionDenied`` to everybody else, ``ValidationError`` the second time.
    """
    if user.pk not in double.coders:
        raise PermissionDenied(_("Only the two who were asked code this passage."))
    DoubleCoding.objects.select_for_update(no_key=True).get(pk=double.pk)
    coding = Coding(double=double, user=user, codes=codes, words=words, typed=typed)
    check(coding)
    coding.save()
    return coding


@operation
def settle(double: DoubleCoding, *, user, record: Callable[[], Demand], reason: str = "") -> Demand:
    """Record what a third makes of two codings, by ``record``, and return the draft demand.

    Raises ``PermissionDenied`` to the two coders and who is no reviewer, ``ValidationError`` before
    both are in and once it is settled.
    """
    refuse_unless_reviewer(double.subject, user)
    row = DoubleCoding.objects.select_for_update(no_key=True).get(pk=double.pk)
    if user.pk in row.coders:
        raise PermissionDenied(_("A third settles it: neither of the two coders."))
    if row.settled:
        raise ValidationError(_("This is settled already."), code="decided")
    if not DoubleCoding.objects.both_in().filter(pk=row.pk).exists():
        raise ValidationError(_("Both have to code it first."))
    demand = record()
    row.demand, row.settled_by, row.settled = demand.pk, user, timezone.now()
    check(row)
    row.save()
    return demand


@dataclass(frozen=True)
class Compared:
    """A field as both coders gave it, in words; what is not ``coded`` is no part of agreement."""

    label: str
    first: str
    second: str
    differs: bool
    coded: bool = True


def compared(double: DoubleCoding, user) -> tuple[Compared, ...]:
    """Return both codings field by field, as far as ``user`` may see both; else nothing.

    What is coded comes first, then the words that each of them chose.
    """
    codings = {row.user_id: row for row in Coding.objects.visible_to(user).filter(double=double)}
    if set(codings) != set(double.coders):
        return ()
    one, other = (codings[coder] for coder in double.coders)
    apart = differing(one, other)
    labels = {name: label for row in (other, one) for name, (label, _said) in row.words.items()}
    fields = sorted({*one.codes, *other.codes}, key=_place)
    lines = [
        Compared(labels[name], _said_of(one, name), _said_of(other, name), name in apart)
        for name in fields
    ]
    for name in ADVISORY:
        if name in labels:
            first, second = _said_of(one, name), _said_of(other, name)
            lines.append(Compared(labels[name], first, second, first != second, coded=False))
    return tuple(lines)


def differing(one: Coding, other: Coding) -> frozenset[str]:
    """Return the fields in which two codings differ, however near they are.

    A number stands for a range where agreement is computed; here both ends count, and whether it
    is about so much, as the words tell them.
    """
    fields = {*one.codes, *other.codes}
    worded = {
        name
        for name in fields
        if name.startswith("term ") and _said_of(one, name) != _said_of(other, name)
    }
    return frozenset({*differences(one.codes, other.codes), *worded})


def lines_of(coding: Coding) -> list[list[str]]:
    """Return what one coder gave: the label and the words of each field, in a form's order."""
    return [coding.words[name] for name in sorted(coding.words, key=_place)]


def _place(name: str) -> tuple[int, str]:
    order = (*FIRST, "term ", "conditions", *ADVISORY)
    known = "term " if name.startswith("term ") else name
    return (order.index(known) if known in order else len(order), name)


def _said_of(coding: Coding, name: str) -> str:
    return coding.words.get(name, ["", "–"])[1]


def agreement_in(negotiation: Negotiation, user) -> tuple[tuple[str, Agreement], ...]:
    """Return the agreement on each field over all passages of a negotiation that both coded."""
    doubles = DoubleCoding.objects.visible_to(user).both_in().filter(subject=negotiation)
    codings: dict[int, dict[int, Coding]] = {}
    for row in Coding.objects.visible_to(user).filter(double__in=doubles.values("pk")):
        codings.setdefault(row.double_id, {})[row.user_id] = row
    labels: dict[str, str] = {}
    pairs: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = []
    apart: list[frozenset[str]] = []
    for double in doubles.order_by("pk"):
        one, other = (codings[double.pk][coder] for coder in double.coders)
        pairs.append((one.codes, other.codes))
        apart.append(differing(one, other))
        for row in (one, other):
            labels |= {name: label for name, (label, _said) in row.words.items()}
    return tuple((labels[each.field], each) for each in agreements(pairs, apart))


def overview(negotiation: Negotiation, user) -> Sequence[DoubleCoding]:
    """Return the passages given to coders, each with ``done_by``: who of them has coded it.

    Whether the other is done is no secret, what they wrote is.
    """
    doubles = list(
        DoubleCoding.objects.visible_to(user)
        .filter(subject=negotiation)
        .select_related("source", "first", "second", "asked_by", "settled_by")
    )
    done: dict[int, set[int]] = {}
    for pk, coder in Coding.objects.filter(double__in=doubles).values_list("double", "user"):
        done.setdefault(pk, set()).add(coder)
    for double in doubles:
        double.done_by = done.get(double.pk, set())
    return doubles


def waiting_for(user, negotiation) -> int:
    """Return how many passages wait for ``user`` to code them, in one query."""
    own = Coding.objects.filter(double=OuterRef("pk"), user=user)
    asked = DoubleCoding.objects.visible_to(user).filter(subject=negotiation.pk)
    return asked.filter(Q(first=user) | Q(second=user)).exclude(Exists(own)).count()
