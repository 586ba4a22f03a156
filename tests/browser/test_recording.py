"""An editor records in the matrix, with JavaScript and without; readers and programs see it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import COMPARISON

WORDS = "A pause of five to seven days at the power stations."
SAVED = "Saved and published, according to ICARO Media Group."
API = "/api/v1/negotiations/russia-ukraine-2025/comparison/?as_of=2025-06-02&issue=ceasefire"


def cell(page, party="RU", issue="ceasefire"):
    return page.locator(f"#comparison-cell-{party}-{issue}")


def open_line(page):
    cell(page).get_by_role("link", name=re.compile("what Russia says on Ceasefire")).click()
    return page.get_by_role("form", name="What Russia says on Ceasefire")


def demands_of_russia(page) -> list[dict]:
    answer = page.request.get(API)
    assert answer.ok
    cells = answer.json()["issues"][0]["cells"]
    return next(c["demands"] for c in cells if c["party"] == "RU")


def seen_by_a_reader(page) -> None:
    page.goto(COMPARISON)
    expect(cell(page).locator(".demand__text", has_text=WORDS)).to_be_visible()
    expect(cell(page).get_by_text("5–7 days")).to_be_visible()
    (demand,) = [d for d in demands_of_russia(page) if d["text"] == WORDS]
    assert demand["terms"][0]["quantity"] == {"low": "5", "high": "7"}
    assert demand["authority"] == "official on the record"
    assert demand["sources"] == 1


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_demand_with_a_range_and_evidence(open_page, sign_in, javascript):
    page = sign_in(open_page(java_script_enabled=javascript), "editor")
    line = open_line(page)
    line.get_by_label("What they say").fill(WORDS)
    source = line.get_by_label("Source", exact=True)
    article = source.locator("option", has_text="ICARO Media Group").inner_text()
    source.select_option(label=article)
    line.get_by_text("More fields").click()
    line.get_by_label("Length (day)").fill("5–7 days")
    line.get_by_label("On what basis").select_option("official on the record")
    line.get_by_label("Words of the source").fill("five to seven days")
    line.get_by_role("button", name="Save").first.click()

    expect(cell(page).locator(".demand__text", has_text=WORDS)).to_be_visible()
    if javascript:
        expect(page.get_by_role("status")).to_have_text(
            "Saved and published, according to ICARO Media Group."
        )
        expect(line.get_by_label("What they say")).to_be_focused()
        expect(line.get_by_label("What they say")).to_have_value("")
        remembered = line.get_by_label("Source", exact=True).locator("option:checked")
        expect(remembered).to_have_text(article)
    else:
        expect(page.get_by_text(SAVED)).to_be_visible()

    seen_by_a_reader(open_page())
    seen_by_a_reader(sign_in(open_page(), "reader"))


def test_by_keyboard_alone_with_a_mistake_on_the_way(open_page, sign_in):
    page = sign_in(open_page(), "editor")
    link = cell(page).get_by_role("link", name=re.compile("what Russia says on Ceasefire"))
    link.focus()
    page.keyboard.press("Enter")
    text = page.get_by_label("What they say")
    expect(text).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Not saved yet")).to_contain_text("Write what they say.")
    text.focus()
    page.keyboard.type(WORDS)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("no source yet")
    expect(cell(page).locator(".demand__text", has_text=WORDS)).to_be_visible()
    expect(text).to_be_focused()
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
    assert WORDS not in [d["text"] for d in demands_of_russia(open_page())]


def test_two_editors_of_one_demand(open_page, sign_in):
    first, second = sign_in(open_page(), "editor"), sign_in(open_page(), "reviewer")
    forms = []
    for page in (first, second):
        pause = cell(page).locator(".demand", has_text="A short pause")
        pause.get_by_role("link", name="Edit").click()
        forms.append(cell(page).get_by_role("form"))
    for form, words in zip(
        forms, ("The editor’s wording.", "The reviewer’s wording."), strict=True
    ):
        form.get_by_label("What they say").fill(words)
        form.get_by_role("button", name="Save").first.click()
        if form is forms[0]:
            expect(cell(first).locator(".demand__text", has_text=words)).to_be_visible()

    for words in ("The editor’s wording.", "The reviewer’s wording."):
        expect(forms[1].get_by_role("radio", name=words)).to_be_visible()
    expect(forms[1].get_by_label("What they say")).to_have_value("The reviewer’s wording.")
    forms[1].get_by_role("radio", name="The reviewer’s wording.").check()
    forms[1].get_by_role("button", name="Save").first.click()
    expect(cell(second).locator(".demand__text", has_text="The reviewer’s")).to_be_visible()
    texts = [d["text"] for d in demands_of_russia(first)]
    assert "The reviewer’s wording." in texts
    assert "The editor’s wording." not in texts
