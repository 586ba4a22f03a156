"""Which demand a newer one is likely to replace."""

import re
from collections.abc import Collection, Iterable
from datetime import date

from negotiations.models import Negotiation, Party
from positions.models import Clause, Demand, DemandHolder, Issue, TermValue

#: Shorter words join sentences and tell nothing.
TELLING = re.compile(r"\w{4,}")


def candidates(
    *,
    negotiation: Negotiation,
    user,
    holders: Iterable[Party],
    issue: Issue | None,
    day: date,
    clause: Clause | None = None,
    terms: Collection[int] = (),
    text: str = "",
    but: Demand | None = None,
) -> list[Demand]:
    """Return the demands that ``holders`` have on ``issue`` at the end of ``day``, likeliest first.

    Likely is what stands in the same clause or paper, gives the same terms, or uses the same
    words; of what is equally likely the newest. ``but`` is the newer demand itself.
    """
    held = DemandHolder.objects.filter(party__in=list(holders)).values("demand")
    current = list(
        Demand.objects.visible_to(user)
        .filter(negotiation=negotiation, issue=issue, pk__in=held)
        .exclude(pk=but.pk if but else None)
        .current(day)
        .select_related("clause")
        .order_by("-stated", "-pk")
    )
    given: dict[int, set[int]] = {}
    values = TermValue.objects.visible_to(user).filter(record__in=[d.pk for d in current])
    for record, term in values.values_list("record_id", "term_id"):
        given.setdefault(record, set()).add(term)

    def likeness(demand: Demand) -> tuple[int, int, int]:
        near = 0
        if clause is not None and demand.clause is not None:
            near += demand.clause_id == clause.pk
            near += demand.clause.proposal_id == clause.proposal_id
        return near, len(given.get(demand.pk, set()) & set(terms)), _shared(demand.text, text)

    return sorted(current, key=likeness, reverse=True)


def _shared(first: str, second: str) -> int:
    return len(set(TELLING.findall(first.casefold())) & set(TELLING.findall(second.casefold())))
