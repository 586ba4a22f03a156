"""The account page as people use it: a token made and revoked, a lost session found again."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone
from playwright.sync_api import expect

from tests.accounts.test_second_step import code_of
from tests.browser.test_everyone import overflow, violations

ACCOUNT = "/accounts/"
A_MONTH_ON = (timezone.localdate() + timedelta(days=30)).isoformat()


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
    page.get_by_label("Last day").fill(A_MONTH_ON)
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
    page.get_by_label("Last day").fill(A_MONTH_ON)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.context.add_cookies([cookie for cookie in cookies if cookie["name"] == "csrftoken"])
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(page.get_by_text("a script of mine")).to_be_visible()
    second = page.get_by_text("have to press “Send again” there, too")
    if scripts:
        assert violations(page) == []
        expect(second).to_have_count(0)
    else:
        expect(second).to_be_visible()

    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in (opens a new tab)").click()
    sign_in(opened.value, "editor", then=ACCOUNT)
    page.get_by_role("button", name="Send again").click()
    if not scripts:
        expect(page.get_by_role("heading", name="The form had expired")).to_be_visible()
        page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", name="The token for “a script of mine”")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_second_step_is_set_up_and_asked_for_by_keyboard(open_page, sign_in, scripts):
    page = open_page(java_script_enabled=scripts, viewport={"width": 320, "height": 800})
    found = []

    def look() -> None:
        if scripts:
            found.extend(violations(page))
        assert overflow(page) <= 0, page.url

    sign_in(page, "editor", then="/accounts/second-step/")
    page.get_by_role("link", name="Set it up").press("Enter")
    expect(page.get_by_role("img", name="Scan this picture with the app")).to_be_visible()
    look()
    secret = page.locator("#key").inner_text().replace(" ", "")
    code = code_of(secret)
    page.get_by_label("Code from the app").fill(code)
    page.keyboard.press("Enter")
    expect(page.get_by_text("10 of 10 are left:")).to_be_visible()
    look()
    recovery = page.locator(".codes li").first.inner_text()
    page.get_by_role("button", name="Sign out").press("Enter")
    sign_in(page, "editor", then="/accounts/second-step/")
    expect(page.get_by_role("heading", name="Your code")).to_be_visible()
    look()
    page.get_by_label("Code").fill(code)  # used up
    page.keyboard.press("Enter")
    expect(page.get_by_text("Incorrect code.", exact=True)).to_be_visible()
    look()
    page.get_by_label("Code").fill(recovery)
    page.keyboard.press("Enter")
    expect(page.get_by_text("9 recovery codes are left")).to_be_visible()
    page.get_by_role("link", name="Turn the second step off").press("Enter")
    look()
    page.get_by_role("button", name="Turn it off").press("Enter")
    expect(page.get_by_text("The second step is off.")).to_be_visible()
    assert not Authenticator.objects.exists()
    assert found == []


def test_an_open_page_is_sent_after_signing_in_again_elsewhere(open_page, sign_in):
    page = open_page()
    sign_in(page, "editor", then=ACCOUNT)
    page.get_by_label("Name").fill("begun before")
    page.get_by_label("Last day").fill(A_MONTH_ON)
    page.context.clear_cookies()
    sign_in(page.context.new_page(), "editor", then=ACCOUNT)
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("heading", name="The token for “begun before”")).to_be_visible()


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


def test_how_strong_a_password_is_is_told_while_it_is_typed(open_page, sign_in):
    page = sign_in(open_page(), "editor", then="/accounts/password/")
    asked = []
    page.on("request", lambda request: asked.append(request) if "strength" in request.url else None)
    field, told = page.get_by_label("New Password", exact=True), page.get_by_role("status").first
    field.press_sequentially("editor editor editor")
    expect(told).to_contain_text("It is your own name or address, which is tried first.")
    assert violations(page) == []
    field.press_sequentially(" walks nine giraffes")
    expect(told).to_have_text("This password is strong: guessing it is out of reach.")
    field.fill("")
    expect(told).to_have_text("")
    # Once typing pauses, not for each of forty keys; in the body, not in an address.
    assert 2 <= len(asked) <= 8
    assert all(request.method == "POST" and "giraffes" not in request.url for request in asked)
