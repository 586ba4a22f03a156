"""What the reader of a text is told, in words: why it cannot be read, what was guessed."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from negotiations.intake.given import Given, Unreadable

_REFUSALS = {
    "empty": gettext_lazy("There is no text in it."),
    "kind": gettext_lazy(
        "This is %(kind)s, which cannot be read as a text. Give a PDF, DOCX, HTML or TXT file, or "
        "paste the text."
    ),
    "large": gettext_lazy("The file is larger than %(most)s MB."),
    "long": gettext_lazy("The text is longer than %(most)s characters. Give the part that counts."),
    "password": gettext_lazy(
        "The file is protected by a password. Save it without one, or paste the text."
    ),
    "scan": gettext_lazy(
        "The file holds pictures of pages and no text: it is a scan. Recognise its text (OCR) "
        "first, or paste it."
    ),
    "pages": gettext_lazy("The file has %(count)s pages; at most %(most)s are read."),
    "unpacks": gettext_lazy("The file unpacks to more than %(most)s MB, which is not read."),
    "encoding": gettext_lazy("Its characters cannot be told. Save it as UTF-8, or paste the text."),
    "deep": gettext_lazy("It is nested too deeply to be read. Paste its text."),
    "broken": gettext_lazy(
        "The file is broken: it could not be read. Open it in its own program and save it again, "
        "or paste the text."
    ),
    "memory": gettext_lazy("Reading it takes more memory than a file may have. Paste the text."),
    "time": gettext_lazy("Reading it takes too long. Give a part of it, or paste the text."),
    "busy": gettext_lazy("Other files are being read just now. Try again in a minute."),
}
_NOTES = {
    "macros": gettext_lazy("The file holds macros. They were ignored."),
    "tracked changes": gettext_lazy(
        "The file holds tracked changes: the text is as if they were all accepted."
    ),
    "encoding": gettext_lazy("Its encoding was guessed (%(name)s): look at the letters."),
    "pages without text": gettext_lazy("No text on these pages, which may be pictures: %(pages)s."),
}
FURNITURE = {
    "navigation": gettext_lazy("Navigation"),
    "footer": gettext_lazy("Foot of the page"),
    "aside": gettext_lazy("Beside the text"),
    "form": gettext_lazy("Forms and buttons"),
    "notice": gettext_lazy("Notices"),
    "share": gettext_lazy("Share buttons"),
    "related": gettext_lazy("Related and promoted"),
    "advert": gettext_lazy("Adverts"),
    "comments": gettext_lazy("Comments"),
    "outside": gettext_lazy("Outside the article"),
    "links": gettext_lazy("Mostly links"),
    "repeated": gettext_lazy("Repeated on every page"),
}
_ORIGINS = {
    "url": gettext_lazy("the page's address"),
    "html": gettext_lazy("its format, a page"),
    "h1": gettext_lazy("the heading"),
    "title": gettext_lazy("the title of the page"),
    "time": gettext_lazy("the first time on the page"),
    "text": gettext_lazy("the words of the text"),
    "first line": gettext_lazy("the first line"),
    "first lines": gettext_lazy("the first lines"),
    "byline": gettext_lazy("the byline"),
    "title of file": gettext_lazy("the title that the file gives"),
    "PDF": gettext_lazy("its format, PDF"),
    "DOCX": gettext_lazy("its format, a Word document"),
    "PDF CreationDate": gettext_lazy("the date when the PDF was made"),
    "DOCX date": gettext_lazy("the date when the document was last saved"),
}
_KINDS = {"text": "TXT", "html": "HTML", "pdf": "PDF", "docx": "DOCX"}


def refusal(why: Unreadable) -> str:
    """Return why something could not be read, and what to do about it."""
    told = {
        name: f"{value:,}" if isinstance(value, int) else value for name, value in why.told.items()
    }
    return str(_REFUSALS[why.code]) % told


def notes(given: Given) -> list[str]:
    """Return what the reader should know of how the text was read."""
    return [str(_NOTES[code]) % told for code, told in given.notes]


def furniture(code: str) -> str:
    """Return the heading of a group of blocks; empty for the text itself."""
    return str(FURNITURE[code]) if code else ""


def origin_of_proposal(origin: str) -> str:
    """Return what a proposed value was read from."""
    if origin in _ORIGINS:
        return str(_ORIGINS[origin])
    made_by = origin.split(" ")[0]
    return _("the file's own data") if made_by in ("PDF", "DOCX") else _("the page's own data")


def origin_of_text(given: Given, name: str = "") -> str:
    """Return how a text came: "PDF statement.pdf, 12 pages", "pasted text", "pasted HTML"."""
    if not name:
        return _("pasted HTML") if given.kind == "html" else _("pasted text")
    told: Mapping[str, str | int] = {
        "kind": _KINDS[given.kind],
        "name": name,
        "pages": given.pages,
    }
    if given.pages == 1:
        return _("%(kind)s %(name)s, 1 page") % told
    return (_("%(kind)s %(name)s, %(pages)s pages") if given.pages else "%(kind)s %(name)s") % told
