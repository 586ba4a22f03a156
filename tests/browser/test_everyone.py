"""Every page, in every state that a visitor or an editor brings it to, for everybody."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from negotiations.models import Record
from tests.browser.conftest import COMPARISON

KINDS = ["demand", "source", "round", "clause", "outcome", "event", "evidence"]


def violations(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url} {rule['id']}: {[node['html'] for node in rule['nodes']][:3]}" for rule in found
    ]


def overflow(page) -> int:
    """How many pixels the page is wider than its window."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def public_paths() -> list[str]:
    numbers = Record.objects.order_by("kind", "-pk").distinct("kind").filter(kind__in=KINDS)
    return [
        COMPARISON,
        f"{COMPARISON}&issue=ceasefire",
        "/russia-ukraine-2025/compare/?as_of=2024-01-01",
        "/russia-ukraine-2025/compare/?as_of=June",
        "/no-such-talks/compare/",
        *(f"/russia-ukraine-2025/records/{number.pk}/" for number in numbers),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page_in_any_state(open_page, sign_in, scheme):
    page = open_page(color_scheme=scheme)
    found = []
    for path in public_paths():
        page.goto(path)
        found += violations(page)

    sign_in(page, "editor")
    cell = page.locator("#comparison-cell-RU-ceasefire")
    cell.get_by_role("link", name=re.compile("what Russia says on Ceasefire")).click()
    line = cell.get_by_role("form")
    line.get_by_text("More fields").click()
    found += violations(page)
    line.get_by_label("Stated", exact=True).fill("some time")
    line.get_by_role("button", name="Save").first.click()
    expect(line.get_by_role("group", name="Not saved yet")).to_contain_text("Write what they say.")
    found += violations(page)
    line.get_by_role("link", name="Close").click()
    pause = cell.locator(".demand", has_text="A short pause")
    edit = pause.get_by_role("link", name="Edit")
    address = edit.get_attribute("href")
    edit.click()
    expect(cell.get_by_role("form").get_by_label("What they say")).to_be_visible()
    found += violations(page)
    page.goto(address)
    found += violations(page)
    assert found == []


@pytest.mark.parametrize("width", [320, 768, 1440])
def test_no_page_scrolls_sideways(open_page, sign_in, width):
    page = open_page(viewport={"width": width, "height": 800})
    wide = {}
    for path in public_paths():
        page.goto(path)
        wide[path] = overflow(page)
    sign_in(page, "editor")
    cell = page.locator("#comparison-cell-RU-ceasefire")
    cell.get_by_role("link", name=re.compile("what Russia says on Ceasefire")).click()
    cell.get_by_role("form").get_by_text("More fields").click()
    wide["open line"] = overflow(page)
    assert {path: pixels for path, pixels in wide.items() if pixels > 0} == {}


def test_the_first_visit_is_light(open_page):
    page = open_page("/accounts/login/")
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    visit = page.goto(COMPARISON)
    page.wait_for_load_state("networkidle")
    assert 3 <= len(answers) <= 8
    assert "set-cookie" not in visit.headers


def test_forced_colours_and_print_keep_the_words(open_page):
    page = open_page(COMPARISON, forced_colors="active")
    page.emulate_media(media="print")
    ceasefire = page.get_by_role("row", name="Ceasefire")
    expect(ceasefire.get_by_text("2–3 days").first).to_be_visible()
    expect(ceasefire.get_by_text("the closest pair is rejected").first).to_be_visible()
    expect(page.get_by_text("revision", exact=False).last).to_be_visible()
    expect(page.get_by_role("link", name="Sign in")).to_be_hidden()
