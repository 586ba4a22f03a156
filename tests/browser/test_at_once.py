"""Two people at one record, and one who presses twice, in real browsers."""

import re

import pytest
from playwright.sync_api import expect

from negotiations.models import Track
from negotiations.operations import edit
from positions.models import Outcome
from tests.browser.test_everyone import overflow, violations

SLUG = "russia-ukraine-2025"


def edit_page(record) -> str:
    return f"/{SLUG}/records/{record.pk}/edit/"


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_the_same_field_in_two_browsers(open_page, sign_in, javascript):
    outcome = Outcome.objects.order_by("pk").first()
    before = outcome.text
    first, second = (
        sign_in(open_page(java_script_enabled=javascript), name, edit_page(outcome))
        for name in ("editor", "reviewer")
    )
    for page, words in ((first, "The editor’s outcome."), (second, "The reviewer’s outcome.")):
        page.get_by_role("textbox", name="Text").fill(words)
        page.get_by_role("button", name="Save", exact=True).click()
    asked = second.get_by_role("group", name="Text", exact=True)
    for label, words in (
        ("Yours", "The reviewer’s outcome."),
        ("Theirs", "The editor’s outcome."),
        ("As it was before both", before),
    ):
        expect(asked.locator("label", has_text=label)).to_contain_text(words)
    expect(
        second.get_by_text(re.compile(r"editor changed this on \d+ \w+ \d{4}, \d\d:\d\d"))
    ).to_be_visible()
    expect(second.get_by_role("textbox", name="Text")).to_have_value("The reviewer’s outcome.")
    for width in (320, 1440):
        second.set_viewport_size({"width": width, "height": 900})
        assert overflow(second) <= 0
    if javascript:
        assert violations(second) == []
    # Saving once more without a choice asks for one, and takes nothing from anybody.
    second.get_by_role("textbox", name="Text").fill("The reviewer’s outcome, again.")
    second.get_by_role("button", name="Save", exact=True).click()
    expect(asked).to_contain_text("Choose which of these is kept.")
    expect(asked.locator("label", has_text="Yours")).to_contain_text("outcome, again.")
    if javascript:
        assert violations(second) == []
    asked.get_by_label("Theirs").check()
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second).to_have_url(re.compile(f"/records/{outcome.pk}/$"))
    outcome.refresh_from_db()
    assert outcome.text == "The editor’s outcome."


def test_the_same_field_while_an_edit_of_it_waits_for_review(open_page, sign_in):
    outcome = Outcome.objects.order_by("pk").first()
    edit(outcome.negotiation, user=None, review="required")
    for name in ("editor", "reviewer"):
        page = sign_in(open_page(), name, f"/{SLUG}/records/{outcome.pk}/")
        page.get_by_role("link", name="Edit", exact=True).first.click()
        page.get_by_role("textbox", name="Text").fill(f"An outcome by the {name}.")
        page.get_by_role("button", name="Save", exact=True).click()
        if name == "editor":
            # The page says so without being loaded again.
            expect(page.get_by_text("An edit by editor waits for review")).to_be_visible()
    field = page.get_by_role("group", name="Text", exact=True)
    for words in ("An outcome by the reviewer.", "An outcome by the editor.", outcome.text):
        expect(field).to_contain_text(words)
    expect(page.get_by_role("textbox", name="Text")).to_have_value("An outcome by the reviewer.")
    # What was refused is kept at once, and found again.
    expect(page.locator(".entry__kept")).to_contain_text("Draft kept")
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 900})
    assert overflow(page) <= 0
    page.goto(page.url.partition("/records/")[0])
    expect(page.get_by_role("link", name="An outcome by the reviewer.")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_double_click_makes_one_row(open_page, sign_in, javascript):
    page = sign_in(open_page(java_script_enabled=javascript), "editor", f"/{SLUG}/new/track/")
    page.get_by_label("Name").fill("Pressed twice")
    page.get_by_role("button", name="Save", exact=True).dblclick()
    expect(page).to_have_url(re.compile(r"/records/\d+/$"))
    assert Track.objects.filter(name="Pressed twice").count() == 1


def test_going_back_and_saving_again_makes_one_row_and_leads_to_the_same_place(open_page, sign_in):
    page = sign_in(open_page(), "editor", f"/{SLUG}/new/track/")
    places = []
    for name in ("Gone back", "Gone back", "Quite another"):
        page.get_by_label("Name").fill(name)
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_load_state()
        places.append(page.url)
        if name != "Quite another":
            expect(page).to_have_url(re.compile(r"/records/\d+/$"))
            page.go_back()
    assert places[0] == places[1]
    expect(page.get_by_role("heading", name="This form was saved before")).to_be_visible()
    expect(page.get_by_text("Quite another")).to_be_visible()
    assert violations(page) == []
    assert Track.objects.filter(name="Gone back").count() == 1
    page.get_by_role("button", name="Send again").click()
    expect(page).to_have_url(re.compile(r"/records/\d+/$"))
    assert Track.objects.filter(name="Quite another").count() == 1


def test_who_else_is_here(open_page, sign_in):
    track = Track.objects.first()
    first = sign_in(open_page(), "editor", edit_page(track))
    second = sign_in(open_page(), "reviewer", f"/{SLUG}/records/{track.pk}/")
    expect(second.get_by_text("editor has this open as well.")).to_be_visible()
    first.get_by_label("Name").press_sequentially("x")
    expect(first.locator(".entry__kept")).to_contain_text("Draft kept")
    with second.expect_response(re.compile("/present/$")):
        second.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(second.get_by_text("editor is typing here as well.")).to_be_visible()
    assert violations(second) == []
