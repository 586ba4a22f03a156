"""The kinds of files that the worker makes, and which of them are made at once."""

from django.utils.translation import gettext_lazy as _

from negotiations.exports import File, Job, Makers
from positions import briefing, comparison, everything
from positions.asked import asked_at
from positions.days import DayForm
from positions.matrix import Comparison

#: A briefing of so many issues is written while one waits for the answer.
SHORT_BRIEFING = 5
LABELS = {"briefing": _("Briefing"), "everything": _("Everything")}


def make_briefing(job: Job) -> File:
    """Return the briefing of the comparison that is asked for."""
    compared = compared_by(job.negotiation, job.user, job.query)
    asked = asked_at(compared, job.query, job.page)
    return File(
        briefing_name(compared),
        briefing.MEDIA_TYPE,
        briefing.write(compared, asked, job.report),
    )


def briefing_name(compared: Comparison) -> str:
    """Return the name of the file of a briefing."""
    return f"{compared.negotiation.slug}-briefing-{compared.as_of.isoformat()}.docx"


def compared_by(negotiation, user, query) -> Comparison:
    """Return the comparison that the page's parameters ask for; ValueError if they are wrong."""
    days = DayForm(query, negotiation=negotiation, user=user)
    if not days.is_valid():
        raise ValueError(f"No such day: {days.errors.as_json()}")
    return comparison.build(
        negotiation=negotiation,
        user=user,
        as_of=days.day,
        round=days.cleaned_data["round"],
        issues=query.getlist("issue"),
        parties=query.getlist("party"),
    )


MAKERS: Makers = {"briefing": make_briefing, "everything": everything.make}
