"""What waits for review: drafts that were sent, and edits of what is published."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields import BooleanField
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext_lazy as _

from negotiations.models import (
    Delegate,
    History,
    Membership,
    Negotiation,
    Participation,
    Record,
    Round,
    State,
)
from negotiations.titles import with_rows
from positions.models import (
    Demand,
    Event,
    Evidence,
    Issue,
    Linkage,
    Outcome,
    PendingEdit,
    Proposal,
    Silence,
    TermValue,
)
from positions.reviewing import NEED_EVIDENCE
from positions.reviewsets import Authors
from positions.statements import evidence_of

PER_PAGE = 50
#: So far the bar counts what waits.
MANY = 100
PARTS: tuple[Any, ...] = (Evidence, TermValue, Linkage)
OF_ISSUE: tuple[Any, ...] = (Demand, Outcome, Event, Silence)
OF_ROUND: tuple[Any, ...] = (
    Demand,
    Outcome,
    Event,
    Silence,
    Proposal,
    Participation,
    Delegate,
)


@dataclass(frozen=True)
class Waiting:
    """A record that waits, as it is in a ``version``: ``is_edit`` where it is published and an edit
    of it does.

    ``is_own`` is of what the user wrote some of, and somebody else decides on; ``lacks_source`` of
    what cannot be published without one.
    """

    number: int
    version: int
    kind: str
    title: str
    who: str
    since: datetime | None
    sources: tuple[str, ...]
    is_edit: bool
    is_own: bool
    lacks_source: bool

    @property
    def may_be_ticked(self) -> bool:
        """Whether it is approved from the list: what an edit changes is seen on its own page."""
        return not (self.is_own or self.is_edit or self.lacks_source)


@dataclass(frozen=True)
class QueuePage:
    """A page of the queue; ``mine`` counts all that the user may decide on."""

    page: Page
    waiting: tuple[Waiting, ...]
    mine: int

    @property
    def to_tick(self) -> list[Waiting]:
        return [each for each in self.waiting if each.may_be_ticked]


class QueueQuery(forms.Form):
    """What is asked of the queue."""

    kind = forms.ChoiceField(label=_("What"), required=False)
    who = forms.ModelChoiceField(
        label=_("Written by"),
        queryset=get_user_model().objects.none(),
        to_field_name="username",
        required=False,
        empty_label=_("anybody"),
    )
    issue = forms.ModelChoiceField(
        label=_("Issue"),
        queryset=Issue.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("any"),
    )
    round = forms.ModelChoiceField(
        label=_("Round"), queryset=Round.objects.none(), required=False, empty_label=_("any")
    )

    def __init__(self, data, *, negotiation: Negotiation, user):
        super().__init__(data, auto_id="review-%s")
        self.negotiation, self.user = negotiation, user
        for name, model in (("issue", Issue), ("round", Round)):
            rows: Any = model
            mine = rows.objects.visible_to(user).filter(negotiation=negotiation)
            self.fields[name].queryset = mine  # type: ignore[attr-defined]
        writing = Membership.objects.filter(negotiation=negotiation).writing().values("user")
        users = get_user_model().objects.filter(pk__in=writing).order_by("username")
        self.fields["who"].queryset = users  # type: ignore[attr-defined]
        kinds = [("", _("any")), *Record.Kind.choices]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]

    @property
    def narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    def all(self) -> QuerySet[Any]:
        """Return what is narrowed: here what waits."""
        return waiting_in(self.negotiation, self.user)

    def by(self, who) -> Q:
        """Return which of it ``who`` has written."""
        return Q(authors__contains=[who.pk]) | Q(edited_by=who.pk)

    def records(self) -> QuerySet[Any]:
        """Return the records asked for."""
        rows, asked = self.all(), self.cleaned_data
        if asked.get("kind"):
            rows = rows.filter(kind=asked["kind"])
        if who := asked.get("who"):
            rows = rows.filter(self.by(who))
        if asked.get("issue"):
            rows = rows.filter(_of(OF_ISSUE, self.negotiation, issue=asked["issue"]))
        if asked.get("round"):
            rows = rows.filter(of_round(asked["round"]))
        return rows


def of_round(held: Round) -> Q:
    """Return which records are of a round, itself included."""
    return _of(OF_ROUND, held.negotiation, round=held) | Q(pk=held.pk)


def _of(models: Iterable[Any], negotiation: Negotiation, **where) -> Q:
    found = Q(pk__in=[])
    for model in models:
        found |= Q(pk__in=model.objects.filter(negotiation=negotiation, **where).values("pk"))
    return found


def waiting_in(negotiation: Negotiation, user) -> QuerySet[Any]:
    """Return the records of a negotiation that wait for a decision, as ``user`` may see them.

    ``authors`` are who has written each since it was published, ``edited_by`` who made the edit
    that waits, ``is_own`` whether ``user`` wrote some of it. What hangs on a record that waits is
    decided with that.
    """
    edits = PendingEdit.objects.visible_to(user).waiting().filter(record=OuterRef("pk"))
    waiting = {"record__state": State.IN_REVIEW, "pk": OuterRef("pk")}
    with_owner = Q(*(Exists(part.objects.filter(**waiting)) for part in PARTS), _connector=Q.OR)
    mine = [Q(authors__contains=[user.pk]), Q(edited_by=user.pk)]
    for part in PARTS:
        parts = part.objects.filter(record=OuterRef("pk"), state=State.IN_REVIEW)
        own = parts.annotate(authors=Authors("pk")).filter(authors__contains=[user.pk])
        mine.append(Q(Exists(own)))
    return (
        Record.objects.visible_to(user)
        .filter(negotiation=negotiation)
        .annotate(authors=Authors("pk"), edited_by=Subquery(edits.values("user")[:1]))
        .filter(Q(state=State.IN_REVIEW) & ~with_owner | Q(edited_by__isnull=False))
        .annotate(
            is_own=Case(
                When(Q(*mine, _connector=Q.OR), then=Value(value=True)),
                default=Value(value=False),
                output_field=BooleanField(),
            )
        )
    )


def waiting_for(user, negotiation: Negotiation) -> int:
    """Return how many records wait for a decision that ``user`` may make, counted to ``MANY``.

    Every page asks it, and who wrote a record is dear to ask of thousands.
    """
    return waiting_in(negotiation, user).filter(is_own=False)[:MANY].count()


def in_turn(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return what waits in the order of the queue: what the user may decide on comes first."""
    return rows.order_by("is_own", "pk")


def next_after(negotiation: Negotiation, user, number: int) -> int | None:
    """Return what ``user`` may decide on after a record: the next one, else the first."""
    rows = waiting_in(negotiation, user).filter(is_own=False).exclude(pk=number)
    later = Case(When(pk__gt=number, then=Value(0)), default=Value(1))
    return rows.order_by(later, "pk").values_list("pk", flat=True).first()


def beside(row: Any, user) -> tuple[int, int] | None:
    """Return the round that a record is, or is of, and how much else of it ``user`` may decide on.

    None where there is nothing else.
    """
    held = row if isinstance(row, Round) else getattr(row, "round", None)
    if held is None:
        return None
    waiting = waiting_in(row.negotiation, user).filter(of_round(held), is_own=False)
    others = waiting.exclude(pk=row.pk).count()
    return (held.pk, others) if others else None


def build(*, query: QueueQuery, number) -> QueuePage:
    """Return the queue that ``query`` asks for, which must be valid."""
    rows = in_turn(query.records())
    page = Paginator(rows, PER_PAGE).get_page(number)
    mine = rows.filter(is_own=False).count()
    return QueuePage(page, tuple(_told(list(page), query.negotiation, query.user)), mine)


def _told(records: Sequence[Any], negotiation: Negotiation, user) -> Iterator[Waiting]:
    rows = with_rows(records)
    numbers = [record.pk for record in records]
    evidence = evidence_of(numbers, user)
    sent = sent_by_record(negotiation, numbers)
    edits = {
        edit.record_id: edit
        for edit in PendingEdit.objects.waiting().filter(record__in=numbers).select_related("user")
    }
    for record in records:
        edit = edits.get(record.pk)
        who, since = (
            (edit.user.get_username(), edit.sent) if edit else sent.get(record.pk, ("", None))
        )
        outlets = (str(row.source) for row in evidence.get(record.pk, ()))
        yield Waiting(
            number=record.pk,
            version=rows[record.pk][1].version,
            kind=str(record.get_kind_display()),
            title=str(rows[record.pk][1]),
            who=who,
            since=since,
            sources=tuple(dict.fromkeys(outlets)),
            is_edit=edit is not None,
            is_own=record.is_own,
            lacks_source=not evidence.get(record.pk) and record.model in NEED_EVIDENCE,
        )


def sent_by_record(
    negotiation: Negotiation, numbers: Iterable[int]
) -> dict[int, tuple[str, datetime | None]]:
    """Return who sent records to review, and when: the first of the last images in that state."""
    tables = [model._meta.db_table for model in {r.model for r in _kinds(numbers)}]
    rows = (
        History.objects.filter(
            negotiation=negotiation.pk, table_name__in=tables, row_id__in=list(numbers)
        )
        .annotate(state=KeyTextTransform("state", "data"))
        .order_by("pk")
        .values_list("row_id", "state", "changeset__user_name", F("changeset__sealed"), named=False)
    )
    sent: dict[int, tuple[str, datetime | None]] = {}
    for pk, state, who, when in rows:
        if state != State.IN_REVIEW:
            sent.pop(pk, None)
        elif pk not in sent:
            sent[pk] = (who or "", when)
    return sent


def _kinds(numbers: Iterable[int]) -> Iterable[Record]:
    return (
        Record.objects.filter(pk__in=list(numbers)).only("kind").order_by("kind").distinct("kind")
    )
