"""Undoing by key from anywhere, and a visit that is noted once a page is in sight."""

import re

from playwright.sync_api import expect

from accounts.models import User
from negotiations.models import Negotiation, Party, Record, Source
from negotiations.operations import edit
from positions.models import Demand, Evidence, Visit
from positions.operations import add_part
from positions.reviewing import submit
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
        page.get_by_text(f"Undone. Party “{name}”: Name is “{name}” again, not “Renamed”.")
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


def test_ctrl_enter_sends_a_comment_whose_mention_is_seen_where_it_stands(open_page, sign_in):
    demand = Demand.objects.filter(state="published").order_by("pk").first()
    here = f"{TALKS}records/{demand.pk}/"
    page = sign_in(open_page(viewport={"width": 320, "height": 700}), "editor", then=here)
    page.get_by_label("Say something").fill("Which day, @reader and @nosuch?")
    page.keyboard.press("Control+Enter")
    said = page.get_by_role("article").filter(has_text="Which day, @reader")
    expect(said).to_be_visible()
    expect(said).to_contain_text("Nobody was told by @nosuch")
    expect(said.get_by_text("Nobody was told by @nosuch")).to_be_in_viewport()
    reader = sign_in(open_page(), "reader", then=TALKS)
    expect(reader.get_by_role("link", name="Mentions 1 new")).to_be_visible()
    with reader.expect_response(lambda answer: "/accounts/mentions/" in answer.url) as told:
        reader.goto(here)
    assert told.value.status == 204
    expect(reader.get_by_text("1 new comment here mentions you.")).to_be_visible()
    assert violations(reader) == []
    reader.reload()
    expect(reader.get_by_role("heading", name="Comments")).to_be_visible()
    expect(reader.get_by_role("link", name="Mentions")).to_have_count(0)


def test_ctrl_enter_leads_to_the_buttons_where_something_is_decided(open_page, sign_in):
    talks = Negotiation.objects.get(slug="russia-ukraine-2025")
    edit(talks, user=None, review="required")
    record = Record.objects.get(pk=Demand.objects.filter(state="published").first().pk)
    words = {"source": Source.objects.filter(state="published").first(), "basis": "inference"}
    part = add_part(Evidence, user=User.objects.get(username="editor"), record=record, **words)
    submit(part, user=User.objects.get(username="editor"))
    page = sign_in(open_page(), "reviewer", then=f"{TALKS}review/{part.pk}/")
    page.get_by_label("Reason").fill("Not in it")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    assert Evidence.objects.get(pk=part.pk).state == "in review"
    page.goto(f"{TALKS}review/")
    page.get_by_role("checkbox", name=f"{part}").check()
    assert violations(page) == []
    page.get_by_role("button", name="Approve what is ticked").click()
    expect(page.get_by_text("1 is published.")).to_be_visible()
    assert Evidence.objects.get(pk=part.pk).state == "published"


def test_what_is_saved_later_replaces_what_was_said_of_an_earlier_save(open_page, sign_in):
    demand = Demand.objects.filter(state="published").order_by("pk").first()
    page = sign_in(open_page(), "editor", then=f"{TALKS}records/{demand.pk}/")
    page.goto(f"{TALKS}demands/{demand.pk}/edit/")
    page.locator("form.entry").get_by_label("What they say").fill("Thirty days")
    page.keyboard.press("Control+Enter")
    earlier = page.get_by_role("listitem").filter(has_text="Saved")
    expect(earlier).to_be_visible()
    page.get_by_role("link", name="Edit", exact=True).first.click()
    page.locator("form.entry").get_by_label("What they say").fill("Forty days")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(earlier).to_have_count(0)
