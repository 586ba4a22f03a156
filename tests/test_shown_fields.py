"""Pages that show again what was posted call fields and choices what their form called them."""

import json

import pytest
from django.test import Client
from lxml import html

from config.resend import SHOWN, _called, _told
from negotiations.models import Membership
from tests.factories import MembershipFactory
from tests.pages import pages, signed_in
from tests.sending import as_sent
from tests.talks import river_talks

pytestmark = pytest.mark.django_db
#: Fields into which somebody writes, or chooses from a list, shown by the component for that.
WRITTEN = (
    ".//textarea | .//*[contains(@class, 'field')]//*[self::select or self::input"
    "[not(@type) or @type='text' or @type='url' or @type='date' or @type='number']]"
)


@pytest.fixture
def talks():
    return river_talks()


def labels_of(form) -> dict[str, str]:
    """Return what a form's labels call the fields that are written into."""
    words = {each.get("for"): each for each in form.iter("label")}
    found = {}
    for field in form.xpath(WRITTEN):
        label = words.get(field.get("id"))
        if label is not None and field.get("name"):
            for hint in label.xpath("./*[@class='hint']"):
                label.remove(hint)
            found[field.get("name")] = " ".join(label.text_content().split())
    return found


def test_every_form_tells_what_it_calls_every_field(talks):
    manager = MembershipFactory(negotiation=talks.negotiation, role=Membership.Role.MANAGER).user
    client, wrong, seen = signed_in(manager), [], 0
    for name, addresses in pages(talks.negotiation, manager).items():
        for address in addresses:
            shown = client.get(address).content
            if address.startswith("/accounts/") or not shown:
                continue
            for form in html.fromstring(shown).xpath("//form[@method='post']"):
                told = json.loads(dict(form.form_values()).get(SHOWN, "{}"))
                for field, label in labels_of(form).items():
                    seen += 1
                    if told.get(field, [""])[0] != label:
                        wrong.append((name, field, label, told.get(field)))
    assert seen > 300
    assert wrong == []


def test_what_was_typed_is_named_as_the_form_named_it_and_chosen_in_words(talks):
    editor = signed_in(talks.editor)
    address = f"/{talks.slug}/demands/{talks.asked.pk}/edit/"
    sent = {**as_sent(editor.get(address)), "text": "Both stop on Monday", "firmness": "red line"}
    lost = Client().post(address, sent, HTTP_ORIGIN="http://testserver")
    assert lost.status_code == 401
    (section,) = html.fromstring(lost.content).xpath("//section[@class='sent']")
    said = [": ".join(each.xpath("./*/text()")) for each in section.xpath(".//dl/div")]
    assert "What they say: Both stop on Monday" in said
    assert "Firmness: red line" in said
    assert not any(each.startswith(("text:", SHOWN, "shown fields")) for each in said)
    # Sent again and refused again, it still knows.
    again = as_sent(lost, "form")
    assert again["text"] == ["Both stop on Monday"]
    assert json.loads(again[SHOWN][0])["text"][0] == "What they say"


@pytest.mark.parametrize(
    "packed", ["", "[", "[]", "1", '{"text": 1}', '{"text": []}', '{"text": [{}, []]}', "[" * 5000]
)
def test_what_a_form_tells_in_another_way_is_left_out(packed):
    assert _called(_told(packed), "text", "a") == ("", "")


def test_what_a_form_tells_is_cut_and_of_parts_is_that_of_the_whole():
    told = _told(json.dumps({"stated": ["Stated\n on", {"a": "Words"}], "long": ["x" * 999]}))
    assert _called(told, "stated", "a") == ("Stated on", "Words")
    assert _called(told, "stated_day", "b") == ("Stated on", "")
    assert _called(told, "long", "") == ("x" * 200, "")
