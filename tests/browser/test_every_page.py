"""Every page as axe sees it: in light and dark, wide and narrow, for readers and writers."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.db import transaction

from negotiations.models import Membership
from tests.browser.conftest import is_complaint
from tests.browser.test_everyone import overflow
from tests.factories import DemandFactory, MembershipFactory
from tests.pages import pages, signed_in
from tests.talks import give_a_text, one_more_of_everything, river_talks

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 800}
#: Those of axe's rules on which the colours bear, beside those of its first look.
COLOURS = ["color-contrast", "link-in-text-block"]
LOOK = """async (rules) => {
  const only = rules ? {runOnly: {type: "rule", values: rules}} : {};
  const found = await axe.run({...only, resultTypes: ["violations"]});
  return found.violations.map(rule =>
    `${rule.id}: ${rule.nodes.slice(0, 3).map(node => node.html).join(" ")}`);
}"""
#: The looks at each page: each rule at each width, each colour in each scheme at each width.
LOOKS = [
    (WIDE, "light", None),
    (WIDE, "dark", COLOURS),
    (NARROW, "dark", None),
    (NARROW, "light", COLOURS),
]


@pytest.fixture
def talks(transactional_db):
    talks = river_talks()
    one_more_of_everything(talks, 1)
    with transaction.atomic():
        DemandFactory(negotiation=talks.negotiation)
    return talks


@pytest.fixture
def page(chromium, live_server):
    """A page whose console must stay silent."""
    context = chromium.new_context(base_url=live_server.url)
    page, complaints = context.new_page(), []
    page.on("console", lambda m: is_complaint(m) and complaints.append(f"{page.url}: {m.text}"))
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    yield page
    context.close()
    assert complaints == []


@pytest.mark.parametrize("role", [None, Membership.Role.MANAGER], ids=["reader", "writer"])
def test_axe_finds_nothing_and_nothing_is_too_wide(page, talks, live_server, role):
    if role:
        user = MembershipFactory(negotiation=talks.negotiation, role=role).user
        session = signed_in(user).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        give_a_text(talks, user)
    found, seen = [], set()
    listed = pages(talks.negotiation, user if role else None)
    for address in (address for addresses in listed.values() for address in addresses):
        page.goto(address)
        if page.url not in seen and (role or "/accounts/login/?next=" not in page.url):
            found += looks(page)
        seen.add(page.url)
    assert found == []
    assert len(seen) > 40


def looks(page) -> list[str]:
    """Return what is wrong with the page that is open, each with how it was looked at."""
    page.evaluate(AXE_SCRIPT)
    found = []
    for size, scheme, rules in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        wrong = page.evaluate(LOOK, rules)
        if (pixels := overflow(page)) > 0:
            wrong.append(f"{pixels} pixels too wide")
        found += [f"{page.url} at {size['width']}, {scheme}: {each}" for each in wrong]
    return found
