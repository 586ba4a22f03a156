"""What all pages that are asked a question share as programs read them: JSON, CSV and XLSX."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from config.api import TABLE_RENDERERS, CSVRenderer, XLSXRenderer
from config.api_schema import TABLES
from negotiations import csvtables, xlsxtables
from negotiations.models import Negotiation
from negotiations.tables import Table
from positions.api_question import QUESTION, question_of, refuse_unknown
from positions.asked import Asked, about, asked_of
from positions.question import QuestionForm


class AskedView(APIView):
    """A page's answer; it takes what the page takes, and refuses what is careless.

    ``page`` is the name of the page, in its address and in the names of files.
    """

    http_method_names = ["get", "head"]
    renderer_classes = [JSONRenderer, *TABLE_RENDERERS]
    page: ClassVar[str]
    takes: ClassVar[Sequence[str]]
    shown: ClassVar[type[BaseSerializer]]

    def build(self, **asked: Any) -> Any:
        """Return what the page shows of a ``negotiation`` to a ``user``, as a ``question`` asks."""
        raise NotImplementedError

    def table(self, built: Any) -> Table:
        """Return what the page shows as one table."""
        raise NotImplementedError

    def sheets(self, built: Any, asked: Asked) -> Iterable[Table]:
        """Return what the page shows as the sheets of a workbook, with what it rests on."""
        return self.table(built), about(asked)

    def get(self, request, slug):
        asked, built = self.built(request, slug)
        name = f"{slug}-{self.page}-{built.as_of.isoformat()}"
        match request.accepted_renderer:
            case CSVRenderer():
                return csvtables.download(name, self.table(built))
            case XLSXRenderer():
                rests = asked_of(request, asked, built, self.page)
                return xlsxtables.download(name, self.sheets(built, rests))
        return Response(self.shown(built).data)

    def built(self, request, slug) -> tuple[QuestionForm, Any]:
        """Return what is asked, and what is built for it.

        Raises ``ValidationError`` for what cannot be asked, and for codes that there are none of.
        """
        negotiations = Negotiation.objects.visible_to(request.user).with_revision()
        negotiation = get_object_or_404(negotiations, slug=slug)
        asked = question_of(request, negotiation, self.takes)
        built = self.build(negotiation=negotiation, user=request.user, question=asked.question)
        refuse_unknown(asked, built.every_issue, built.every_party)
        return asked, built


def described(view: type[AskedView]) -> type[AskedView]:
    """Tell the schema of the API what a view takes and gives."""
    given: dict[Any, Any] = {(200, "application/json"): view.shown, **TABLES}
    parameters = [each for each in QUESTION if each.name in view.takes]
    return extend_schema_view(get=extend_schema(parameters=parameters, responses=given))(view)
