"""The text of a PDF, page by page, with what its own description proposes."""

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from pypdf import PdfReader
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

from negotiations.intake.bylines import byline, parted_title
from negotiations.intake.cleaning import clean
from negotiations.intake.given import Block, Given, Proposed, Unreadable
from negotiations.intake.languages import code_of

MOST_PAGES = 2_000
#: A line that stands at the edge of so many pages, and of half of them, belongs to the paper.
REPEATED = 3
#: A line shorter than this share of the long ones ends its paragraph.
SHORT = 0.75

#: Letters that typesetting joined into one sign, of which the words know nothing.
LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}

_ITEM = re.compile(r"\s*(?:[-–—•*·▪●]|\(?[0-9]{1,3}[.)]|\(?[a-zа-яіїє][.)])\s", re.IGNORECASE)

Lines = list[str]


def read_pdf(data: bytes, *, limit: int) -> Given:
    """Read a PDF into blocks. Scripts and attachments in it are not looked at.

    Raises ``Unreadable`` where it has a password, has no text, is too long or broken.
    """
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("password")
        count = len(reader.pages)
        if count > MOST_PAGES:
            raise Unreadable("pages", most=MOST_PAGES, count=count)
        pages = _pages(reader, limit)
        described = _described(reader) | byline(pages[0] if pages else ())
    except DependencyError as error:
        raise Unreadable("password") from error
    except LimitReachedError as error:
        raise Unreadable("memory") from error
    except PyPdfError as error:
        raise Unreadable("broken") from error
    if not any(any(char.isalnum() for char in line) for page in pages for line in page):
        raise Unreadable("scan", count=count) if count else Unreadable("empty")
    without = [str(n) for n, page in enumerate(pages, 1) if not page]
    told = {"pages": ", ".join(without[:20]) + (" …" if len(without) > 20 else "")}
    return Given(
        kind="pdf",
        blocks=tuple(_blocks(pages)),
        proposed=described,
        notes=(("pages without text", told),) if without else (),
        pages=count,
    )


def _pages(reader: PdfReader, limit: int) -> list[Lines]:
    pages, size = [], 0
    for page in reader.pages:
        text = unset(clean(page.extract_text()))
        size += len(text)
        if size > limit:
            raise Unreadable("long", most=limit)
        pages.append([line.rstrip() for line in text.split("\n") if line.strip()])
    return pages


def unset(text: str) -> str:
    """Return a text without what only its typesetting put in: ligatures and soft hyphens.

    A soft hyphen at the end of a line stays, to tell that its word goes on in the next.
    """
    return re.sub(r"\u00ad+(?![ \t]*(?:\n|\Z))", "", text.translate(LIGATURES))


def _described(reader: PdfReader) -> dict[str, Proposed]:
    about = reader.metadata
    found = {"kind": Proposed("document", "PDF")}
    for name, key, most in (("title", "/Title", 500), ("author", "/Author", 200)):
        value = about and about.get(key)
        words = " ".join(clean(str(value)).split()) if isinstance(value, str) else ""
        # Programs put the name of the file there, which is no title.
        if words and len(words) <= most and not re.search(r"\.(?:docx?|pdf|indd|qxd)\Z", words):
            found[name] = Proposed(words, f"PDF {key[1:]}")
    if "title" in found:
        found |= parted_title(found["title"])
    made = str(about.get("/CreationDate", "")) if about else ""
    if match := re.match(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?", made):
        found["published"] = Proposed("-".join(filter(None, match.groups())), "PDF CreationDate")
    language = code_of(str(reader.root_object.get("/Lang", ""))[:40])
    if language:
        found["language"] = Proposed(language, "PDF Lang")
    return found


def _blocks(pages: Sequence[Lines]) -> Iterator[Block]:
    repeated = _repeated(pages)
    words = Counter(re.findall(r"[^\W\d_]+-[^\W\d_]+", "\n".join(" ".join(p) for p in pages)))
    for number, page in enumerate(pages, 1):
        edges = {0, 1, len(page) - 1, len(page) - 2}
        marks = [at in edges and _shape(line) in repeated for at, line in enumerate(page)]
        marked = list(zip(page, marks, strict=True))
        repeats = (line.removesuffix("\u00ad") for line, mark in marked if mark)
        yield from (Block(line, "repeated", number) for line in repeats)
        yield from (Block(text) for text in joined([line for line, m in marked if not m], words))


def _repeated(pages: Sequence[Lines]) -> set[str]:
    """The lines at the edges of many pages, whatever number they hold."""
    counted: Counter[str] = Counter()
    for page in pages:
        counted.update({_shape(line) for line in (*page[:2], *page[-2:])})
    return {s for s, n in counted.items() if n >= REPEATED and n * 2 >= len(pages)}


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", " ".join(line.split()))


def joined(lines: Iterable[str], hyphened: Counter[str]) -> Iterator[str]:
    """Join the lines of one page into paragraphs.

    A line goes on in the next one if it is about as long as the long ones and the next does not
    begin like an item. A word parted by a hyphen is one word, unless ``hyphened`` knows it.
    """
    lines = list(lines)
    long = sorted(map(len, lines))[int(len(lines) * 0.9)] if lines else 0
    so_far = ""
    for line, after in zip_longest(lines, lines[1:], fillvalue=""):
        so_far = _put_together(so_far, line, hyphened)
        ends = not after or _is_item(after) or len(line) < SHORT * long
        if ends or (re.search(r"[.!?:;]\Z", line) and len(line) < 0.9 * long):
            yield so_far.removesuffix("\u00ad")
            so_far = ""


def _put_together(before: str, line: str, hyphened: Counter[str]) -> str:
    if not before:
        return line.strip()
    line = line.strip()
    if before.endswith("\u00ad"):
        return before[:-1] + line
    parted = re.search(r"([^\W\d_]+)-\Z", before)
    begins = re.match(r"[^\W\d_]+", line)
    if parted and begins and line[0].islower():
        is_kept = hyphened[f"{parted[1]}-{begins[0]}"] > 0
        return (before if is_kept else before[:-1]) + line
    return f"{before} {line}"


def _is_item(line: str) -> bool:
    return bool(_ITEM.match(line))
