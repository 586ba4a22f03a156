"""Undoing by key from anywhere, and a visit that is noted once a page is in sight."""

import re

from playwright.sync_api import expect

from accounts.models import User
from negotiations.models import Negotiation, Party
from negotiations.operations import edit
from positions.models import Visit
from tests.browser.test_everyone import overflow, violations

TALKS = "/russia-ukraine-2025/"


def test_ones_last_change_is_undone_by_key_from_anywhere(open_page, sign_in):
    page = sign_in(open_page(), "editor", then=f"{TALKS}sources/")
    expect(page.get_by_role("link", name="editor")).to_be_visible()
    party = Party.objects.get(code="UA")
    name = party.name
    edit(party, user=User.objects.get(username="editor"), name="Renamed")
    page.get_by_role("searchbox").press("z")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("z")
    assert "/sources/" in page.url
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys.get_by_text("shows your last change that is not undone")).to_be_visible()
    assert violations(page) == []
    keys.get_by_label("the last key alone is enough").check()
    keys.get_by_role("button", name="Close").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("z")
    page.wait_for_url(re.compile(r"/changes/\d+/\?undo=1"))
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/sources/$"))
    expect(
        page.get_by_text(f"Undone. Party: Name is “{name}” again, not “Renamed”.")
    ).to_be_visible()
    assert Party.objects.get(pk=party.pk).name == name
    # Neither is the undoing offered, nor does one leave the page for nothing.
    page.keyboard.press("Alt+Shift+KeyZ")
    expect(page.get_by_text("No change of yours is left to undo here.")).to_be_visible()
    assert page.url.endswith("/sources/")


def test_a_visit_is_noted_once_the_page_is_in_sight(open_page, sign_in):
    page = sign_in(open_page(viewport={"width": 320, "height": 700}), "reader", then=TALKS)
    with page.expect_response(lambda answer: answer.url.endswith("/following/seen/")) as noted:
        page.get_by_role("button", name="Follow").click()
    assert noted.value.status == 204
    assert Visit.objects.get().revision == Negotiation.objects.get().revision
    expect(page.get_by_role("button", name="Follow no more")).to_be_visible()
    page.locator("summary", has_text="Menu").click()
    page.get_by_role("link", name="Following").click()
    expect(page.get_by_text("Nothing new.")).to_be_visible()
    assert overflow(page) <= 0
    assert violations(page) == []
