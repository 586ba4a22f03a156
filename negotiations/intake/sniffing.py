"""What a file is, told by its first bytes and not by its name."""

import io
import re
import zipfile

#: The beginning of a file, and what it is then. What can be read has a format's short name.
_BEGINNINGS = (
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"BM", "a BMP picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf'\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"ID3", "an MP3 recording"),
    (b"OggS", "an Ogg recording"),
    (b"fLaC", "a FLAC recording"),
    (b"\x1aE\xdf\xa3", "a Matroska video"),
    (b"SQLite format 3", "a database"),
)
#: A part that a zip file of this kind holds.
_PACKAGES = (
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "an Excel workbook"),
    ("ppt/presentation.xml", "a PowerPoint presentation"),
    ("META-INF/container.xml", "an EPUB book"),
    ("AndroidManifest.xml", "a program"),
)
_HTML = re.compile(
    rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]|<(?:p|div|article|section|h1|br)[\s/>]",
    re.IGNORECASE,
)
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|!--|[a-z][a-z0-9]*[\s>/])", re.IGNORECASE)
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: How far into a file its kind must have shown.
HEAD = 4096


def kind_of(data: bytes) -> str:
    """Return "text", "html", "pdf" or "docx"; else, in words with an article, what it is."""
    head = data[:HEAD]
    # A PDF may begin after some other bytes, but then it is none of the others.
    for beginning, words in _BEGINNINGS:
        if head.startswith(beginning) and _is_binary(head):
            return words
    if head.startswith(b"{\\rtf"):
        return "an RTF document"
    if head.startswith(OLD_OFFICE):
        return _old_office(data)
    if head.startswith(b"PK"):
        return _package(data)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head[4:8] == b"ftyp":
        return "a video or recording"
    if head[:4] == b"RIFF":
        return "a picture, video or recording"
    if _has_wide_characters(head):
        return "html" if is_html(head.replace(b"\0", b"")) else "text"
    if _is_binary(head):
        return "a file of bytes that are no text"
    return "html" if is_html(head) else "text"


def is_html(head: bytes) -> bool:
    """Whether a text begins like a page, or a part of one."""
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe")
    if b"<svg" in start[:1000].lower() and not re.search(rb"<html", start, re.IGNORECASE):
        return bool(_MARKUP.match(start))
    return bool(_MARKUP.match(start) and _HTML.search(start))


def _is_binary(head: bytes) -> bool:
    """Whether bytes hold what no text does: NULs, or many control characters."""
    controls = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return (b"\0" in head[:1000] and not _has_wide_characters(head)) or controls > len(head) / 20


def _has_wide_characters(head: bytes) -> bool:
    """Whether every other byte looks like the upper half of a letter, as in UTF-16."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    pairs = len(head) // 2
    if pairs < 4:
        return False
    for half in (head[0 : 2 * pairs : 2], head[1 : 2 * pairs : 2]):
        # Latin, Greek and Cyrillic, and the marks of good typesetting.
        if sum(byte in (0, 3, 4, 5, 0x20) for byte in half) > pairs * 0.95 and b"\0" in half:
            return True
    return False


def _old_office(data: bytes) -> str:
    names = data[: 1 << 20]
    if "EncryptedPackage".encode("utf-16-le") in names:
        return "an Office document with a password"
    if "WordDocument".encode("utf-16-le") in names:
        return "an old Word document (.doc)"
    if "Workbook".encode("utf-16-le") in names:
        return "an old Excel workbook (.xls)"
    return "an old Office document"


def _package(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
            if "mimetype" in names and package.getinfo("mimetype").file_size < 200:
                if b"opendocument.text" in package.read("mimetype"):
                    return "an OpenDocument text (.odt)"
                if b"opendocument" in package.read("mimetype"):
                    return "an OpenDocument file"
    # Zipfile says NotImplementedError of a way of compressing, RuntimeError of a password.
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        return "a broken zip archive"
    return next((kind for part, kind in _PACKAGES if part in names), "a zip archive")
