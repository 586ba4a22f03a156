"""A permanent address of what is shown, with its clocks fixed, and the words to cite it by."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from negotiations.models import Negotiation
from positions.question import QuestionForm, day_text


@dataclass(frozen=True)
class Citation:
    """``address`` and ``data`` (the same as JSON; may be empty) answer alike for good."""

    text: str
    address: str
    data: str


def permanent_query(asked: QuestionForm, negotiation: Negotiation) -> str:
    """Return the query of what was asked with its clocks fixed, question mark and all.

    The day is spelled out, and so is the revision: that of the records as they stand, unless an
    earlier one was asked for. What was published by then needs no third day: the revision has it.
    """
    question = asked.question
    fixed = {
        "as_of": question.as_of.isoformat(),
        "known_on": question.known_on.isoformat() if question.known_on else "",
        "revision": question.revision or negotiation.revision,
        "since": question.since.isoformat() if question.since else "",
    }
    clocks = [(name, value) for name, value in fixed.items() if value]
    others = [
        (name, text)
        for name, texts in asked.given.items()
        if name not in fixed and name not in ("as_of_round", "since_round")
        for text in texts
    ]
    return f"?{urlencode([*clocks, *others])}"


def citation(
    request, asked: QuestionForm, negotiation: Negotiation, *, title: str, data: str = ""
) -> Citation:
    """Return how to cite the page of ``request``; ``data`` is the path of the same as JSON."""
    query = permanent_query(asked, negotiation)
    question = asked.question
    address = request.build_absolute_uri(request.path + query)
    when = _("at the end of %(day)s") % {"day": day_text(question.as_of)}
    if question.known_on:
        when += ", " + _("by what was published by %(day)s") % {"day": day_text(question.known_on)}
    text = _(
        "Parley, “%(title)s”: %(negotiation)s, %(when)s; revision %(revision)s. %(address)s"
    ) % {
        "title": title,
        "negotiation": negotiation.title,
        "when": when,
        "revision": question.revision or negotiation.revision,
        "address": address,
    }
    return Citation(text, address, request.build_absolute_uri(data + query) if data else "")
