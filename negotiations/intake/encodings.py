"""Bytes of a text into characters: what they say themselves, what fits, a guess that is told."""

import codecs
import re

from charset_normalizer import from_bytes

from negotiations.intake.given import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([-\w]{2,40})""", re.IGNORECASE)
#: What sources in the languages that we meet are likely written in.
LIKELY = [
    "cp1251", "cp1252", "koi8_u", "koi8_r", "cp866", "iso8859_5", "iso8859_2", "cp1250", "cp1253",
    "cp1254", "cp1255", "cp1256", "mac_cyrillic",
]  # fmt: skip
#: A guess needs no more than this of a long text.
ENOUGH = 200_000


def decoded(data: bytes, *, html: bool = False) -> tuple[str, str]:
    """Return the text and, where it was only guessed, the name of the encoding.

    Raises ``Unreadable`` where no encoding fits.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, errors="replace"), ""
    if wide := _wide(data):
        return data.decode(wide, errors="replace"), wide
    try:
        # Halves of characters are none, but they do not make the rest something else.
        return data.decode("utf-8", errors="surrogatepass"), ""
    except UnicodeDecodeError:
        pass
    if html and (found := _DECLARED.search(data[:4096])):
        name = found[1].decode("ascii")
        try:
            if codecs.lookup(name).name not in ("utf-8", "utf-16", "utf-32"):
                return data.decode(name, errors="replace"), ""
        except (LookupError, ValueError):
            pass  # A page that names an encoding that there is not has named none.
    mostly = data.decode("utf-8", errors="replace")
    if mostly.count("\ufffd") * 200 < len(mostly):
        return mostly, "utf-8"
    best = from_bytes(data[:ENOUGH], cp_isolation=LIKELY).best()
    if best is None:
        raise Unreadable("encoding")
    return data.decode(best.encoding, errors="replace"), best.encoding


def _wide(data: bytes) -> str:
    """Return which UTF-16 a text without a mark is in; empty if in none."""
    head = data[:4096]
    if b"\0" not in head or len(head) < 8:
        return ""
    upper = {"utf-16-be": head[0::2], "utf-16-le": head[1::2]}
    for name, half in upper.items():
        if sum(byte in (0, 3, 4, 5, 0x20) for byte in half) > len(half) * 0.95 and b"\0" in half:
            return name
    return ""
