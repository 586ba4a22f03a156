"""Two hundred nasty inputs: nothing gets an answer of 5xx, nothing typed is lost, all is told."""

import csv
import io
import json
from itertools import cycle
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from negotiations.models import Membership
from negotiations.tables import FORMULA_STARTS
from positions.models import Demand
from tests.api.conftest import COLLECTIONS, new_talks, place, program_of
from tests.api.written import A_DAY
from tests.factories import MembershipFactory
from tests.pages import signed_in
from tests.security.nasty import BODIES, COUNT, FORMS, HEADERS, PATHS, TEXTS

ORIGIN = {"HTTP_ORIGIN": "http://testserver"}
#: What says that something was not taken, and why.
REFUSALS = {400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 422, 428}
#: The pages and the parameters that are read most differently.
ASKED = [
    ("search", "q"),
    ("comparison", "words"),
    ("comparison", "as_of"),
    ("answers", "party"),
]


LINE = {
    "kind": "demand",
    "firmness": "unknown",
    "basis": "inference",
    "stated": "2 June 2025",
}
LISTED = ["party", "stated_from", "round", "page", "kind"]


@pytest.fixture(scope="module")
def talks(for_the_module):
    return new_talks().fill()


@pytest.fixture(scope="module")
def browser(talks) -> Client:
    return without_raising(signed_in(talks.editor))


@pytest.fixture(scope="module")
def program(talks) -> Client:
    return without_raising(program_of(talks.editor))


pytestmark = pytest.mark.usefixtures("db")


def without_raising(client: Client) -> Client:
    client.raise_request_exception = False
    return client


def told(answer, sent) -> str:
    """Return what an answer says; it is no failure of ours, and a refusal gives a reason."""
    assert answer.status_code < 500, (answer.status_code, str(sent)[:200])
    text = b"".join(answer) if answer.streaming else answer.content
    said = text.decode(errors="replace")
    if answer.status_code >= 400:
        assert answer.status_code in REFUSALS, (answer.status_code, str(sent)[:200])
        assert said.strip() or answer.request["REQUEST_METHOD"] == "HEAD", str(sent)[:200]
        assert "Traceback" not in said
    return said


def test_there_are_two_hundred_and_more():
    assert len(set(TEXTS)) == len(TEXTS)
    assert COUNT >= 200


def test_pages_are_asked_for_them(browser, talks):
    for text, (name, parameter) in zip(TEXTS, cycle(ASKED), strict=False):
        address = reverse(name, args=[talks.negotiation.slug])
        said = told(browser.get(f"{address}?{parameter}={quote(text)}"), (name, text))
        assert "<script>alert(1)" not in said


def test_lists_are_asked_for_them(program, talks):
    for number, text in enumerate(TEXTS):
        for parameter in ("words", LISTED[number % len(LISTED)]):
            answer = program.get(f"{place('demands')}?{parameter}={quote(text)}")
            said = json.loads(told(answer, (parameter, text)))
            assert answer.status_code in {200, 400, 404, 414}
            if answer.status_code == 400:
                assert list(said) == [parameter]


def test_they_are_typed_into_a_form_and_nothing_is_lost(browser, talks):
    """What was typed is saved as it is, or comes back in the form with what is wrong."""
    address = reverse("demand-new", args=[talks.negotiation.slug]) + "?party=P0&issue=issue-0"
    saved = 0
    for number, text in list(enumerate(TEXTS))[::2]:
        begun, ended = f"<begin {number}", f"end {number}>"
        typed = {**LINE, "text": f"{begun}{text}{ended}"}
        if number % 3 == 0:
            typed |= {"stated": text, "quote": text}
        before = set(Demand.objects.values_list("pk", flat=True))
        said = told(browser.post(address, typed, **ORIGIN), text)
        new = Demand.objects.exclude(pk__in=before).first()
        if new is None:
            assert f"&lt;begin {number}" in said, text[:100]
            assert f"end {number}&gt;" in said, text[:100]
            assert "error" in said
        else:
            saved += 1
            assert new.text.startswith(begun)
            assert new.text.endswith(ended)
            assert new.text[len(begun) : -len(ended)].split() == text.split()
    assert saved > 0
    for text in TEXTS[::3]:
        page = browser.post(
            reverse("source-describe", args=[talks.negotiation.slug]),
            {"outlet": text, "title": text, "url": text, "published": text},
            **ORIGIN,
        )
        told(page, text)


def test_they_are_sent_as_json(program, talks):
    for number, text in enumerate(TEXTS):
        body = {
            "negotiation": talks.negotiation.slug,
            "holders": ["P0"],
            "issue": "issue-0",
            "kind": "demand",
            "stated": A_DAY,
            "text": text,
        }
        answer = program.post(place("demands"), body, content_type="application/json")
        said = json.loads(told(answer, text))
        if answer.status_code == 201:
            assert said["text"] == text.strip()
            assert Demand.objects.get(pk=said["id"]).text == text.strip()
        else:
            assert list(said) == ["text"]
        name = ("issue", "negotiation", "stated", text)[number % 4]
        odd = {**body, "text": "t", name: text}
        told(program.post(place("demands"), odd, content_type="application/json"), (name, text))


@pytest.mark.parametrize("collection", ["demands", "negotiations"])
def test_bodies_that_are_none(program, collection):
    for body, content_type in BODIES:
        answer = program.generic("POST", place(collection), body, content_type)
        said = json.loads(told(answer, body))
        assert answer.status_code in {400, 404, 413, 415}, body[:100]
        assert said


def test_forms_that_are_none(browser, talks):
    slug = talks.negotiation.slug
    for address in (
        reverse("demand-new", args=[slug]) + "?party=P0&issue=issue-0",
        reverse("import-new", args=[slug]),
        reverse("account_login"),
        reverse("unsaved", args=[slug]),
    ):
        for body, content_type in FORMS:
            told(browser.generic("POST", address, body, content_type, **ORIGIN), body)


def test_headers_that_mean_something_else(browser, program, talks):
    slug = talks.negotiation.slug
    demand = Demand.objects.filter(negotiation=talks.negotiation).latest("pk")
    edit = reverse("demand-edit", args=[slug, demand.pk])
    for headers in HEADERS:
        for client, address in [
            (browser, reverse("comparison", args=[slug])),
            (browser, edit),
            (without_raising(Client()), edit),
            (program, place("demands", demand.pk)),
        ]:
            answer = client.get(address, **headers)
            told(answer, headers)
            assert "Set-Cookie" not in answer.headers.get("Location", "")
            assert "evil.example" not in answer.headers.get("Location", "")
        told(browser.post(edit, {"text": "t"}, **{**ORIGIN, **headers}), headers)
    assert Demand.objects.filter(pk=demand.pk).exists()


def test_addresses_that_lead_elsewhere(browser, program, talks):
    slug = talks.negotiation.slug
    for path in PATHS:
        for start in (f"/{slug}/", f"/{slug}/records/", "/", f"/{slug}/issues/", "/static/"):
            answer = browser.get(f"{start}{path}/")
            told(answer, path)
            if "Location" in answer.headers:
                assert not answer["Location"].startswith(("//", "/\\", "http"))
        for start in ("/api/v1/demands/", "/api/v1/negotiations/", "/api/v1/"):
            json.loads(told(program.get(f"{start}{path}/"), path))
        signing_in = f"{reverse('account_login')}?next={path}"
        told(Client().get(signing_in), path)


def test_a_poisoned_address_is_remembered_without_harm(browser, talks):
    """A form that is kept half-typed for an address that is none shows no page an error."""
    slug = talks.negotiation.slug
    kept = {"address": "http://[", "page": "http://[", "text": "half"}
    told(browser.post(reverse("unsaved", args=[slug]), kept, **ORIGIN), kept)
    told(browser.get(reverse("round", args=[slug, talks["rounds"].pk])), kept)


def test_nothing_that_is_taken_away_calculates(program, browser, talks):
    slug = talks.negotiation.slug
    for number, text in enumerate(TEXTS):
        body = {
            "negotiation": slug,
            "holders": ["P0"],
            "issue": "issue-0",
            "kind": "demand",
            "stated": A_DAY,
            "text": text,
            "state": "published",
            "evidence": [{"source": talks["sources"].pk, "basis": "inference", "note": text}],
        }
        program.post(place("demands"), body, content_type="application/json")
        person = {"negotiation": slug, "name": f"{text}"[:90], "aliases": [f"{text}"[:90]]}
        program.post(place("people"), person, content_type="application/json")
        assert number >= 0
    tables = [place(name) for name in COLLECTIONS if name != "negotiations"]
    pages = ("comparison", "answers", "claims", "conditions", "movement")
    tables += [f"/api/v1/negotiations/{slug}/{name}/" for name in pages]
    cells = 0
    for address in tables:
        answer = program.get(f"{address}?format=csv")
        _is_a_download(answer, address, "text/csv; charset=utf-8")
        lines = b"".join(answer).decode().removeprefix("\ufeff")
        for line in csv.reader(io.StringIO(lines, newline="")):
            for cell in line:
                cells += 1
                is_number = cell.lstrip("-").replace(".", "", 1).isdecimal()
                assert is_number or not cell.startswith(FORMULA_STARTS), (address, cell[:50])
        answer = program.get(f"{address}?format=xlsx")
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        _is_a_download(answer, address, kind)
        for sheet in load_workbook(io.BytesIO(answer.content)):
            for row in sheet.iter_rows():
                assert all(cell.data_type != "f" for cell in row), address
    assert cells > 1500
    document = browser.post(reverse("briefing", args=[slug]), **ORIGIN)
    if document.status_code == 200:
        _is_a_download(document, "briefing", document["Content-Type"])


def _is_a_download(answer, address: str, kind: str) -> None:
    assert answer.status_code == 200, address
    assert answer["Content-Disposition"].startswith("attachment; filename="), address
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == kind
    assert "html" not in answer["Content-Type"]


def test_a_member_of_nothing_gets_no_further_with_them(talks, db):
    stranger = without_raising(program_of(MembershipFactory(role=Membership.Role.READER).user))
    for text in TEXTS[::5]:
        body = {"negotiation": talks.negotiation.slug, "text": text}
        answer = stranger.post(place("demands"), body, content_type="application/json")
        assert answer.status_code == 403
        told(answer, text)
