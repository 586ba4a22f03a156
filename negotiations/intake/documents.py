"""The text of a Word document (DOCX): paragraphs, tables and footnotes, as they would read.

python-docx opens the package. The paragraphs are walked here, since its own text leaves out what
tracked changes put in, which in drafts of agreements is what matters.
"""

import io
import zipfile
from collections.abc import Iterator

from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.package import Package
from lxml import etree

from negotiations.intake.cleaning import clean
from negotiations.intake.given import Block, Given, Proposed, Unreadable
from negotiations.intake.languages import code_of
from negotiations.intake.parsing import cut_off

#: What python-docx and what it rests on raise for a package that is not as it should be.
NOT_WELL_MADE = (
    OpcError,
    KeyError,
    AttributeError,
    ValueError,
    EOFError,
    OSError,
    NotImplementedError,  # a way of compressing that zipfile does not know
    zipfile.BadZipFile,
    etree.LxmlError,
)
#: What a package may unpack to, and in how many parts.
MOST_UNPACKED = 150_000_000
MOST_PARTS = 5_000
_UNSEEN = {qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:pPr"), qn("w:rPr"),
           "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}  # fmt: skip
_P, _TR, _TC = qn("w:p"), qn("w:tr"), qn("w:tc")
_AS_TEXT = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "\u2011"}
_FOOTNOTES = "/footnotes"


def read_document(data: bytes, *, limit: int) -> Given:
    """Read a DOCX into blocks. Macros are not run, and nothing that it links to is fetched.

    Raises ``Unreadable`` where it is broken, unpacks to too much or has no text.
    """
    names = _looked_over(data)
    try:
        package = Package.open(io.BytesIO(data))
        main = package.main_document_part
        root = getattr(main, "element", None)
        root = _parsed(main.blob) if root is None else root
        inside = [rel for rel in main.rels.values() if not rel.is_external]
        feet = [rel.target_part for rel in inside if rel.reltype.endswith(_FOOTNOTES)]
        notes = [text for part in feet for text in _footnotes(_parsed(part.blob))]
        described = _described(package)
    except etree.XMLSyntaxError as error:
        raise Unreadable(cut_off(error.error_log) or "broken") from error
    except NOT_WELL_MADE as error:
        raise Unreadable("broken") from error
    texts = [*_paragraphs(root), *notes]
    if not any(map(str.strip, texts)):
        raise Unreadable("empty")
    if sum(map(len, texts)) > limit:
        raise Unreadable("long", most=limit)
    told: list[tuple[str, dict[str, str | int]]] = []
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        told.append(("macros", {}))
    if root.find(f".//{qn('w:del')}") is not None or root.find(f".//{qn('w:ins')}") is not None:
        told.append(("tracked changes", {}))
    blocks = tuple(Block(text) for text in map(str.rstrip, texts) if text.strip())
    return Given(kind="docx", blocks=blocks, proposed=described, notes=tuple(told))


def _looked_over(data: bytes) -> list[str]:
    """Return the names of the parts; raise ``Unreadable`` before anything large is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        raise Unreadable("broken") from error
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("password")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Unreadable("unpacks", most=MOST_UNPACKED // 1_000_000)
    return [part.filename for part in parts]


def _parsed(blob: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(blob, parser)


def _paragraphs(root: etree._Element) -> Iterator[str]:
    """Yield the text of each paragraph, and of each row of a table with tabs between its cells."""
    rows: list[list[str]] = []
    pieces: list[list[str]] = []
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        tag = element.tag
        if event == "start":
            if tag in _UNSEEN:
                walker.skip_subtree()
            elif tag == _P:
                pieces.append([])
            elif tag == _TR:
                rows.append([])
            elif tag == _TC and rows:
                rows[-1].append("")
            elif pieces:
                pieces[-1].append(_text_of(element))
        elif tag == _P and pieces:
            text = clean("".join(pieces.pop()))
            if rows and rows[-1]:
                rows[-1][-1] = f"{rows[-1][-1]}\n{text}" if rows[-1][-1] else text
            else:
                yield text
        elif tag == _TR and rows:
            cells = rows.pop()
            yield "\t".join(cells)


def _text_of(element: etree._Element) -> str:
    if element.tag == qn("w:t"):
        # An entity that is not looked up stands between two texts.
        return (element.text or "") + "".join(inner.tail or "" for inner in element)
    return _AS_TEXT.get(element.tag, "")


def _footnotes(root: etree._Element) -> Iterator[str]:
    for note in root.iter(qn("w:footnote")):
        text = " ".join(each for each in _paragraphs(note) if each.strip())
        if text.strip() and note.get(qn("w:type")) is None:
            yield f"[{note.get(qn('w:id'))}] {text.strip()}"


def _described(package: Package) -> dict[str, Proposed]:
    about = package.core_properties
    found = {"kind": Proposed("document", "DOCX")}
    for name, value, most in (("title", about.title, 500), ("author", about.author, 200)):
        words = " ".join(clean(value or "").split())
        if words and len(words) <= most and words != "python-docx":
            found[name] = Proposed(words, f"DOCX {name}")
    made = about.modified or about.created
    if made is not None:
        found["published"] = Proposed(made.date().isoformat(), "DOCX date")
    if language := code_of((about.language or "")[:40]):
        found["language"] = Proposed(language, "DOCX language")
    return found
