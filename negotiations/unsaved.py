"""Keeping what somebody types until it is saved: across a closed tab, a restart, a lost session."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.db import models
from django.http import QueryDict

from config.resend import SHOWN
from negotiations.models import Negotiation, UnsavedForm

#: Words of an address that say how to come and go, not which form it is.
PASSING = frozenset({"next", "as_of"})


def page_key(address: str) -> str:
    """Return the address of a form, its query in order and without where to go afterwards."""
    parts = urlsplit(address)
    query = sorted(pair for pair in parse_qsl(parts.query) if pair[0] not in PASSING)
    return f"{parts.path}?{urlencode(query)}" if query else parts.path


def keep(*, user, address: str, typed: QueryDict) -> UnsavedForm:
    """Keep what ``user`` has typed in the form at ``address``, and return it with its time."""
    payload = {
        name: [text.replace("\0", "") for text in texts]
        for name, texts in typed.lists()
        if name not in ("csrfmiddlewaretoken", "idempotency_key", SHOWN)
    }
    kept, __ = UnsavedForm.objects.update_or_create(
        user=user, page=page_key(address), defaults={"payload": payload}
    )
    return kept


def kept_for(*, user, address: str) -> UnsavedForm | None:
    """Return what ``user`` left half-typed in the form at ``address``."""
    return UnsavedForm.objects.visible_to(user).filter(page=page_key(address)).first()


def discard(*, user, address: str) -> None:
    """Forget what ``user`` typed in the form at ``address``: it is saved, or not wanted."""
    UnsavedForm.objects.visible_to(user).filter(page=page_key(address)).delete()


def unfinished(*, user, negotiation: Negotiation) -> models.QuerySet[UnsavedForm]:
    """Return all that ``user`` left half-typed in a negotiation, newest first."""
    return UnsavedForm.objects.visible_to(user).in_negotiation(negotiation)


def as_posted(payload: Mapping[str, list[str]]) -> QueryDict:
    """Return a kept payload as the data of a form."""
    data = QueryDict(mutable=True)
    for name, texts in payload.items():
        data.setlist(name, texts)
    return data
