"""From an article to positions: selecting passages with the mouse and with keys, and back again."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from negotiations import ranges
from negotiations.models import Source
from positions.models import Coding, Demand, Event, Evidence, TermValue
from tests.recording import published

SLUG = "russia-ukraine-2025"
ARTICLE = """ISTANBUL — The talks went on. 🕊️ They were short.

Rustem Umerov said on Monday that Ukraine demands a ceasefire of 30 to 60 days. Russia rejected it.

In the night before, drones struck two airfields. Nobody was hurt."""
CORRECTED = ARTICLE.replace("Russia rejected it", "Russia turned it down").replace(
    "The talks went on.", "The second round went on."
)
WISH = "Rustem Umerov said on Monday that Ukraine demands a ceasefire of 30 to 60 days."
REFUSAL = "Russia rejected it."
STRIKE = "In the night before, drones struck two airfields."


@pytest.fixture
def article(sample):
    """A source that somebody has pasted."""
    return published(
        Source,
        negotiation=Evidence.objects.earliest("pk").negotiation,
        outlet="Lake News",
        title="Second round",
        language="en",
        published=ranges.parse_dates("2 June 2025"),
        text=ARTICLE,
    )


@pytest.fixture
def open_pane(open_page, sign_in, article):
    """Return a function that opens the article for reading, as an editor."""

    def open_pane(**options) -> Page:
        path = f"/{SLUG}/sources/{article.pk}/read/"
        page = sign_in(open_page(**options), "editor", then=path)
        expect(text_of(page)).to_have_text(ARTICLE, use_inner_text=False)
        return page

    return open_pane


def text_of(page: Page):
    return page.locator("#source-text")


def form_of(page: Page):
    return page.locator("#slot-capture form.entry")


def drag_over(page: Page, words: str) -> None:
    """Select words with the mouse, as one does: press, move, let go."""
    page.wait_for_load_state()
    first, last = page.evaluate(
        """words => {
            const home = document.getElementById("source-text");
            const at = home.textContent.indexOf(words);
            const walker = document.createTreeWalker(home, NodeFilter.SHOW_TEXT);
            const boxes = [];
            let passed = 0;
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                for (const [place, side] of [[at, "left"], [at + words.length - 1, "right"]]) {
                    const offset = place - passed;
                    if (offset < 0 || offset >= node.data.length) continue;
                    const range = document.createRange();
                    range.setStart(node, offset);
                    range.setEnd(node, offset + 1);
                    const box = range.getBoundingClientRect();
                    boxes.push([box[side], (box.top + box.bottom) / 2]);
                }
                passed += node.data.length;
            }
            return boxes;
        }""",
        words,
    )
    page.mouse.move(first[0] + 1, first[1])
    page.mouse.down()
    page.mouse.move(last[0] - 1, last[1], steps=8)
    page.mouse.up()
    expect(page.locator("#read-passage q")).to_have_text(words)


def step_to(page: Page, words: str) -> None:
    """Go through the text by sentences until one is selected."""
    page.wait_for_load_state()
    text_of(page).focus()
    for _ in range(20):
        page.keyboard.press("ArrowDown")
        if page.locator("#read-passage").text_content() == words:
            return
    raise AssertionError(f"No step leads to {words!r}")


def by_mouse(page: Page, words: str, act: str) -> None:
    drag_over(page, words)
    page.get_by_role("link", name=act, exact=True).click()


def by_keys(page: Page, words: str, act: str) -> None:
    step_to(page, words)
    page.keyboard.press(act[0])


def paste(page: Page) -> Source:
    """Bring the article in by the pages for that, and open it for reading."""
    page.get_by_label("Paste the text").fill(ARTICLE)
    page.get_by_role("button", name="Read it").click()
    about = {"Outlet": "Lake News", "Title": "Second round", "Published": "2 June 2025"}
    for label, words in about.items():
        page.get_by_label(label, exact=True).fill(words)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Read it and record what it says").click()
    assert text_of(page).text_content() == ARTICLE
    return Source.objects.get(outlet="Lake News")


def correct(page: Page, article: Source) -> None:
    """Give the source its corrected text."""
    page.goto(f"/{SLUG}/sources/{article.pk}/text/")
    page.get_by_label("Paste the text").fill(CORRECTED)
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Compare the texts")).to_be_visible()
    page.get_by_role("button", name="Save this text").click()
    page.wait_for_url(f"**/sources/{article.pk}/")


@pytest.mark.parametrize("record", [by_mouse, by_keys])
def test_an_article_becomes_positions_and_each_leads_back_to_its_words(
    open_page, sign_in, sample, record
):
    opened = open_page(viewport={"width": 1280, "height": 900})
    page = sign_in(opened, "editor", then=f"/{SLUG}/sources/new/")
    article = paste(page)

    record(page, WISH, "Demand")
    form = form_of(page)
    expect(form.get_by_label("What they say")).to_be_focused()
    expect(form.get_by_label("Words of the source")).to_have_value(WISH)
    expect(form.get_by_label("Speaker")).to_have_value("Rustem Umerov")
    expect(form.get_by_role("group", name="Held by").get_by_label("Ukraine")).to_be_checked()
    expect(form.get_by_label("Length (day)")).to_have_value("30–60")
    expect(form.locator(".proposed q").get_by_text("30 to 60 days")).to_be_visible()
    stated = form.locator(".field").filter(has=page.get_by_label("Stated", exact=True))
    expect(stated.locator(".proposed")).to_have_count(1)
    stated.get_by_label("Stated", exact=True).fill("1 June 2025")
    expect(stated.locator(".proposed")).to_have_count(0)
    assert Demand.objects.filter(text="A ceasefire of up to two months.").count() == 0
    form.get_by_label("What they say").focus()
    page.keyboard.type("A ceasefire of up to two months.")
    page.keyboard.press("Enter")
    expect(text_of(page).locator("mark")).to_have_text([WISH])
    expect(text_of(page)).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    demand = Demand.objects.get(text="A ceasefire of up to two months.")
    value = TermValue.objects.get(record_id=demand.pk)
    assert (value.quantity.lower, value.quantity.upper) == (30, 60)

    record(page, REFUSAL, "Answer")
    expect(form.get_by_label("It is an answer")).to_have_value("rejected")
    form.locator("[name=answers]").select_option(str(demand.pk))
    form.get_by_label("Issue").select_option("overall")
    form.get_by_label("What they say").fill("Russia rejects the ceasefire.")
    page.keyboard.press("Enter")
    expect(text_of(page).locator("mark")).to_have_text([WISH, REFUSAL])

    record(page, STRIKE, "Event")
    form.get_by_label("Title").fill("Drones strike airfields")
    form.get_by_label("Kind").select_option("military")
    page.keyboard.press("Control+Enter")
    expect(text_of(page).locator("mark")).to_have_text([WISH, REFUSAL, STRIKE])
    assert text_of(page).text_content() == ARTICLE

    rows = {
        words: Evidence.objects.get(record_id=record.pk)
        for words, record in (
            (WISH, demand),
            (REFUSAL, Demand.objects.get(text="Russia rejects the ceasefire.")),
            (STRIKE, Event.objects.get(title="Drones strike airfields")),
        )
    }
    for words, row in rows.items():
        assert ARTICLE[row.start : row.end] == words
        page.goto(f"/{SLUG}/records/{row.record_id}/")
        page.get_by_role("link", name="Lake News: Second round").first.click()
        page.wait_for_url(f"**/sources/{article.pk}/#e{row.pk}")
        mark = page.locator(f"#e{row.pk}:target + mark")
        expect(mark).to_have_text(words)
        expect(mark).to_be_in_viewport()

    correct(page, article)
    page.goto(f"/{SLUG}/sources/{article.pk}/read/")
    expect(text_of(page).locator("mark")).to_have_text([WISH, STRIKE])
    lost = page.get_by_role("region", name="Words that have lost their place")
    expect(lost.locator("mark")).to_have_text([REFUSAL])

    newer = "Russia turned it down."
    (step_to if record is by_keys else drag_over)(page, newer)
    lost.get_by_role("button", name="The selected passage says it").click()
    expect(text_of(page).locator("mark")).to_have_text([WISH, newer, STRIKE])
    expect(lost).to_have_count(0)


def test_a_passage_selected_before_the_script_has_come_is_taken(open_pane):
    page = open_pane()

    def select_first(route):
        text_of(page).evaluate("home => getSelection().selectAllChildren(home)")
        route.continue_()

    page.route("**/reading*.js", select_first)
    page.reload()
    expect(page.locator("#read-passage q")).to_contain_text("The talks went on.")


def test_sentences_and_words_are_added_and_left_out_with_keys(open_pane):
    page = open_pane()
    said = page.locator("#read-passage")
    step_to(page, WISH)
    page.keyboard.press("Shift+ArrowDown")
    expect(said).to_have_text(f"{WISH} {REFUSAL}")
    page.keyboard.press("Shift+ArrowUp")
    expect(said).to_have_text(WISH)
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+Alt+ArrowRight")
    expect(said).to_have_text(WISH.removeprefix("Rustem ").removesuffix("."))
    page.keyboard.press("Escape")
    expect(said).to_have_text("No passage is selected.")
    page.keyboard.press("d")
    expect(said).to_have_text("Select a passage first.")
    expect(form_of(page)).to_have_count(0)


def test_the_key_b_gives_a_passage_marked_with_the_mouse_to_two_coders(open_page, sign_in, article):
    path = f"/{SLUG}/sources/{article.pk}/read/"
    page = sign_in(open_page(), "manager", then=path)
    drag_over(page, WISH)
    page.keyboard.press("b")
    asking = page.locator("#form-ask")
    expect(asking.get_by_label("The passage")).to_have_value(WISH)
    asking.get_by_label("First coder").select_option("manager")
    asking.get_by_label("Second coder").select_option("reviewer")
    asking.get_by_role("button", name="Give it to them").click()
    page.get_by_role("link", name="Code this passage").click()
    form = page.locator("main form.entry")
    form.get_by_role("group", name="Held by").get_by_label("Ukraine").check()
    form.get_by_label("What they say").fill("A ceasefire.")
    for label, code in {"Kind": "demand", "Firmness": "firm", "On what basis": "inference"}.items():
        form.get_by_label(label, exact=True).select_option(code)
    form.get_by_label("Issue").select_option("Ceasefire")
    form.get_by_label("Stated", exact=True).fill("2 June 2025")
    page.keyboard.press("Enter")
    expect(form).to_contain_text("Look at the terms of this issue first")
    expect(form.get_by_label("Length (day)")).to_be_visible()
    form.get_by_label("Hand it in for good").check()
    form.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("heading", name="Coding of manager")).to_be_visible()
    assert Coding.objects.get().words["text"][1] == "A ceasefire."


def test_an_issue_chosen_by_hand_shows_what_is_proposed_for_its_terms(open_pane):
    page = open_pane()
    step_to(page, WISH)
    page.keyboard.press("d")
    form = form_of(page)
    form.get_by_label("Issue").select_option("")
    expect(form.get_by_label("Length (day)")).to_have_count(0)
    form.locator("details[id$=-more] > summary").click()
    expect(form.get_by_label("Firmness")).to_be_hidden()
    form.get_by_label("Issue").select_option("Ceasefire")
    expect(form.get_by_label("Length (day)")).to_have_value("30–60")
    expect(form.locator(".proposed q").get_by_text("30 to 60 days")).to_be_visible()


def test_on_a_phone_the_form_comes_up_under_the_passage(open_pane):
    page = open_pane(viewport={"width": 360, "height": 740}, has_touch=True)
    step_to(page, STRIKE)
    page.get_by_role("link", name="Event", exact=True).tap()
    form = form_of(page)
    expect(form).to_be_visible()
    top = form.bounding_box()["y"]
    selected = page.evaluate(
        "() => [...CSS.highlights.get('passage')][0].getBoundingClientRect().bottom"
    )
    assert 0 < selected <= top
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_without_javascript_the_words_are_pasted(open_pane, article):
    page = open_pane(java_script_enabled=False)
    page.get_by_role("link", name="Demand", exact=True).click()
    form = page.locator("main form.entry")
    form.get_by_role("group", name="Held by").get_by_label("Ukraine").check()
    form.get_by_label("Issue").select_option("overall")
    form.get_by_label("What they say").fill("A ceasefire, for a while.")
    form.get_by_label("Words of the source").fill("They were shorter.")
    form.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("These words do not stand in the text").first).to_be_visible()
    form.get_by_label("Words of the source").fill(WISH)
    form.get_by_role("button", name="Save", exact=True).first.click()
    expect(text_of(page).locator("mark")).to_have_text([WISH])
    row = Evidence.objects.get(source=article)
    assert page.url.endswith(f"#e{row.pk}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_anybodys_way(open_pane, article, scheme):
    page = open_pane(color_scheme=scheme)
    step_to(page, WISH)
    page.keyboard.press("d")
    expect(form_of(page)).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    form_of(page).get_by_label("What they say").fill("A ceasefire.")
    page.keyboard.press("Enter")
    expect(text_of(page).locator("mark")).to_have_text([WISH])
    correct(page, article)
    page.goto(f"/{SLUG}/sources/{article.pk}/read/")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
