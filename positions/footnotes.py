"""Real footnotes for documents that python-docx writes, which has none of its own (as of 1.2).

A footnote is a mark in a paragraph and a text in the document's part for footnotes; the program
that shows the document puts the text at the foot of the page and numbers both.
"""

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.parts.story import StoryPart
from docx.shared import Pt
from docx.text.paragraph import Paragraph

TEXT_STYLE, MARK_STYLE = "footnote text", "footnote reference"
#: The lines that part footnotes from the text and from what goes on on the next page.
_SEPARATORS = (("-1", "separator"), ("0", "continuationSeparator"))


class Footnotes:
    """The footnotes of one document: make one of these, and add what it says."""

    def __init__(self, document: Document):
        """Give a document that has no footnotes yet its part, styles and settings for them."""
        self._part = StoryPart(
            PackURI("/word/footnotes.xml"),
            CONTENT_TYPE.WML_FOOTNOTES,
            parse_xml(f"<w:footnotes {nsdecls('w', 'r')}/>"),
            document.part.package,
        )
        document.part.relate_to(self._part, RELATIONSHIP_TYPE.FOOTNOTES)
        self._count = 0
        self._add_styles(document)
        self._add_separators(document)

    @property
    def part(self) -> StoryPart:
        """The part that holds them; python-docx asks it for the styles of a note's runs."""
        return self._part

    def add(self, paragraph: Paragraph) -> Paragraph:
        """Mark the end of ``paragraph``; return the note's first paragraph, to be written in."""
        self._count += 1
        mark = paragraph.add_run(style=MARK_STYLE)._r
        mark.append(_element("w:footnoteReference", id=str(self._count)))
        note = _element("w:footnote", id=str(self._count))
        self._part.element.append(note)
        begun = self._paragraph(note)
        begun.add_run(style=MARK_STYLE)._r.append(OxmlElement("w:footnoteRef"))
        begun.add_run(" ")
        return begun

    def go_on(self, begun: Paragraph) -> Paragraph:
        """Return one more paragraph of the note that ``begun`` is the first of."""
        return self._paragraph(begun._p.getparent())

    def _paragraph(self, note) -> Paragraph:
        note.append(OxmlElement("w:p"))
        added = Paragraph(note[-1], self)
        added.style = TEXT_STYLE
        return added

    @staticmethod
    def _add_styles(document: Document) -> None:
        text = document.styles.add_style(TEXT_STYLE, WD_STYLE_TYPE.PARAGRAPH, builtin=True)
        text.base_style = document.styles["Normal"]
        text.font.size = Pt(8.5)
        text.paragraph_format.space_after = Pt(2)
        mark = document.styles.add_style(MARK_STYLE, WD_STYLE_TYPE.CHARACTER, builtin=True)
        mark.font.superscript = True

    def _add_separators(self, document: Document) -> None:
        """Add the separators, and name them in the settings, where the schema has their place."""
        named = OxmlElement("w:footnotePr")
        for number, kind in _SEPARATORS:
            note = _element("w:footnote", type=kind, id=number)
            paragraph = OxmlElement("w:p")
            run = OxmlElement("w:r")
            run.append(OxmlElement(f"w:{kind}"))
            paragraph.append(run)
            note.append(paragraph)
            self._part.element.append(note)
            named.append(_element("w:footnote", id=number))
        settings = document.settings.element
        after = settings.find(qn("w:endnotePr"))
        after = settings.find(qn("w:compat")) if after is None else after
        if after is None:
            settings.append(named)
        else:
            after.addprevious(named)


def add_link(paragraph: Paragraph, address: str, text: str) -> None:
    """Add a link to a page on the web to a paragraph."""
    link = OxmlElement("w:hyperlink")
    number = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link.set(qn("r:id"), number)
    run = paragraph.add_run(text)
    run.font.underline = True
    link.append(run._r)
    paragraph._p.append(link)


def set_language(run, language: str, *, rightward: bool = False) -> None:
    """Say in which language the words of a run are, for spelling and for reading aloud."""
    properties = run._r.get_or_add_rPr()
    name = "bidi" if rightward else "val"
    properties.append(_element("w:lang", **{name: language}))
    if rightward:
        run.font.rtl = True


def _element(tag: str, **attributes: str):
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made
