"""The briefing: a document that opens, with a footnote to its sources for every statement."""

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from negotiations.models import Negotiation
from positions import briefing
from positions.asked import asked_at
from positions.exports import compared_by
from positions.models import Evidence
from positions.question import QuestionForm
from tests.positions.test_comparison_view import SLUG

ADDRESS = f"/{SLUG}/compare/briefing/"
CEASEFIRE = "?as_of=2025-06-02&issue=ceasefire"

pytestmark = pytest.mark.usefixtures("sample")


class Read:
    """A document as read again: its paragraphs, and the text of each footnote by its number."""

    def __init__(self, content: bytes):
        self.document = docx.Document(io.BytesIO(content))
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            self.notes_xml = parse_xml(package.read("word/footnotes.xml"))
            self.settings = package.read("word/settings.xml").decode()
        self.notes = {
            note.get(qn("w:id")): "".join(text.text for text in note.iter(qn("w:t")))
            for note in self.notes_xml
            if note.get(qn("w:type")) is None
        }

    def marks(self, paragraph) -> list[str]:
        return [mark.get(qn("w:id")) for mark in paragraph._p.iter(qn("w:footnoteReference"))]

    def note_of(self, words: str) -> str:
        """Return the footnote of the one paragraph in which the words stand."""
        (found,) = [p for p in self.document.paragraphs if words in p.text]
        (mark,) = self.marks(found)
        return self.notes[mark]

    def headings(self, level: int) -> list[str]:
        style = f"Heading {level}"
        return [p.text for p in self.document.paragraphs if p.style.name == style]

    @property
    def text(self) -> str:
        said = [p.text for p in self.document.paragraphs]
        cells = [c.text for t in self.document.tables for r in t.rows for c in r.cells]
        return "\n".join([*said, *cells, *self.notes.values()])


def read(response) -> Read:
    assert response.status_code == 200, response.content[:500]
    assert response["Content-Type"] == briefing.MEDIA_TYPE
    return Read(response.content)


def test_a_short_one_is_the_answer(client):
    answer = client.post(ADDRESS + CEASEFIRE)
    name = f"{SLUG}-briefing-2025-06-02.docx"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    made = read(answer)
    assert made.document.paragraphs[0].text == "Where the sides stood on 2 June 2025"
    assert made.headings(1) == ["Ceasefire"]
    assert made.headings(2)[:2] == ["Ukraine", "Russia"]
    assert made.headings(2)[-2:] == ["Agreed", "Gap"]


def test_it_says_what_it_rests_on(client):
    start = "\n".join(
        p.text for p in read(client.post(ADDRESS + CEASEFIRE)).document.paragraphs[:5]
    )
    revision = Negotiation.objects.with_revision().get(slug=SLUG).revision
    assert f"Revision {revision} of the records." in start
    assert "As of: 2 June 2025; Issue: Ceasefire." in start
    made = read(client.post(ADDRESS + CEASEFIRE))
    links = {rel.target_ref for rel in made.document.part.rels.values() if rel.is_external}
    asked = f"as_of=2025-06-02&revision={revision}&issue=ceasefire"
    assert links == {f"http://testserver/{SLUG}/compare/?{asked}"}


def test_a_footnote_names_outlet_day_speaker_and_basis_and_quotes(client):
    made = read(client.post(ADDRESS + CEASEFIRE))
    note = made.note_of("An unconditional ceasefire of 30 days. Length: 30 days")
    assert note.strip().startswith(
        "ICARO Media Group; 2 June 2025; Rustem Umerov, Defence minister of Ukraine; "
        "official on the record. “unwavering demand for a 30-day unconditional ceasefire”."
    )
    assert "UNN; 2 June 2025; Rustem Umerov" in note
    assert "TASS" in made.note_of("Ukraine moves no forces")


def test_every_statement_with_evidence_has_a_footnote_of_its_own(client):
    made = read(client.post(ADDRESS + CEASEFIRE))
    marks = [mark for p in made.document.paragraphs for mark in made.marks(p)]
    assert marks == sorted(marks, key=int) == list(made.notes)
    (row,) = client.get(f"/{SLUG}/compare/{CEASEFIRE}").context["comparison"].rows
    for cell in row.cells:
        for statement in cell.statements:
            (said,) = [
                p
                for p in made.document.paragraphs
                if p.text.endswith(f"№ {statement.demand.pk})") and statement.demand.text in p.text
            ] or pytest.fail(f"{statement.demand.pk} is not in it")
            (mark,) = made.marks(said)
            for evidence in statement.evidence:
                assert evidence.source.outlet in made.notes[mark]
                assert evidence.get_basis_display() in made.notes[mark]
                assert evidence.quote in made.notes[mark]
                assert evidence.source.url in made.notes[mark]


def test_options_are_lists_in_lists_with_their_readings(client):
    made = read(client.post(ADDRESS + CEASEFIRE))
    styles = {p.text: p.style.name for p in made.document.paragraphs}
    group = "Two options for a ceasefire (unclear whether both are required)"
    assert styles[group] == "List Bullet"
    assert styles["Option 2: package deal (all required)"] == "List Bullet 2"
    (item,) = [text for text in styles if text.startswith("Ukraine demobilises its armed forces")]
    assert styles[item] == "List Bullet 3"
    assert "(on another issue: Limits on forces" in item
    assert "read as “either suffices” by TASS, Vladimir Medinsky (Interfax-Ukraine)" in styles


def test_the_gap_is_a_table_with_a_header_row_and_its_reason(client):
    made = read(client.post(ADDRESS + CEASEFIRE))
    assert "Ukraine – Russia. Apart: the closest pair is rejected: Russia rejects № " in made.text
    (table,) = made.document.tables
    header = [cell.text for cell in table.rows[0].cells]
    assert (header[0], header[-1]) == ("Term", "Distance")
    assert header[1].startswith("Ukraine (№ ")
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [cell.text for cell in table.rows[1].cells] == [
        "Length",
        "30 days",
        "30 days",
        "the same",
    ]
    assert "Length: 27 days" in made.text


def test_it_is_a_whole_document(client):
    made = read(client.post(ADDRESS + CEASEFIRE))
    kinds = [note.get(qn("w:type")) for note in made.notes_xml][:2]
    assert kinds == ["separator", "continuationSeparator"]
    settings = made.settings
    assert settings.index("<w:footnotePr>") < settings.index("<w:compat>")
    languages = made.document.styles.element.iter(qn("w:lang"))
    assert {each.get(qn("w:val")) for each in languages} == {"en"}
    assert made.document.core_properties.language == "en"
    assert made.document.core_properties.title == "Where the sides stood on 2 June 2025"


def test_words_are_marked_with_their_language_and_may_hold_anything(client):
    quoted = Evidence.objects.exclude(quote="").filter(
        record__in=[d.pk for d in compared_demands(client)]
    )[0]
    Evidence.objects.filter(pk=quoted.pk).update(quote="Ні \x01 <b>&", language="uk")
    made = read(client.post(ADDRESS + CEASEFIRE))
    (run,) = [
        run
        for run in made.notes_xml.iter(qn("w:r"))
        if "Ні \ufffd <b>&" in "".join(text.text for text in run.iter(qn("w:t")))
    ]
    assert run.find(qn("w:rPr")).find(qn("w:lang")).get(qn("w:val")) == "uk"


def compared_demands(client):
    rows = client.get(f"/{SLUG}/compare/{CEASEFIRE}").context["comparison"].rows
    return [s.demand for row in rows for cell in row.cells for s in cell.statements]


def test_progress_is_told_issue_by_issue(client):
    request = client.get(f"/{SLUG}/compare/?as_of=2025-06-02").wsgi_request
    negotiation = Negotiation.objects.with_revision().get(slug=SLUG)
    form = QuestionForm(request.GET, negotiation=negotiation, request=request)
    assert form.is_valid()
    compared = compared_by(form, request.user)
    told: list[tuple[int, int]] = []
    asked = asked_at("http://testserver/", form, compared)
    content = briefing.write(compared, asked, lambda done, of: told.append((done, of)))
    count = len(compared.rows)
    assert told == [(number, count) for number in range(count + 1)]
    assert Read(content).headings(1) == ["Overall", *(r.issue.name for r in compared.rows[1:])]


def test_an_impossible_day_is_asked_again(client):
    assert client.post(f"{ADDRESS}?as_of=June").status_code == 400
    assert client.get(f"{ADDRESS}?as_of=June").status_code == 400


def test_nothing_that_fits_is_said(client):
    made = read(client.post(f"{ADDRESS}?words=xylophone"))
    assert "No issue fits what was asked for." in made.text
    assert client.post(f"{ADDRESS}?issue=no-such-issue").status_code == 400


def test_a_reader_gets_no_draft(client, client_of):
    demand = compared_demands(client)[0]
    draft = Evidence.objects.filter(record=demand.pk).first()
    Evidence.objects.create(
        negotiation=draft.negotiation,
        record_id=demand.pk,
        source=draft.source,
        basis="inference",
        quote="Zyzzyva",
        state="draft",
    )
    assert "Zyzzyva" not in read(client.post(ADDRESS + CEASEFIRE)).text
    assert "Zyzzyva" not in read(client_of("reader").post(ADDRESS + CEASEFIRE)).text
    assert "Zyzzyva" in read(client_of("editor").post(ADDRESS + CEASEFIRE)).text
