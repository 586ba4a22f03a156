"""An editor corrects and completes what the comparison and a record's page show, in place."""

import re

import pytest
from playwright.sync_api import expect

from positions.models import Evidence, Outcome, Silence
from tests.browser.conftest import COMPARISON
from tests.browser.test_everyone import overflow, violations
from tests.browser.test_recording import cell


def pause(page):
    return cell(page).locator(".demand", has_text="A short pause").first


def row(page, issue="ceasefire"):
    return page.locator(f"#comparison-row-{issue}")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_what_a_third_paper_reports_is_added_in_the_cell(open_page, sign_in, javascript):
    page = sign_in(open_page(java_script_enabled=javascript), "editor")
    pause(page).get_by_role("link", name="Add a source").click()
    form = page.locator("form.entry")
    form.get_by_text("A source not listed yet").click()
    form.get_by_label("Source", exact=True).select_option("")
    form.get_by_label("Outlet").fill("The Third Paper")
    form.get_by_label("Words of the source").fill("two or three days")
    form.get_by_label("Speaker").fill("N. Newcomer")
    form.get_by_label("In what capacity").fill("spokesman")
    form.get_by_role("button", name="Save", exact=True).click()

    says = pause(page).locator(".says")
    expect(says.locator("summary")).to_have_text(re.compile("[2-9] sources"))
    says.locator("summary").click()
    expect(says).to_contain_text("N. Newcomer, spokesman")
    if javascript:
        expect(page.locator("form.entry")).to_have_count(0)
        expect(page.get_by_role("status")).to_contain_text("Saved")
        expect(pause(page).get_by_role("link", name="Add a source")).to_be_focused()
    added = Evidence.objects.get(source__outlet="The Third Paper")
    assert (added.quote, added.state) == ("two or three days", "published")


def test_escape_closes_and_the_focus_goes_back(open_page, sign_in):
    page = sign_in(open_page(), "editor")
    link = row(page).get_by_role("link", name=re.compile("what was agreed on Ceasefire"))
    link.press("Enter")
    text = page.get_by_role("textbox", name="Text")
    expect(text).to_be_focused()
    page.keyboard.type("Half an outcome")
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
    expect(text).to_be_hidden()
    link.press("Enter")
    expect(text).to_have_value("Half an outcome")


def test_a_closed_tab_gives_back_what_was_typed(open_page, sign_in):
    page = sign_in(open_page(), "editor")
    add = re.compile("what Russia says on Ceasefire")
    cell(page).get_by_role("link", name=add).click()
    page.get_by_label("What they say").fill("Half a sentence")
    expect(page.locator(".entry__kept")).to_contain_text("Draft kept")
    again = page.context.new_page()
    page.close()
    again.goto(COMPARISON)
    cell(again).get_by_role("link", name=add).click()
    expect(again.get_by_label("What they say")).to_have_value("Half a sentence")
    expect(again.get_by_text("This is what you left half-typed")).to_be_visible()
    again.get_by_text("Start afresh").click()
    again.get_by_role("button", name="Throw it away").click()
    expect(again.get_by_label("What they say")).to_have_value("")


def test_what_a_session_that_ended_lost_is_shown_in_the_words_of_its_form(open_page, sign_in):
    page = sign_in(open_page(), "editor", then="/russia-ukraine-2025/new/outcome/")
    page.get_by_role("textbox", name="Text").fill("Half an outcome")
    page.get_by_label("Issue", exact=True).select_option(label="Ceasefire")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    page.get_by_text("What else the form held").click()
    for called, words in (("Text", "Half an outcome"), ("Issue", "Ceasefire")):
        pair = page.locator("dl > div").filter(has=page.get_by_text(called, exact=True))
        expect(pair.get_by_role("definition")).to_have_text(words)


def test_two_browsers_at_one_outcome(open_page, sign_in):
    first, second = sign_in(open_page(), "editor"), sign_in(open_page(), "reviewer")
    for page in (first, second):
        row(page).locator(".outcome").first.get_by_role("link", name="Edit").click()
        expect(page.get_by_role("textbox", name="Text")).to_be_visible()
    for page, words in ((first, "The editor’s outcome."), (second, "The reviewer’s outcome.")):
        page.get_by_role("textbox", name="Text").fill(words)
        page.get_by_role("button", name="Save", exact=True).click()
        if page is first:
            expect(row(first).locator(".outcome", has_text=words)).to_be_visible()
    asked = second.get_by_role("group", name="Text", exact=True)
    for words in ("The editor’s outcome.", "The reviewer’s outcome."):
        expect(asked.get_by_text(words)).to_be_visible()
    assert violations(second) == []
    asked.get_by_label("Yours").check()
    second.get_by_role("button", name="Save", exact=True).click()
    shown = row(second).locator(".outcome", has_text="The reviewer’s outcome.")
    expect(shown).to_be_visible()
    expect(shown.get_by_role("link", name="Edit")).to_be_focused()
    assert Outcome.objects.filter(text="The reviewer’s outcome.").count() == 1


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_no_answer_reported_in_one_step(open_page, sign_in, javascript):
    page = sign_in(open_page(java_script_enabled=javascript), "editor")
    before = Silence.objects.count()
    silent = page.locator("td.matrix__side", has_text="Note: no answer").first
    where = silent.get_attribute("id")
    silent.get_by_role("button", name=re.compile("Note: no answer of .* is reported")).click()
    expect(page.locator(f"#{where} .silence")).to_contain_text("looked until 2 June")
    assert Silence.objects.count() == before + 1
    if javascript:
        add = where.replace("comparison-cell-", "add-")
        expect(page.locator(f"#{add}")).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_demand_that_no_cell_names(open_page, sign_in, javascript):
    page = open_page(java_script_enabled=javascript)
    sign_in(page, "editor", "/russia-ukraine-2025/demands/new/")
    page.get_by_label("Issue").select_option(label="Ceasefire")
    page.get_by_role("button", name="Show the terms of this issue").click()
    page.get_by_role("group", name="Held by").get_by_label("Russia").check()
    page.get_by_label("What they say").fill("Five days of quiet.")
    page.get_by_label("Length (day)").fill("5")
    page.get_by_role("button", name="Another condition").click()
    second = page.get_by_role("group", name="Condition 2")
    expect(second.get_by_label("It stands")).to_be_focused()
    second.get_by_label("It stands").select_option("unless")
    second.get_by_label("or a condition in words").fill("the guns speak")
    page.get_by_text("Rival values, and how a value is meant").click()
    page.get_by_role("button", name="Another value for Length").click()
    page.get_by_label("Length (day)").nth(1).fill("7")
    page.get_by_label("Stated", exact=True).fill("2 June 2025")
    if javascript:
        assert violations(page) == []
    page.get_by_role("button", name="Save", exact=True).first.click()
    shown = cell(page).locator(".demand", has_text="Five days of quiet.")
    expect(shown).to_contain_text("5 days or 7 days")
    expect(shown).to_contain_text("the guns speak")


def test_a_records_page_is_edited_in_place(open_page, sign_in):
    page = sign_in(open_page(), "editor")
    pause(page).locator("a.number").click()
    page.get_by_role("link", name="Add evidence").click()
    form = page.locator("form.entry")
    form.get_by_label("Source", exact=True).select_option(index=1)
    form.get_by_label("Words of the source").fill("in so many words")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#record-main")).to_contain_text("in so many words")
    expect(form).to_have_count(0)
    page.get_by_role("link", name=re.compile("^Edit")).first.click()
    expect(page.get_by_label("What they say")).to_be_focused()
    page.get_by_label("What they say").fill("A pause of few words.")
    page.get_by_label("What they say").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("A pause of few words.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(open_page, sign_in, scheme):
    page = sign_in(open_page(color_scheme=scheme), "editor")
    found = violations(page)
    row(page).get_by_role("link", name=re.compile("what was agreed")).click()
    form = page.locator("form.entry")
    form.get_by_text("More fields").click()
    found += violations(page)
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form.get_by_role("group", name="Not saved yet")).to_be_visible()
    found += violations(page)
    page.goto(COMPARISON)
    pause(page).locator("a.number").click()
    page.get_by_text("Delete").first.click()
    found += violations(page)
    page.get_by_role("link", name="Add evidence").click()
    page.locator("form.entry").get_by_text("More fields").click()
    found += violations(page)
    assert found == []


@pytest.mark.parametrize("width", [320, 768])
def test_no_form_scrolls_the_page_sideways(open_page, sign_in, width):
    page = open_page(viewport={"width": width, "height": 800})
    wide = {}
    sign_in(page, "editor", "/russia-ukraine-2025/demands/new/?issue=ceasefire")
    page.get_by_text("More fields").click()
    page.get_by_text("Rival values, and how a value is meant").click()
    wide["demand"] = overflow(page)
    for kind in ("outcome", "event", "silence", "proposal", "round"):
        page.goto(f"/russia-ukraine-2025/new/{kind}/")
        page.get_by_text("More fields").click()
        wide[kind] = overflow(page)
    page.goto("/russia-ukraine-2025/sources/new/description/")
    page.get_by_text("More fields").click()
    wide["source"] = overflow(page)
    page.goto(COMPARISON)
    pause(page).locator("a.number").click()
    wide["record"] = overflow(page)
    assert {name: pixels for name, pixels in wide.items() if pixels > 0} == {}
