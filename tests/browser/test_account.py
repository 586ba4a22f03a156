"""The account page as people use it: a token made and revoked, a lost session found again."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_everyone import overflow, violations

ACCOUNT = "/accounts/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_the_pages_are_for_everybody(open_page, sign_in, scheme, width):
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    sign_in(page, "editor", then=ACCOUNT)
    found = []

    def look() -> None:
        found.extend(violations(page))
        if overflow(page) > 0:
            found.append(f"{page.url} is too wide")

    look()
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_text("No token was made.")).to_be_visible()
    look()
    page.get_by_label("Name").fill("a-script-with-a-name-as-long-as-" + "names-are-" * 6)
    page.get_by_label("Last day").fill("2199-12-31")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_label("Token")).to_have_attribute("readonly", "")
    look()
    page.get_by_role("link", name="Done").click()
    look()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("it opens nothing any more")).to_be_visible()
    look()
    page.get_by_role("link", name="Change the password").click()
    page.get_by_role("button", name="Save the new password").click()
    expect(page.get_by_text("The password is as it was.")).to_be_visible()
    look()
    assert found == []


@pytest.mark.parametrize("scripts", [True, False])
def test_what_was_typed_outlives_the_session(open_page, sign_in, scripts):
    page = open_page(java_script_enabled=scripts)
    sign_in(page, "editor", then=ACCOUNT)
    expect(page.get_by_role("link", name="editor")).to_have_attribute("href", ACCOUNT)
    page.get_by_label("Name").fill("a script of mine")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.context.add_cookies([cookie for cookie in cookies if cookie["name"] == "csrftoken"])
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(page.get_by_text("a script of mine")).to_be_visible()
    if scripts:
        assert violations(page) == []

    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in (opens a new tab)").click()
    sign_in(opened.value, "editor", then=ACCOUNT)
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", name="The form had expired")).to_be_visible()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", name="The token for “a script of mine”")).to_be_visible()


def test_an_open_line_is_saved_after_signing_in_again_elsewhere(open_page, sign_in):
    page = open_page()
    sign_in(page, "editor")
    cell = page.locator("#comparison-cell-RU-ceasefire")
    cell.get_by_role("link", name=re.compile("what Russia says on Ceasefire")).click()
    line = page.get_by_role("form", name="What Russia says on Ceasefire")
    line.get_by_label("What they say").fill("Said before the session ended.")
    page.context.clear_cookies(name="sessionid")
    line.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("status")).to_contain_text("your session has ended")

    other = page.context.new_page()
    sign_in(other, "editor", then=ACCOUNT)
    line.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("status")).to_contain_text("Saved as a draft")
    saved = cell.locator(".demand__text", has_text="Said before the session ended.")
    expect(saved).to_be_visible()
