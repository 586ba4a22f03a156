"""Every collection is written as every other: by whom, how, and what is told when it fails."""

import pytest
from django.test import Client

from negotiations import operations
from negotiations.models import Changeset, Record
from tests import factories
from tests.api.conftest import COLLECTIONS, CONTENT, Talks, member, new_talks, place, program_of
from tests.api.written import CHANGES, WRONG, body_of
from tests.recording import published_demand

pytestmark = pytest.mark.usefixtures("talks", "db")
JSON = {"content_type": "application/json"}
#: Whatever the row is now is meant.
ANY = {"headers": {"If-Match": "*"}}
WRITTEN = [name for name in COLLECTIONS if name != "negotiations"]
PLAIN = [name for name in WRITTEN if name not in CONTENT]
#: What is posted with a row and stands in a collection of its own afterwards.
HANGING = ("evidence", "terms", "linkages")
#: Fields whose numbers are no pointers.
COUNTED = {"order", "number", "credibility", "ordinal"}
each = pytest.mark.parametrize("collection", WRITTEN)


@pytest.fixture(scope="module")
def talks(for_the_module) -> Talks:
    """Talks with one of everything, and a round nobody is on the list of."""
    talks = new_talks().fill()
    rounds = {"negotiation": talks.negotiation, "track": talks["tracks"], "state": "published"}
    talks.earlier["rounds"] = factories.RoundFactory(**rounds)
    return talks


@pytest.fixture(scope="module")
def editor(talks) -> Client:
    return program_of(talks.editor)


def posted(client: Client, collection: str, body: dict) -> dict:
    answer = client.post(place(collection), body, **JSON)
    assert answer.status_code == 201, answer.content
    return answer.json()


def patched(client: Client, collection: str, row: dict, change: dict):
    version = {"version": row["version"]} if "version" in row else {}
    which = {} if version else ANY
    return client.patch(place(collection, row["id"]), {**version, **change}, **JSON, **which)


def own(fields: dict) -> dict:
    return {name: value for name, value in fields.items() if name not in HANGING}


@each
def test_a_row_is_recorded_shown_and_put_down_to_its_author(editor, talks, collection):
    body = {**body_of(collection, talks), "reason": "It is so"}
    shown = posted(editor, collection, body)
    del body["reason"]
    assert {name: shown[name] for name in own(body)} == own(body)
    if collection in CONTENT:
        assert (shown["state"], shown["version"]) == ("published", 1)
    assert Client().get(place(collection, shown["id"])).json() == shown
    newest = Changeset.objects.filter(negotiation=talks.negotiation).latest("revision")
    assert newest.user_name == talks.editor.username
    assert newest.reason == "It is so"


@pytest.mark.parametrize("collection", [name for name in WRITTEN if name in CONTENT])
def test_what_hangs_on_a_row_comes_with_it(editor, talks, collection):
    body = body_of(collection, talks)
    shown = posted(editor, collection, body)
    parts = {
        name: editor.get(place(where), {"record": shown["id"]}).json()["results"]
        for name, where in {
            "evidence": "evidence",
            "terms": "term-values",
            "linkages": "linkages",
        }.items()
    }
    for name, found in parts.items():
        given = body.get(name, [])
        shown_parts = zip(given, found, strict=True)
        assert [{key: row[key] for key in asked} for asked, row in shown_parts] == given
        assert {row["state"] for row in found} <= {"published"}


@each
def test_an_edit_changes_what_is_given_and_nothing_else(editor, talks, collection):
    before = posted(editor, collection, body_of(collection, talks))
    answer = patched(editor, collection, before, {**CHANGES[collection], "reason": "New facts"})
    assert answer.status_code == 200, answer.content
    counted = {"version": 2} if "version" in before else {}
    assert answer.json() == {**before, **CHANGES[collection], **counted}
    assert editor.get(place(collection, before["id"])).json() == answer.json()
    newest = Changeset.objects.filter(negotiation=talks.negotiation).latest("revision")
    assert newest.reason == "New facts"


@pytest.mark.parametrize(
    ("collection", "wrong", "field"),
    [(name, wrong, field) for name, cases in WRONG.items() for wrong, field in cases],
)
def test_an_error_names_the_field_and_nothing_is_written(editor, talks, collection, wrong, field):
    count = Record.objects.count()
    body = {**body_of(collection, talks), **wrong}
    answer = editor.post(place(collection), body, **JSON)
    assert answer.status_code == 400, answer.content
    assert list(answer.json()) == [field]
    assert Record.objects.count() == count


@each
def test_an_unknown_field_is_refused_with_those_there_are(editor, talks, collection):
    body = body_of(collection, talks)
    answer = editor.post(place(collection), {**body, "colour": "red", "version": 3}, **JSON)
    assert answer.status_code == 400
    assert list(answer.json()) == ["colour", "version"]
    assert all(name in answer.json()["colour"][0] for name in body)
    row = {"id": talks[collection].pk}
    answer = patched(editor, collection, row, {"version": 1, "negotiation": "other", "id": 7})
    assert answer.status_code == 400
    refused = ["id", "negotiation"] + ["version"] * (collection in PLAIN)
    assert list(answer.json()) == refused


def writes(client: Client, talks: Talks, collection: str) -> list:
    """Return the answers to a new row, an edit and a deletion."""
    row = {"id": talks[collection].pk, **({"version": 1} if collection in CONTENT else {})}
    return [
        client.post(place(collection), body_of(collection, talks), **JSON),
        patched(client, collection, row, CHANGES[collection]),
        client.delete(place(collection, row["id"]), **ANY),
    ]


@each
def test_readers_strangers_and_nobody_may_not_write(talks, collection):
    count = Record.objects.count()
    clients = {
        program_of(member(talks.negotiation, "reader")): 403,
        program_of(new_talks().editor): 403,
        Client(): 401,
    }
    for client, status in clients.items():
        answers = writes(client, talks, collection)
        assert [answer.status_code for answer in answers] == [status] * 3
        assert all(list(answer.json()) == ["detail"] for answer in answers)
    assert Record.objects.count() == count


@each
def test_hidden_talks_are_not_there_to_write_in(talks, collection):
    operations.edit(talks.negotiation, user=talks.editor, visibility="members")
    stranger = program_of(factories.UserFactory())
    hidden = writes(stranger, talks, collection)
    assert [answer.status_code for answer in hidden] == [404] * 3
    absent = stranger.delete(place(collection, 10**9), **ANY)
    assert absent.content == hidden[2].content


@each
def test_what_is_of_another_negotiation_looks_as_if_it_were_not_there(editor, talks, collection):
    other = new_talks().fill(3)
    foreign_of = {"P0": "P3", "issue-0": "issue-3", "term-0": "term-3"}
    foreign_of |= {record.pk: other[name].pk for name, record in talks.records.items()}
    foreign_of[talks.earlier["rounds"].pk] = other["rounds"].pk
    body = body_of(collection, talks)
    pointing = {
        name: foreign_of[value]
        for name, value in body.items()
        if isinstance(value, str | int) and value in foreign_of and name not in COUNTED
    }
    for name, foreign in pointing.items():
        absent = 10**9 if isinstance(foreign, int) else "none-such"
        answers = [
            editor.post(place(collection), {**body, name: value}, **JSON)
            for value in (foreign, absent)
        ]
        assert [answer.status_code for answer in answers] == [400, 400]
        assert list(answers[0].json()) == [name]
        assert answers[0].content == answers[1].content
    assert bool(pointing) == (collection not in {"parties", "people", "tracks"})


@pytest.mark.parametrize("collection", CONTENT)
def test_a_stale_edit_gets_what_is_there_now(editor, talks, collection):
    before = posted(editor, collection, body_of(collection, talks))
    first = patched(editor, collection, before, CHANGES[collection]).json()
    second = patched(editor, collection, before, {"state": "retracted"})
    assert second.status_code == 409
    assert second.json().keys() == {"detail", "current", "changed_by"}
    assert [edit["who"] for edit in second.json()["changed_by"]] == [talks.editor.username]
    assert second.json()["current"] == first
    unversioned = editor.patch(place(collection, before["id"]), CHANGES[collection], **JSON)
    assert unversioned.status_code == 428
    assert "If-Match" in unversioned.json()["detail"]


@each
def test_what_nothing_rests_on_is_deleted(editor, talks, collection):
    row = posted(editor, collection, body_of(collection, talks))
    answer = editor.delete(place(collection, row["id"]), **ANY)
    assert answer.status_code == 204
    assert answer.content == b""
    assert editor.get(place(collection, row["id"])).status_code == 404
    assert editor.delete(place(collection, row["id"]), **ANY).status_code == 404
    newest = Changeset.objects.filter(negotiation=talks.negotiation).latest("revision")
    assert newest.user_name == talks.editor.username


@pytest.mark.parametrize(
    ("collection", "resting"),
    [
        ("parties", "Demand"),
        ("people", "Delegate"),
        ("tracks", "Round"),
        ("rounds", "Demand"),
        ("sources", "Evidence"),
        ("issues", "Demand"),
        ("terms", "Term value"),
        ("term-choices", "Term value"),
        ("proposals", "Demand"),
        ("clauses", "Demand"),
        ("outcomes", "Event"),
    ],
)
def test_what_others_rest_on_stays_and_they_are_named(editor, talks, collection, resting):
    answer = editor.delete(place(collection, talks[collection].pk), **ANY)
    assert answer.status_code == 409
    assert list(answer.json()) == ["detail"]
    assert "rest on it." in answer.json()["detail"] or "rests on it." in answer.json()["detail"]
    assert resting.lower() in answer.json()["detail"].lower()
    assert editor.get(place(collection, talks[collection].pk)).status_code == 200


def test_the_last_evidence_of_what_is_published_stays(editor, talks):
    demand = published_demand(negotiation=talks.negotiation)
    (number,) = editor.get(place("demands", demand.pk)).json()["evidence"]
    answer = editor.delete(place("evidence", number), **ANY)
    assert answer.status_code == 400
    assert "name a source" in answer.json()["non_field_errors"][0]
    assert editor.get(place("evidence", number)).status_code == 200


@pytest.mark.parametrize("collection", CONTENT)
def test_a_record_is_retracted_and_published_again_with_what_hangs_on_it(editor, talks, collection):
    row = posted(editor, collection, body_of(collection, talks))
    answer = patched(editor, collection, row, {"state": "retracted"})
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["version"]) == ("retracted", 2)
    assert Client().get(place(collection, row["id"])).status_code == 404
    on_it = editor.get(place("evidence"), {"record": row["id"]}).json()["results"]
    assert {part["state"] for part in on_it} <= {"retracted"}
    again = patched(editor, collection, answer.json(), {"state": "published"})
    assert again.status_code == 200
    assert Client().get(place(collection, row["id"])).json() == again.json()
    on_it = Client().get(place("evidence"), {"record": row["id"]}).json()["results"]
    assert len(on_it) == len(body_of(collection, talks).get("evidence", []))


def test_an_edit_and_its_publication_are_one_act(editor, talks):
    body = {**body_of("demands", talks), "evidence": []}
    draft = posted(editor, "demands", body)
    assert draft["state"] == "draft"
    refused = patched(editor, "demands", draft, {"text": "Other", "state": "published"})
    assert refused.status_code == 400
    assert list(refused.json()) == ["non_field_errors"]
    assert editor.get(place("demands", draft["id"])).json() == draft
    evidence = body_of("demands", talks)["evidence"]
    change = {"text": "Other", "evidence": evidence, "state": "published"}
    shown = patched(editor, "demands", draft, change).json()
    assert (shown["text"], shown["state"]) == ("Other", "published")


@pytest.mark.parametrize(
    ("state", "status", "told"),
    [
        ("draft", 403, ["detail"]),
        ("in review", 400, ["non_field_errors"]),
        ("", 400, ["state"]),
        (None, 400, ["state"]),
        (7, 400, ["state"]),
    ],
)
def test_an_edit_publishes_retracts_and_sends_to_review_where_that_can_be(
    editor, talks, state, status, told
):
    """What is published is not sent back by an editor, nor to a review that nobody asks for."""
    row = {"id": talks["demands"].pk, "version": 1}
    answer = patched(editor, "demands", row, {"state": state})
    assert (answer.status_code, list(answer.json())) == (status, told)


def test_what_others_rest_on_is_not_retracted(editor, talks):
    row = {"id": talks["sources"].pk, "version": talks["sources"].version}
    answer = patched(editor, "sources", row, {"state": "retracted"})
    assert answer.status_code == 400
    assert "rests only on what is published" in answer.json()["non_field_errors"][0]


def test_terms_and_linkages_of_an_outcome_are_complete_new_lists(editor, talks):
    before = posted(editor, "outcomes", body_of("outcomes", talks))
    change = {"terms": [{"term": "term-0", "choices": ["yes-0"]}], "linkages": []}
    after = patched(editor, "outcomes", before, change).json()
    (value,) = after["terms"]
    assert (value["term"], value["choices"]) == ("term-0", ["yes-0"])
    assert after["linkages"] == []
    assert after["version"] == 2
    assert after["evidence"] == before["evidence"]


def test_a_part_takes_the_state_of_its_record(editor, talks):
    draft = posted(editor, "demands", {**body_of("demands", talks), "evidence": []})
    value = {**body_of("term-values", talks), "record": draft["id"]}
    assert posted(editor, "term-values", value)["state"] == "draft"
    assert Client().get(place("term-values"), {"state": "draft"}).json()["count"] == 0
    evidence = {**body_of("evidence", talks), "record": draft["id"], "field": "", "reads": ""}
    assert posted(editor, "evidence", evidence)["state"] == "published"
    assert Client().get(place("demands", draft["id"])).json()["state"] == "published"


def test_a_paper_comes_with_all_that_stands_in_it(editor, talks):
    said = {"source": talks["sources"].pk, "basis": "inference", "field": "operator"}
    root = {
        "label": "The whole",
        "operator": "any",
        "evidence": [{**said, "reads": "all", "stance": "reads as"}],
        "clauses": [
            {"label": "1", "operator": "all", "clauses": [{"text": "a"}, {"text": "b"}]},
            {"label": "2", "text": "Or this"},
        ],
    }
    paper = posted(editor, "proposals", {**body_of("proposals", talks), "root": root})
    found = Client().get(place("clauses"), {"proposal": paper["id"]}).json()["results"]
    assert {clause["state"] for clause in found} == {"published"}
    outer = {clause["id"]: clause["label"] or clause["text"] for clause in found}
    assert sorted(
        (outer.get(clause["parent"]), clause["order"], outer[clause["id"]], clause["operator"])
        for clause in found
        if clause["parent"]
    ) == [
        ("1", 1, "a", None),
        ("1", 2, "b", None),
        ("The whole", 1, "1", "all"),
        ("The whole", 2, "2", None),
    ]
    (top,) = [clause for clause in found if clause["parent"] is None]
    assert (top["label"], top["operator"]) == ("The whole", "any")
    (reading,) = Client().get(place("evidence"), {"record": top["id"]}).json()["results"]
    assert (reading["field"], reading["reads"]) == ("operator", "all")


def test_a_paper_of_a_draft_source_is_a_draft_with_its_clauses(editor, talks):
    operations.edit(talks.negotiation, user=talks.editor, review="required")
    body = {**body_of("proposals", talks), "root": {"label": "Zyzzyva"}}
    paper = posted(editor, "proposals", body)
    (clause,) = editor.get(place("clauses"), {"proposal": paper["id"]}).json()["results"]
    assert (paper["state"], clause["state"]) == ("draft", "draft")
    for address in (place("clauses"), f"{place('clauses')}?format=csv"):
        assert "Zyzzyva" not in Client().get(address).getvalue().decode()
