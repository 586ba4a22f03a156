"""A round recorded while it is going on: by keys alone, after a closed tab, without JavaScript."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from negotiations import ranges
from negotiations.models import Delegate, Round, Source, State
from positions.models import Demand, Evidence, Silence
from tests.factories import RoundFactory

SLUG = "russia-ukraine-2025"
LINES = [f"Russia's point number {n}." for n in range(1, 11)]


@pytest.fixture
def third(sample):
    second = Round.objects.get(number=2)
    zone = "Europe/Istanbul"
    return RoundFactory(
        negotiation=second.negotiation,
        track=second.track,
        title="The next direct talks",
        time_zone=zone,
        planned=ranges.parse_times("20 June 2035", zone),
        state=State.PUBLISHED,
    )


@pytest.fixture
def open_round(open_page, sign_in, third):
    """Return a function that opens the round's page as an editor."""

    def open_round(**options):
        path = f"/{SLUG}/rounds/{third.pk}/"
        page = sign_in(open_page(**options), "editor", then=path)
        expect(page.get_by_role("heading", level=1)).to_contain_text("The next direct talks")
        return page

    return open_round


def line(page, party="Russia"):
    return page.get_by_role("form", name=f"What {party} says")


def text_of(page, party="Russia"):
    return line(page, party).get_by_label("What they say")


def said(page, party="RU"):
    return page.locator(f"#said-{party} .said-line__words")


def test_ten_lines_with_nothing_but_enter(open_round):
    page = open_round()
    page.keyboard.press("Alt+Shift+Digit2")
    expect(text_of(page)).to_be_focused()
    for words in LINES:
        page.keyboard.type(words)
        page.keyboard.press("Enter")
    expect(said(page)).to_have_text(LINES, timeout=30_000)
    expect(page.locator(".sent")).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(text_of(page)).to_be_focused()
    expect(text_of(page)).to_have_value("")
    assert (
        list(
            Demand.objects.filter(round__title="The next direct talks")
            .order_by("pk")
            .values_list("text", flat=True)
        )
        == LINES
    )


def test_issue_and_source_stay_and_terms_follow_the_source(open_round):
    page = open_round()
    own = line(page)
    own.get_by_label("Issue").select_option("ceasefire")
    source = own.get_by_label("Source", exact=True)
    source.select_option(index=1)
    chosen = source.input_value()
    text_of(page).fill("Thirty days.")
    own.get_by_label("Issue").focus()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(own.get_by_label("Length (day)")).to_be_focused()
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    expect(page.locator("#said-RU .said-line__terms")).to_have_text("Length 30 days")
    expect(own.get_by_label("Length (day)")).to_have_value("")
    expect(own.get_by_label("Issue")).to_have_value("ceasefire")
    expect(source).to_have_value(chosen)
    # What Ukraine has not answered is a step away; so is an answer.
    page.get_by_role("button", name="Note: no answer of Ukraine on Ceasefire").click()
    expect(page.locator("#said-UA")).to_contain_text("No answer reported on Ceasefire")
    assert Silence.objects.get(round__title="The next direct talks").state == "published"


def test_a_new_source_is_there_for_the_next_line_of_either_side(open_round):
    page = open_round()
    own = line(page)
    own.locator("summary").click()
    own.get_by_label("Outlet").fill("The Bosphorus Post")
    text_of(page).fill("We leave it at that.")
    text_of(page).press("Enter")
    expect(said(page)).to_have_text(["We leave it at that."])
    for party in ("Russia", "Ukraine"):
        picked = line(page, party).get_by_label("Source", exact=True).locator("option:checked")
        expect(picked).to_have_text("The Bosphorus Post")


def test_a_new_source_is_that_of_the_lines_sent_before_it_is_recorded(open_round):
    page = open_round()
    own = line(page)
    # One that was used before stands there; the new one is meant instead.
    own.get_by_label("Source", exact=True).select_option(index=1)
    text_of(page).fill("Before it.")
    text_of(page).press("Enter")
    expect(said(page)).to_have_count(1)
    own.locator("summary").click()
    own.get_by_label("Outlet").fill("Valley Post")
    text_of(page).focus()
    words = [f"From the valley, {n}." for n in range(5)]
    for each in words:
        page.keyboard.type(each)
        page.keyboard.press("Enter")
    expect(said(page)).to_have_count(6, timeout=30_000)
    picked = own.get_by_label("Source", exact=True).locator("option:checked")
    expect(picked).to_have_text("Valley Post")
    expect(own.get_by_label("Outlet")).to_have_value("")
    source = Source.objects.get(outlet="Valley Post")
    demands = Demand.objects.filter(text__in=words)
    assert {demand.state for demand in demands} == {State.PUBLISHED}
    assert [row.source for row in Evidence.objects.filter(record__in=demands.values("pk"))] == [
        source
    ] * 5


def test_what_is_refused_comes_back_and_the_next_line_goes_on(open_round):
    page = open_round()
    own = line(page).last
    own.locator("summary").click()
    own.get_by_label("Stated").fill("sometime")
    text_of(page).last.fill("Refused at first.")
    text_of(page).last.press("Enter")
    refused = line(page).first
    expect(refused.get_by_role("group", name="Not saved yet")).to_contain_text("“sometime”")
    expect(line(page)).to_have_count(2)
    text_of(page).last.fill("Meanwhile the next.")
    text_of(page).last.press("Enter")
    expect(said(page)).to_have_text(["Meanwhile the next."])
    expect(refused.get_by_label("What they say")).to_have_value("Refused at first.")
    refused.get_by_label("Stated").fill("20 June 2035")
    refused.get_by_label("What they say").press("Enter")
    expect(said(page)).to_have_text(["Meanwhile the next.", "Refused at first."])
    expect(line(page)).to_have_count(1)


def test_a_closed_tab_keeps_the_line(open_round):
    page = open_round()
    text_of(page, "Ukraine").fill("Half a sentence, and then the")
    expect(line(page, "Ukraine").locator(".entry__kept")).to_contain_text("Draft kept")
    page.reload()
    expect(text_of(page, "Ukraine")).to_have_value("Half a sentence, and then the")
    expect(line(page, "Ukraine")).to_contain_text("left half-typed")
    text_of(page, "Ukraine").press("Enter")
    expect(said(page, "UA")).to_have_text(["Half a sentence, and then the"])
    page.reload()
    expect(text_of(page, "Ukraine")).to_have_value("")


def test_enter_in_any_field_saves_what_was_left_half_typed(open_round):
    page = open_round()
    own = line(page)
    own.get_by_label("Issue").select_option("ceasefire")
    text_of(page).fill("Thirty days, and then")
    expect(own.locator(".entry__kept")).to_contain_text("Draft kept")
    page.reload()
    expect(own).to_contain_text("left half-typed")
    own.get_by_label("Length (day)").fill("30")
    own.get_by_label("Length (day)").press("Enter")
    expect(said(page)).to_have_text(["Thirty days, and then"])


def test_people_and_last_times_delegation(open_round):
    page = open_round()
    page.get_by_text("As last time, at").click()
    page.get_by_role("button", name="Take over what is ticked").click()
    expect(page.locator("#delegation-UA")).to_contain_text("Rustem Umerov")
    expect(page.locator("#delegation-UA")).to_contain_text("expected")
    page.get_by_role("link", name="People of Ukraine").click()
    delegation = page.get_by_role("form", name="The delegation of Ukraine")
    expect(delegation.get_by_label("Name")).to_be_focused()
    for name in ("First Newcomer", "Second Newcomer"):
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.type("Expert")
        page.keyboard.press("Enter")
        expect(delegation.get_by_label("Name")).to_be_focused()
    expect(page.locator("#delegation-UA .seats")).to_contain_text("Second Newcomer Expert")
    assert (
        Delegate.objects.filter(
            round__title="The next direct talks", person__name__contains="Newcomer"
        ).count()
        == 2
    )
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="People of Ukraine")).to_be_focused()


def test_outcome_event_and_the_end_of_the_round_in_their_slots(open_round):
    page = open_round()
    page.keyboard.press("Alt+Shift+KeyO")
    form = page.locator("#slot-outcomes form")
    form.get_by_label("Text").fill("They meet again.")
    form.get_by_label("Kind", exact=True).select_option("agreed")
    expect(form.get_by_label("Reached")).to_have_value("20 June 2035")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#round-outcomes")).to_contain_text("They meet again.")
    page.keyboard.press("Alt+Shift+KeyE")
    form = page.locator("#slot-events form")
    form.get_by_label("Title").first.fill("A handshake")
    form.get_by_label("Kind", exact=True).select_option("contact")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#round-events")).to_contain_text("A handshake")
    page.get_by_role("link", name="It was held").click()
    form = page.get_by_role("form", name="This round was held")
    form.get_by_label("When").fill("20 June 2035, 14:00–15:10")
    page.keyboard.press("Enter")
    expect(page.locator("#round-head")).to_contain_text("20 June 2035, 14:00–15:10")
    expect(page.locator(".standing")).to_have_text("held")


def test_an_answer_and_an_edit_in_the_column(open_round):
    page = open_round()
    text_of(page).fill("Not before a treaty.")
    text_of(page).press("Enter")
    page.get_by_role("link", name="Ukraine answers").click()
    answer = line(page, "Ukraine").last
    expect(answer.get_by_label("What they say")).to_be_focused()
    page.keyboard.type("No.")
    answer.get_by_label("Answer", exact=True).select_option("rejected")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said-RU .answer--got")).to_contain_text("Rejected by Ukraine")
    page.locator("#said-RU").get_by_role("link", name="Edit").click()
    form = page.get_by_role("form", name="Edit demand")
    form.get_by_label("What they say").fill("Not before a lasting treaty.")
    page.keyboard.press("Enter")
    expect(said(page)).to_have_text(["Not before a lasting treaty."])


def test_letters_are_shortcuts_only_where_somebody_wants_them(open_round):
    page = open_round()
    page.keyboard.press("1")
    expect(text_of(page, "Ukraine")).not_to_be_focused()
    expect(page.locator("#keys dl")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#keys dl")).to_be_visible()
    text_of(page).focus()
    page.keyboard.type("why?")
    expect(text_of(page)).to_have_value("why?")
    expect(page.locator("#keys dl")).to_be_visible()
    page.locator("#keys").get_by_label("Outside of fields").check()
    page.locator("#keys summary").focus()
    page.keyboard.press("1")
    expect(text_of(page, "Ukraine")).to_be_focused()
    page.keyboard.press("2")
    expect(text_of(page, "Ukraine")).to_have_value("2")


def test_without_javascript(open_round):
    page = open_round(java_script_enabled=False)
    text_of(page).fill("Said without a script.")
    line(page).get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("as a draft that only editors see")).to_be_visible()
    expect(said(page)).to_have_text(["Said without a script."])
    assert page.url.endswith("#id-line-RU-text")
    page.get_by_role("link", name="It was held").click()
    page.get_by_label("When").fill("20 June 2035")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".standing")).to_have_text("held")
    page.get_by_role("link", name="An outcome").click()
    page.get_by_label("Text").fill("They meet again.")
    page.get_by_label("Kind", exact=True).select_option("agreed")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#round-outcomes")).to_contain_text("They meet again.")
    assert page.url.endswith("#outcomes")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(open_round, scheme):
    page = open_round(color_scheme=scheme, viewport={"width": 320, "height": 700})
    text_of(page).fill("A line, so that there is something to answer.")
    text_of(page).press("Enter")
    expect(said(page)).to_have_count(1)
    closed = page.locator("main details:not([open]) > summary:visible")
    while closed.count():
        closed.first.click()
    page.get_by_role("link", name="People of Ukraine").click()
    expect(page.get_by_role("form", name="The delegation of Ukraine")).to_be_visible()
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
