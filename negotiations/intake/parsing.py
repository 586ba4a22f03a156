"""What lxml met in a file that it did not read to its end."""

from collections.abc import Iterable
from typing import Any

from lxml import etree

_LIMITS = {
    etree.ErrorTypes.ERR_RESOURCE_LIMIT,
    etree.ErrorTypes.ERR_NO_MEMORY,
    etree.ErrorTypes.ERR_ENTITY_LOOP,
}


def cut_off(log: Iterable[Any]) -> str:
    """Return "deep" or "memory" where a parser met a limit of its own; else an empty text.

    It leaves out what comes after, and does not always call that an error.
    """
    for entry in log:
        if entry.type in _LIMITS or "huge" in entry.message.lower():
            return "deep" if "depth" in entry.message else "memory"
    return ""
