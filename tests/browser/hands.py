"""Three ways to work with a page: with a mouse, by keyboard alone, and without JavaScript.

Each hand opens links, writes into fields by their labels and saves, as a person would; what it
does not allow itself is what the person does not have.
"""

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page, expect

#: More Tabs than any page has stops.
STOPS = 900


class Mouse:
    """Clicks on links and buttons, picks from lists."""

    scripted = True

    def __init__(self, page: Page):
        self.page = page

    def follow(self, link: Locator) -> None:
        link.click()

    def press(self, button: Locator) -> None:
        button.click()

    def type(self, field: Locator, text: str) -> None:
        field.fill(text)

    def pick(self, field: Locator, label: str) -> None:
        field.select_option(label=label)

    def tick(self, field: Locator) -> None:
        field.check()

    def unfold(self, details: Locator) -> None:
        if details.get_attribute("open") is None:
            self.press(details.locator("summary").first)

    def open(self, link: Locator) -> Locator:
        """Follow a link to a form, in a slot or on a page of its own, and return the form."""
        slot = link.get_attribute("data-hx-target") or "main"
        # Before the scripts have come a link leads to its own page, whatever its slot is.
        self.page.wait_for_load_state()
        self.follow(link)
        form = self.page.locator(f"{slot} form.entry").first
        expect(form).to_be_visible()
        if slot != "main":
            expect(form.locator(":focus")).to_have_count(1)
        return form

    def write(self, form: Locator, fields: Mapping[str, Any]) -> None:
        """Write into fields by label: texts, the label of a choice, True or labels to tick."""
        for label, value in fields.items():
            if isinstance(value, list):
                group = form.get_by_role("group", name=label, exact=True)
                for each in value:
                    self.tick(group.get_by_label(each, exact=True))
                continue
            field = form.get_by_label(re.compile(rf"^{re.escape(label)}( \(.*\))?$", re.I)).first
            self.reveal(field)
            if isinstance(value, bool):
                self.tick(field)
            elif field.evaluate("field => field.localName") == "select":
                self.pick(field, value)
            else:
                self.type(field, value)

    def reveal(self, field: Locator) -> None:
        """Unfold what hides a field."""
        field.wait_for(state="attached")
        for details in field.locator("xpath=ancestor::details").all():
            self.unfold(details)

    def save(self, form: Locator) -> None:
        """Press the form's main button and wait until it is said that it was saved."""
        staying = form.get_attribute("data-quick") is not None
        if not staying and form.get_attribute("data-hx-post") is None:
            Unscripted.save(self, form)
            return
        self.page.evaluate("document.getElementById('status').textContent = ''")
        self.press(form.locator(".button--main").first)
        expect(self.page.get_by_role("status")).to_contain_text("Saved")
        if staying:
            expect(self.page.locator(".sent")).to_have_count(0)

    def at(self, path: str) -> None:
        """Make sure to be at a page."""
        if self.page.url.split("#")[0] != self.page.url.split("/")[0] + path:
            self.page.goto(path)


class Keyboard(Mouse):
    """Touches nothing but keys: Tab to move, Enter and the space bar, arrows and letters."""

    def focus(self, stop: Locator) -> None:
        """Press Tab until the focus is there; backwards where that is the shorter way."""
        here = stop.element_handle()
        back = here.evaluate(
            "stop => !!(document.activeElement !== document.body"
            " && stop.compareDocumentPosition(document.activeElement)"
            " & Node.DOCUMENT_POSITION_FOLLOWING)"
        )
        for _ in range(STOPS):
            if here.evaluate("stop => stop === document.activeElement"):
                return
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"No way by keyboard to {stop}")

    def follow(self, link: Locator) -> None:
        self.focus(link)
        self.page.keyboard.press("Enter")

    def press(self, button: Locator) -> None:
        self.focus(button)
        self.page.keyboard.press("Enter")

    def type(self, field: Locator, text: str) -> None:
        self.focus(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def pick(self, field: Locator, label: str) -> None:
        self.focus(field)
        self.page.keyboard.type(label)
        expect(field.locator("option:checked")).to_have_text(label)

    def tick(self, field: Locator) -> None:
        self.focus(field)
        self.page.keyboard.press("Space")
        expect(field).to_be_checked()


class Unscripted(Mouse):
    """Has a browser that runs no scripts: each form is a page of its own."""

    scripted = False

    def open(self, link: Locator) -> Locator:
        self.follow(link)
        form = self.page.locator("main form.entry").first
        expect(form).to_be_visible()
        return form

    def save(self, form: Locator) -> None:
        self.press(form.locator(".button--main").first)
        expect(self.page.get_by_role("listitem").filter(has_text="Saved").first).to_be_visible()


HANDS = {"mouse": Mouse, "keyboard": Keyboard, "no scripts": Unscripted}
