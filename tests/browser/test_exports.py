"""Waiting for a file in the browser, and the comparison on paper."""

import io

import docx
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import expect

from tests.factories import IssueFactory
from tests.talks import one_more_of_everything, river_talks


@pytest.fixture
def talks(transactional_db):
    talks = river_talks()
    one_more_of_everything(talks, 1)
    for _number in range(5):
        IssueFactory(negotiation=talks.negotiation)
    return talks


@pytest.fixture
def page(chromium, live_server):
    context = chromium.new_context(base_url=live_server.url)
    yield context.new_page()
    context.close()


def test_a_file_is_waited_for_and_announced_once(page, talks):
    page.goto(f"/{talks.slug}/compare/?as_of=2090-01-01")
    page.get_by_role("link", name="Briefing (DOCX)").click()
    page.get_by_role("button", name="Make the file").click()
    expect(page.get_by_role("progressbar", name="How much is made")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    page.evaluate(
        """() => { window.said = [];
        new MutationObserver(() => window.said.push(document.getElementById("status").innerText))
          .observe(document.getElementById("status"), {childList: true, subtree: true}); }"""
    )
    call_command("work", until_empty=True)
    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("The file is ready.")
    assert page.evaluate("window.said") == ["The file is ready."]
    assert Axe().run(page).violations_count == 0
    with page.expect_download() as waiting:
        link.click()
    assert waiting.value.suggested_filename == f"{talks.slug}-briefing-2090-01-01.docx"
    with open(waiting.value.path(), "rb") as file:
        made = docx.Document(io.BytesIO(file.read()))
    assert made.paragraphs[0].text == "Where the sides stood on 1 January 2090"


def test_on_paper_it_names_its_day_revision_and_filters(page, talks):
    page.goto(f"/{talks.slug}/compare/?as_of=2090-01-01&issue=flow")
    head = page.locator(".print-head")
    expect(head).to_be_hidden()
    page.emulate_media(media="print")
    expect(head).to_be_visible()
    expect(head).to_contain_text(f"As of: 1 January 2090 · Issue: {talks.flow.name}")
    expect(head).to_contain_text("of the records")
    expect(page.locator(".takeaway")).to_be_hidden()
    expect(page.locator(".colophon")).to_contain_text("/compare/?as_of=2090-01-01&issue=flow")
