"""Editors write demands and sources; everybody else is told why not."""

import pytest
from django.test import Client

from negotiations import operations
from negotiations.models import History, Membership, Negotiation, Source
from positions.models import Demand, Evidence, TermValue
from positions.operations import record_source
from tests import factories
from tests.api.conftest import Talks, member, new_talks, place, program_of

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}


@pytest.fixture
def talks() -> Talks:
    """Talks with the pieces of a demand: parties, an issue with terms, a source."""
    talks = new_talks()
    where = {"negotiation": talks.negotiation}
    issue = factories.IssueFactory(**where, code="ceasefire")
    area = factories.TermFactory(issue=issue, code="area", kind="choice", order=2)
    talks.records = {
        "ua": factories.PartyFactory(**where, code="UA"),
        "ru": factories.PartyFactory(**where, code="RU"),
        "issue": issue,
        "duration": factories.TermFactory(issue=issue, code="duration", order=1),
        "deadline": factories.TermFactory(issue=issue, code="deadline", kind="date", order=3),
        "area": area,
        "front": factories.TermChoiceFactory(term=area, code="front"),
        "parts": factories.TermChoiceFactory(term=area, code="parts"),
        "person": factories.PersonFactory(**where, name="A Minister"),
        "source": record_source(user=talks.editor, outlet="An outlet", **where),
    }
    return talks


@pytest.fixture
def editor(talks) -> Client:
    return program_of(talks.editor)


def demand_of(talks: Talks, **fields) -> dict:
    """Return a demand with evidence as it is posted."""
    return {
        "negotiation": talks.negotiation.slug,
        "holders": ["UA"],
        "issue": "ceasefire",
        "kind": "demand",
        "text": "Silence for thirty days",
        "stated": {"earliest": "2025-06-02", "latest": "2025-06-02"},
        "terms": [{"term": "duration", "quantity": {"low": "30", "high": "30"}}],
        "evidence": [{"source": talks["source"].pk, "basis": "official on the record"}],
        **fields,
    }


def posted(client: Client, body: dict) -> dict:
    answer = client.post(place("demands"), body, **JSON)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_demand_with_terms_and_evidence(editor, talks):
    earlier = posted(editor, demand_of(talks, text="Silence"))
    shown = posted(
        editor,
        demand_of(
            talks,
            holders=["UA", "RU"],
            addressees=["RU"],
            obligors=["RU"],
            occasion="A summit",
            firmness="firm",
            supersedes=earlier["id"],
            movement="softened",
            terms=[
                {"term": "duration", "quantity": {"low": 2, "high": "3"}, "approximate": True},
                {"term": "duration", "quantity": {"low": "90", "high": None}, "rank": "deprecated"},
                {"term": "area", "choices": ["parts", "front"], "quantifier": "one of"},
                {"term": "deadline", "dates": {"earliest": None, "latest": "2025-06-30"}},
            ],
            linkages=[
                {"relation": "only if", "condition": "observers come"},
                {"relation": "after", "anchor": earlier["id"]},
            ],
            evidence=[
                {
                    "source": talks["source"].pk,
                    "basis": "official on the record",
                    "speaker": talks["person"].pk,
                    "capacity": "minister",
                    "reported_by": "UA",
                    "quote": "“thirty days” \u202e \U0001f54a",
                    "credibility": 2,
                }
            ],
            reason="What the paper says",
        ),
    )
    assert shown["holders"] == ["UA", "RU"]
    assert shown["state"] == "published"
    assert shown["version"] == 1
    assert [
        (v["term"], v["quantity"], v["choices"], v["dates"], v["rank"]) for v in shown["terms"]
    ] == [
        ("duration", {"low": "2", "high": "3"}, [], None, "normal"),
        ("duration", {"low": "90", "high": None}, [], None, "deprecated"),
        ("area", None, ["front", "parts"], None, "normal"),
        ("deadline", None, [], {"earliest": None, "latest": "2025-06-30"}, "normal"),
    ]
    assert shown["linkages"] == [
        {"relation": "only if", "anchor": None, "condition": "observers come"},
        {"relation": "after", "anchor": earlier["id"], "condition": ""},
    ]
    (evidence,) = shown["evidence"]
    row = Client().get(place("evidence", evidence)).json()
    assert row["record"] == shown["id"]
    assert row["speaker"] == talks["person"].pk
    assert row["reported_by"] == "UA"
    assert row["quote"] == "“thirty days” \u202e \U0001f54a"
    assert row["credibility"] == 2
    assert Client().get(place("demands", shown["id"])).json() == shown
    written = History.objects.filter(row_id=shown["id"], operation="I")
    changeset = written.get(table_name="positions_demand").changeset
    assert changeset.user_name == talks.editor.username
    assert changeset.reason == "What the paper says"


def test_the_words_of_a_source_keep_their_spaces(editor, talks):
    text = " Two\n\tlines. "
    body = {"negotiation": talks.negotiation.slug, "outlet": "A Paper", "text": text}
    source = editor.post(place("sources"), body, **JSON).json()
    assert source["text"] == text
    words = {"quote": "\tlines. ", "prefix": " Two\n", "suffix": ""}
    evidence = {"source": source["id"], "basis": "tabled paper", "start": 5, "end": 13, **words}
    (number,) = posted(editor, demand_of(talks, evidence=[evidence]))["evidence"]
    row = editor.get(place("evidence", number)).json()
    assert {name: row[name] for name in evidence} == evidence


def test_without_evidence_it_is_a_draft(editor, talks):
    shown = posted(editor, demand_of(talks, evidence=[]))
    assert shown["state"] == "draft"
    assert Client().get(place("demands", shown["id"])).status_code == 404
    with_evidence = editor.patch(
        place("demands", shown["id"]),
        {"version": 1, "evidence": demand_of(talks)["evidence"]},
        **JSON,
    )
    assert with_evidence.status_code == 200
    assert with_evidence.json()["state"] == "published"
    assert Client().get(place("demands", shown["id"])).json() == with_evidence.json()


def test_where_review_is_required_all_are_drafts(editor, talks):
    operations.edit(talks.negotiation, user=talks.editor, review=Negotiation.Review.REQUIRED)
    assert posted(editor, demand_of(talks))["state"] == "draft"


def test_an_edit_changes_what_is_given(editor, talks):
    before = posted(editor, demand_of(talks, linkages=[{"relation": "unless", "condition": "x"}]))
    answer = editor.patch(
        place("demands", before["id"]),
        {"version": 1, "text": "Silence", "firmness": "red line", "reason": ""},
        **JSON,
    )
    assert answer.status_code == 200
    after = answer.json()
    assert after == {**before, "text": "Silence", "firmness": "red line", "version": 2}


def test_terms_and_linkages_are_complete_new_lists_and_evidence_is_added(editor, talks):
    before = posted(editor, demand_of(talks, linkages=[{"relation": "unless", "condition": "x"}]))
    change = {
        "version": before["version"],
        "terms": [{"term": "area", "choices": ["front"]}],
        "linkages": [],
        "evidence": [{"source": talks["source"].pk, "basis": "inference"}],
    }
    after = editor.patch(place("demands", before["id"]), change, **JSON).json()
    assert [(v["term"], v["choices"]) for v in after["terms"]] == [("area", ["front"])]
    assert after["linkages"] == []
    assert len(after["evidence"]) == 2
    assert set(before["evidence"]) < set(after["evidence"])
    assert not TermValue.objects.filter(record=before["id"], term=talks["duration"]).exists()


def test_a_pointer_is_taken_away_with_null(editor, talks):
    shown = posted(editor, demand_of(talks))
    answer = editor.patch(
        place("demands", shown["id"]), {"version": 1, "issue": None, "terms": []}, **JSON
    )
    assert answer.json()["issue"] is None


def test_a_stale_edit_gets_what_is_there_now(editor, talks):
    shown = posted(editor, demand_of(talks))
    address = place("demands", shown["id"])
    first = editor.patch(address, {"version": 1, "text": "First"}, **JSON).json()
    answer = editor.patch(address, {"version": 1, "text": "Second"}, **JSON)
    assert answer.status_code == 409
    assert answer.json().keys() == {"detail", "current", "changed_by"}
    assert [edit["who"] for edit in answer.json()["changed_by"]] == [talks.editor.username]
    assert answer.json()["current"] == first
    assert Demand.objects.get(pk=shown["id"]).text == "First"


@pytest.mark.parametrize("version", [None, 0, -1, "one", 2**31, True, {}, 1.5])
def test_an_edit_names_the_version_it_is_of(editor, talks, version):
    shown = posted(editor, demand_of(talks))
    body = {"text": "New"} if version is None else {"text": "New", "version": version}
    answer = editor.patch(place("demands", shown["id"]), body, **JSON)
    if version is None:
        assert answer.status_code == 428
        assert "If-Match" in answer.json()["detail"]
    else:
        assert answer.status_code == 400
        assert list(answer.json()) == ["version"]
    assert Demand.objects.get(pk=shown["id"]).text == shown["text"]


def test_a_source(editor, talks):
    body = {
        "negotiation": talks.negotiation.slug,
        "outlet": "A Paper",
        "kind": "wire report",
        "url": "https://example.org/1",
        "published": {"earliest": "2025-06-01", "latest": "2025-06-02"},
        "reliability": None,
        "derived_from": talks["source"].pk,
    }
    answer = editor.post(place("sources"), body, **JSON)
    assert answer.status_code == 201
    shown = answer.json()
    assert {name: shown[name] for name in body} == body
    assert shown["state"] == "published"
    assert Client().get(place("sources", shown["id"])).json() == shown
    change = {"version": 1, "title": "A headline", "derived_from": None}
    after = editor.patch(place("sources", shown["id"]), change, **JSON)
    assert after.status_code == 200
    assert after.json() == {**shown, "title": "A headline", "derived_from": None, "version": 2}
    stale = editor.patch(place("sources", shown["id"]), {"version": 1, "title": "Other"}, **JSON)
    assert stale.status_code == 409
    assert stale.json()["current"] == after.json()


@pytest.mark.parametrize("role", ["editor", "reviewer", "manager"])
def test_who_may_write(talks, role):
    client = program_of(member(talks.negotiation, role))
    posted(client, demand_of(talks))


def _writes(client: Client, talks: Talks, number: int) -> list:
    """Return the answers to a new demand and source, and to edits of one of each."""
    slug = talks.negotiation.slug
    return [
        client.post(place("demands"), demand_of(talks), **JSON),
        client.patch(place("demands", number), {"version": 1, "text": "Mine"}, **JSON),
        client.post(place("sources"), {"negotiation": slug, "outlet": "Mine"}, **JSON),
        client.patch(place("sources", talks["source"].pk), {"version": 1, "note": "x"}, **JSON),
    ]


def test_members_without_the_role_and_strangers_may_not_write(editor, talks):
    number = posted(editor, demand_of(talks))["id"]
    counts = Demand.objects.count(), Source.objects.count()
    elsewhere = new_talks().editor
    for user in (member(talks.negotiation, Membership.Role.READER), elsewhere):
        answers = _writes(program_of(user), talks, number)
        assert [answer.status_code for answer in answers] == [403] * 4
        assert all(list(answer.json()) == ["detail"] for answer in answers)
    assert (Demand.objects.count(), Source.objects.count()) == counts
    assert Demand.objects.get(pk=number).text != "Mine"


def test_nobody_signs_in_first(editor, talks):
    number = posted(editor, demand_of(talks))["id"]
    answers = _writes(Client(), talks, number)
    assert [answer.status_code for answer in answers] == [401] * 4
    assert {answer["WWW-Authenticate"] for answer in answers} == {"Bearer"}


def test_hidden_talks_are_not_there_to_write_in(editor, talks):
    number = posted(editor, demand_of(talks))["id"]
    operations.edit(talks.negotiation, user=talks.editor, visibility="members")
    stranger = program_of(factories.UserFactory())
    hidden = _writes(stranger, talks, number)
    assert [answer.status_code for answer in hidden] == [404] * 4
    missing = stranger.post(
        place("demands"), {**demand_of(talks), "negotiation": "nothing"}, **JSON
    )
    assert missing.status_code == 404
    assert missing.content == hidden[0].content
    absent = stranger.patch(place("demands", 10**9), {"version": 1}, **JSON)
    assert absent.content == hidden[1].content


def test_a_draft_is_not_there_for_readers_to_edit(editor, talks):
    number = posted(editor, demand_of(talks, evidence=[]))["id"]
    reader = program_of(member(talks.negotiation, "reader"))
    answer = reader.patch(place("demands", number), {"version": 1, "text": "Mine"}, **JSON)
    assert answer.status_code == 404


def test_a_session_needs_its_csrf_token(talks):
    client = Client(enforce_csrf_checks=True)
    client.force_login(talks.editor, backend="allauth.account.auth_backends.AuthenticationBackend")
    refused = client.post(place("demands"), demand_of(talks), **JSON)
    assert refused.status_code == 403
    client.get("/api/v1/docs/?script=")
    token = client.cookies["csrftoken"].value
    allowed = client.post(
        place("demands"), demand_of(talks), **JSON, headers={"X-CSRFToken": token}
    )
    assert allowed.status_code == 201


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"text": ""}, ["text"]),
        ({"text": None}, ["text"]),
        ({"kind": "wish"}, ["kind"]),
        ({"kind": None}, ["non_field_errors"]),
        ({"stated": None}, ["stated"]),
        ({"stated": "2025-06-02"}, ["stated"]),
        ({"stated": {"earliest": "2025-06-03", "latest": "2025-06-02"}}, ["stated"]),
        ({"stated": {"earliest": "2025-06-03", "latest": None}}, ["stated"]),
        ({"stated": {"earliest": "2025-02-30", "latest": None}}, ["stated"]),
        ({"holders": []}, ["holders"]),
        ({"holders": ["XX"]}, ["holders", 0]),
        ({"holders": "UA"}, ["holders"]),
        ({"issue": "nothing"}, ["issue"]),
        ({"issue": 3}, ["issue"]),
        ({"round": 10**9}, ["round"]),
        ({"ended": {"earliest": "2025-06-03", "latest": None}}, ["non_field_errors"]),
        ({"answer": "accepted"}, ["non_field_errors"]),
        ({"movement": "softened"}, ["non_field_errors"]),
        ({"isue": "ceasefire"}, ["isue"]),
        ({"state": "published"}, ["state"]),
        ({"id": 7}, ["id"]),
        ({"version": 7}, ["version"]),
        ({"terms": {}}, ["terms"]),
        ({"terms": [{"term": "depth"}]}, ["terms", 0, "term"]),
        ({"terms": [{"term": "duration", "quantity": "30"}]}, ["terms", 0, "quantity"]),
        (
            {"terms": [{"term": "duration", "quantity": {"low": None, "high": None}}]},
            ["terms", 0, "quantity"],
        ),
        ({"terms": [{"term": "duration", "choices": ["front"]}]}, ["terms", 0, "choices"]),
        ({"terms": [{"term": "area", "choices": ["back"]}]}, ["terms", 0, "choices"]),
        (
            {"terms": [{"term": "area", "quantity": {"low": "1", "high": "1"}}]},
            ["terms", 0, "quantity"],
        ),
        ({"terms": [{"term": "duration", "unit": "day"}]}, ["terms", 0, "unit"]),
        ({"linkages": [{"relation": "because"}]}, ["linkages", 0, "relation"]),
        ({"linkages": [{"relation": "after", "anchor": 10**9}]}, ["linkages", 0, "anchor"]),
        ({"evidence": [{"source": 10**9, "basis": "inference"}]}, ["evidence", 0, "source"]),
        ({"evidence": [{"basis": "inference"}]}, ["evidence", 0, "source"]),
        ({"evidence": [7]}, ["evidence", 0]),
    ],
)
def test_errors_name_the_field(editor, talks, change, at):
    answer = editor.post(place("demands"), {**demand_of(talks), **change}, **JSON)
    assert answer.status_code == 400, answer.content
    named = answer.json()
    assert list(named) == at[:1]
    for step in at:
        named = named[str(step)]
    assert named
    assert not Demand.objects.exists()


def test_what_the_operation_refuses_leaves_nothing_behind(editor, talks):
    linkages = [{"relation": "after", "anchor": talks["source"].pk}]
    answer = editor.post(place("demands"), demand_of(talks, linkages=linkages), **JSON)
    assert answer.status_code == 400
    assert list(answer.json()) == ["anchor"]
    assert not Demand.objects.exists()
    assert not Evidence.objects.exists()


def test_rows_of_other_negotiations_look_as_if_they_were_not_there(editor, talks):
    other = new_talks().fill(3)
    numbers = {
        "round": other["rounds"].pk,
        "clause": other["clauses"].pk,
        "supersedes": other["demands"].pk,
        "answers": other["demands"].pk,
    }
    codes = {"holders": ["P3"], "issue": "issue-3"}
    absent = dict.fromkeys(numbers, 10**9) | {"holders": ["P4"], "issue": "issue-4"}
    answers = [
        editor.post(place("demands"), demand_of(talks, **fields), **JSON)
        for fields in (numbers | codes, absent)
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json().keys() == absent.keys()
    assert answers[0].content == answers[1].content
    evidence = [
        editor.post(
            place("demands"),
            demand_of(talks, evidence=[{"source": number, "basis": "inference"}]),
            **JSON,
        )
        for number in (other["sources"].pk, 10**9)
    ]
    assert [answer.status_code for answer in evidence] == [400, 400]
    assert evidence[0].content == evidence[1].content


def test_the_negotiation_of_a_demand_stays(editor, talks):
    shown = posted(editor, demand_of(talks))
    answer = editor.patch(
        place("demands", shown["id"]),
        {"version": 1, "negotiation": new_talks().negotiation.slug},
        **JSON,
    )
    assert answer.status_code == 400
    assert list(answer.json()) == ["negotiation"]
