"""The question of a comparison as the API reads it: nothing unknown, empty or given twice."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError

from negotiations.filters import refuse_careless
from negotiations.models import Negotiation, Party
from positions import question as questions
from positions.footing import Footing
from positions.models import Demand, Evidence, Issue


def _many(name: str, description, **options) -> OpenApiParameter:
    return OpenApiParameter(name, str, many=True, description=description, **options)


CLOCKS = [
    OpenApiParameter("as_of", OpenApiTypes.DATE, description=_("Today unless given.")),
    OpenApiParameter("as_of_round", int, description=_("Instead: the last day of a round.")),
    OpenApiParameter(
        "known_on", OpenApiTypes.DATE, description=_("Only what was published by then.")
    ),
    OpenApiParameter("revision", int, description=_("Our records as they stood then.")),
]
QUESTION = [
    *CLOCKS,
    OpenApiParameter(
        "since", OpenApiTypes.DATE, description=_("Movement since then; else the round before.")
    ),
    OpenApiParameter("since_round", int, description=_("Instead: since the end of a round.")),
    OpenApiParameter(
        "only",
        str,
        description=_("Only issues on which something moved."),
        enum=[questions.CHANGED],
    ),
    _many("issue", _("Codes, each with its parts; “overall” for no issue; all unless given.")),
    _many("party", _("Codes; all unless given.")),
    OpenApiParameter("round", int, many=True, description=_("Said in one of these rounds.")),
    OpenApiParameter("track", int, many=True, description=_("Said on one of these tracks.")),
    _many("kind", _("Kinds of demand."), enum=Demand.Kind.values),
    _many("firmness", _("Firmness of demands."), enum=Demand.Firmness.values),
    OpenApiParameter(
        "authority", str, description=_("At least this basis."), enum=Evidence.Basis.values
    ),
    OpenApiParameter("source", int, many=True, description=_("Sources of their evidence.")),
    _many("rests_on", _("Nothing better supports it."), enum=Footing.values),
    OpenApiParameter("words", str, description=_("In our words, or in those of the sources.")),
    _many("weight", _("An issue’s code, a colon and a number up to 10.")),
]


def question_of(request, negotiation: Negotiation, takes: Sequence[str] = questions.PARAMETERS):
    """Return the form of what is asked; raise ``ValidationError`` for what cannot be.

    ``takes`` are the parameters that there are here.
    """
    several = [name for name in questions.SEVERAL if name in takes]
    once = [name for name in (*takes, "format") if name not in several]
    refuse_careless(request.query_params, once=once, many=several)
    asked = questions.QuestionForm(request.query_params, negotiation=negotiation, request=request)
    if not asked.is_valid():
        raise _error(asked)
    return asked


def refuse_unknown(
    asked: questions.QuestionForm, issues: Iterable[Issue], parties: Iterable[Party]
) -> None:
    """Raise ``ValidationError`` for codes that were asked for and do not exist, by parameter."""
    if not asked.knows(issues, parties):
        raise _error(asked)


def _error(asked: questions.QuestionForm) -> ValidationError:
    return ValidationError(
        {name: [str(word) for word in told] for name, told in asked.errors.items()}
    )
