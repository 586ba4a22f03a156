"""An editor enters a paper and answers it: by mouse, by keys alone, and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from negotiations.models import Negotiation, Party
from positions.models import Clause, Proposal
from tests.browser.test_everyone import overflow, violations
from tests.recording import published_demand, published_proposal

TEXT = "1. Stop\n  a) for a month\n  b) for good\n2. Swap all for all"
OUTLINE = ["A plan of our own", "1", "a", "b", "2"]


@pytest.fixture
def paper(sample):
    talks = Negotiation.objects.get(slug="russia-ukraine-2025")
    return published_proposal(
        negotiation=talks, title="A plan of our own", holders=[Party.objects.get(code="RU")]
    )


@pytest.fixture
def address(paper):
    return f"/russia-ukraine-2025/proposals/{paper.pk}/"


def rows(page):
    return page.locator("tr.clause .clause__head b")


def row(page, label):
    return page.locator("tr.clause").filter(
        has=page.locator(".clause__head b", has_text=re.compile(f"^{label}$"))
    )


def paste(page):
    """Enter the paper by pasting its text."""
    page.get_by_role("link", name="Paste the text").click()
    form = page.get_by_role("form", name="Paste clauses")
    form.get_by_label("The text").fill(TEXT)
    form.get_by_role("button", name="Show the clauses").click()
    preview = page.get_by_role("group", name="These will be 4 clauses:")
    expect(preview.get_by_role("listitem").filter(has_text="for a month").last).to_be_visible()
    page.get_by_role("button", name="Save these clauses").click()
    expect(rows(page)).to_have_text(OUTLINE)


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_paper_is_pasted_put_right_and_answered(open_page, sign_in, address, paper, javascript):
    page = sign_in(open_page(java_script_enabled=javascript), "editor", address)
    paste(page)

    row(page, "2").get_by_role("button", name="Put inside the clause above").click()
    expect(row(page, "2").locator(".clause__what")).to_have_class(re.compile("level-2"))
    row(page, "2").get_by_role("button", name="Move up").click()
    expect(rows(page)).to_have_text(["A plan of our own", "1", "a", "2", "b"])
    one = row(page, "1")
    one.get_by_label("Its parts combine as").select_option("any")
    one.get_by_role("button", name="Set").click()
    expect(row(page, "1").locator(".operator")).to_have_text("any one suffices")

    row(page, "a").get_by_role("link", name="Add below").click()
    form = page.get_by_role("form", name="New clause")
    form.get_by_label("Label").fill("aa")
    form.get_by_label("Text").fill("for a year")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(rows(page)).to_have_text(["A plan of our own", "1", "a", "aa", "2", "b"])

    # Where scripts run, the announcement offers to undo it; else the page does.
    offer = page.get_by_role("status") if javascript else page.locator("#paper")
    left = ["A plan of our own", "1", "a", "2", "b"]
    row(page, "aa").get_by_role("button", name="Delete").click()
    expect(rows(page)).to_have_text(left)
    expect(offer).to_contain_text("Deleted: clause “aa”.")
    offer.get_by_role("button", name="Undo").click()
    expect(rows(page)).to_have_text(["A plan of our own", "1", "a", "aa", "2", "b"])
    row(page, "aa").get_by_role("button", name="Delete").click()
    expect(rows(page)).to_have_text(left)

    row(page, "1").get_by_role("link", name="Who reads it how").click()
    form = page.get_by_role("form", name=re.compile("Evidence", re.IGNORECASE))
    form.get_by_label("Source", exact=True).select_option(index=1)
    more = form.get_by_text("More fields")
    if not form.get_by_label("Reads it as").is_visible():
        more.click()
    form.get_by_label("Reads it as").fill("all")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(row(page, "1").get_by_text("read as “all required” by")).to_be_visible()

    row(page, "b").get_by_role("link", name=re.compile("Rejects")).click()
    line = page.get_by_role("form", name=re.compile("Ukraine"))
    line.get_by_label("What they say").fill("Not for good, says Ukraine.")
    line.get_by_label("Source", exact=True).select_option(index=1)
    line.get_by_label("Stated").fill("3 June 2025")
    line.get_by_role("button", name="Save", exact=True).first.click()
    expect(row(page, "b").locator(".tree__side")).to_contain_text("Not for good, says Ukraine.")
    expect(row(page, "b").locator(".tree__side")).to_contain_text("Rejects")

    reader = open_page(address)
    expect(rows(reader)).to_have_text(["A plan of our own", "1", "a", "2", "b"])
    expect(row(reader, "b").locator(".tree__side")).to_contain_text("Rejects")


def test_by_keys_alone(open_page, sign_in, address, paper):
    page = sign_in(open_page(), "editor", address)
    page.get_by_role("link", name="Write the first clause").focus()
    page.keyboard.press("Enter")
    form = page.get_by_role("form", name="New clause")
    expect(form).to_be_visible()
    for text in ("Stop", "Swap", "Talk"):
        expect(form.get_by_label("Text")).to_have_value("")
        form.get_by_label("Text").focus()
        page.keyboard.type(text)
        form.get_by_role("button", name="Save and add another").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".clause__text", has_text=text)).to_be_visible()
        form = page.get_by_role("form", name="New clause")
    page.keyboard.press("Escape")

    def texts():
        return page.locator(".clause__text")

    expect(texts()).to_have_text(["Stop", "Swap", "Talk"])
    talk = Clause.objects.get(text="Talk")
    here = page.locator(f"#clause-{talk.pk}")
    here.get_by_role("button", name="Move up").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(texts()).to_have_text(["Stop", "Talk", "Swap"])
    expect(here.get_by_role("button", name="Move up")).to_be_focused()
    page.keyboard.press("Alt+ArrowRight")
    expect(here.locator(".clause__what")).to_have_class(re.compile("level-2"))
    expect(page).to_have_url(re.compile(re.escape(address)))
    expect(here.locator("button:focus")).to_have_count(1)
    page.keyboard.press("Alt+ArrowLeft")
    expect(here.locator(".clause__what")).to_have_class(re.compile("level-1"))
    expect(here.locator("button:focus")).to_have_count(1)
    page.keyboard.press("Alt+ArrowDown")
    expect(texts()).to_have_text(["Stop", "Swap", "Talk"])
    expect(here.locator("button:focus")).to_have_count(1)
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("status")).to_have_text("It stands last already.")
    assert [c.text for c in Clause.objects.filter(parent=talk.parent).order_by("order")] == [
        "Stop",
        "Swap",
        "Talk",
    ]


def test_what_is_half_typed_stays_while_the_tree_changes(open_page, sign_in, address, paper):
    page = sign_in(open_page(), "editor", address)
    paste(page)
    row(page, "a").get_by_role("link", name="Add below").click()
    form = page.get_by_role("form", name="New clause")
    form.get_by_label("Text").fill("half a sentence")
    row(page, "2").get_by_role("button", name="Move up").click()
    expect(rows(page)).to_have_text(["A plan of our own", "2", "1", "a", "b"])
    expect(form.get_by_label("Text")).to_have_value("half a sentence")


def test_two_editors_of_one_tree(open_page, sign_in, address, paper):
    first = sign_in(open_page(), "editor", address)
    paste(first)
    second = sign_in(open_page(), "reviewer", address)
    row(first, "2").get_by_role("button", name="Move up").click()
    expect(rows(first)).to_have_text(["A plan of our own", "2", "1", "a", "b"])
    row(second, "2").get_by_role("button", name="Put inside the clause above").click()
    expect(second.get_by_role("status")).to_have_text("Somebody else was faster. Nothing was done.")
    expect(rows(second)).to_have_text(["A plan of our own", "2", "1", "a", "b"])


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_new_version(open_page, sign_in, address, paper, javascript):
    page = sign_in(open_page(java_script_enabled=javascript), "editor", address)
    paste(page)
    russia = Party.objects.get(code="RU")
    published_demand(
        negotiation=paper.negotiation,
        holders=[russia],
        clause=paper.clauses.get(label="a"),
        text="A stop of thirty days",
    )
    page.get_by_role("link", name="New version").click()
    page.get_by_label("Title", exact=True).first.fill("Plan two")
    page.get_by_label("Tabled").fill("9 June 2025")
    page.get_by_label("Source", exact=True).select_option(index=1)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Plan two")).to_be_visible()
    row(page, "a").get_by_role("button", name="Carry over").click()
    expect(row(page, "a").locator(".demand__text")).to_have_text("A stop of thirty days")
    expect(row(page, "a").locator(".movement")).to_contain_text("restated")
    row(page, "b").get_by_role("link", name="Edit").click()
    form = page.get_by_role("form", name=re.compile("Edit clause", re.IGNORECASE))
    form.get_by_label("Text").fill("for a year")
    form.get_by_role("button", name="Save", exact=True).click()
    newer = page.url.split("#")[0]
    expect(row(page, "b").locator(".clause__text")).to_have_text("for a year")
    page.goto(newer)
    changed = page.get_by_role("region", name=re.compile("What changed since"))
    expect(changed.locator("del")).to_have_text("good")
    expect(changed.locator("ins")).to_have_text("a year")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_too_wide(open_page, sign_in, address, paper, scheme):
    memorandum = Proposal.objects.get(title="Russia's memorandum to Ukraine")
    page = open_page(color_scheme=scheme, viewport={"width": 320, "height": 800})
    found, wide = [], {}

    def look(state):
        found.extend(violations(page))
        wide[state] = overflow(page)

    page.goto(f"/russia-ukraine-2025/proposals/{memorandum.pk}/")
    look("a reader's page")
    sign_in(page, "editor", address)
    look("an empty paper")
    page.get_by_role("link", name="Paste the text").click()
    page.get_by_label("The text").fill(TEXT)
    page.get_by_role("button", name="Show the clauses").click()
    expect(page.get_by_role("button", name="Save these clauses")).to_be_visible()
    look("a preview")
    page.get_by_role("button", name="Save these clauses").click()
    expect(rows(page)).to_have_text(OUTLINE)
    look("a tree")
    row(page, "a").get_by_role("link", name="Add inside").click()
    page.get_by_role("form", name="New clause").get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("group", name="Not saved yet")).to_be_visible()
    look("an error in a slot")
    page.goto(f"{address}version/")
    look("a new version")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"/russia-ukraine-2025/proposals/{memorandum.pk}/")
    look("an editor's page")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Move up").first).to_be_hidden()
    assert found == []
    assert {state: pixels for state, pixels in wide.items() if pixels > 0} == {}
