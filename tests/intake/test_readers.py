"""What is read of texts, pages, PDFs and Word documents: blocks, furniture, a description."""

import io

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from negotiations.intake import words
from negotiations.intake.cleaning import clean
from negotiations.intake.given import Block, Given, Unreadable, both, from_json
from negotiations.intake.languages import guessed
from negotiations.intake.likeness import NEARLY, likeness, nearly_the_same, runs
from negotiations.intake.proposing import completed
from negotiations.intake.reading import read_file, read_pasted
from negotiations.intake.sniffing import OLD_OFFICE
from tests.intake.papers import PAGE, docx_of, part_of, pdf, pdf_of, with_parts, zipped


def read(data: bytes) -> Given:
    return completed(read_file(io.BytesIO(data)))


def values(given: Given) -> dict[str, str]:
    return {name: proposed.value for name, proposed in given.proposed.items()}


def refusal(data: bytes) -> str:
    with pytest.raises(Unreadable) as why:
        read(data)
    return words.refusal(why.value)


def test_a_page_is_read_into_blocks_with_its_furniture_marked():
    assert [(b.furniture, b.text) for b in read(PAGE.encode()).blocks] == [
        ("outside", "River Post"),
        ("navigation", "Home"),
        ("navigation", "News"),
        ("", "Talks resume"),
        ("", "East wants thirty days of water."),
        ("share", "Share on X"),
        ("", "West will not have it, says the envoy.\nIt has been said before."),
        ("", "East\t30"),
        ("", "West\t90"),
        ("related", "Read also: the dam"),
        ("aside", "Most read today"),
        ("footer", "© River Post"),
    ]


def test_a_page_proposes_its_description_from_its_metadata():
    given = read(PAGE.encode())
    assert values(given) == {
        "title": "Talks resume",
        "outlet": "River Post",
        "author": "Ann Reporter",
        "published": "2 June 2025",
        "language": "en",
        "url": "https://river.example/news/1",
        "kind": "article",
    }
    assert given.proposed["published"].origin == "article:published_time"
    assert given.proposed["title"].origin == "h1"


def test_json_ld_gives_what_meta_elements_do_not():
    page = """<html><head><script type="application/ld+json">{"@graph": [{"@type": "NewsArticle",
      "headline": "Вода", "author": [{"name": "А. Один"}, {"name": "Б. Два"}],
      "publisher": {"name": "Газета"}, "datePublished": "2025-06", "inLanguage": "uk-UA",
      "mainEntityOfPage": {"@id": "https://gazeta.example/voda"}}]}</script></head>
      <body><p>Схід і далі хоче води на тридцять днів, це не новина для річки.</p></body></html>"""
    assert values(read(page.encode())) == {
        "title": "Вода",
        "author": "А. Один, Б. Два",
        "outlet": "Газета",
        "published": "June 2025",
        "language": "uk",
        "url": "https://gazeta.example/voda",
        "kind": "article",
    }


@pytest.mark.parametrize(
    ("stated", "read_as"),
    [
        ("2025-06-02T23:30:00-05:00", "2 June 2025"),
        ("20250602", "2 June 2025"),
        ("2025", "2025"),
        ("May 2025", "May 2025"),
        ("02/06/2025", None),
        ("yesterday", None),
    ],
)
def test_a_date_is_as_exact_as_it_was_stated_and_left_out_where_unclear(stated, read_as):
    page = f'<html><head><meta name="date" content="{stated}"></head><body><p>x y</p></body></html>'
    assert values(read(page.encode())).get("published") == read_as


def test_a_language_that_the_text_belies_is_not_believed():
    page = '<html lang="en"><body><p>Восток и далее хочет воды, это было и будет не для всех.</p>'
    found = read(page.encode()).proposed["language"]
    assert (found.value, found.origin) == ("ru", "text")


def test_what_is_called_furniture_but_holds_the_text_is_text():
    inner = "<p>" + "East wants water. " * 40 + "</p>"
    page = f'<html><body><div class="sidebar">{inner}</div><div class="ad">Buy</div></body></html>'
    assert [b.furniture for b in read(page.encode()).blocks] == ["", "advert"]


def test_what_no_reader_sees_is_left_out():
    page = "<html><body><p>seen</p><p hidden>one</p><p style='display: none'>two</p><svg>"
    page += "<text>three</text></svg><noscript>four</noscript><iframe>five</iframe></body></html>"
    assert [b.text for b in read(page.encode()).blocks] == ["seen"]


def test_plain_text_is_parted_by_empty_lines():
    given = completed(read_pasted("Talks resume\r\n\r\n2 June 2025\n\nEast wants\nwater. \n\n\n"))
    assert [b.text for b in given.blocks] == ["Talks resume", "2 June 2025", "East wants\nwater."]
    assert values(given) == {"title": "Talks resume", "published": "2 June 2025"}
    assert given.text([0, 2]) == "Talks resume\n\nEast wants\nwater."


def test_a_text_without_empty_lines_keeps_its_lines():
    text = "East wants water.\nWest has it.\nLake looks on."
    given = read_pasted(f"{text}\n")
    assert len(given.blocks) == 3
    assert given.text(given.likely) == text
    assert given.in_at_most(2).text({0, 1}) == text


def test_pasted_html_is_read_as_a_page():
    assert read_pasted("<p>one</p><p>two</p>").kind == "html"
    assert read_pasted("1 < 2 and <p> is a tag").kind == "text"


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_u", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_encodings_are_told_apart_and_a_guess_is_said(encoding):
    text = "Схід хоче води на тридцять днів. Захід цього не хоче, каже посланець. " * 5
    given = read(text.encode(encoding))
    assert given.blocks[0].text == text.strip()
    said = words.notes(given)
    assert bool(said) == (encoding != "utf-8-sig")
    assert all("guessed" in note for note in said)


def test_a_pdf_gives_its_pages_without_what_repeats_on_them():
    long = "wants the water of the river to flow for thirty days and for no day"
    pages = [
        ["River Post", f"{who} {long} less than", f"that, and {who} will not move.", f"Page {n}"]
        for n, who in enumerate(("East", "West", "Lake"), 1)
    ]
    described = b"/Title (Statement) /Author (The Envoy) /CreationDate (D:20250602101500Z)"
    given = read(pdf_of(*pages, about=described, catalogue=b"/Lang (en-US)"))
    whole = [
        f"{who} {long} less than that, and {who} will not move." for who in ("East", "West", "Lake")
    ]
    assert given.pages == 3
    assert [b.text for b in given.blocks if not b.furniture] == whole
    assert {(b.furniture, b.text) for b in given.blocks if b.furniture} == {
        ("repeated", "River Post"),
        *(("repeated", f"Page {n}") for n in (1, 2, 3)),
    }
    assert values(given) == {
        "title": "Statement",
        "author": "The Envoy",
        "published": "2 June 2025",
        "language": "en",
        "kind": "document",
    }
    assert words.origin_of_text(given, "s.pdf") == "PDF s.pdf, 3 pages"


def test_a_word_parted_at_the_end_of_a_line_is_one_word_again():
    lines = ["East wants the banks of the river to be demilit-", "arized, all of them, for good."]
    given = read(pdf_of(lines))
    assert "to be demilitarized, all of them" in given.blocks[0].text
    kept = read(pdf_of([*lines, "", "The demilit-arized banks are as long as they are wide, so"]))
    assert "to be demilit-arized, all of them" in kept.blocks[0].text


def test_words_of_a_pdf_are_free_of_what_typesetting_put_in():
    lines = ["The cease\2re was o\1ered, and the negot\4iator's sta\1 found it su\3cient, as nego-",
             "tiators do; the envoys had asked, again and again and in every room, for the with\4",
             "drawal."]  # fmt: skip
    given = read(pdf_of(lines, signs=b"/ff /fi /ffi /softhyphen"))
    assert given.text(given.likely) == (
        "The ceasefire was offered, and the negotiator's staff found it sufficient, as negotiators "
        "do; the envoys had asked, again and again and in every room, for the withdrawal."
    )


@pytest.mark.parametrize(
    ("lines", "author", "published"),
    [
        (["By Ann Reporter \xb7 24 July 2025"], "Ann Reporter", "24 July 2025"),
        (["By Ann Reporter and Bo de Writer", "Published July 24, 2025"],
         "Ann Reporter and Bo de Writer", "24 July 2025"),
        (["BY ANN REPORTER | 24 July 2025"], "ANN REPORTER", "24 July 2025"),
        (["By Ann Reporter"], "Ann Reporter", "2 June 2025"),
        (["By Friday the talks had failed"], "Printer", "2 June 2025"),
        (["Standing by Ann Reporter"], "Printer", "2 June 2025"),
    ],
)  # fmt: skip
def test_the_byline_of_a_printed_page_goes_before_what_the_file_says(lines, author, published):
    about = b"/Title (A ceasefire | River Post) /Author (Printer) /CreationDate (D:20250602)"
    given = read(pdf_of(["Menu", "A ceasefire", *lines, "East wants water."], about=about))
    said = values(given)
    assert (said["author"], said["published"]) == (author, published)
    assert (said["title"], said["outlet"]) == ("A ceasefire", "River Post")


def test_a_scan_says_that_it_is_one():
    assert "it is a scan" in refusal(pdf_of([]))
    assert read(pdf_of(["Some words on it."], [])).notes == (
        ("pages without text", {"pages": "2"}),
    )


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_pdf_with_a_password_says_so_and_one_that_anybody_may_read_is_read(algorithm):
    for password, may_read in (("", True), ("secret", False)):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of(["Some words on it."]))))
        writer.encrypt(user_password=password, owner_password="owner", algorithm=algorithm)
        file = io.BytesIO()
        writer.write(file)
        if may_read:
            assert read(file.getvalue()).blocks[0].text == "Some words on it."
        else:
            assert "protected by a password" in refusal(file.getvalue())


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def test_a_word_document_reads_as_if_its_changes_were_accepted():
    package = docx_of("x", title="Draft", author="A. Drafter", language="uk-UA")
    body = f"""<w:document {W}><w:body>
      <w:p><w:r><w:t>East </w:t></w:r><w:del><w:r><w:delText>will</w:delText></w:r></w:del>
        <w:ins><w:r><w:t>may</w:t></w:r></w:ins><w:r><w:t> agree.</w:t></w:r></w:p>
      <w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>
        <w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
      <w:p/><w:p><w:r><w:t>one</w:t><w:br/><w:t>two</w:t></w:r></w:p></w:body></w:document>"""
    given = read(with_parts(package, {"word/document.xml": body, "word/vbaProject.bin": b"x"}))
    assert [b.text for b in given.blocks] == ["East may agree.", "a\tb", "one\ntwo"]
    assert {code for code, _told in given.notes} == {"macros", "tracked changes"}
    assert values(given)["title"] == "Draft"
    assert values(given)["author"] == "A. Drafter"


def test_the_day_in_the_first_lines_tells_more_than_when_a_file_was_saved():
    given = read(docx_of("Talks resume", "3 June 2025", "Words."))
    assert values(given)["published"] == "3 June 2025"
    assert values(read(docx_of("No day in it.")))["published"] == "23 December 2013"


def test_footnotes_come_after_the_text():
    package = docx_of("The text.")
    rels = part_of(package, "word/_rels/document.xml.rels")
    kinds = part_of(package, "[Content_Types].xml")
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    note = f'<w:footnotes {W}><w:footnote w:id="2"><w:p><w:r><w:t>Of May.</w:t></w:r></w:p>'
    given = read(
        with_parts(
            package,
            {
                "word/footnotes.xml": note + "</w:footnote></w:footnotes>",
                "word/_rels/document.xml.rels": rels.replace(
                    "</Relationships>",
                    f'<Relationship Id="n" Type="{base}/footnotes" Target="footnotes.xml"/>'
                    "</Relationships>",
                ),
                "[Content_Types].xml": kinds.replace(
                    "</Types>",
                    '<Override PartName="/word/footnotes.xml" ContentType="application/xml"/>'
                    "</Types>",
                ),
            },
        )
    )
    assert [b.text for b in given.blocks] == ["The text.", "[2] Of May."]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no text in it"),
        (b" \n\t ", "no text in it"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0", "a PNG picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0\0", "a JPEG picture"),
        (b"{\\rtf1 words}", "an RTF document"),
        (zipped({"xl/workbook.xml": "<x/>"}), "an Excel workbook"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), "OpenDocument text"),
        (zipped({"a.txt": "a"}), "a zip archive"),
        (OLD_OFFICE + "WordDocument".encode("utf-16-le"), "(.doc)"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "a password",
        ),
        (b"\x7fELF\0\0\0\0\0\0\0\0", "a program"),
    ],
)
def test_what_is_no_text_says_what_it_is(data, said):
    assert said in refusal(data)


def test_a_pdf_without_pages_is_empty():
    pages = pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>")
    assert "no text in it" in refusal(pages)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The envoy said that the water is for the East and not for the West.", "en"),
        ("Посланець сказав, що вода є для Сходу, а не для Заходу, і це не нове.", "uk"),
        ("Посланник сказал, что вода для Востока, а не для Запада, и это было не раз.", "ru"),
        (
            "Poseł powiedział, że woda jest dla Wschodu, a nie dla Zachodu, i nie tylko.",
            "pl",
        ),
        ("12 345", ""),
    ],
)
def test_the_language_is_told_by_letters_and_common_words(text, language):
    assert guessed(text) == language


def test_texts_that_differ_in_a_few_words_are_nearly_the_same():
    text = " ".join(f"East wants {n} days of water and West will not have it." for n in range(30))
    like = text.replace("East wants 7 days", "East asks for 7 days")
    unlike = " ".join(f"The dam at {n} was opened by the minister again." for n in range(30))
    ((number, share),) = nearly_the_same(text, [(1, like), (2, unlike), (3, "")])
    assert number == 1
    assert NEARLY < share < 1
    assert likeness(runs(text), runs(text.upper().replace(" ", "\n"))) == 1


blocks = st.lists(
    st.builds(
        Block,
        st.text("abc\n", min_size=1, max_size=5),
        st.sampled_from(["", "share", "links"]),
        st.integers(0, 3),
    ),
    max_size=40,
)


@given_any(blocks, st.integers(1, 12))
def test_fewer_blocks_hold_the_same_words_in_the_same_order(found, most):
    whole = Given(kind="html", blocks=tuple(found))
    less = whole.in_at_most(most)
    assert len(less.blocks) <= most
    assert less.text(range(most)) == whole.text(range(len(found)))
    # No text is put down as furniture.
    kept = less.text(less.likely)
    assert all(block.text in kept for block in found if not block.furniture)


@given_any(blocks, blocks)
def test_groups_and_json_keep_every_block(one, other):
    whole = both(Given(kind="pdf", blocks=tuple(one), pages=2), Given("text", tuple(other)))
    assert from_json(whole.as_json()) == whole
    assert [pair for g in whole.groups for pair in g.numbered] == list(enumerate(whole.blocks))
    assert all(b.furniture == g.furniture for g in whole.groups for b in g.blocks)


@given_any(st.text(st.characters(), max_size=30))
def test_a_clean_text_stays_as_it_is_and_can_be_stored(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert "\0" not in cleaned
    assert cleaned.encode().decode() == cleaned
