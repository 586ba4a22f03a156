"""The pages to read as they are asked in other ways, with the sample, and without scripts."""

import pytest
from playwright.sync_api import expect

from negotiations.models import Source
from tests.browser.test_everyone import overflow, violations
from tests.talks import one_more_of_everything, river_talks

SAMPLE = "/russia-ukraine-2025"


@pytest.fixture
def talks(transactional_db):
    """Talks that have everything, beside the sample, which has much of it."""
    talks = river_talks()
    one_more_of_everything(talks, 1)
    return talks


def paths(talks) -> list[str]:
    quoted = Source.objects.filter(negotiation__slug="russia-ukraine-2025").order_by("pk").first()
    ours = f"/{talks.slug}"
    return [
        f"{ours}/issues/flow/?as_of=2024-02-01",
        f"{ours}/issues/flow/?as_of=June",
        f"{ours}/sources/?sort=-records",
        f"{ours}/sources/?language=xx",
        f"{ours}/sources/?q=nowhere",
        f"{SAMPLE}/",
        f"{SAMPLE}/issues/ceasefire/?as_of=2025-06-02",
        f"{SAMPLE}/answers/?as_of=2025-06-23",
        f"{SAMPLE}/claims/?as_of=2025-06-23",
        f"{SAMPLE}/sources/{quoted.pk}/",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_for_readers_or_editors(open_page, sign_in, talks, scheme):
    page = open_page(color_scheme=scheme)
    found = []
    for path in paths(talks):
        page.goto(path)
        found += violations(page)
    sign_in(page, "editor")
    for path in (f"{SAMPLE}/", f"{SAMPLE}/issues/ceasefire/", f"{SAMPLE}/rounds/"):
        page.goto(path)
        found += violations(page)
    assert found == []


@pytest.mark.parametrize("width", [320, 768, 1440])
def test_no_page_scrolls_sideways(open_page, talks, width):
    page = open_page(viewport={"width": width, "height": 800})
    wide = {}
    for path in paths(talks):
        page.goto(path)
        wide[path] = overflow(page)
    assert {path: pixels for path, pixels in wide.items() if pixels > 0} == {}


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_telephone_the_bar_is_one_row_that_opens_by_keyboard(open_page, sign_in, scripts):
    page = open_page(java_script_enabled=scripts, viewport={"width": 320, "height": 800})
    sign_in(page, "manager", then=f"{SAMPLE}/members/")
    bar, menu = page.locator("header.bar"), page.locator("summary", has_text="Menu")
    link = page.get_by_role("link", name="Comparison", exact=True)
    assert bar.bounding_box()["height"] <= 60
    expect(link).to_be_hidden()
    menu.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    for name in ("Search", "Sign out"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport()
    assert overflow(page) <= 0
    if scripts:
        assert violations(page) == []
    menu.press("Enter")
    expect(link).to_be_hidden()
    # Without a negotiation there is nothing to open.
    page.goto("/accounts/")
    expect(menu).to_have_count(0)
    assert bar.bounding_box()["height"] <= 120
    # Where there is room all of it stands in sight.
    page.set_viewport_size({"width": 768, "height": 800})
    page.goto(f"{SAMPLE}/members/")
    expect(menu).to_be_hidden()
    expect(link).to_be_visible()
    page.emulate_media(media="print")
    expect(bar).to_be_hidden()
    for control in page.locator(":is(button, input:not([type=hidden]), summary)").all():
        expect(control).to_be_hidden()
    role = page.get_by_role("combobox", name="Role of editor")
    expect(role).to_have_css("border-top-width", "0px")
    expect(role).to_have_css("appearance", "none")


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_telephone_the_clocks_asked_seldom_unfold_and_stay_so(open_page, sample, scripts):
    page = open_page(
        f"{SAMPLE}/compare/?as_of=2025-06-02",
        java_script_enabled=scripts,
        viewport={"width": 320, "height": 800},
    )
    known, matrix = page.get_by_label("Known on"), page.get_by_role("region").first
    expect(page.get_by_label("As of")).to_be_visible()
    expect(known).to_be_hidden()
    folded = matrix.bounding_box()["y"]
    page.locator("summary", has_text="Known on").press("Enter")
    expect(known).to_be_visible()
    assert matrix.bounding_box()["y"] > folded
    known.fill("2025-06-01")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**known_on=2025-06-01**")
    expect(known).to_have_value("2025-06-01")
    expect(known).to_be_visible()
    page.goto(f"{SAMPLE}/compare/")
    page.set_viewport_size({"width": 768, "height": 800})
    for label in ("As of", "Known on", "Revision", "Movement since"):
        expect(page.get_by_label(label)).to_be_visible()
    expect(page.locator("summary", has_text="Known on")).to_be_hidden()
    page.get_by_text("What each asks").press("Enter")
    expect(page.get_by_text("Only what a source had published")).to_be_visible()


def test_from_the_overview_to_the_words_of_a_source_without_javascript(open_page, talks):
    page = open_page(f"/{talks.slug}/", java_script_enabled=False)
    stops = page.get_by_role("region", name="Rounds and events").get_by_role("listitem")
    expect(stops.first).to_contain_text("First meeting")
    expect(stops.last).to_contain_text("Thaw 1")
    page.get_by_role("row", name="Flow").get_by_role("link", name="Flow").click()
    moved = page.get_by_role("table", name="What each party said").get_by_role(
        "row", name="Second meeting"
    )
    expect(moved.get_by_text("became")).to_be_attached()
    expect(moved).to_contain_text("27 days")
    days = page.get_by_role("table", name="Days of water")
    expect(days.get_by_role("row", name="Second meeting")).to_contain_text("30 days")
    moved.get_by_text("1 source").first.click()
    expect(moved.get_by_text("thirty days of water")).to_be_visible()
    page.get_by_role("link", name="Sources").click()
    page.get_by_label("Words").fill("river post")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("1 source", exact=True)).to_be_visible()
    page.get_by_role("link", name="River Post: Day two").first.click()
    expect(page.locator("mark").first).to_have_text("thirty days of water")


def test_a_list_is_sorted_by_its_heads_and_tells_how(open_page, talks):
    page = open_page(f"/{talks.slug}/sources/?language=en")
    page.get_by_role("link", name="Records").click()
    expect(page.get_by_role("columnheader", name="Records")).to_have_attribute(
        "aria-sort", "ascending"
    )
    page.get_by_role("link", name="Records").click()
    expect(page.get_by_role("columnheader", name="Records")).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(page.get_by_label("Language")).to_have_value("en")


def test_a_printed_sheet_tells_what_it_is(open_page, talks):
    page = open_page(f"/{talks.slug}/issues/flow/")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Flow")).to_be_visible()
    expect(page.get_by_text("revision", exact=False).last).to_be_visible()
    expect(page.get_by_text(f"/{talks.slug}/issues/flow/").last).to_be_visible()
    expect(page.get_by_role("link", name="The API")).to_be_hidden()
    expect(page.get_by_role("button", name="Show")).to_be_hidden()


@pytest.mark.parametrize("javascript", [True, False], ids=["htmx", "plain"])
def test_that_no_answer_is_reported_takes_one_step(open_page, sign_in, talks, javascript):
    page = open_page(java_script_enabled=javascript)
    sign_in(page, "editor")
    page.goto(f"{SAMPLE}/answers/?as_of=2025-06-23")
    thread = page.get_by_role("article", name="The talks in Istanbul end in a meeting of Trump")
    wait = thread.get_by_role("listitem").filter(has_text="Ukraine: not coded yet, 24 days on")
    wait.get_by_role("button", name="note that Ukraine is silent").click()
    noted = thread.get_by_role("listitem").filter(
        has_text="Ukraine: no answer reported for 24 days, looked until 23 June 2025"
    )
    expect(noted).to_be_visible()
    expect(noted.get_by_role("button")).to_have_count(0)
    if javascript:
        expect(noted).to_be_focused()
        expect(page.get_by_role("status")).to_contain_text("Saved")
    noted.get_by_role("link", name="record №").click()
    page.locator("summary", has_text="Delete").first.click()
    page.get_by_role("button", name="Delete for good").click()
    page.goto(f"{SAMPLE}/answers/?as_of=2025-06-23")
    expect(wait).to_be_visible()
