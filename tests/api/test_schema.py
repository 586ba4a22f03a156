"""The API's description: without warnings, true of the answers, shown from local files."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft4Validator

from tests.api.conftest import COLLECTIONS, CONTENT, Talks, new_talks, place, program_of

SCHEMA, DOCS = "/api/v1/schema/", "/api/v1/docs/"


@pytest.fixture(scope="module")
def schema() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def shown(for_the_module) -> Talks:
    return new_talks().fill(0).fill(1)


def test_it_is_valid_and_without_warnings(tmp_path):
    call_command(
        "spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yaml")
    )


def test_it_is_served_to_anybody(client, db, schema):
    answer = client.get(SCHEMA)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/vnd.oai.openapi+json")
    assert answer.json()["paths"].keys() == schema["paths"].keys()


@pytest.mark.parametrize(
    ("query", "field"), [("lang=%00", "lang"), ("lang=xx", "lang"), ("version=%0d%0a", "version")]
)
def test_it_takes_a_language_and_nothing_else(client, db, query, field):
    answer = client.get(f"{SCHEMA}?{query}")
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert client.get(f"{SCHEMA}?lang=en").status_code == 200


def test_it_has_every_collection_and_what_is_computed(schema):
    names = [*COLLECTIONS, "memberships"]
    lists = {place(name): {"get", "post"} for name in names}
    ones = {place(name, "{id}"): {"get", "patch", "delete"} for name in names}
    del ones[place("negotiations", "{id}")]
    ones[place("negotiations", "{slug}")] = {"get", "patch"}
    pages = {
        f"/api/v1/negotiations/{{slug}}/{name}/": {"get"}
        for name in (
            "agreement",
            "comparison",
            "conditions",
            "answers",
            "claims",
            "codebook",
            "movement",
        )
    }
    search = {f"/api/v1/{name}/": {"get"} for name in ("search", "changes")}
    search |= {"/api/v1/review/{id}/": {"get", "post"}}
    search |= {"/api/v1/comments/": {"get", "post"}, "/api/v1/comments/{id}/": {"get", "delete"}}
    assert {
        path: set(methods) for path, methods in schema["paths"].items()
    } == lists | ones | pages | search


def test_an_edit_requires_nothing_of_its_body_since_a_header_may_say_which_state(schema):
    for name in COLLECTIONS:
        path = place(name, "{slug}" if name == "negotiations" else "{id}")
        taken = schema["paths"][path]["patch"]["requestBody"]["content"]["application/json"]
        edit = schema["components"]["schemas"][taken["schema"]["$ref"].rsplit("/")[-1]]
        assert edit.get("required", []) == []
        assert ("version" in edit["properties"]) == (name in CONTENT)
        assert "negotiation" not in edit["properties"]


@pytest.mark.parametrize("name", ["negotiations", "sources", "proposals", "demands", "evidence"])
def test_the_main_writes_have_examples_that_fit_their_description(schema, name):
    body = schema["paths"][place(name)]["post"]["requestBody"]["content"]["application/json"]
    (example,) = body["examples"].values()
    strict = strictly({"components": schema["components"], **body})
    Draft4Validator({**strict["schema"], **strict}).validate(example["value"])
    assert "examples" not in str(schema["paths"][place(name)]["get"])


@pytest.mark.parametrize("name", [*COLLECTIONS, "memberships"])
def test_every_list_is_described_as_a_table_too(schema, name):
    described = schema["paths"][place(name)]["get"]
    table = described["responses"]["200"]["content"]["text/csv"]
    assert table["schema"] == {"type": "string"}
    (asked,) = [each for each in described["parameters"] if each["name"] == "format"]
    assert asked["schema"]["enum"] == ["csv", "json", "xlsx"]


def test_what_rests_on_a_record_is_described_as_a_conflict(schema):
    refusals = schema["paths"][place("sources", "{id}")]["delete"]["responses"]
    statuses = {"204", "400", "401", "403", "404", "409", "412", "422", "428", "429"}
    assert statuses <= refusals.keys()


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_answers_are_as_described(client, db, schema, shown, collection):
    page = client.get(place(collection)).json()
    described = schema["paths"][place(collection)]["get"]["responses"]["200"]
    check(schema, described, page)
    assert page["results"]


@pytest.mark.parametrize("name", ["comparison", "conditions", "answers", "claims"])
def test_what_pages_show_is_as_described(client, db, schema, shown, name):
    path = f"/api/v1/negotiations/{{slug}}/{name}/"
    query = {"as_of": "2025-06-05"}
    answer = client.get(path.format(slug=shown.negotiation.slug), query)
    check(schema, schema["paths"][path]["get"]["responses"]["200"], answer.json())


def test_a_conflict_is_as_described(db, schema, shown):
    client = program_of(shown.editor)
    address = place("demands", shown["demands"].pk)
    answer = client.patch(address, {"version": 99}, content_type="application/json")
    assert answer.status_code == 409
    assert answer.json()["changed_by"] == []
    described = schema["paths"][place("demands", "{id}")]["patch"]["responses"]
    check(schema, described["409"], answer.json())
    other = client.patch(
        address, {}, content_type="application/json", headers={"If-Match": '"0-other"'}
    )
    assert len(other.json()["changed_by"]) == 1
    check(schema, described["412"], other.json())


def check(schema: dict, described: dict, answer) -> None:
    """Raise ``ValidationError`` unless the answer is as it is described, nothing more or less."""
    strict = strictly({"components": schema["components"], **described})
    Draft4Validator({**strict["content"]["application/json"]["schema"], **strict}).validate(answer)


def strictly(node):
    """Return a description in JSON Schema's words for null, and without room for surplus keys."""
    if isinstance(node, list):
        return [strictly(each) for each in node]
    if not isinstance(node, dict):
        return node
    strict = {key: strictly(value) for key, value in node.items()}
    if "properties" in node and isinstance(node.get("type"), str):
        strict["additionalProperties"] = False
    if node.get("nullable") is True:
        return {"anyOf": [{k: v for k, v in strict.items() if k != "nullable"}, {"type": "null"}]}
    return strict


class Page(HTMLParser):
    """What a page fetches, and whether it holds any script or style of its own."""

    def __init__(self, text: str):
        super().__init__()
        self.fetched: list[str] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if address := attributes.get("src") or (tag == "link" and attributes.get("href")):
            self.fetched.append(address)
        if tag == "style" or (tag == "script" and "src" not in attributes):
            self.inline.append(tag)
        self.inline += [name for name in attributes if name == "style" or name.startswith("on")]


def test_the_documents_come_from_local_files(client, db):
    answer = client.get(DOCS)
    page = Page(answer.content.decode())
    assert answer.status_code == 200
    assert page.inline == []
    assert len(page.fetched) == 6
    for address in page.fetched:
        assert urlsplit(address).netloc == ""
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/"))
    script = client.get(DOCS + "?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert re.search(r'url: "([^"]+)"', script.content.decode())[1] == "/api/v1/schema/"


def test_only_the_documents_show_images_from_data(db):
    client = Client()
    assert "img-src 'self' data:" in client.get(DOCS)["Content-Security-Policy"]
    for address in (DOCS, SCHEMA, "/api/v1/nothing/"):
        policy = client.get(address)["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert ("data:" in policy) == (address == DOCS)
