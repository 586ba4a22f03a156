"""Foreign text in the one form that texts of sources have."""

import re

from negotiations.texts import normal

_NO_CHARACTERS = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(text: str) -> str:
    """Return a text as ``texts.normal`` has it, without NULs.

    Halves of surrogate pairs and code points that are no characters become U+FFFD.
    """
    return normal(_NO_CHARACTERS.sub("\ufffd", text.replace("\0", "")))
