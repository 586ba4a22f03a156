"""Edits that wait for review: what pages say of them at once, and what a second edit is told."""

import pytest
from django.test import Client
from lxml import html

from negotiations.models import Round
from negotiations.operations import create
from positions.models import Event, Evidence, PendingEdit, TermValue
from positions.operations import edit_record, record_with_evidence
from positions.reviewing import approve
from tests.api.conftest import program_of
from tests.database import seal
from tests.factories import A_DAY, A_MONTH, TrackFactory
from tests.positions.test_review_views import as_user, at
from tests.positions.test_reviewing import Talks
from tests.sending import as_sent

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def talks():
    return Talks()


def a_round(talks, **fields) -> Round:
    track = TrackFactory(negotiation=talks.negotiation)
    fields = {"track": track, "title": "Spring talks", "status": "planned", **fields}
    made = create(Round, user=talks.editor, negotiation=talks.negotiation, state="draft", **fields)
    return talks.approved(made)


def an_event(talks, **fields) -> Event:
    made = record_with_evidence(
        Event,
        user=talks.editor,
        negotiation=talks.negotiation,
        kind="contact",
        title="A call",
        happened=A_DAY,
        evidence=[{"source": talks.source, "basis": "official on the record"}],
        **fields,
    )
    return talks.approved(made)


def marks(answer) -> list[str]:
    """Return where the marks of edits that wait lead to."""
    text = answer.content.decode()
    return html.fromstring(text).xpath("//a[@class='edit-waits']/@href") if text.strip() else []


class TestTheAnswerToASave:
    def test_a_cell_of_the_comparison(self, talks):
        demand = talks.published()
        here = f"{at(talks, 'comparison')}?as_of=2026-01-01"
        form = f"{at(talks, 'demand-edit', demand.pk)}?party={talks.party.code}&as_of=2026-01-01"
        editor = as_user(talks.editor)
        assert marks(editor.get(here)) == []
        sent = as_sent(editor.get(form)) | {"text": "Sixty days"}
        swapped = {**HTMX, "HX-Current-URL": f"http://testserver{here}"}
        answer = editor.post(form, sent, headers=swapped)
        waits = [at(talks, "review-record", demand.pk)]
        assert f'id="comparison-row-{talks.issue.code}"' in answer.content.decode()
        assert marks(answer) == waits
        assert marks(editor.get(here)) == waits
        assert marks(as_user(talks.reader).get(here)) == marks(Client().get(here)) == []

    def test_an_event_above_the_comparison(self, talks):
        event = an_event(talks)
        here = f"{at(talks, 'comparison')}?as_of=2026-01-01"
        form = f"{at(talks, 'record-edit', event.pk)}?next={here}%23timeline"
        editor = as_user(talks.editor)
        sent = as_sent(editor.get(form)) | {"title": "Another call"}
        swapped = {**HTMX, "HX-Current-URL": f"http://testserver{here}"}
        waits = [at(talks, "review-record", event.pk)]
        assert marks(editor.post(form, sent, headers=swapped)) == waits
        assert marks(editor.get(here)) == waits
        assert marks(as_user(talks.reader).get(here)) == []

    def test_a_cell_without_a_script(self, talks):
        demand = talks.published()
        form = f"{at(talks, 'demand-edit', demand.pk)}?party={talks.party.code}&as_of=2026-01-01"
        editor = as_user(talks.editor)
        sent = as_sent(editor.get(form)) | {"text": "Sixty days"}
        answer = editor.post(form, sent, follow=True)
        assert marks(answer) == [at(talks, "review-record", demand.pk)]

    def test_lines_and_events_of_a_round(self, talks):
        held = a_round(talks)
        demand = talks.published(round=held)
        event = an_event(talks, round=held)
        editor, page = as_user(talks.editor), at(talks, "round", held.pk)
        assert marks(editor.get(page)) == []
        for record, form, name in (
            (demand, "demand-edit", "text"),
            (event, "record-edit", "title"),
        ):
            address = f"{at(talks, form, record.pk)}?next={page}"
            sent = as_sent(editor.get(address)) | {name: "Other words"}
            assert at(talks, "review-record", record.pk) in marks(
                editor.post(address, sent, follow=True)
            )
        assert len(marks(editor.get(page))) == 2
        assert marks(as_user(talks.reader).get(page)) == []

    def test_a_record_on_its_page_and_its_evidence(self, talks):
        demand = talks.published()
        editor, page = as_user(talks.editor), at(talks, "record", demand.pk)
        # What a save swaps is taken from these parts of the page.
        swapped = editor.get(page).content.decode()
        assert "#record-head,#record-waits,#record-state,#record-main" in swapped
        edit_record(demand, user=talks.editor, version=demand.version, text="Sixty days")
        (told,) = html.fromstring(editor.get(page).content.decode()).xpath(
            "//*[@id='record-waits']"
        )
        assert f"An edit by {talks.editor.username} waits" in told.text_content()
        (row,) = Evidence.objects.filter(record=demand.pk)
        edit_record(row, user=talks.editor, version=row.version, locator="Page 2")
        value = TermValue.objects.get(record=demand.pk)
        edit_record(value, user=talks.editor, version=value.version, approximate=True)
        waiting = {at(talks, "review-record", each.pk) for each in (row, value)}
        assert set(marks(editor.get(page))) == waiting


def words(node) -> str:
    return " ".join(node.text_content().split())


def set_against(answer):
    """Return the box that sets one's words against those that wait."""
    (box,) = html.fromstring(answer.content.decode()).xpath("//form//div[@class='conflict']")
    return box


class TestASecondEdit:
    """Where an edit waits already, one's own is not saved; it is set against that, and kept."""

    @pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "plain"])
    def test_of_a_first_text(self, talks, headers):
        held = a_round(talks)
        form = at(talks, "record-edit", held.pk)
        first, second = as_user(talks.editor), as_user(talks.other)
        empty = {"initial-summary": ""}
        theirs = as_sent(first.get(form)) | empty | {"summary": "They met at the mill for an hour."}
        mine = as_sent(second.get(form)) | empty | {"summary": "They met at the inn for an hour."}
        assert first.post(form, theirs).status_code == 302
        answer = second.post(form, mine, headers=headers)
        assert answer.status_code == 422
        box = set_against(answer)
        waits = f"An edit of this by {talks.editor.username} waits for review already"
        assert words(box).count(waits) == 1
        assert box.xpath(".//a/@href")[0] == at(talks, "review-record", held.pk)
        (field,) = box.xpath(".//*[@class='conflict__field']")
        assert field.get("aria-label") == "Summary"
        assert [words(each) for each in field.xpath(".//dd")] == [
            "They met at the inn for an hour.",
            "They met at the mill for an hour.",
            "–",
        ]
        assert [words(each) for each in field.xpath(".//ins")] == ["inn", "mill"]
        # What was typed stays in the form, which keeps it, and changes nothing.
        assert box.xpath("./@data-keeps")
        kept = as_sent(answer)
        assert kept["summary"] == [mine["summary"]]
        (later,) = box.xpath("//form/@data-unsaved")
        assert box.xpath(f"//button[starts-with(@formaction, '{later}')][@data-keep]")
        second.post(later, kept)
        held.refresh_from_db()
        assert held.summary == ""
        assert PendingEdit.objects.get().rows[0]["after"]["summary"] == theirs["summary"]
        # Once theirs is decided, the form offers one's own words beside them.
        approve(held, user=talks.reviewer)
        seal()
        back = second.get(form)
        assert as_sent(back)["summary"] == [theirs["summary"]]
        assert "Save your words from then instead" in back.content.decode()
        assert mine["summary"] in as_sent(back)["mine-summary"]

    def test_of_words_and_terms_of_a_demand(self, talks):
        demand = talks.published()
        form, term = at(talks, "demand-edit", demand.pk), f"term_{talks.term.code}"
        first, second = as_user(talks.editor), as_user(talks.other)
        theirs = as_sent(first.get(form)) | {term: "60", "firmness": "firm"}
        mine = as_sent(second.get(form)) | {term: "90", "text": "Ninety days"}
        assert first.post(form, theirs).status_code == 302
        box = set_against(second.post(form, mine))
        (field,) = box.xpath(".//*[@class='conflict__field']")
        assert [words(each) for each in field.xpath(".//dd")] == ["90", "60", "30"]
        (row,) = box.xpath(".//tbody/tr")
        assert [words(cell) for cell in row] == ["Firmness", "unknown", "firm"]
        # Looking at it has written nothing.
        assert TermValue.objects.get(record=demand.pk).quantity == A_MONTH
        approve(demand, user=talks.reviewer)
        seal()
        assert TermValue.objects.get(record=demand.pk).quantity.lower == 60

    def test_of_the_text_of_a_source(self, talks):
        give = at(talks, "source-text", talks.source.pk)
        answers = []
        for user, text in (
            (talks.editor, "They met at the mill."),
            (talks.other, "They met at the inn."),
        ):
            client = as_user(user)
            check = client.post(give, as_sent(client.get(give), "give") | {"text": text}).url
            answers.append(client.post(check, as_sent(client.get(check))))
        assert [each.status_code for each in answers] == [302, 422]
        page = html.fromstring(answers[1].content.decode())
        (against,) = page.xpath("//section[@aria-labelledby='against']")
        assert words(against).startswith("What differs from the text that waits for review")
        assert [words(each) for each in against.xpath(".//del")] == ["mill"]
        waits = f"An edit of this by {talks.editor.username} waits for review"
        (link,) = page.xpath("//form//p[@class='kept']/a")
        assert (words(link), link.get("href")) == (
            waits,
            at(talks, "review-record", talks.source.pk),
        )

    def test_of_what_became_of_a_round(self, talks):
        planned = a_round(talks)
        first, second = as_user(talks.editor), as_user(talks.other)
        hold, postpone = (
            at(talks, "round-status", planned.pk, act) for act in ("hold", "postpone")
        )
        theirs = as_sent(first.get(hold)) | {"held": "2 June 2025", "venue": "The mill"}
        mine = as_sent(second.get(postpone)) | {"planned": "9 June 2025"}
        first.post(hold, theirs)
        answer = second.post(postpone, mine, headers=HTMX)
        fields = set_against(answer).xpath(".//*[@class='conflict__field']")
        assert [each.get("aria-label") for each in fields] == ["Status"]
        assert [words(each) for each in fields[0].xpath(".//dd")] == [
            "postponed",
            "held",
            "planned",
        ]
        assert as_sent(answer)["planned"] == ["9 June 2025"]

    def test_of_ones_own_says_that_it_can_be_withdrawn(self, talks):
        demand = talks.published()
        edit_record(demand, user=talks.editor, version=demand.version, text="Sixty days")
        editor, form = as_user(talks.editor), at(talks, "demand-edit", demand.pk)
        box = set_against(editor.post(form, as_sent(editor.get(form)) | {"text": "Ninety days"}))
        assert "by yourself waits for review" in words(box)
        assert at(talks, "review") in box.xpath(".//a/@href")

    def test_beside_one_that_cannot_be_approved_any_more(self, talks):
        """Then only its own words are known, and shown."""
        demand = talks.published()
        edit_record(demand, user=talks.editor, version=demand.version, text="Sixty days")
        pending = PendingEdit.objects.get()
        rows = [{**row, "before": {**row["before"], "text": "Other"}} for row in pending.rows]
        type(pending).objects.filter(pk=pending.pk).update(rows=rows)
        other, form = as_user(talks.other), at(talks, "demand-edit", demand.pk)
        box = set_against(other.post(form, as_sent(other.get(form)) | {"text": "Ninety days"}))
        (field,) = box.xpath(".//*[@class='conflict__field']")
        assert [words(each) for each in field.xpath(".//dd")] == [
            "Thirty Ninety days",
            "Thirty Sixty days",
            "Thirty days",
        ]


def test_a_conflict_told_by_the_api_names_who_made_an_edit_that_was_approved(talks):
    demand = talks.published()
    version = demand.version
    edit_record(demand, user=talks.editor, version=version, text="Sixty days")
    approve(demand, user=talks.reviewer)
    seal()
    address, sent = f"/api/v1/demands/{demand.pk}/", {"text": "Ninety", "version": version}
    answer = program_of(talks.other).patch(address, sent, content_type="application/json")
    assert answer.status_code == 409
    assert [each["who"] for each in answer.json()["changed_by"]] == [talks.editor.username]
    refused = program_of(talks.reader).patch(address, sent, content_type="application/json")
    assert refused.status_code == 403
    assert talks.editor.username not in refused.content.decode()
