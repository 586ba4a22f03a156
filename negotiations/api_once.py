"""``Idempotency-Key`` on the API: what is sent once more under a key is answered as the first."""

from functools import partial

from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import HttpResponse
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer

from negotiations import once

#: What is stored of an answer's headers.
KEPT_HEADERS = ("ETag", "Location")


class KeyUsed(APIException):
    status_code = 422
    default_code = "key_used"


class OnceForAKey:
    """A view whose writes are done once for a key, in one transaction with it.

    Without the header nothing changes. Only what was written is remembered: a request that was
    refused may be sent again under its key.
    """

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if request.method in SAFE_METHODS or "Idempotency-Key" not in request.headers:
            return
        try:
            key = once.key_of(request.headers["Idempotency-Key"])
        except DjangoValidationError as error:
            raise ValidationError({"Idempotency-Key": error.messages}) from error
        name = request.method.lower()
        if request.user.is_authenticated and hasattr(self, name):
            # The framework takes the method from here, after this.
            setattr(self, name, partial(_once, getattr(self, name), key))


def _once(act, key: str, request, *args, **kwargs):
    sent = once.digest(
        request.method,
        request.get_full_path(),
        request.headers.get("If-Match", ""),
        JSONRenderer().render(request.data),
    )
    try:
        given = once.once(
            lambda: act(request, *args, **kwargs),
            user=request.user,
            key=key,
            request=sent,
            answer_of=_to_store,
            fails=lambda response: response.status_code >= 400,
        )
    except once.UsedForAnother as error:
        raise KeyUsed({"detail": error.message}) from error
    if not isinstance(given, once.Answer):
        return given
    response = HttpResponse(given.body, status=given.status, content_type="application/json")
    if not given.body:
        del response["Content-Type"]
    for name, value in given.headers.items():
        response[name] = value
    return response


def _to_store(response, _is_written: bool) -> once.Answer:
    body = "" if response.data is None else JSONRenderer().render(response.data).decode()
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    return once.Answer(response.status_code, body, headers)
