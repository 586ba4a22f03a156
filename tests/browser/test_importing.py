"""Importing a table and pasting rows in the browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import expect

from positions.models import Demand
from tests.pages import signed_in
from tests.positions.test_importing import demand, demands
from tests.talks import river_talks

PASTE = """rows => {
  const field = document.querySelector("form[data-quick].line [name=text]");
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", rows);
  field.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def talks(transactional_db):
    return river_talks()


@pytest.fixture
def page(chromium, live_server, talks):
    """A page of the talks' editor."""
    context = chromium.new_context(base_url=live_server.url)
    session = signed_in(talks.editor).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    yield context.new_page()
    context.close()


def test_a_table_is_imported_and_undone(page, talks):
    page.goto(f"/{talks.slug}/imports/new/")
    content = demands(demand(), demand(text="More."))
    page.get_by_label("File").set_input_files(
        {"name": "demands.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Send and look through").click()
    expect(page.get_by_role("progressbar", name="How far it is")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    call_command("work", until_empty=True)
    expect(page.get_by_role("table")).to_contain_text("Water for a week.")
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Import all of it").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    call_command("work", until_empty=True)
    page.get_by_role("link", name="Undo this import").click()
    assert Demand.objects.filter(text="More.").exists()
    page.get_by_role("button", name="Undo all of it").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    assert not Demand.objects.filter(text="More.").exists()


def test_rows_pasted_into_a_line_are_shown_before_they_are_saved(page, talks):
    page.goto(f"/{talks.slug}/rounds/{talks.first.pk}/")
    page.evaluate(PASTE, "flow\tWater by night.\nflood\tTwo.\n")
    expect(page.get_by_role("heading", name="Paste what East says")).to_be_visible()
    expect(page.get_by_text("There is no issue “flood” here.")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    rows = page.get_by_label("Rows")
    rows.fill(rows.input_value().replace("flood", "gauges"))
    page.get_by_role("button", name="Show what they become").click()
    page.get_by_role("button", name="Save all 2 lines").click()
    expect(page.locator("#side-E")).to_contain_text("Water by night.")
    assert Demand.objects.filter(round=talks.first, text="Two.").exists()
