"""Searching as a visitor does, with and without JavaScript, on a phone and by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_everyone import overflow, violations
from tests.factories import NegotiationFactory
from tests.recording import published_demand

FOUND = "Fighting stops on the whole front"


@pytest.fixture
def sample(transactional_db):
    """Talks of our own in place of the sample: a demand with Russian words, and pages of more."""
    talks = NegotiationFactory(slug="talks", title="Talks")
    quoted = {
        "source": {"outlet": "A paper", "language": "ru"},
        "basis": "inference",
        "quote": "полное перемирие",
        "language": "ru",
    }
    published_demand(negotiation=talks, text=FOUND, evidence=[quoted])
    for number in range(26):
        published_demand(negotiation=talks, text=f"Trade of goods {number}")


@pytest.mark.parametrize("scripted", [True, False])
def test_from_any_page_to_the_record(open_page, scripted):
    page = open_page("/talks/compare/", java_script_enabled=scripted)
    box = page.get_by_role("searchbox", name="Search this negotiation")
    box.fill("перемирия")
    box.press("Enter")
    expect(page.get_by_text("1 record, the best fit first")).to_be_visible()
    expect(page.locator("blockquote mark")).to_have_text("перемирие")
    page.get_by_role("link", name=FOUND).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FOUND)


def test_filters_stay_from_page_to_page(open_page):
    page = open_page("/talks/search/")
    page.get_by_label("Words").fill("trade")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Kind of record").select_option("demand")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("26 records")).to_be_visible()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    expect(page.get_by_label("Kind of record")).to_have_value("demand")
    assert re.search(r"q=trade.*kind=demand.*page=2", page.url)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1440])
def test_for_everybody(open_page, scheme, width):
    page = open_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    found, wide = [], {}
    for path in (
        "/",
        "/talks/search/",
        "/talks/search/?q=trade",
        "/talks/search/?q=nothing-like-it&kind=demand",
        "/talks/search/?q=the&from=May",
        "/talks/changes/",
        "/talks/changes/?until=2000-01-01",
        "/talks/nothing/",
    ):
        page.goto(path)
        found += violations(page)
        wide[path] = overflow(page)
    assert found == []
    assert {path: pixels for path, pixels in wide.items() if pixels > 0} == {}
