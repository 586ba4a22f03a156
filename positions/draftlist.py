"""Drafts that nobody has sent to review: one's own first asked for, many sent at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from negotiations.models import History, Negotiation, Record, Round, State
from negotiations.titles import titled
from positions.models import Clause
from positions.reviewing import NEED_EVIDENCE
from positions.reviewqueue import PARTS, PER_PAGE, QueueQuery, of_round
from positions.sentback import drafts_of, table_of
from positions.statements import evidence_of


@dataclass(frozen=True)
class Draft:
    """A draft in the list; ``lacks_source`` where it cannot be published without one."""

    number: int
    kind: str
    title: str
    sources: tuple[str, ...]
    lacks_source: bool


@dataclass(frozen=True)
class DraftPage:
    """A page of drafts; ``ready`` are those of them that could be published as they are."""

    page: Page
    drafts: tuple[Draft, ...]

    @property
    def ready(self) -> list[Draft]:
        return [draft for draft in self.drafts if not draft.lacks_source]


class DraftQuery(QueueQuery):
    """What is asked of the drafts: where nobody is named, those that who asks has recorded."""

    def __init__(self, data, *, negotiation: Negotiation, user):
        asked = data.copy()
        asked.setdefault("who", user.get_username())
        super().__init__(asked, negotiation=negotiation, user=user)

    @property
    def narrowed(self) -> bool:
        own = self.data["who"] == self.user.get_username()
        return not own or any(self.data.get(name) for name in self.fields if name != "who")

    def all(self) -> QuerySet[Any]:
        return _with_recorder(drafts_in(self.negotiation, self.user))

    def by(self, who) -> Q:
        return Q(recorded_by=who.pk)


def drafts_in(negotiation: Negotiation, user) -> QuerySet[Any]:
    """Return the drafts of a negotiation that were not sent to review, as ``user`` may see them.

    What hangs on a draft is sent with that, and what was sent back to ``user`` is told with the
    reason (``positions.sentback``); neither is among them.
    """
    draft = {"record__state": State.DRAFT, "pk": OuterRef("pk")}
    hanging = [Exists(part.objects.filter(**draft)) for part in PARTS]
    of_paper = Clause.objects.filter(pk=OuterRef("pk"), proposal__state=State.DRAFT)
    return (
        Record.objects.visible_to(user)
        .filter(negotiation=negotiation, state=State.DRAFT)
        .exclude(Q(*hanging, Exists(of_paper), _connector=Q.OR))
        .exclude(pk__in=drafts_of(user, negotiation).order_by().values("pk"))
    )


def _with_recorder(drafts: QuerySet[Any]) -> QuerySet[Any]:
    """Annotate drafts with who recorded each, as ``recorded_by``: by the index of rows."""
    images = History.objects.filter(
        negotiation=OuterRef("negotiation"), table_name=OuterRef("table"), row_id=OuterRef("pk")
    )
    first = images.order_by("pk").values("changeset__user_id")[:1]
    return drafts.annotate(table=table_of()).annotate(recorded_by=Subquery(first))


def count_by(user, negotiation: Negotiation) -> int:
    """Return how many drafts that ``user`` recorded were not sent to review."""
    return _with_recorder(drafts_in(negotiation, user)).filter(recorded_by=user.pk).count()


def count_with_round(held: Round, user) -> int:
    """Return how many drafts there are of a round, itself included; 0 where it is the only one."""
    numbers = drafts_in(held.negotiation, user).filter(of_round(held)).values_list("pk", flat=True)
    found = set(numbers)
    return len(found) if found - {held.pk} else 0


def build(*, query: DraftQuery, number) -> DraftPage:
    """Return the page of drafts that ``query`` asks for, which must be valid."""
    page = Paginator(query.records().order_by("pk"), PER_PAGE).get_page(number)
    return DraftPage(page, tuple(_told(list(page), query.user)))


def _told(records: Sequence[Any], user) -> Iterator[Draft]:
    titles = titled(records)
    evidence = evidence_of([record.pk for record in records], user)
    for record in records:
        rows = evidence.get(record.pk, ())
        yield Draft(
            number=record.pk,
            kind=str(record.get_kind_display()),
            title=titles[record.pk][1],
            sources=tuple(dict.fromkeys(str(row.source) for row in rows)),
            lacks_source=not rows and record.model in NEED_EVIDENCE,
        )
