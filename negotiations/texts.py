"""Texts of sources: one form for the same words, and a hash that tells one text from another."""

import hashlib
import re
import unicodedata

#: No text of a source is longer, in code points; about a thousand pages.
LONGEST = 2_000_000
#: Everything that ends a line somewhere.
LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
#: Control characters but for tab, newline and those that the database refuses with a reason.
CONTROLS = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x9f\ufeff]")


def normal(text: str) -> str:
    """Return a text with composed letters (NFC), newlines as ``\\n`` and no control characters.

    Offsets count its code points. Marks of the direction of writing stay: they belong to the words.
    """
    lines = LINE_ENDS.sub("\n", text)
    return unicodedata.normalize("NFC", CONTROLS.sub("", lines))


def hash_of(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8 as 64 hexadecimal digits, or "" of no text.

    It is what the database computes as ``Source.text_hash``.
    """
    return hashlib.sha256(text.encode()).hexdigest() if text else ""
