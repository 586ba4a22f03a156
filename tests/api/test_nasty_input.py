"""Nothing that is sent, however odd, gets an answer of 5xx; and each refusal says what is wrong."""

import json

import pytest
from django.test import Client

from config import api_urls
from positions.models import Demand
from tests.api.conftest import COLLECTIONS, Talks, new_talks, place, program_of
from tests.api.written import body_of
from tests.factories import RoundFactory

pytestmark = pytest.mark.usefixtures("db")

#: Texts that have broken programs, percent-encoded.
VALUES = [
    ",",
    "%00",
    "a%00b",
    "%ED%A0%80",
    "%F0%9F%95%8A",
    "%FF%FE",
    "%E2%80%AE",
    "1e400",
    "-1",
    "0",
    "1.5",
    "NaN",
    "Infinity",
    "9223372036854775808",
    "9" * 400,
    "9" * 5000,
    "%D9%A3",
    "null",
    "undefined",
    "true",
    "[]",
    "{}",
    "'",
    "%27%20OR%201=1--",
    "%25",
    "*",
    "../../etc/passwd",
    "%3Cscript%3E",
    "2025-02-30",
    "9999-12-31",
    "0001-01-01",
    "%0D%0AX-Evil:%201",
    "=cmd",
    "a,b,,c",
    "-",
    "--id",
    "x" * 3000,
]
#: Bodies that are no demand: raw bytes, and what is wrong with each.
BODIES = [
    b"",
    b" ",
    b"{",
    b"}",
    b"nonsense",
    b"'single'",
    b"null",
    b"true",
    b"7",
    b'"text"',
    b"[]",
    b"[{}]",
    b"{}",
    b"\x00",
    b"\xff\xfe",
    b'{"text": "\xff"}',
    b'{"text": "\\ud800"}',
    b'{"\\udfff": 1}',
    b'{"text": "\\u0000"}',
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": 1e400}',
    b'{"a": -1e400}',
    b'{"a": ' + b"9" * 5000 + b"}",
    b"[" * 990 + b"]" * 990,
    b"[" * 100_000,
    b'{"a":' * 990 + b"1" + b"}" * 990,
    b'{"evidence": ' + b"[" * 30 + b"]" * 30 + b"}",
    b'{"negotiation": null}',
    b'{"negotiation": 7}',
    b'{"negotiation": []}',
    b'{"negotiation": "\\u0000"}',
    b'{"negotiation": "' + b"x" * 10_000 + b'"}',
    b"\xef\xbb\xbf{}",
    b"x" * 3_000_000,
    b'{"text": "' + b"x" * 3_000_000 + b'"}',
]
#: One field of a demand replaced by what it cannot be.
ODD = [
    None,
    True,
    7,
    -1,
    2**63,
    10**400,
    1.5,
    "",
    " ",
    "\0",
    "a\0b",
    "\u202eabc\u202c",
    "\U0001f54a",
    "x" * 100_000,
    [],
    [[]],
    [None],
    [{}],
    ["\0"],
    [{"a": 1}],
    {},
    {"low": "1"},
    {"low": "1e400", "high": "1"},
    {"low": "NaN", "high": None},
    {"low": 10**40, "high": None},
    {"earliest": "\0", "latest": None},
    {"earliest": "0001-01-01", "latest": "9999-12-31"},
    {"earliest": [], "latest": {}},
]
#: A field of each kind there is.
FIELDS = [
    "holders",
    "issue",
    "text",
    "kind",
    "answers",
    "stated",
    "terms",
    "linkages",
    "evidence",
    "reason",
]
NESTED = {
    "terms": ["term", "quantity", "choices", "others"],
    "linkages": ["anchor", "condition"],
    "evidence": ["source", "credibility", "start"],
}
WITH_EVERY_KIND_OF_FILTER = ["delegates", "demands", "people", "rounds", "sources"]


def test_no_kind_of_filter_is_left_out():
    kinds = {
        name: {type(filter_) for filter_ in view.filterset_class.base_filters.values()}
        for name, view, _basename in api_urls.router.registry
    }
    assert set().union(*(kinds[name] for name in WITH_EVERY_KIND_OF_FILTER)) == set().union(
        *kinds.values()
    )


@pytest.fixture(scope="module")
def talks(for_the_module) -> Talks:
    talks = new_talks().fill()
    where = {"negotiation": talks.negotiation, "track": talks["tracks"]}
    talks.earlier["rounds"] = RoundFactory(**where, state="published")
    return talks


@pytest.fixture(scope="module")
def editor(talks) -> Client:
    return program_of(talks.editor)


def fine(answer) -> None:
    """An answer that tells what is wrong, in JSON, or that nothing is."""
    assert answer.status_code in {200, 201, 400, 404, 413, 414}, answer.content[:500]
    body = json.loads(answer.content)
    if answer.status_code == 400:
        assert isinstance(body, dict)
        assert body


@pytest.mark.parametrize("collection", WITH_EVERY_KIND_OF_FILTER)
@pytest.mark.parametrize("value", VALUES, ids=lambda value: value[:20])
def test_filters(client, talks, collection, value):
    (view,) = [view for name, view, _ in api_urls.router.registry if name == collection]
    for parameter in [*view.filterset_class.base_filters, "page", "page_size", value]:
        answer = client.get(f"{place(collection)}?{parameter}={value}")
        fine(answer)
        if answer.status_code == 400 and parameter != value:
            assert list(answer.json()) == [parameter]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value[:20])
def test_addresses(client, talks, value):
    shown = [
        f"/api/v1/negotiations/{talks.negotiation.slug}/{name}/"
        for name in ("comparison", "conditions", "answers", "claims")
    ]
    for address in [
        *(f"{place(collection)}{value}/" for collection in ("negotiations", "demands")),
        f"/api/v1/negotiations/{value}/comparison/",
        f"/api/v1/{value}",
        *(
            f"{page}?{name}={value}"
            for page in shown
            for name in ("as_of", "round", "issue", "party", value)
        ),
    ]:
        fine(client.get(address))


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:24]))
@pytest.mark.parametrize("collection", ["demands", "sources"])
def test_bodies(editor, talks, collection, body):
    posted = editor.post(place(collection), body, content_type="application/json")
    patched = editor.patch(
        place(collection, talks[collection].pk),
        body,
        content_type="application/json",
        headers={"If-Match": "*"},
    )
    for answer in (posted, patched):
        fine(answer)
    assert posted.status_code in {400, 404, 413}
    # An edit of nothing is one; it leaves the record as it was.
    assert patched.status_code in ({200} if body in {b"", b"{}"} else {400, 404, 413})


@pytest.mark.parametrize("collection", [*COLLECTIONS, "memberships"])
def test_bodies_for_every_collection(editor, talks, collection):
    for body in BODIES:
        fine(editor.post(place(collection), body, content_type="application/json"))
        if collection not in {"negotiations", "memberships"}:
            address = place(collection, talks[collection].pk)
            sent = {"content_type": "application/json", "headers": {"If-Match": "*"}}
            fine(editor.patch(address, body, **sent))


@pytest.mark.parametrize("collection", sorted({*COLLECTIONS} - {"negotiations", "demands"}))
def test_odd_fields_for_every_collection(editor, talks, collection):
    body = body_of(collection, talks)
    for field in [*body, "reason"]:
        for odd in ODD[:: len(ODD) // 9]:
            posted = {**body, field: odd}
            fine(editor.post(place(collection), posted, content_type="application/json"))


def test_odd_papers(editor, talks):
    body = body_of("proposals", talks)
    deep: dict = {"label": "9"}
    for number in range(8):
        deep = {"label": f"{number}", "clauses": [deep] * 2 if number < 3 else [deep]}
    for root in [*ODD, {"label": "1", "clauses": [{}]}, {"label": "1", "evidence": [{}]}, deep]:
        answer = editor.post(
            place("proposals"), {**body, "root": root}, content_type="application/json"
        )
        fine(answer)
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"[" * 21 + b"]" * 21, "nested too deeply"),
        (b'{"text": 1e400}', "too large a number"),
        (b'{"text": NaN}', "not a number"),
        (b'{"text": "\xff"}', "can't decode"),
        (b'{"text": "\\udc00"}', "half a character"),
    ],
)
def test_what_is_no_json_says_why(editor, body, detail):
    answer = editor.post(place("demands"), body, content_type="application/json")
    assert answer.status_code == 400
    assert list(answer.json()) == ["detail"]
    assert detail in answer.json()["detail"]


def test_too_much_is_refused_before_it_is_read(editor):
    answer = editor.post(place("demands"), b"x" * 3_000_000, content_type="application/json")
    assert answer.status_code == 413
    assert list(answer.json()) == ["detail"]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"],
)
def test_other_content_types(editor, talks, content_type):
    answer = editor.post(place("demands"), b"text=hello", content_type=content_type)
    assert answer.status_code == 415
    assert list(answer.json()) == ["detail"]


@pytest.mark.parametrize("accepted", ["text/html", "application/xml", "x", "*", ";;;"])
def test_only_json_is_given(client, accepted):
    answer = client.get(place("demands"), headers={"Accept": accepted})
    assert answer.status_code == 406
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize("field", FIELDS)
def test_odd_fields(editor, talks, field):
    for odd in ODD:
        body = {**demand_of(talks), field: odd}
        fine(editor.post(place("demands"), body, content_type="application/json"))


@pytest.mark.parametrize(("part", "field"), [(p, f) for p in NESTED for f in NESTED[p]])
def test_odd_parts(editor, talks, part, field):
    for odd in ODD:
        body = demand_of(talks)
        body[part][0][field] = odd
        fine(editor.post(place("demands"), body, content_type="application/json"))


@pytest.mark.parametrize("name", ["\0", "x" * 10_000, "\u202e", "__class__", "", "text ", "пол"])
def test_odd_names(editor, talks, name):
    body = {**demand_of(talks), name: 1}
    answer = editor.post(place("demands"), body, content_type="application/json")
    assert answer.status_code == 400
    assert list(answer.json()) == [name]


def test_the_same_again_and_again(editor, talks):
    body = demand_of(talks)
    for part in NESTED:
        body[part] *= 3
    body["holders"] *= 3
    answer = editor.post(place("demands"), body, content_type="application/json")
    fine(answer)
    assert answer.status_code == 201
    assert answer.json()["holders"] == ["P0"]
    assert len(answer.json()["terms"]) == 3


def test_what_is_odd_but_text_is_kept_as_it_is(editor, talks):
    text = "\u202e reversed \u202c \U0001f54a é e\u0301 \u200b =cmd|' /C calc'!A0 <script>"
    body = {**demand_of(talks), "text": text}
    answer = editor.post(place("demands"), body, content_type="application/json")
    assert answer.json()["text"] == text
    assert Demand.objects.get(pk=answer.json()["id"]).text == text


def demand_of(talks: Talks) -> dict:
    """Return a whole demand as it is posted."""
    return {
        "negotiation": talks.negotiation.slug,
        "holders": ["P0"],
        "issue": "issue-0",
        "kind": "demand",
        "text": "Something",
        "stated": {"earliest": "2025-06-02", "latest": "2025-06-02"},
        "terms": [{"term": "term-0", "choices": ["yes-0"]}],
        "linkages": [{"relation": "unless", "condition": "it rains"}],
        "evidence": [{"source": talks["sources"].pk, "basis": "inference"}],
    }
