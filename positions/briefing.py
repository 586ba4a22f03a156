"""The comparison as a briefing: a document in prose, each statement with a footnote to its sources.

Headings are real headings, tables have header rows, the languages of the document and of each
quotation are set, and there are no pictures, so that it can be read aloud and searched.
"""

from collections.abc import Callable
from io import BytesIO

import docx
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from negotiations import ranges
from negotiations.xmltext import xml_text
from positions import inwords
from positions.asked import Asked
from positions.footnotes import Footnotes, add_link, set_language
from positions.gaplines import ShownGap, ShownPair
from positions.matrix import Comparison, Row
from positions.models import Evidence

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: Called with how many issues are written, and how many there are.
Progress = Callable[[int, int], None]
_LIST_STYLES = ("List Bullet", "List Bullet 2", "List Bullet 3")
_RIGHTWARD = ("ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi")
_STANDINGS = ("principal", "third party", "stakeholder")


def write(
    comparison: Comparison, asked: Asked, progress: Progress = lambda done, of: None
) -> bytes:
    """Return the briefing as the bytes of a DOCX file."""
    return _Briefing(comparison, asked).written(progress)


class _Briefing:
    """A document in the making."""

    def __init__(self, comparison: Comparison, asked: Asked):
        self.comparison, self.asked = comparison, asked
        self.document = docx.Document()
        self.notes = Footnotes(self.document)
        self._set_up()

    def written(self, progress: Progress) -> bytes:
        self._head()
        for number, row in enumerate(self.comparison.rows):
            progress(number, len(self.comparison.rows))
            self._row(row)
        if not self.comparison.rows:
            self._say(_("No issue fits what was asked for."))
        progress(len(self.comparison.rows), len(self.comparison.rows))
        file = BytesIO()
        self.document.save(file)
        return file.getvalue()

    def _set_up(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.3)
        section.top_margin = section.bottom_margin = Cm(2)
        normal = self.document.styles["Normal"]
        normal.font.name, normal.font.size = "Calibri", Pt(10.5)
        normal.paragraph_format.space_after = Pt(4)
        language = get_language() or "en"
        for each in self.document.styles.element.iter(qn("w:lang")):
            each.set(qn("w:val"), language)
        properties = self.document.core_properties
        properties.title = xml_text(self._title)
        properties.subject = xml_text(self.comparison.negotiation.title)
        properties.author = "Parley"
        properties.language = language
        properties.comments = ""
        properties.created = properties.modified = self.asked.made

    @property
    def _title(self) -> str:
        day = ranges.date_text(ranges.day(self.comparison.as_of))
        return _("Where the sides stood on %(day)s") % {"day": day}

    def _head(self) -> None:
        self.document.add_heading(xml_text(self._title), 0)
        self._say(self.comparison.negotiation.title, style="Subtitle")
        rests = _("Revision %(revision)s of the records") % {"revision": self.asked.revision}
        words = "; ".join(f"{label}: {text}" for label, text in self.asked.words)
        self._say(f"{rests}. {words}. {_('Made')}: {self.asked.made_text}.")
        where = self._say(f"{_('To be read again at')} ")
        add_link(where, self.asked.address, xml_text(self.asked.address))
        self._say(
            _(
                "Demands are in our words; the footnotes name who says so and quote the source. "
                "Gaps are computed from the terms of the demands."
            )
        )

    def _row(self, row: Row) -> None:
        self.document.add_heading(xml_text(row.issue.name if row.issue else _("Overall")), 1)
        if row.issue and row.issue.question:
            asked = self._say(row.issue.question)
            asked.runs[0].italic, asked.paragraph_format.keep_with_next = True, True
        cells = sorted(row.cells, key=lambda cell: _STANDINGS.index(cell.party.standing))
        for cell in cells:
            if cell.holds or cell in row.principals:
                self.document.add_heading(xml_text(cell.party.name), 2)
                for line in inwords.cell_lines(cell):
                    self._line(line)
        if row.unheld:
            self.document.add_heading(str(inwords.UNHELD), 2)
            for statement in row.unheld:
                self._line(inwords.statement_line(statement))
        if row.outcomes:
            self.document.add_heading(_("Agreed"), 2)
            for settled in row.outcomes:
                self._line(inwords.settled_line(settled))
        if row.shown_gaps:
            self.document.add_heading(_("Gap"), 2)
            for gap in row.shown_gaps:
                self._gap(gap)

    def _line(self, line: inwords.Line) -> None:
        style = _LIST_STYLES[min(line.depth, len(_LIST_STYLES) - 1)]
        said = self._say(line.text, style=style)
        deeper = line.depth - len(_LIST_STYLES) + 1
        if deeper > 0:
            said.paragraph_format.left_indent = Cm(1.9 + 0.6 * deeper)
        if line.evidence:
            self._note(said, line.evidence)

    def _gap(self, gap: ShownGap) -> None:
        sides = " – ".join(party.name for party in gap.parties)
        self._say(f"{sides}. {inwords.gap_text(gap)}.")
        if gap.closest and gap.closest.lines:
            self._distances(gap, gap.closest)
        for pair in gap.pairs[1:]:
            numbers = f"№ {pair.first.demand.pk} · № {pair.second.demand.pk}"
            terms = "; ".join(f"{line.name}: {line.text}" for line in pair.lines)
            self._say(f"{numbers}: {terms or _('no term in common')}.", style="List Bullet")

    def _distances(self, gap: ShownGap, pair: ShownPair) -> None:
        first, second = gap.parties
        header = [
            _("Term"),
            f"{first.name} (№ {pair.first.demand.pk})",
            f"{second.name} (№ {pair.second.demand.pk})",
            _("Distance"),
        ]
        table = self.document.add_table(1, len(header), style="Table Grid")
        lines = [
            [each.name, each.first or "–", each.second or "–", each.text] for each in pair.lines
        ]
        for number, texts in enumerate([header, *lines]):
            cells = (table.add_row() if number else table.rows[0]).cells
            for cell, text in zip(cells, texts, strict=True):
                run = cell.paragraphs[0].add_run(xml_text(text))
                run.bold, run.font.size = not number, Pt(9)
        repeated = OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(repeated)
        self._say("")

    def _note(self, said: Paragraph, evidence: tuple[Evidence, ...]) -> None:
        """Add a footnote that names every piece of evidence, each in a paragraph of its own."""
        begun = self.notes.add(said)
        for number, row in enumerate(evidence):
            self._cite(self.notes.go_on(begun) if number else begun, row)

    @staticmethod
    def _cite(note: Paragraph, row: Evidence) -> None:
        note.add_run(xml_text(source_text(row)))
        if row.quote:
            note.add_run(" ")
            language = row.language or row.source.language
            quote = note.add_run(xml_text(f"“{row.quote}”"))
            if language:
                rightward = language.split("-")[0] in _RIGHTWARD
                set_language(quote, xml_text(language), rightward=rightward)
            if row.translation:
                note.add_run(xml_text(f" [{row.translation}]"))
            note.add_run(".")
        if row.source.url:
            note.add_run(" ")
            add_link(note, xml_text(row.source.url), xml_text(row.source.url))

    def _say(self, text: str, style: str | None = None) -> Paragraph:
        return self.document.add_paragraph(xml_text(text), style=style)


def source_text(row: Evidence) -> str:
    """Return who says so: stance, outlet and title, date, speaker, by whose account, basis."""
    source = row.source
    parts = [
        source.outlet,
        f"“{source.title}”" if source.title else "",
        ranges.date_text(source.published) if source.published else _("no date"),
        ", ".join(filter(None, [row.speaker.name if row.speaker else "", row.capacity])),
        _("by %(party)s’s account") % {"party": row.reported_by.name} if row.reported_by else "",
        row.get_basis_display(),
        row.locator,
        "" if row.rank == "normal" else row.get_rank_display(),
        "" if row.state == "published" else row.get_state_display(),
    ]
    text = f"{'; '.join(filter(None, parts))}."
    if row.stance == Evidence.Stance.SUPPORTS and not row.field:
        return text
    reads = f" “{row.reads}”" if row.reads else ""
    return f"{capfirst(row.get_stance_display())}{reads}: {text}"
