"""The kinds of files that the worker makes, and which of them are made at once."""

from negotiations.exports import File, Job, Makers
from positions import briefing, comparison, everything
from positions.asked import asked_at
from positions.matrix import Comparison
from positions.question import QuestionForm

#: A briefing of so many issues is written while one waits for the answer.
SHORT_BRIEFING = 5


def make_briefing(job: Job) -> File:
    """Return the briefing of the comparison that is asked for."""
    # To see who asks is all that a question wants of a request.
    form = QuestionForm(job.query, negotiation=job.negotiation, request=job)
    if not form.is_valid():
        raise ValueError(f"This cannot be asked any more: {form.errors.as_json()}")
    compared = compared_by(form, job.user)
    asked = asked_at(job.page, form, compared)
    return File(
        briefing_name(compared),
        briefing.MEDIA_TYPE,
        briefing.write(compared, asked, job.report),
    )


def briefing_name(compared: Comparison) -> str:
    """Return the name of the file of a briefing."""
    return f"{compared.negotiation.slug}-briefing-{compared.as_of.isoformat()}.docx"


def compared_by(form: QuestionForm, user) -> Comparison:
    """Return the comparison that ``user`` sees of what ``form`` asks, which must be valid."""
    return comparison.build(negotiation=form.negotiation, user=user, question=form.question)


MAKERS: Makers = {"briefing": make_briefing, "everything": everything.make}
