"""What was asked for of what is shown: the words that go with it on paper and in files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from negotiations.models import Negotiation
from negotiations.tables import Table
from positions.citing import permanent_query
from positions.matrix import Comparison
from positions.narrowings import Shown, narrowings
from positions.question import PLACES, Question, QuestionForm, day_text


@dataclass(frozen=True)
class Asked:
    """Negotiation, revision, clocks and filters, where it can be read again, and when it was made.

    ``words`` are the clocks and filters as labels and texts.
    """

    negotiation: Negotiation
    revision: int
    words: tuple[tuple[str, str], ...]
    address: str
    made: datetime

    @property
    def made_text(self) -> str:
        return f"{self.made:%Y-%m-%d %H:%M} {self.made.tzname()}"


def asked_by(request, form: QuestionForm, comparison: Comparison) -> Asked:
    """Return what a request for a comparison, of page or API, asks; the address is the page's."""
    return asked_of(request, form, comparison, "comparison")


def asked_of(request, form: QuestionForm, shown: Shown, page: str) -> Asked:
    """Return what a request asks of what is shown on the page of that name."""
    address = reverse(page, args=[shown.negotiation.slug])
    return asked_at(request.build_absolute_uri(address), form, shown)


def asked_at(page: str, form: QuestionForm, shown: Shown) -> Asked:
    """Return what ``form`` asks of what is shown at the address ``page``.

    The address it can be read at again is the one to cite, with its clocks fixed.
    """
    return Asked(
        negotiation=shown.negotiation,
        revision=shown.question.revision or shown.negotiation.revision,
        words=words_of(form, shown),
        address=page + permanent_query(form, shown.negotiation),
        made=timezone.localtime(),
    )


def about(asked: Asked) -> Table:
    """Return the sheet that says what a workbook rests on."""
    lines = [
        (_("Negotiation"), asked.negotiation.title),
        (_("Revision of the records"), asked.revision),
        *asked.words,
        (_("Address"), asked.address),
        (_("Made"), asked.made_text),
    ]
    return Table(_("About"), [_("About"), ""], lines, widths=(26, 90))


def query_of(form: QuestionForm) -> QueryDict:
    """Return what was given that means something, as a query that pages and API understand."""
    query = QueryDict(mutable=True)
    for name, texts in form.given.items():
        query.setlist(name, texts)
    return query


def words_of(form: QuestionForm, shown: Shown) -> tuple[tuple[str, str], ...]:
    """Return the clocks and what it was narrowed to, as labels and words."""
    return (*_clocks(shown.question), *_narrowed(form, shown))


def _clocks(question: Question) -> Iterator[tuple[str, str]]:
    yield _("As of"), day_text(question.as_of)
    if question.round:
        yield _("After"), str(question.round)
    if question.known_on:
        yield _("Known on"), day_text(question.known_on)
    if question.since:
        yield _("Movement since"), day_text(question.since)


def _narrowed(form: QuestionForm, shown: Shown) -> Iterator[tuple[str, str]]:
    found = narrowings(form, shown)
    for label, same in groupby(found, key=lambda each: each.label):
        yield label, ", ".join(each.text for each in same)
    if not found and set(PLACES) & set(form.takes):
        yield _("Issues and parties"), _("all")
    if weights := form.given.get("weight"):
        yield _("Weights"), ", ".join(weights)
