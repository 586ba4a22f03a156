"""Setting up a negotiation: who may, what is saved, and that no page asks more with more rows."""

import pytest
from django.urls import reverse

from negotiations.models import Changeset, Membership, Negotiation, Party, Person, Round, Track
from negotiations.operations import version_of
from positions.models import Issue, Term, TermChoice
from tests.factories import (
    DelegateFactory,
    EvidenceFactory,
    IssueFactory,
    MembershipFactory,
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    TermChoiceFactory,
    TermFactory,
    TermValueFactory,
    TrackFactory,
    UserFactory,
)
from tests.recording import published_demand
from tests.sending import as_sent

pytestmark = pytest.mark.django_db

PAGES = ["setup", "setup-parties", "setup-people", "setup-tracks", "setup-issues"]
MANAGERS_PAGES = ["setup-settings"]
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def talks():
    return NegotiationFactory(slug="river-talks", title="River talks", visibility="public")


@pytest.fixture
def as_role(talks, client):
    """Return a function that signs somebody in who has a role in the talks, or none."""

    def sign_in(role):
        user = UserFactory(username=role)
        if role != "stranger":
            MembershipFactory(negotiation=talks, user=user, role=role)
        client.force_login(user)
        return client

    return sign_in


def new(**typed):
    return {"title": "River talks", "visibility": "members", "review": "off", **typed}


def test_whoever_is_signed_in_sets_up_a_negotiation_and_manages_it(client):
    client.force_login(UserFactory(username="olena"))
    answer = client.post("/new/", new(codebook="ceasefire-talks"))
    begun = Negotiation.objects.get(slug="river-talks")
    assert answer.url == reverse("setup", args=["river-talks"])
    assert (begun.title, begun.visibility, begun.review) == ("River talks", "members", "off")
    assert Membership.objects.get(negotiation=begun).role == "manager"
    assert Issue.objects.filter(negotiation=begun, code="monitoring").exists()
    assert Changeset.objects.filter(negotiation_id=begun.pk).count() == 1
    assert "Monitoring and verification" in client.get("/new/").content.decode()


def test_without_an_address_of_its_own_the_title_makes_it(client):
    client.force_login(UserFactory())
    client.post("/new/", new(title="Northland & Southland, 2031"))
    assert Negotiation.objects.get().slug == "northland-southland-2031"
    client.post("/new/", new(title="Aland–Beland"))
    assert Negotiation.objects.filter(slug="aland-beland").exists()
    page = client.post("/new/", new(title="Перемовини"))
    assert page.status_code == 422
    assert "Write an address in Latin letters" in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": ""}, "This field is required"),
        ({"slug": "admin"}, "is an address of the site"),
        ({"slug": "taken"}, "already exists"),
        ({"codebook": "no-such"}, "Select a valid choice"),
    ],
)
def test_a_start_that_is_refused_keeps_what_was_typed(client, typed, said):
    NegotiationFactory(slug="taken")
    client.force_login(UserFactory())
    page = client.post("/new/", new(summary="On the river’s water", **typed))
    assert page.status_code == 422
    assert said in page.content.decode()
    assert "On the river’s water" in page.content.decode()
    assert Negotiation.objects.count() == 1


def test_nobody_sets_one_up_unknown(client):
    assert client.get("/new/").url == "/accounts/login/?next=/new/"
    assert client.post("/new/", new()).status_code == 401
    assert client.put("/new/").status_code in (302, 405)


@pytest.mark.parametrize("name", [*PAGES, *MANAGERS_PAGES])
@pytest.mark.parametrize("role", ["manager", "reviewer", "editor", "reader", "stranger"])
def test_who_may_see_which_page(as_role, talks, name, role):
    may = role == "manager" or (role in ("reviewer", "editor") and name in PAGES)
    answer = as_role(role).get(reverse(name, args=[talks.slug]))
    assert answer.status_code == (200 if may else 403)


@pytest.mark.parametrize("name", [*PAGES, *MANAGERS_PAGES])
def test_a_hidden_negotiation_is_not_there(client, name):
    NegotiationFactory(slug="hidden", visibility="members")
    client.force_login(UserFactory())
    assert client.get(reverse(name, args=["hidden"])).status_code == 404
    assert client.get(reverse(name, args=["absent"])).status_code == 404


@pytest.mark.parametrize("name", ["setup", "setup-parties", "setup-people", "setup-tracks"])
def test_pages_that_take_nothing_say_so(as_role, talks, name):
    assert as_role("manager").post(reverse(name, args=[talks.slug])).status_code == 405


def test_the_first_round_makes_its_track_and_leads_to_its_page(as_role, talks):
    editor, address = as_role("editor"), reverse("record-new", args=[talks.slug, "round"])
    form = editor.get(address).context["form"]
    assert form.fields["source"].empty_label == "none yet"
    typed = {"status": "planned", "time_zone": "UTC", "planned": "2 June 2031"}
    typed |= {"basis": "outlet's voice"}
    tracks = Track.objects.filter(negotiation=talks)
    for number, title in enumerate(("First meeting", "Second meeting"), 1):
        track = {"track": tracks[0].pk} if tracks.all() else {}
        typed |= {"title": title, "number": number, **track}
        saved = editor.post(f"{address}?next=/{talks.slug}/", typed)
        held = Round.objects.get(title=title)
        assert saved.url == reverse("round", args=[talks.slug, held.pk])
    assert [track.name for track in tracks.all()] == ["Main track"]


def test_setup_is_in_the_bar_of_every_page_of_an_editor(as_role, talks):
    editor = as_role("editor")
    demand = published_demand(negotiation=talks)
    for address in (
        reverse("record-new", args=[talks.slug, "round"]),
        reverse("demand-edit", args=[talks.slug, demand.pk]),
        reverse("search", args=[talks.slug]),
    ):
        page = editor.get(address).content.decode()
        assert f'href="{reverse("setup", args=[talks.slug])}"' in page, address


def test_what_is_unfinished_is_listed_on_the_overview_and_the_account(as_role, talks):
    editor = as_role("editor")
    address = reverse("record-new", args=[talks.slug, "event"])
    keeping = reverse("unsaved", args=[talks.slug])
    editor.post(f"{keeping}?form={address}", {"title": "A ferry that"})
    for name, more in (("overview", [talks.slug]), ("account", [])):
        page = editor.get(reverse(name, args=more)).content.decode()
        assert f'<a href="{address}">A ferry that</a>' in page, name


def test_the_overview_says_what_is_missing(as_role, talks):
    page = as_role("editor").get(reverse("setup", args=[talks.slug]))
    assert [step.is_done for step in page.context["steps"]] == [False] * 5
    PartyFactory(negotiation=talks, standing="principal")
    PartyFactory(negotiation=talks, standing="principal")
    TermFactory(negotiation=talks)
    page = as_role("reviewer").get(reverse("setup", args=[talks.slug]))
    steps = {step.label: step.is_done for step in page.context["steps"]}
    assert (steps["Parties"], steps["Issues and terms"], steps["Rounds"]) == (True, True, False)
    assert "2, of which 2 principals" in page.content.decode()


def test_a_manager_changes_the_settings(as_role, talks):
    url = reverse("setup-settings", args=[talks.slug])
    client = as_role("manager")
    typed = {
        **as_sent(client.get(url), "setup__form"),
        "title": "The river",
        "summary": "Water",
        "visibility": "members",
        "review": "required",
    }
    assert client.post(url, typed).url == url
    talks.refresh_from_db()
    assert (talks.title, talks.visibility, talks.review) == ("The river", "members", "required")
    typed = as_sent(client.get(url), "setup__form")
    page = client.post(url, {**typed, "title": "", "summary": "Water and fish"})
    assert page.status_code == 422
    assert "Water and fish" in page.content.decode()
    talks.refresh_from_db()
    assert talks.title == "The river"


def seen(name: str) -> dict:
    """What the line of a member sends with what is chosen in it."""
    return {"version": version_of(Membership.objects.get(user__username=name))}


def test_members_come_change_and_go(as_role, talks):
    UserFactory(username="Danylo")
    url = reverse("members", args=[talks.slug])
    client = as_role("manager")
    client.post(url, {"name": "danylo", "role": "reader"})
    client.post(url, {"name": "Danylo", "role": "editor", **seen("Danylo")})
    assert Membership.objects.get(user__username="Danylo").role == "editor"
    client.post(url, {"name": "Danylo", "role": "editor", "remove": "1"})
    assert not Membership.objects.filter(user__username="Danylo").exists()
    page = client.post(url, {"name": "nobody-here", "role": "editor"})
    assert page.status_code == 422
    assert "Nobody here signs in as “nobody-here”" in page.content.decode()


def test_the_last_manager_cannot_go(as_role, talks):
    url = reverse("members", args=[talks.slug])
    client = as_role("manager")
    for typed in ({"role": "editor"}, {"role": "manager", "remove": "1"}):
        page = client.post(url, {"name": "manager", **typed, **seen("manager")})
        assert page.status_code == 422
        assert "let somebody manage it first" in page.content.decode()
    assert Membership.objects.get(user__username="manager").role == "manager"


def test_a_manager_who_hands_over_is_led_to_their_own_part(as_role, talks):
    MembershipFactory(negotiation=talks, role="manager")
    url = reverse("members", args=[talks.slug])
    client = as_role("manager")
    typed = {"name": "manager", "role": "editor", **seen("manager")}
    assert client.post(url, typed).url == url


def test_an_editor_adds_parties_one_after_another(as_role, talks):
    url = reverse("record-new", args=[talks.slug, "party"]) + "?again=1"
    client = as_role("editor")
    typed = {"standing": "principal", "again": "1"}
    line = client.post(url, {"name": "Northland", **typed}, **HTMX)
    assert line.status_code == 200
    assert '<form class="entry"' in line.content.decode()
    client.post(url, {"name": "Southland", "aliases": "the South, Sudland", **typed}, **HTMX)
    rows = Party.objects.filter(negotiation=talks)
    assert [(p.code, p.order) for p in rows] == [("northland", 1), ("southland", 2)]
    assert rows.get(code="southland").aliases == ["the South", "Sudland"]
    page = client.get(reverse("setup-parties", args=[talks.slug])).content.decode()
    assert page.index("Northland") < page.index("Southland")
    assert "the South, Sudland" in page


def test_a_term_comes_with_its_choices(as_role, talks):
    issue = IssueFactory(negotiation=talks)
    url = reverse("record-new", args=[talks.slug, "term"])
    client = as_role("editor")
    typed = {"name": "Withdrawal", "issue": issue.pk, "kind": "choice"}
    refused = client.post(url, {**typed, "choices": "  "})
    assert refused.status_code == 422
    assert "Write the choices, one a line." in refused.content.decode()
    client.post(url, {**typed, "choices": "none\npartial\nfull", "ordered": "on"})
    term = Term.objects.get(code="withdrawal")
    assert [(c.name, c.ordinal) for c in term.choices.all()] == [
        ("none", 1),
        ("partial", 2),
        ("full", 3),
    ]
    quantity = client.post(url, {**typed, "kind": "quantity", "choices": "none"})
    assert "Only a choice or a set has choices." in quantity.content.decode()


def test_a_term_that_has_values_keeps_its_kind(as_role, talks):
    value = TermValueFactory(negotiation=talks, term__kind="quantity")
    url = reverse("record-edit", args=[talks.slug, value.term_id])
    client = as_role("editor")
    form = client.get(url).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    page = client.post(url, {**typed, "kind": "date", "unit": ""})
    assert page.status_code == 422
    assert Term.objects.get(pk=value.term_id).kind == "quantity"


def test_choices_are_edited_as_lines(as_role, talks):
    term = TermFactory(negotiation=talks, kind="set", unit="")
    TermChoiceFactory(negotiation=talks, term=term, name="land")
    url = reverse("record-edit", args=[talks.slug, term.pk])
    client = as_role("editor")
    form = client.get(url).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields if name != "ordered"}
    assert typed["choices"] == "land"
    assert client.post(url, {**typed, "choices": "land\nsea"}).status_code == 302
    assert [c.name for c in TermChoice.objects.filter(term=term)] == ["land", "sea"]


def test_issues_and_parties_move(as_role, talks):
    first, second = (IssueFactory(negotiation=talks, order=n) for n in (1, 2))
    IssueFactory(negotiation=talks, parent=first, order=1)
    client = as_role("editor")
    url = reverse("setup-move", args=[talks.slug, "issue", second.pk])
    assert client.post(url, {"up": "1"}).url.endswith(f"/setup/issues/#issue-{second.pk}")
    outline = client.get(reverse("setup-issues", args=[talks.slug])).context["outline"]
    assert [row.issue.pk for row in outline][:2] == [second.pk, first.pk]
    assert [row.depth for row in outline] == [0, 0, 1]
    assert client.get(url).status_code == 405
    other = reverse("setup-move", args=[talks.slug, "track", second.pk])
    assert client.post(other).status_code == 404
    elsewhere = reverse("setup-move", args=[talks.slug, "issue", IssueFactory().pk])
    assert client.post(elsewhere).status_code == 404


def test_what_others_rest_on_stays_and_is_named(as_role, talks):
    term = TermFactory(negotiation=talks)
    client = as_role("editor")
    url = reverse("record-state", args=[talks.slug, term.issue_id])
    page = client.post(url, {"state": "deleted"}, follow=True)
    assert f">Term {term.pk}</a> rests on it." in page.content.decode()
    assert Issue.objects.filter(pk=term.issue_id).exists()


def test_a_starting_codebook_is_added_later_too(as_role, talks):
    IssueFactory(negotiation=talks, code="tariffs", name="Our tariffs")
    client = as_role("editor")
    url = reverse("setup-issues", args=[talks.slug])
    page = client.post(url, {"codebook": "trade"}, follow=True)
    assert "14 issues set up." in page.content.decode()
    assert Issue.objects.get(code="tariffs").name == "Our tariffs"
    again = client.post(url, {"codebook": "no-such"}, follow=True)
    assert "Choose one of the starting codebooks." in again.content.decode()


def test_people_are_shown_with_where_they_appear(as_role, talks):
    person = PersonFactory(negotiation=talks, name="Ada Quill")
    DelegateFactory(negotiation=talks, person=person)
    EvidenceFactory(negotiation=talks, speaker=person)
    EvidenceFactory(negotiation=talks, speaker=person)
    page = as_role("editor").get(reverse("setup-people", args=[talks.slug]))
    row = next(row for row in page.context["rows"] if row.pk == person.pk)
    assert (row.name, row.seat_count, row.statement_count) == ("Ada Quill", 1, 2)


def fill(talks):
    TermChoiceFactory(negotiation=talks, term__negotiation=talks)
    PartyFactory(negotiation=talks)
    TrackFactory(negotiation=talks)
    DelegateFactory(negotiation=talks)
    MembershipFactory(negotiation=talks, role="editor")


@pytest.mark.parametrize("name", [*PAGES, *MANAGERS_PAGES])
def test_no_page_asks_more_with_more_rows(
    as_role, talks, name, django_assert_num_queries, django_assert_max_num_queries
):
    client = as_role("manager")
    url = reverse(name, args=[talks.slug])
    fill(talks)
    with django_assert_max_num_queries(16) as one:
        client.get(url)
    fill(talks)
    fill(talks)
    with django_assert_num_queries(len(one)):
        client.get(url)


def test_a_person_nobody_mentions_is_deleted(as_role, talks):
    person = PersonFactory(negotiation=talks)
    url = (
        reverse("record-state", args=[talks.slug, person.pk]) + f"?next=/{talks.slug}/setup/people/"
    )
    answer = as_role("editor").post(url, {"state": "deleted"})
    assert answer.url == f"/{talks.slug}/setup/people/"
    assert not Person.objects.filter(pk=person.pk).exists()
