"""What every API view shares: bounded input, pages of answers, errors that name the field."""

import json
import math

from django.core.exceptions import NON_FIELD_ERRORS, RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, ParseError, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler as default_exception_handler

from config.limits import MAX_DEPTH, MAX_VALUES
from config.watching import note

#: What a token for one negotiation is told of all else, whether it is there or not.
FOR_ONE_ALONE = _(
    "This token is for one negotiation alone; another takes a token for that one, or for all."
)
#: What operations refuse for reasons that are nobody's input, by code.
REFUSALS = {"rested_on": 409, "decided": 409, "gone": 404}


class Pagination(PageNumberPagination):
    """``?page=`` and ``?page_size=``, 50 rows unless asked otherwise, 500 at most."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500

    def paginate_queryset(self, queryset, request, view=None):
        for name, most in ((self.page_query_param, None), ("page_size", self.max_page_size)):
            _check_number(name, request.query_params.get(name), most)
        return super().paginate_queryset(queryset, request, view)


def _check_number(name: str, text: str | None, most: int | None) -> None:
    """Raise ``ValidationError`` where the framework would quietly take another number."""
    if text is None:
        return
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) > 0):
        raise ValidationError({name: [_("Give a whole number above 0.")]})
    if most is not None and int(text) > most:
        raise ValidationError({name: [_("At most %(most)s.") % {"most": most}]})


class BoundedJSONParser(JSONParser):
    """JSON in UTF-8, of bounded depth, whose texts and numbers can be stored and shown.

    The framework bounds what a JSON parser is given; raises ``ParseError``.
    """

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            data = json.loads(
                stream.read().decode(),
                parse_constant=_refuse_constant,
                parse_float=_finite,
                object_pairs_hook=_once,
            )
        except (ValueError, RecursionError) as error:
            raise ParseError(_("This is not JSON: %(why)s") % {"why": error}) from error
        _check(data, 1)
        if _size(data) > MAX_VALUES:
            words = _("This JSON holds more than %(most)s values; send it in parts.")
            raise ParseError(words % {"most": MAX_VALUES})
        return data


def _once(pairs):
    """Return an object; ``ValueError`` where a key stands twice, of which one would be lost."""
    named = dict(pairs)
    if len(named) < len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:50]!r} stands twice in one object")
    return named


def _size(value) -> int:
    """Return how many keys and values there are, with all that is inside."""
    if isinstance(value, dict):
        return 1 + len(value) + sum(map(_size, value.values()))
    return 1 + sum(map(_size, value)) if isinstance(value, list) else 1


def _refuse_constant(name):
    raise ValueError(f"{name} is not a number in JSON")


def _finite(digits):
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits[:20]} is too large a number")
    return number


def _check(value, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ParseError(_("This JSON is nested too deeply."))
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ParseError(_("This JSON holds half a character (a lone surrogate).")) from error
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check(key, depth)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)


class ContentNegotiation(DefaultContentNegotiation):
    """``Accept`` or ``?format=``; a format that there is not is refused by name."""

    def filter_renderers(self, renderers, format):
        fitting = [renderer for renderer in renderers if renderer.format == format]
        if not fitting:
            known = ", ".join(renderer.format for renderer in renderers)
            raise ValidationError({"format": [_("There are %(known)s.") % {"known": known}]})
        return fitting


class CSVRenderer(BaseRenderer):
    """Says that a list can be had as CSV, which the view streams by itself."""

    media_type, format = "text/csv", "csv"


class XLSXRenderer(BaseRenderer):
    """Says that a list can be had as a workbook, which the view makes by itself."""

    media_type, format = (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
    )


#: Besides JSON; a list has them, one row has not.
TABLE_RENDERERS = [CSVRenderer, XLSXRenderer]


def exception_handler(error, context):
    """Turn what operations refuse into 400, what rests on something into 409, too much into 413.

    The rest is the framework's. A refusal is told in JSON, whatever was asked for.
    """
    if isinstance(error, AuthenticationFailed):
        note("token refused")
    context["request"].accepted_renderer = JSONRenderer()
    context["request"].accepted_media_type = JSONRenderer.media_type
    if isinstance(error, RequestDataTooBig):
        return Response({"detail": _("This is too much for one request.")}, status=413)
    if isinstance(error, DjangoValidationError):
        if status := REFUSALS.get(getattr(error, "code", "") or ""):
            return Response({"detail": error.message}, status=status)
        detail = serializers.as_serializer_error(error)
        if NON_FIELD_ERRORS in detail:
            detail[api_settings.NON_FIELD_ERRORS_KEY] = detail.pop(NON_FIELD_ERRORS)
        return Response(detail, status=400)
    answer = default_exception_handler(error, context)
    if answer is not None and answer.status_code == 404:
        _tell_of_the_token(answer.data, context["request"].user)
    return answer


def _tell_of_the_token(data, user) -> None:
    """Say why it may not be found; what is hidden and what is absent are told the same."""
    if getattr(user, "only_negotiation", None) is None:
        return
    for name, words in data.items():
        data[name] = (
            [*words, FOR_ONE_ALONE] if isinstance(words, list) else f"{words} {FOR_ONE_ALONE}"
        )
