"""Reading the comparison: dense or in full, folded, by keyboard, on a phone and on paper."""

import re
from collections import Counter

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import COMPARISON
from tests.browser.test_everyone import overflow, violations

FULL = f"{COMPARISON}&density=full"
PHONE = {"width": 375, "height": 800}
#: What covers the top of the window: the line of aids, the header row.
COVERED = """() => Math.max(...[".aids", ".matrix > thead th"]
  .map(each => document.querySelector(each).getBoundingClientRect().bottom))"""
TOP = "document.activeElement.getBoundingClientRect().top"


def height(page) -> int:
    return page.evaluate("document.documentElement.scrollHeight")


def words(page, selector=".matrix > tbody") -> Counter:
    """Count the words that are to be seen."""
    return Counter(" ".join(page.locator(selector).all_inner_texts()).split())


def row(page, code):
    return page.locator(f"#comparison-row-{code}")


def cell(page, code, column):
    return row(page, code).locator("> *").nth(column)


def test_compact_is_short_and_full_shows_all_that_it_folds(open_page):
    page = open_page(COMPARISON, viewport={"width": 1440, "height": 900})
    ceasefire = row(page, "ceasefire")
    expect(ceasefire.get_by_text("2–3 days").first).to_be_visible()
    expect(ceasefire.get_by_text("Foreign military aid").first).to_be_hidden()
    expect(ceasefire.get_by_text("not specified: Length, Area").first).to_be_hidden()
    threat = row(page, "territory").get_by_text("Kharkiv and Sumy are next")
    expect(threat).to_be_hidden()
    row(page, "territory").get_by_text("1 more: threat").click()
    expect(threat).to_be_visible()
    compact, demands = height(page), set(page.locator(".demand__text").all_text_contents())

    density = page.get_by_role("navigation", name="Density")
    density.get_by_role("link", name="Full").click()
    page.wait_for_url(re.compile("density=full"))
    expect(density.get_by_role("link", name="Full")).to_have_attribute("aria-current", "true")
    assert height(page) > 2 * compact
    assert set(page.locator(".demand__text").all_text_contents()) == demands
    for folded in ("Foreign military aid", "not specified: Length, Area"):
        expect(row(page, "ceasefire").get_by_text(folded).first).to_be_visible()
    assert page.locator(".matrix details:not([open])").count() == 0
    assert violations(page) == []


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_parts_fold_under_their_issue(open_page, javascript):
    page = open_page(COMPARISON, java_script_enabled=javascript)
    part = row(page, "treaties")
    expect(part).to_be_visible()
    fold = page.get_by_role("link", name="parts of Neutrality")
    expect(fold).to_have_attribute("aria-expanded", "true")
    fold.click()
    page.wait_for_url(re.compile("closed=neutrality"))
    expect(part).to_be_hidden()
    expect(fold).to_have_attribute("aria-expanded", "false")
    page.goto(page.url.split("#")[0])
    expect(part).to_be_hidden()
    page.get_by_text("Jump to an issue").click(position={"x": 20, "y": 10})
    issues = page.get_by_role("navigation", name="Issues and their gaps")
    expect(issues.get_by_role("listitem").filter(has_text="Ceasefire")).to_contain_text("Apart")
    issues.get_by_role("link", name="Treaties").click()
    expect(part).to_be_visible()
    expect(part).to_be_in_viewport()


def test_from_cell_to_cell_by_keyboard(open_page):
    page = open_page(COMPARISON)
    page.keyboard.press("j")
    expect(cell(page, "overall", 0)).to_be_focused()
    page.keyboard.press("j")
    expect(cell(page, "ceasefire", 0)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(cell(page, "ceasefire", 2)).to_be_focused()
    page.keyboard.press("Enter")
    expect(cell(page, "ceasefire", 2).get_by_role("link").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(cell(page, "ceasefire", 2)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(cell(page, "territory", 2)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("End")
    expect(cell(page, "ceasefire", 4)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(cell(page, "ceasefire", 4)).to_be_focused()
    # One cell is a stop of the Tab key, whatever had the focus.
    expect(page.locator(".matrix > tbody > tr > [tabindex='0']")).to_have_count(1)
    page.keyboard.press("i")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation", name="Issues and their gaps")).to_be_hidden()

    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("next and previous issue")
    assert violations(page) == []
    keys.get_by_label("Single letters work as keys").uncheck()
    keys.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(keys).to_be_hidden()
    expect(page.locator(".matrix :focus")).to_have_count(0)
    page.get_by_role("button", name="Keys").click()
    expect(keys).to_be_visible()


@pytest.mark.parametrize("width", [1440, 1000])
def test_nothing_sticky_hides_the_focus(open_page, width):
    page = open_page(COMPARISON, viewport={"width": width, "height": 700})
    page.emulate_media(reduced_motion="reduce")
    hidden = []

    def look(how):
        top, covered = page.evaluate(TOP), page.evaluate(COVERED)
        here = page.evaluate("!!document.activeElement.closest('.matrix > tbody')")
        if here and top < covered - 1:
            words = page.evaluate("document.activeElement.textContent.slice(0, 40)")
            hidden.append((how, words, top, covered))

    page.locator("#comparison-row-sanctions").get_by_role("link").first.focus()
    for key in ["Shift+Tab"] * 60 + ["Tab"] * 40 + ["Escape"] + ["k"] * 12 + ["j"] * 20:
        page.keyboard.press(key)
        look(key)
    assert hidden == []
    assert page.evaluate(COVERED) > 40
    for sticky in (".matrix > thead th", ".matrix > tbody th"):
        assert page.locator(sticky).first.evaluate("e => getComputedStyle(e).position") == "sticky"


@pytest.mark.parametrize("path", [COMPARISON, FULL], ids=["compact", "full"])
def test_a_phone_shows_one_issue_after_another_and_all_its_words(open_page, path):
    page = open_page(path, viewport={"width": 1440, "height": 900})
    wide = words(page)
    page.set_viewport_size(PHONE)
    assert wide - words(page) == Counter()
    assert overflow(page) <= 0
    boxes = [cell(page, "ceasefire", n).bounding_box() for n in range(5)]
    issue, ukraine, russia, gap = boxes[0], boxes[1], boxes[2], row(page, "ceasefire")
    apart = gap.get_by_text("Apart", exact=True).bounding_box()
    assert issue["y"] < apart["y"] < ukraine["y"] < russia["y"]
    assert ukraine["x"] == russia["x"]
    assert ukraine["width"] > 320
    expect(row(page, "ceasefire").get_by_text("Russia", exact=True).first).to_be_visible()


def test_a_printed_sheet_repeats_its_head_and_leaves_out_what_a_hand_needs(open_page):
    page = open_page(COMPARISON)
    page.emulate_media(media="print")
    head = page.locator(".matrix > thead")
    assert head.evaluate("e => getComputedStyle(e).display") == "table-header-group"
    assert head.locator("th").first.evaluate("e => getComputedStyle(e).position") == "static"
    expect(page.get_by_text("Jump to an issue")).to_be_hidden()
    expect(page.get_by_role("link", name="parts of Neutrality")).to_be_hidden()
    expect(row(page, "territory").get_by_text("Kharkiv and Sumy are next")).to_be_visible()
    expect(page.get_by_text("revision", exact=False).last).to_be_visible()


def test_what_editors_do_is_quiet_until_they_reach_for_it(open_page, sign_in):
    page = sign_in(open_page(), "editor")
    pause = page.locator("#comparison-cell-RU-ceasefire .demand", has_text="A short pause").first
    edit = pause.get_by_role("link", name="Edit")
    seen = "e => getComputedStyle(e).opacity"
    assert edit.evaluate(seen) == "0"
    edit.focus()
    assert edit.evaluate(seen) == "1"
    page.get_by_role("heading", level=1).click()
    assert edit.evaluate(seen) == "0"
    pause.hover()
    assert edit.evaluate(seen) == "1"
