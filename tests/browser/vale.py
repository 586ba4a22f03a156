"""A round of invented talks, from nothing: Northmarch and Southmarch about the Vale."""

import re

from playwright.sync_api import Locator, expect

TITLE, SLUG = "Vale talks", "vale-talks"
PARTIES = [
    ("Northmarch", "principal"),
    ("Southmarch", "principal"),
    ("Highland Council", "third party"),
]
ISSUES = {
    "Truce": ("Length", "day"),
    "Water": ("Share", "%"),
    "Roads": None,
    "Prisoners": ("Number", "person"),
    "Mines": None,
    "Trade": None,
}
ROUNDS = [("First meeting", "1", "3 March 2021"), ("Second meeting", "2", "7 April 2021")]
PAPER = """\
1. Option A: a truce of sixty days on the whole line
2. Option B: a bundle
  2.1 The mine fields at the ford are cleared
  2.2 The toll on the north road ends
    2.2.1 At once for grain
    2.2.2 Within a year for all else
"""


SOURCE = "Vale Gazette (13 May 2021): At the mill"
ROLES = {
    "Northmarch": "negotiating",
    "Southmarch": "negotiating",
    "Highland Council": "mediator",
}
SEATS = [
    ("northmarch", "Ada Quill", {"In what capacity": "Marshal", "heads the delegation": True}),
    ("southmarch", "Bo Tarn", {"In what capacity": "Envoy", "heads the delegation": True}),
    ("southmarch", "Cy Ume", {"In what capacity": "Treasurer", "stayed away": True}),
]
SAID = [
    ("northmarch", "Truce", "A truce of thirty days.", {"Length": "30"}),
    ("northmarch", "Water", "At least half of the water.", {"Share": "at least 50"}),
    ("southmarch", "Water", "Two thirds of the water.", {"Share": "66"}),
    ("northmarch", "Roads", "The roads stay open to all.", {}),
    ("southmarch", "Trade", "The tolls stay as they are.", {}),
]
COMBINED = {"Memorandum": "any", "Option B": "all", "toll": "in sequence"}
TABLED = [
    ("Option A", "Truce", "A truce of sixty days on the whole line.", {"Length": "60"}),
    ("ford", "Mines", "The mine fields at the ford are cleared.", {}),
]


class Vale:
    """The talks as one hand sets them up and records their third round."""

    def __init__(self, hand):
        self.hand, self.page = hand, hand.page

    def path(self, rest: str = "") -> str:
        return f"/{SLUG}/{rest}"

    def link(self, words: str, within: Locator | None = None) -> Locator:
        place = within if within is not None else self.page.locator("main")
        return place.get_by_role("link", name=re.compile(rf"^(\+ )?{words}")).first

    def add(self, path: str, words: str, fields: dict) -> None:
        """Open the form behind a link of a page, write and save it."""
        self.hand.at(path)
        form = self.hand.open(self.link(words))
        self.hand.write(form, fields)
        self.hand.save(form)

    # Setting up

    def set_up(self) -> None:
        hand, page = self.hand, self.page
        page.goto("/new/")
        form = page.locator("main form")
        hand.write(form, {"Title": TITLE, "Summary": "Two marches share a valley."})
        hand.press(form.get_by_role("button", name="Set it up"))
        expect(page.get_by_role("heading", name=f"Set up {TITLE}")).to_be_visible()
        for name, standing in PARTIES:
            party = {"Name": name, "Standing": standing}
            self.add(self.path("setup/parties/"), "Add a party", party)
        self.add(self.path("setup/tracks/"), "Add a track", {"Name": "The valley"})
        for name, term in ISSUES.items():
            self.add(self.path("setup/issues/"), "Add an issue", {"Name": name})
            if term:
                self.hand.at(self.path("setup/issues/"))
                heading = page.get_by_role("heading", name=name)
                item = page.get_by_role("listitem").filter(has=heading)
                form = hand.open(self.link("Add a term", item))
                hand.write(form, {"Name": term[0], "Kind": "quantity", "Unit": term[1]})
                hand.save(form)
        for title, number, day in ROUNDS:
            held = {"Title": title, "Number": number, "Status": "held", "Held": day}
            self.add(self.path("rounds/"), "Plan a round", held)

    # The third round

    def plan(self) -> None:
        planned = {"Title": "Third meeting", "Planned": "12 May 2021, 10:00–12:00"}
        self.add(self.path("rounds/"), "Plan a round", planned)
        self.hand.at(self.path("rounds/"))
        self.hand.follow(self.link("Third meeting"))
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Third meeting")
        self.round = self.page.url.split("/", 3)[3].split("#")[0].split("?")[0]

    def on_round(self, words: str, fields: dict) -> None:
        """Open the form behind a link of the round's page, write and save it."""
        self.hand.at(f"/{self.round}")
        form = self.hand.open(self.link(words))
        self.hand.write(form, fields)
        self.hand.save(form)

    def hold(self) -> None:
        held = {"When": "13 May 2021, 10:20–11:05", "Where": "The old mill"}
        self.on_round("It was held", held)
        source = {"Outlet": "Vale Gazette", "Title": "At the mill", "Published": "13 May 2021"}
        self.describe(source)
        for party, role in ROLES.items():
            self.on_round("Another party in a role", {"Party": party, "Role": role})
        for party, person, rest in SEATS:
            self.hand.at(f"/{self.round}")
            form = self.hand.open(self.page.locator(f"#add-seat-{party}"))
            self.hand.write(form, {"Name": person, **rest})
            self.hand.save(form)
            self.hand.at(f"/{self.round}")
            expect(self.page.locator(f"#delegation-{party}")).to_contain_text(person)

    def describe(self, source: dict) -> None:
        """Describe a source without its text: in the slot, or after the page for the text."""
        if self.hand.scripted:
            self.on_round("A source", source)
            return
        self.hand.at(f"/{self.round}")
        self.hand.open(self.link("A source"))
        form = self.hand.open(self.link("Describe it without its text"))
        self.hand.write(form, source)
        self.hand.save(form)

    def say(self, party: str, issue: str, text: str, rest: dict) -> None:
        """Record a demand in the line of a side."""
        self.hand.at(f"/{self.round}")
        form = self.page.locator(f"#side-{party} > form.line")
        if rest and not self.hand.scripted:
            form = self.all_fields(form, issue)
        else:
            self.hand.write(form, {"Issue": issue})
        self.hand.write(form, {"What they say": text, **rest})
        self.hand.save(form)
        self.hand.at(f"/{self.round}")
        expect(self.page.locator(f"#said-{party}")).to_contain_text(text)

    def all_fields(self, line: Locator, issue: str) -> Locator:
        """Go on from a line to the page with all fields, and have the terms of an issue shown."""
        link = line.locator("a", has_text="All fields")
        self.hand.reveal(link)
        form = self.hand.open(link)
        self.hand.write(form, {"Issue": issue})
        self.hand.press(form.get_by_role("button", name="Show the terms of this issue"))
        return self.page.locator("main form.entry").first

    def argue(self) -> None:
        for party, issue, text, rest in SAID:
            self.say(party, issue, text, {"Source": SOURCE, **rest} if rest else {})

    def table(self) -> None:
        """Table a memorandum whose second option is a bundle, and record what it comes to."""
        hand, page = self.hand, self.page
        memorandum = {
            "Title": "Memorandum on the Vale",
            "Kind": "memorandum",
            "Holders": ["Southmarch"],
            "Source": SOURCE,
        }
        self.on_round("A paper or an oral offer", memorandum)
        hand.at(f"/{self.round}")
        hand.follow(self.link("Memorandum on the Vale"))
        expect(page.get_by_role("heading", level=1)).to_contain_text("Memorandum")
        self.paper = page.url.split("/", 3)[3].split("#")[0].split("?")[0]
        form = hand.open(self.link("Paste the text"))
        hand.write(form, {"The text": PAPER})
        hand.press(form.get_by_role("button", name="Show the clauses"))
        form = page.locator("form.entry").filter(has_text="Save these clauses")
        hand.save(form)
        hand.at(f"/{self.paper}")

    def shape(self) -> None:
        """Say how the parts combine, and what the clauses come to."""
        for clause, operator in (
            ("Memorandum", "any"),
            ("Option B", "all"),
            ("toll", "in sequence"),
        ):
            self.combine(clause, operator)
        for clause, issue, text, rest in TABLED:
            self.put_in(clause, issue, text, rest)

    def clause(self, words: str) -> Locator:
        """Return the row of the clause whose own words contain these."""
        head = self.page.locator(".clause__head, .clause__text", has_text=words)
        return self.page.locator("tr.clause").filter(has=head).first

    def combine(self, clause: str, operator: str) -> None:
        self.hand.at(f"/{self.paper}")
        row = self.clause(clause)
        self.hand.pick(row.get_by_label(re.compile("Its parts combine as")), operator)
        self.hand.press(row.get_by_role("button", name=re.compile("^Set")))
        shown = self.clause(clause).locator(".operator").first
        expect(shown).to_be_visible()

    def put_in(self, clause: str, issue: str, text: str, rest: dict) -> None:
        """Record the demand that a clause comes to."""
        self.hand.at(f"/{self.paper}")
        form = self.hand.open(self.link("Demand", self.clause(clause)))
        self.hand.write(form, {"Issue": issue})
        if not self.hand.scripted:
            self.hand.press(form.get_by_role("button", name="Show the terms of this issue"))
        self.hand.write(form, {"What they say": text, "Source": SOURCE, **rest})
        self.hand.save(form)
        self.hand.at(f"/{self.paper}")
        expect(self.clause(clause)).to_contain_text(text)

    def answer(self) -> None:
        """Answers beside the clauses, a silence in one step."""
        hand, page = self.hand, self.page
        said = {"Source": SOURCE, "Stated": "13 May 2021"}
        hand.at(f"/{self.paper}")
        form = hand.open(self.link("Rejects", self.clause("Option A")))
        hand.write(form, {"What they say": "Sixty days are too many.", **said})
        hand.save(form)
        hand.at(f"/{self.paper}")
        expect(self.clause("Option A")).to_contain_text("Sixty days are too many.")
        form = hand.open(self.link("Accepts", self.clause("ford")))
        hand.write(form, {"What they say": "The ford may be cleared.", **said})
        hand.save(form)
        hand.at(f"/{self.round}")
        chip = page.get_by_role("button", name="Note: no answer of Southmarch on Roads")
        hand.press(chip)
        expect(page.locator("#said-southmarch")).to_contain_text("No answer reported on Roads")

    def settle(self) -> None:
        """A truce that lapsed, and a joint text."""
        self.on_round(
            "An outcome",
            {
                "Text": "A truce at the bridge for a week.",
                "Kind": "agreed in part",
                "Issue": "Truce",
                "Reached": "1 May 2021",
                "Confirmed by": ["Northmarch", "Southmarch"],
                "Ended": "8 May 2021",
                "How it ended": "lapsed",
                "Source": SOURCE,
            },
        )
        self.on_round(
            "A paper or an oral offer",
            {
                "Title": "Joint words on the prisoners",
                "Kind": "communiqué",
                "Holders": ["Northmarch", "Southmarch"],
                "Source": SOURCE,
            },
        )
        self.on_round(
            "An outcome",
            {
                "Text": "Forty prisoners each go home.",
                "Kind": "agreed",
                "Issue": "Prisoners",
                "Confirmed by": ["Northmarch", "Southmarch"],
                "Source": SOURCE,
            },
        )

    # What one reads then

    def read(self) -> None:
        page = self.page
        page.goto(self.path("compare/?as_of=2021-05-13"))

        def row(code):
            return page.locator(f"#comparison-row-{code}")

        truce = row("truce")
        expect(truce.locator("#comparison-cell-northmarch-truce")).to_contain_text("30 days")
        expect(truce.locator("#comparison-cell-southmarch-truce")).to_contain_text("60 days")
        expect(truce.locator("#comparison-cell-northmarch-truce")).to_contain_text("Rejects")
        expect(truce.locator(".matrix__gap")).to_contain_text("Apart")
        expect(truce.locator(".matrix__agreed")).not_to_contain_text("bridge")
        expect(row("mines")).to_contain_text("The ford may be cleared.")
        expect(row("roads").locator("#comparison-cell-southmarch-roads")).to_contain_text(
            "No answer reported"
        )
        expect(row("prisoners").locator(".matrix__agreed")).to_contain_text("Forty prisoners")
        expect(row("prisoners").locator(".matrix__gap")).to_contain_text("Agreed")
        page.goto(self.path("compare/?as_of=2021-05-05"))
        expect(row("truce").locator(".matrix__agreed")).to_contain_text("A truce at the bridge")

        page.goto(self.path("issues/truce/"))
        for text in ("A truce of thirty days.", "A truce of sixty days", "A truce at the bridge"):
            expect(page.locator("main")).to_contain_text(text)

        asked = page.request.get(
            f"/api/v1/negotiations/{SLUG}/comparison/?as_of=2021-05-13&issue=truce"
        ).json()
        cells = [cell for issue in asked["issues"] for cell in issue["cells"]]
        said = [demand["text"] for cell in cells for demand in cell["demands"]]
        assert sorted(said) == [
            "A truce of sixty days on the whole line.",
            "A truce of thirty days.",
            "Sixty days are too many.",
        ]
