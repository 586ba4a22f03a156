"""Texts as XML can hold them, for the files that office programs read."""

import re

#: What XML 1.0 has no way to write.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_text(text: str) -> str:
    """Return ``text`` with a replacement character for each one that XML cannot hold."""
    return _UNWRITABLE.sub("\ufffd", text)
