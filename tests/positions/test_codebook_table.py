"""A codebook as a table: what is written is read back the same, and what is wrong is named."""

import csv
import io
from datetime import date

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from negotiations.csvtables import BYTE_ORDER_MARK, cell, read_cell
from negotiations.history import revision_of
from positions.codebookimport import Refused, entries_of, rehearse, take_in
from positions.codebooktable import (
    CHOICE,
    COLUMNS,
    ISSUE,
    MOST_BYTES,
    MOST_ROWS,
    TERM,
    Entry,
    compare,
    decoded,
    lines,
    read,
)
from positions.models import Issue, Term, TermChoice
from positions.recoding import merge_issues, retire
from tests.factories import MembershipFactory, NegotiationFactory, TermChoiceFactory, TermFactory
from tests.recording import published_demand
from tests.talks import river_talks

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30
) | st.sampled_from(["=1+1", "'=1", "''-x", "a,b;c\td", '"quoted"', "line\r\nline", "'plain", "\r"])
NAMES = TEXTS.filter(bool)
CODES = st.from_regex(r"[-a-z0-9_]{1,8}", fullmatch=True).filter(lambda code: code != "overall")
DAYS = st.dates()


def written(entries) -> str:
    """The entries as the download has them."""
    file = io.StringIO()
    writer = csv.writer(file)
    issues = {e.key[0]: e.fields["issue"] for e in entries if e.kind == TERM}
    writer.writerow(COLUMNS)
    writer.writerows([[cell(value) for value in line] for line in lines(entries, issues)])
    return file.getvalue()


@st.composite
def codebooks(draw) -> list[Entry]:
    issues = draw(st.lists(CODES, unique=True, min_size=1, max_size=4))
    terms = draw(st.lists(CODES, unique=True, max_size=4))
    entries = []

    def retired(kin):
        day = draw(st.none() | DAYS)
        return {
            "retired": day,
            "retired_because": draw(TEXTS) if day else "",
            "merged_into": draw(st.none() | st.sampled_from(kin)) if day else None,
        }

    for code in issues:
        fields = {
            "name": draw(NAMES),
            "question": draw(TEXTS),
            "definition": draw(TEXTS),
            "part_of": draw(st.none() | st.sampled_from(issues)),
            "order": draw(st.integers(0, 32767)),
        }
        entries.append(Entry(ISSUE, (code,), {**fields, **retired(issues)}))
    for code in terms:
        kind = draw(st.sampled_from(["quantity", "date", "choice", "set"]))
        fields = {
            "issue": draw(st.none() | st.sampled_from(issues)),
            "name": draw(NAMES),
            "kind": kind,
            "unit": draw(TEXTS) if kind == "quantity" else "",
            "order": draw(st.integers(0, 32767)),
        }
        entries.append(Entry(TERM, (code,), {**fields, **retired(terms)}))
        choices = draw(st.lists(CODES, unique=True, max_size=3))
        for choice in choices:
            order = draw(st.none() | st.integers(-32768, 32767))
            fields = {"name": draw(NAMES), "order": order}
            entries.append(Entry(CHOICE, (code, choice), {**fields, **retired(choices)}))
    return entries


@given(st.text())
def test_a_cell_is_read_back_as_it_was_and_never_a_formula(text):
    assert read_cell(cell(text)) == text
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@given(codebooks())
@settings(deadline=None)
def test_what_is_written_is_read_back_and_changes_nothing(entries):
    found, problems = read(decoded((BYTE_ORDER_MARK + written(entries)).encode())[0])
    assert problems == ()
    assert list(found) == entries
    comparison = compare(found, entries)
    assert comparison.is_idle
    assert comparison.problems == ()
    assert len(comparison.untouched) == len(entries)


@given(codebooks(), st.sampled_from(";\t"))
@settings(deadline=None, max_examples=30)
def test_a_spreadsheets_other_delimiters_are_read_too(entries, delimiter):
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerows(csv.reader(io.StringIO(written(entries), newline="")))
    assert list(read(file.getvalue())[0]) == entries


def test_only_columns_that_are_named_are_compared():
    old = Entry(ISSUE, ("flow",), {"name": "Flow", "question": "How long?", "order": 1})
    found, _none = read("issue,name\nflow,Stream\n")
    (change,) = compare(found, [old]).changed
    assert change.columns == {"name": ("Flow", "Stream")}
    assert compare((), [old]).is_idle


HEAD = ",".join(COLUMNS) + "\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "why"),
    [
        ("", 0, "", "nothing in it"),
        ("issue,colour\n", 1, "colour", "no column “colour”"),
        ("issue,name,name\n", 1, "name", "twice"),
        ("name\nFlow\n", 1, "", "Without the column"),
        ("issue,name\nfl ow,Flow\n", 2, "issue", "“fl ow” is no code"),
        ("issue,name\noverall,All\n", 2, "issue", "of no issue"),
        ("issue,name\n,All\n", 2, "issue", "no code"),
        ("issue,name\na,A\na,B\n", 3, "issue", "stands in row 2"),
        ("issue,name\na,\n", 2, "name", "name is missing"),
        ("issue,name\na,A,B\n", 2, "", "more cells"),
        ("issue,name,part_of\na,A,b\n", 2, "part_of", "no issue “b”"),
        ("issue,name,order\na,A,first\n", 2, "order", "no place in an order"),
        ("issue,name,order\na,A,99999\n", 2, "order", "no place in an order"),
        ("issue,name,retired\na,A,2/6/2025\n", 2, "retired", "no day"),
        ("issue,name,retired\na,A,2025-02-30\n", 2, "retired", "no day"),
        ("issue,name,retired_because,retired\na,A,Why,\n", 2, "retired_because", "Only what is"),
        ("issue,name,unit\na,A,day\n", 2, "unit", "has no “unit”"),
        ("term,name,kind\nt,T,colour\n", 2, "kind", "no kind of term"),
        ("term,name,kind,unit\nt,T,date,day\n", 2, "unit", "Only a quantity"),
        ("term,name\nt,T\n", 2, "kind", "is new and has no “kind”"),
        ("term,name,kind,issue\nt,T,date,a\n", 2, "issue", "no issue “a”"),
        ("term,choice,name\nt,c,C\n", 2, "term", "no term “t”"),
        ("term,choice,name\n,c,C\n", 2, "term", "belongs to a term"),
        (f"issue,name\na,{'x' * 201}\n", 2, "name", "201 characters"),
        ("issue,name\na,A\0\n", 2, "name", "character that is none"),
        ('issue,name\na,"A\n', 2, "", "no CSV"),
        ("issue,name\n" + "a,A\n" * (MOST_ROWS + 1), MOST_ROWS + 2, "", "more than"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_how_to_mend_it(text, line, column, why):
    entries, problems = read(text)
    problems = problems or compare(entries, []).problems
    assert (problems[0].line, problems[0].column) == (line, column)
    assert why in problems[0].why
    assert problems[0].mend


@pytest.mark.parametrize(
    ("data", "line", "why"),
    [
        (b"issue,name\na,\xff\n", 2, "byte 0xFF"),
        ("issue,name\na,A\n".encode("utf-16"), 1, "This is not UTF-8"),
        ("issue,name\na,Ä\n".encode("latin-1"), 2, "byte 0xC4"),
        (b" " * (MOST_BYTES + 1), 0, "at most"),
    ],
)
def test_a_file_that_is_no_text_is_refused(data, line, why):
    text, (problem,) = decoded(data)
    assert text == ""
    assert problem.line == line
    assert why in problem.why
    assert problem.mend


@pytest.fixture
def talks(db):
    return river_talks()


def taken(talks, text: str, **options):
    entries, problems = read(text)
    assert problems == ()
    where = {"user": talks.editor, "negotiation": talks.negotiation, **options}
    return take_in(entries=entries, **where)


def refused(talks, text: str):
    with pytest.raises(Refused) as caught:
        taken(talks, text)
    return [(p.line, p.column, p.why) for p in caught.value.comparison.problems]


def test_a_whole_codebook_goes_out_and_into_other_talks_unchanged(talks):
    here = {"negotiation": talks.negotiation}
    pace = TermFactory(**here, issue=talks.gauges, kind="choice", name="=Pace")
    for place in (2, 1):
        TermChoiceFactory(**here, term=pace, ordinal=place)
    TermFactory(**here, issue=None, kind="set", unit="")
    other = Issue.objects.create(**here, code="other", name="Other", definition="Two\r\nlines")
    merge_issues(talks.gauges, into=other, user=talks.editor, reason="Same")
    retire(talks.flow, user=talks.editor, reason="'=Over")
    out = entries_of(negotiation=talks.negotiation, user=talks.editor)
    assert taken(talks, written(out)).is_idle
    elsewhere = NegotiationFactory()
    user = MembershipFactory(negotiation=elsewhere, role="editor").user
    done = taken(talks, written(out), user=user, negotiation=elsewhere)
    assert len(done.added) == len(out) == 8
    assert entries_of(negotiation=elsewhere, user=user) == out
    assert Issue.objects.get(negotiation=elsewhere, code="flow").retired


def test_a_rehearsal_tells_what_would_happen_and_writes_nothing(talks):
    before = revision_of(talks.negotiation)
    text = "issue,term,name,kind,part_of\nflow,,Stream,,\nnew,,New,,flow\nnew,when,When,date,\n"
    entries, _none = read(text)
    where = {"user": talks.editor, "negotiation": talks.negotiation}
    found = rehearse(entries=entries, **where)
    assert [entry.key for entry in found.added] == [("new",), ("when",)]
    assert [change.columns for change in found.changed] == [{"name": ("Flow", "Stream")}]
    assert revision_of(talks.negotiation) == before
    assert not Issue.objects.filter(code="new").exists()
    assert taken(talks, text) == found
    assert Term.objects.get(code="when").issue.parent == talks.flow
    assert revision_of(talks.negotiation) == before + 1
    assert Issue.objects.filter(negotiation=talks.negotiation).count() == 3


def test_one_row_that_is_refused_refuses_all_and_every_one_is_named(talks):
    retire(talks.gauges, user=talks.editor)
    text = (
        "issue,term,choice,name,kind,part_of,retired\n"
        "fresh,,,Fresh,,,\n"
        "below,,,Below,,gauges,\n"
        ",days,,Days,date,,\n"
    )
    assert refused(talks, text) == [
        (4, "kind", "Values of another kind have been recorded for it.")
    ]
    ((line, column, why),) = refused(talks, text.replace(",days,,Days,date,,\n", ""))
    assert (line, column) == (3, "part_of")
    assert "“Gauges” (gauges) has been retired" in why
    assert not Issue.objects.filter(code="fresh").exists()
    told = refused(talks, "issue,name,part_of\nflow,Flow,gauges\n")
    assert told[0][:2] == (2, "part_of")
    assert "retired" in told[0][2]


def test_what_is_retired_by_a_table_is_retired_after_its_parts(talks):
    day = "2025-06-02"
    taken(talks, f"issue,retired,name\nflow,{day},Flow\ngauges,{day},Gauges\n")
    assert Issue.objects.get(pk=talks.flow.pk).retired == date(2025, 6, 2)
    ((line, column, why),) = refused(
        talks,
        f"issue,retired,name,part_of\nnew,,New,\npart,,Part,new\nnew-2,{day},N,\npart-2,,P,new-2\n",
    )
    assert (line, column) == (4, "retired")
    assert "Retire or move its parts first: “P”." in why


def test_choices_of_a_table_are_added_and_put_in_order(talks):
    pace = TermFactory(negotiation=talks.negotiation, kind="choice", code="pace")
    slow = TermChoiceFactory(negotiation=talks.negotiation, term=pace, code="slow", name="Slow")
    taken(talks, "term,choice,name,order\npace,slow,Slow,2\npace,fast,Fast,1\n")
    assert [(c.code, c.ordinal) for c in pace.choices.all()] == [("fast", 1), ("slow", 2)]
    published_demand(issue=pace.issue, values=[{"term": pace, "choices": [slow]}])
    assert TermChoice.objects.filter(term=pace).count() == 2


def test_the_download_is_the_table_and_neutralises_formulas(talks, client):
    Issue.objects.filter(pk=talks.flow.pk).update(question="=HYPERLINK(0)")
    address = reverse("api:codebook", args=[talks.slug])
    answer = client.get(address, {"format": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="{talks.slug}-codebook.csv"' in answer["Content-Disposition"]
    data = b"".join(answer.streaming_content)
    assert data.startswith(b"\xef\xbb\xbfissue,term,choice,name")
    assert b",'=HYPERLINK(0)," in data
    found, problems = read(decoded(data)[0])
    assert problems == ()
    assert list(found) == entries_of(negotiation=talks.negotiation, user=talks.editor)
    workbook = client.get(address, {"format": "xlsx"})
    assert workbook.content.startswith(b"PK")
