"""The API's documents in a browser: everything local, nothing that the policy forbids."""

from playwright.sync_api import expect


def test_the_documents_show_the_api_and_try_it(open_page):
    page = open_page("/api/v1/docs/")
    expect(page.get_by_role("heading", name="Parley")).to_be_visible()
    page.get_by_role("button", name="get /api/v1/demands/", exact=True).click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("textbox", name="words", exact=True).fill("unconditional ceasefire")
    page.get_by_role("button", name="Execute").click()
    answer = page.locator(".live-responses-table")
    expect(answer).to_contain_text("An unconditional ceasefire of 30 days.")
