"""What reading a range of any kind needs: the error, the tidied text, the order of the ends."""

from typing import Any

from django.utils.translation import gettext as _

_DASHES = str.maketrans(dict.fromkeys("‒–—―", "–") | dict.fromkeys("‐‑−", "-") | {"…": ".."})
_LONGEST, _SHOWN = 200, 60


class UnclearRange(ValueError):
    """What was given is no range of ours; the message is meant for the one who gave it."""


def tidy(text: str) -> str:
    """Return the text in small letters, with single spaces and one kind of each dash.

    Raises ``UnclearRange`` if it is longer than any range needs.
    """
    if len(text) > _LONGEST:
        raise UnclearRange(_("Write a range in at most %(count)s letters.") % {"count": _LONGEST})
    return " ".join(text.translate(_DASHES).casefold().split())


def shown(text: str) -> str:
    """Return the text as an error message may quote it: short and printable."""
    text = text.strip()
    if len(text) > _SHOWN:
        text = text[:_SHOWN] + "…"
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def check_order(low, high) -> None:
    """Raise ``UnclearRange`` if both ends are ``None`` or the lower exceeds the upper."""
    if low is None and high is None:
        raise UnclearRange(_("A range needs at least one end."))
    if low is not None and high is not None and low > high:
        raise UnclearRange(_("The range ends before it starts: write the lower end first."))


def ends_of(value: Any, low: str, high: str) -> tuple[Any, Any]:
    """Return the two ends of a range given as a JSON object with exactly these two keys.

    Raises ``UnclearRange`` for anything else.
    """
    if not isinstance(value, dict) or value.keys() != {low, high}:
        raise UnclearRange(
            _("Give an object with “%(low)s” and “%(high)s” and nothing else; null where open.")
            % {"low": low, "high": high}
        )
    return value[low], value[high]
