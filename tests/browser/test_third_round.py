"""A whole round of invented talks, recorded from nothing and read again, in three ways."""

import pytest

from tests.browser.conftest import is_complaint
from tests.browser.hands import HANDS
from tests.browser.vale import Vale
from tests.factories import UserFactory


@pytest.fixture
def analyst(transactional_db):
    user = UserFactory(username="analyst")
    user.set_password("a long walk by the river")
    user.save()
    return user


@pytest.mark.parametrize("kind", HANDS)
def test_a_newcomer_records_a_third_round(chromium, live_server, analyst, kind):
    scripted = HANDS[kind].scripted
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=scripted)
    page = context.new_page()
    page.set_default_timeout(30_000)
    complaints = []
    page.on("console", lambda m: is_complaint(m) and complaints.append(m.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill("analyst")
    page.get_by_label("Password").fill("a long walk by the river")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()

    vale = Vale(HANDS[kind](page))
    vale.set_up()
    vale.plan()
    vale.hold()
    vale.argue()
    vale.table()
    vale.shape()
    vale.answer()
    vale.settle()
    vale.read()
    context.close()
    assert complaints == []
