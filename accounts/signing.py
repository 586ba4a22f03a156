"""Attempts to sign in, by account and by address.

The account's attempts climb steps: after three, each further one waits twice as long, and at the
limit the account is shut for a while, even to the right password. An address that guesses at many
accounts is stopped by a count of its own, which only failures fill.

Strangers can so shut an account, but not to its owner. A browser from which somebody has signed in,
or has chosen a password by a link, keeps a signed cookie; its attempts at that account are counted
apart from all others. Whoever has no such browser opens the account by a link to a new password.
"""

import hashlib
import secrets
import unicodedata

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError

from accounts import limits
from accounts.addresses import counted_address
from accounts.throttling import refusal

COOKIE = "known"
SALT = "accounts.known"
COOKIE_DAYS = 365
#: So many accounts of one browser are kept apart.
MOST_KNOWN = 8


def attempt(request, name: str, username: str) -> None:
    """Count an attempt at an account; ``name`` is that of the steps it climbs.

    Raises ``ValidationError`` that tells when to try again.
    """
    address = counted_address(request)
    if refused := refusal(request, limits.spend("sign-in address", address)):
        raise ValidationError(refused.words, code="too_many")
    if refused := refusal(request, limits.climb(name, _who(request, username))):
        limits.give_back("sign-in address", address)
        raise ValidationError(refused.words, code="too_many")


def succeeded(request, name: str, username: str) -> None:
    """Let an attempt that was right count for nothing, and those before it no more."""
    limits.give_back("sign-in address", counted_address(request))
    limits.forget(name, _who(request, username))


def open_account(username: str) -> None:
    """Forget what strangers tried: its owner has just proved to be that by other means."""
    for name in ("sign-in account", "sign-in code"):
        limits.forget(name, _named(username))


def remember(request, response, username: str) -> None:
    """Let this browser keep that ``username`` has signed in from it."""
    known = {**_known(request), _named(username): secrets.token_urlsafe(9)}
    value = signing.dumps(dict(list(known.items())[-MOST_KNOWN:]), salt=SALT)
    response.set_cookie(
        COOKIE,
        value,
        max_age=COOKIE_DAYS * 86_400,
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _who(request, username: str) -> str:
    """Return whom the attempt is counted for: this browser at the account, or all others."""
    named = _named(username)
    mark = _known(request).get(named)
    return f"{named} {mark}" if mark else named


def _named(username: str) -> str:
    folded = unicodedata.normalize("NFKC", username.strip()).casefold()
    return hashlib.sha256(folded.encode(errors="replace")).hexdigest()[:32]


def _known(request) -> dict[str, str]:
    age = COOKIE_DAYS * 86_400
    try:
        return dict(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=age))
    except signing.BadSignature:
        return {}
