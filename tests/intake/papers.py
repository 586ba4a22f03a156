"""Documents made for the tests: PDFs by hand, DOCX by python-docx, pages as texts."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence

import docx

Parts = Mapping[str, bytes | str]

PAGE = """<!doctype html>
<html lang="en-GB"><head><title>Talks resume | River Post</title>
<meta property="og:site_name" content="River Post">
<meta property="article:published_time" content="2025-06-02T10:00:00+03:00">
<meta name="author" content="Ann Reporter">
<link rel="canonical" href="https://river.example/news/1">
<script>document.title = "taken over"</script></head>
<body class="with-sidebar">
<header><a href="/">River Post</a></header>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>
<main><article><h1>Talks resume</h1>
<p>East wants <b>thirty days</b> of water.</p>
<div class="share-buttons"><a href="#">Share on X</a></div>
<p>West will not have it, says the envoy.<br>It has been said before.</p>
<table><tr><td>East</td><td>30</td></tr><tr><td>West</td><td>90</td></tr></table>
<section id="relatedNews"><p>Read also: the dam</p></section>
</article></main>
<aside><p>Most read today</p></aside>
<footer><p>© River Post</p></footer>
</body></html>"""


def pdf(*objects: bytes, trailer: bytes = b"", root: int = 1) -> bytes:
    """Return a PDF of these objects, numbered from 1, the ``root`` of which is the catalogue."""
    body, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer\n<< /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF"
    return body + head + table + end % (len(objects) + 1, root, trailer, len(body))


def stream(data: bytes, about: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), about, data)


def packed(data: bytes, about: bytes = b"") -> bytes:
    return stream(zlib.compress(data, 9), b"/Filter /FlateDecode " + about)


def shown(lines: Sequence[str]) -> bytes:
    """Return what draws lines of text on a page."""
    drawn = b" ".join(b"(%s) Tj T*" % line.encode("latin-1") for line in lines)
    return b"BT /F 12 Tf 14 TL 72 760 Td %s ET" % drawn


def pdf_of(
    *pages: Sequence[str], catalogue: bytes = b"", about: bytes = b"", signs: bytes = b""
) -> bytes:
    """Return a PDF with a page for each sequence of lines.

    ``signs`` names the glyphs of its font from U+0001 on, such as "/ff /fi".
    """
    encoding = b"<< /BaseEncoding /WinAnsiEncoding /Differences [1 %s] >>" % signs
    first = 5
    kids = b" ".join(b"%d 0 R" % (first + 2 * n) for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue,
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding %s >>"
        % (encoding if signs else b"/WinAnsiEncoding"),
        b"<< %s >>" % about,
    ]
    for n, lines in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            b" /Resources << /Font << /F 3 0 R >> >> /Contents %d 0 R >>" % (first + 2 * n + 1)
        )
        objects.append(stream(shown(lines)))
    return pdf(*objects, trailer=b"/Info 4 0 R")


def docx_of(*paragraphs: str, **described: str) -> bytes:
    """Return a DOCX with these paragraphs, described by its core properties."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    for name, value in described.items():
        setattr(document.core_properties, name, value)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def with_parts(package: bytes, parts: Parts, without: Iterable[str] = ()) -> bytes:
    """Return a zip file with some of its parts put in, put in the place of others, or left out."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            if part.filename not in parts and part.filename not in without:
                new.writestr(part.filename, old.read(part))
        for name, data in parts.items():
            new.writestr(name, data)
    return made.getvalue()


def part_of(package: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return opened.read(name).decode()


def zipped(parts: Parts) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return made.getvalue()
