"""Importing by the pages: send, look through, match, record all or nothing, undo."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from negotiations import imports as queue
from negotiations.history import revision_of
from negotiations.models import Changeset, Import, ImportRow
from negotiations.operations import edit
from positions.models import Demand, Event
from tests.factories import MembershipFactory, TermChoiceFactory, TermFactory, UserFactory, on
from tests.importing import csv_of
from tests.negotiations.test_reversing import everything
from tests.pages import signed_in
from tests.positions.test_importing import demand, demands
from tests.talks import river_talks


@pytest.fixture
def talks(transactional_db):
    return river_talks()


@pytest.fixture
def client(talks):
    return signed_in(talks.editor)


def at(talks, name: str, *args) -> str:
    return reverse(name, args=[talks.slug, *args])


def send(client, talks, content: bytes, name: str = "demands.csv", **data):
    file = SimpleUploadedFile(name, content)
    return client.post(at(talks, "import-new"), {"file": file, "kind": "", **data})


def work() -> None:
    call_command("work", "--until-empty", verbosity=0)


def looked_through(client, talks, content: bytes, name: str = "demands.csv", **data) -> Import:
    """Send a file and let the worker look it through."""
    answer = send(client, talks, content, name, **data)
    assert answer.status_code == 302, answer.content.decode()
    work()
    return Import.objects.defer("content").latest("sent")


def test_a_file_is_looked_through_recorded_and_undone(client, talks):
    before = everything(talks.negotiation)
    revision = revision_of(talks.negotiation)
    content = demands(demand(), demand(text="More."))
    answer = send(client, talks, content)
    whole = Import.objects.get()
    assert answer.url == at(talks, "import", whole.pk)
    page = client.get(answer.url).content.decode()
    assert "Waiting for its turn." in page
    assert 'data-hx-trigger="every 2s"' in page

    work()
    page = client.get(answer.url).content.decode()
    assert "Nothing is wrong with it." in page
    assert "Water for a week." in page
    assert "at least 7" in page
    assert revision_of(talks.negotiation) == revision
    assert everything(talks.negotiation) == before

    client.post(at(talks, "import-record", whole.pk))
    work()
    whole = Import.objects.get()
    assert (whole.state, whole.revision, whole.content) == ("done", revision + 1, None)
    changeset = Changeset.objects.latest("pk")
    assert (changeset.user_id, changeset.reason) == (talks.editor.pk, "Import of demands.csv")
    assert Demand.objects.filter(text="More.").exists()
    listed = client.get(at(talks, "imports")).content.decode()
    assert f"imported in revision {revision + 1}" in listed

    undo = at(talks, "import-undo", whole.pk)
    assert "Undo all of it" in client.get(undo).content.decode()
    client.post(undo)
    assert everything(talks.negotiation) == before
    page = client.get(at(talks, "import", whole.pk)).content.decode()
    assert f"taken back in revision {revision + 2}" in page
    assert "nothing left to undo" in client.get(undo).content.decode()
    assert client.post(undo).status_code == 409


def test_with_an_error_nothing_is_recorded_and_the_cell_is_named(client, talks):
    revision = revision_of(talks.negotiation)
    whole = looked_through(client, talks, demands(demand(), demand(stated="2/6/2024", text="2")))
    page = client.get(at(talks, "import", whole.pk)).content.decode()
    assert "1 row has errors." in page
    assert "E3, <bdi>Stated</bdi></b> “<bdi>2/6/2024</bdi>”: “2/6/2024” is ambiguous" in page
    assert "Import all of it" not in page
    assert "Water for a week." not in page
    others = client.get(at(talks, "import", whole.pk), {"rows": "new"}).content.decode()
    assert "Water for a week." in others
    assert client.post(at(talks, "import-record", whole.pk)).status_code == 409
    work()
    assert revision_of(talks.negotiation) == revision


def test_a_failure_at_row_9000_of_10000_imports_nothing_and_names_the_cell(client, talks):
    rows = [[f"Event {n}", "political", "5 May 2024"] for n in range(2, 10_002)]
    rows[8998][2] = "31 February 2024"
    revision = revision_of(talks.negotiation)
    content = csv_of(["title", "kind", "happened"], *rows)
    whole = looked_through(client, talks, content, "events.csv")
    assert whole.counts == {"new": 9999, "wrong": 1}
    ((letter, header, text, why),) = ImportRow.objects.get(whole=whole, fate="wrong").problems
    assert ImportRow.objects.get(whole=whole, fate="wrong").number == 9000
    assert (letter, header, text) == ("C", "happened", "31 February 2024")
    assert "2025-06-02" in why
    assert not Event.objects.filter(title="Event 2").exists()
    assert revision_of(talks.negotiation) == revision


def test_10000_rows_are_recorded_with_progress_as_one_revision(client, talks, monkeypatch):
    told = []
    monkeypatch.setattr(
        queue.Reporter, "report", lambda self, done, total: told.append((done, total))
    )
    rows = [[f"Outlet {n}", f"Title {n}"] for n in range(10_000)]
    revision = revision_of(talks.negotiation)
    content = csv_of(["outlet", "title"], *rows)
    whole = looked_through(client, talks, content, "sources.csv")
    client.post(at(talks, "import-record", whole.pk))
    told.clear()
    work()
    whole.refresh_from_db()
    assert (whole.state, whole.revision) == ("done", revision + 1)
    changeset = Changeset.objects.get(negotiation=talks.negotiation, revision=revision + 1)
    assert changeset.rows == 10_000
    shares = [done / total for done, total in told]
    assert shares == sorted(shares)
    assert len(shares) > 1000
    assert shares[-1] == 1


def test_columns_can_be_matched_by_hand(client, talks):
    content = csv_of(["Wer", "title", "Art", "Wann"], ["x", "A flood", "political", "May 2024"])
    whole = looked_through(client, talks, content, "flood.csv", kind="events")
    page = client.get(at(talks, "import", whole.pk)).content.decode()
    assert "Not imported: Wer, Art, Wann" in page
    assert whole.counts == {"wrong": 1}
    data = {"kind-0": "events", "column-0-0": "", "column-0-1": "title", "column-0-2": "kind",
            "column-0-3": "happened"}  # fmt: skip
    client.post(at(talks, "import-match", whole.pk), data)
    work()
    whole.refresh_from_db()
    assert (whole.state, whole.counts) == ("checked", {"new": 1})
    client.post(at(talks, "import-record", whole.pk))
    work()
    assert Event.objects.get(title="A flood").kind == "political"
    # A file with the same header is taken the same way.
    later = csv_of(["Wer", "title", "Art", "Wann"], ["x", "A storm", "political", "May 2024"])
    whole = looked_through(client, talks, later, "storm.csv", kind="events")
    assert whole.counts == {"new": 1}
    page = client.get(at(talks, "import", whole.pk)).content.decode()
    assert "<b>Not imported:</b> <bdi>Wer</bdi>" in page


def test_rows_with_errors_can_be_left_out_and_the_rest_recorded(client, talks):
    content = demands(demand(), demand(text="2", issue="flou"), demand(text="3", stated="2/6/2024"))
    whole = looked_through(client, talks, content)
    assert whole.counts == {"new": 1, "wrong": 2}
    assert (
        "Leave out the 2 rows with errors"
        in client.get(at(talks, "import", whole.pk)).content.decode()
    )
    client.post(at(talks, "import-match", whole.pk), {"skip-wrong": "1"})
    work()
    whole.refresh_from_db()
    assert whole.counts == {"new": 1, "skipped": 2}
    # One of them is taken after all, its date read with the day first.
    sheet = {"kind-0": "demands", "first-0": "day", "skipped-0": "3"}
    client.post(at(talks, "import-match", whole.pk), sheet)
    work()
    whole.refresh_from_db()
    assert whole.counts == {"new": 2, "skipped": 1}
    client.post(at(talks, "import-record", whole.pk))
    work()
    whole.refresh_from_db()
    assert whole.counts == {"new": 2, "skipped": 1}
    demand_3 = Demand.objects.get(text="3")
    assert demand_3.stated == on("2 June 2024")
    assert not Demand.objects.filter(text="2").exists()
    page = client.get(at(talks, "import", whole.pk), {"rows": "new"}).content.decode()
    assert "As it was recorded" in page
    assert f'href="{at(talks, "record", demand_3.pk)}"' in page
    assert f'href="{at(talks, "changeset", whole.revision)}"' in page


def test_the_same_file_again_is_said_and_left_out_unless_asked_for(client, talks):
    content = demands(demand())
    first = looked_through(client, talks, content)
    client.post(at(talks, "import-record", first.pk))
    work()
    whole = looked_through(client, talks, content)
    page = client.get(at(talks, "import", whole.pk)).content.decode()
    assert "This very file was imported already" in page
    assert "There is nothing new in it." in page
    assert "Is there already: 1" in page
    client.post(at(talks, "import-match", whole.pk), {"kind-0": "demands", "again": "1"})
    work()
    whole.refresh_from_db()
    assert whole.counts == {"new": 1}


def test_what_somebody_else_recorded_meanwhile_is_not_its_own(client, talks):
    """Between looking through and recording, the same rows came by another import."""
    content = demands(demand())
    first, second = (looked_through(client, talks, content) for _ in range(2))
    for whole in (first, second):
        client.post(at(talks, "import-record", whole.pk))
    work()
    second.refresh_from_db()
    assert (second.state, second.revision, second.counts) == ("done", None, {"duplicate": 1})
    assert client.post(at(talks, "import-undo", second.pk)).status_code == 409
    assert Demand.objects.filter(text="Water for a week.").count() == 1


def test_what_somebody_changed_since_stands_in_the_way_of_undoing(client, talks):
    whole = looked_through(client, talks, demands(demand()))
    client.post(at(talks, "import-record", whole.pk))
    work()
    made = Demand.objects.get(text="Water for a week.")
    other = MembershipFactory(negotiation=talks.negotiation, user=UserFactory(username="petra"))
    edit(made, user=other.user, text="Mended.")
    undo = at(talks, "import-undo", whole.pk)
    page = client.get(undo).content.decode()
    assert "cannot be undone any more" in page
    assert "(petra, revision" in page
    answer = client.post(undo)
    assert answer.status_code == 409
    assert Demand.objects.get(pk=made.pk).text == "Mended."


def test_a_file_that_cannot_be_read_says_why(client, talks):
    whole = looked_through(client, talks, b"PK\x03\x04nothing", "demands.xlsx")
    assert whole.state == "failed"
    assert "It is broken" in client.get(at(talks, "import", whole.pk)).content.decode()
    assert send(client, talks, b"").status_code == 422
    assert send(client, talks, b"a", kind="wishes").status_code == 422
    whole = looked_through(client, talks, b"what,ever\n1,2\n", "x.csv")
    page = client.get(at(talks, "import", whole.pk)).content.decode()
    assert "No row in it could be matched" in page


def test_whoever_may_not_write_any_more_imports_nothing(client, talks):
    whole = looked_through(client, talks, demands(demand()))
    client.post(at(talks, "import-record", whole.pk))
    talks.editor.is_active = False
    talks.editor.save()
    work()
    whole.refresh_from_db()
    assert (whole.state, whole.reason) == ("failed", "gone")
    assert not Demand.objects.filter(text="Water for a week.").exists()


@pytest.mark.parametrize("name", ["imports", "import-new"])
def test_only_editors_see_imports(talks, name):
    reader = MembershipFactory(negotiation=talks.negotiation, role="reader").user
    assert signed_in(reader).get(at(talks, name)).status_code == 403
    stranger = signed_in(UserFactory())
    assert stranger.get(at(talks, name)).status_code == 403


def test_an_import_is_found_in_its_own_negotiation_only(client, talks):
    whole = looked_through(client, talks, demands(demand()))
    other = river_talks()
    theirs = signed_in(other.editor)
    for name in ("import", "import-undo"):
        assert theirs.get(reverse(name, args=[other.slug, whole.pk])).status_code == 404
    for name in ("import-match", "import-record"):
        assert theirs.post(reverse(name, args=[other.slug, whole.pk])).status_code == 404


def test_templates_have_the_codebook(client, talks):
    term = TermFactory(negotiation=talks.negotiation, issue=talks.flow, code="gates", kind="set")
    TermChoiceFactory(negotiation=talks.negotiation, term=term, code="upper")
    answer = client.get(at(talks, "import-template", "demands", "xlsx"))
    book = load_workbook(io.BytesIO(answer.content))
    sheet, values = book.worksheets
    header = [cell.value for cell in sheet[1]]
    assert {"holders", "issue", "text", "stated", "term:days", "term:gates", "source"} <= {*header}
    listed = {column[0].value.split(" ")[0]: [c.value for c in column[1:] if c.value]
              for column in values.columns}  # fmt: skip
    assert listed["holders"] == ["E", "W", "L"]
    assert listed["term:gates"] == ["upper"]
    assert "River Post: Day two" in listed["source"]
    rules = {str(rule.sqref).split("2:")[0] for rule in sheet.data_validations.dataValidation}
    assert len(rules) == len(listed)
    text = client.get(at(talks, "import-template", "demands", "csv")).content.decode("utf-8-sig")
    assert text.strip().split(",") == header
    assert client.get(at(talks, "import-template", "wishes", "csv")).status_code == 404
    assert client.get(at(talks, "import-template", "demands", "pdf")).status_code == 404


def test_what_was_never_recorded_goes_in_time(client, talks):
    whole = looked_through(client, talks, demands(demand()))
    Import.objects.filter(pk=whole.pk).update(sent=timezone.now() - queue.KEPT - timedelta(1))
    call_command("housekeeping", verbosity=0)
    assert not Import.objects.exists()
