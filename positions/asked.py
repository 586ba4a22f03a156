"""What a comparison that is taken away was asked for: the words that go with it on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from negotiations.models import Negotiation
from positions.citing import permanent_query
from positions.matrix import Comparison
from positions.narrowings import narrowings
from positions.question import QuestionForm, day_text


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
    page = reverse("comparison", args=[comparison.negotiation.slug])
    return asked_at(request.build_absolute_uri(page), form, comparison)


def asked_at(page: str, form: QuestionForm, comparison: Comparison) -> Asked:
    """Return what ``form`` asks of the comparison whose page is at the address ``page``.

    The address it can be read at again is the one to cite, with its clocks fixed.
    """
    return Asked(
        negotiation=comparison.negotiation,
        revision=comparison.question.revision or comparison.negotiation.revision,
        words=words_of(form, comparison),
        address=page + permanent_query(form, comparison.negotiation),
        made=timezone.localtime(),
    )


def query_of(form: QuestionForm) -> QueryDict:
    """Return what was given that means something, as a query that pages and API understand."""
    query = QueryDict(mutable=True)
    for name, texts in form.given.items():
        query.setlist(name, texts)
    return query


def words_of(form: QuestionForm, comparison: Comparison) -> tuple[tuple[str, str], ...]:
    """Return the clocks and what the comparison was narrowed to, as labels and words."""
    return (*_clocks(comparison), *_narrowed(form, comparison))


def _clocks(comparison: Comparison) -> Iterator[tuple[str, str]]:
    question = comparison.question
    yield _("As of"), day_text(question.as_of)
    if question.round:
        yield _("After"), str(question.round)
    if question.known_on:
        yield _("Known on"), day_text(question.known_on)
    if question.since:
        yield _("Movement since"), day_text(question.since)


def _narrowed(form: QuestionForm, comparison: Comparison) -> Iterator[tuple[str, str]]:
    found = narrowings(form, comparison)
    for label, same in groupby(found, key=lambda each: each.label):
        yield label, ", ".join(each.text for each in same)
    if not found:
        yield _("Issues and parties"), _("all")
    if weights := form.given.get("weight"):
        yield _("Weights"), ", ".join(weights)
