"""A browser on a live server with the sample data, for tests that act as a person would."""

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from positions.sample import DEMO_PASSWORDS
from tests.browser.chromium import chromium_path

# Playwright's loop runs in this thread; the tests' own queries are synchronous all the same.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A busy machine is slow to answer, not wrong.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)
COMPARISON = "/russia-ukraine-2025/compare/?as_of=2025-06-02"


def is_complaint(message) -> bool:
    """Whether a console message is an error, other than that we refused what a test sent."""
    ours = r"the server responded with a status of (400|401|403|404|409|422|429)"
    refused = re.search(ours, message.text)
    return message.type == "error" and not refused


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def sample(transactional_db, once_loaded_sample):
    """The sample negotiation and its four accounts."""
    once_loaded_sample.put()


@pytest.fixture
def open_page(chromium, live_server, sample):
    """Return a function that opens a fresh browser context at a path and gives its page.

    Console errors of all pages opened fail the test at its end.
    """
    contexts, complaints = [], []

    def open_at(path: str = "/", **options) -> Page:
        context = chromium.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda m: is_complaint(m) and complaints.append(m.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def sign_in():
    """Return a function that signs a page's visitor in by the form, as one of the accounts."""

    def sign_in_as(page: Page, username: str, then: str = COMPARISON) -> Page:
        page.goto(f"/accounts/login/?next={then}")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(DEMO_PASSWORDS[username])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/accounts/login/" not in url)
        return page

    return sign_in_as
