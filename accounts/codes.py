"""Codes of the second step: each counts once, also where two try it at the same moment."""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from django.db import transaction

TOTP, RECOVERY = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES
#: Where a TOTP keeps the number of the half-minute whose code was used last.
LAST = "last_step"


def step_of(secret: str, code: str) -> int | None:
    """Return the number of the half-minute in which ``code`` is right, None if it is wrong now."""
    found = None
    for step in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            found = step
    return found


def use_code(user, code: str) -> Authenticator | None:
    """Use a code up and return what it belongs to, None if it is wrong or was used before.

    A code from an app is used up together with all that came before it.
    """
    with transaction.atomic():
        rows = Authenticator.objects.select_for_update().filter(user=user)
        for authenticator in rows.filter(type__in=[TOTP, RECOVERY]).order_by("pk"):
            if _is_used_up(authenticator, code):
                return authenticator
    return None


def note_use(user, step: int) -> None:
    """Write down that the code of a half-minute has been used."""
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(user=user, type=TOTP)
        row.data[LAST] = step
        row.save(update_fields=["data"])


def _is_used_up(authenticator: Authenticator, code: str) -> bool:
    if authenticator.type == RECOVERY:
        return authenticator.wrap().validate_code(code)
    step = step_of(decrypt(authenticator.data["secret"]), code)
    if step is None or step <= authenticator.data.get(LAST, 0):
        return False
    authenticator.data[LAST] = step
    authenticator.save(update_fields=["data"])
    return True


def unused_recovery_codes(user) -> list[str]:
    """Return the recovery codes that still work."""
    row = Authenticator.objects.filter(user=user, type=RECOVERY).first()
    return row.wrap().get_unused_codes() if row else []
