"""What a page says where there is none, where one may not, and where what is sent is refused."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path, reverse

from negotiations.models import Negotiation
from negotiations.operations import Conflict
from tests.factories import DemandFactory, MembershipFactory, NegotiationFactory

pytestmark = pytest.mark.django_db

FAULTS = {
    "bad": SuspiciousOperation("odd"),
    "forbidden": PermissionDenied("Only its managers may do this."),
    "refused": ValidationError(["A truce has <days>."]),
    "broken": RuntimeError("a mistake of ours"),
}


def fails(request, slug, fault):
    raise FAULTS[fault]


def conflicts(request, slug, pk):
    raise Conflict(current_of(pk))


def current_of(pk):
    return DemandFactory._meta.model.objects.get(pk=pk)


class Faulty:
    """The site's addresses, and some that fail."""

    urlpatterns = [
        path("<slug:slug>/fails/<slug:fault>/", fails),
        path("<slug:slug>/conflicts/<int:pk>/", conflicts),
        path("", include("config.urls")),
    ]
    handler403 = "config.errors.permission_denied"
    handler404 = "config.errors.not_found"
    handler500 = "config.resend.failed"


@pytest.fixture
def visitor(settings) -> Client:
    settings.ROOT_URLCONF = Faulty
    return Client(raise_request_exception=False)


@pytest.fixture
def talks() -> Negotiation:
    return NegotiationFactory(title="The open talks")


def body(page) -> str:
    return page.content.decode()


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ("bad", 400, "This request makes no sense here"),
        ("forbidden", 403, "Only its managers may do this."),
        ("refused", 422, "A truce has &lt;days&gt;."),
        ("broken", 500, "This went wrong on our side"),
    ],
)
def test_each_says_what_it_is_and_where_to_go(visitor, talks, fault, status, words):
    page = visitor.get(f"/{talks.slug}/fails/{fault}/")
    assert page.status_code == status
    assert words in body(page)
    assert f'<p class="error__code">{status}</p>' in body(page)
    assert f'href="{reverse("home")}"' in body(page)
    assert page["Content-Type"] == "text/html; charset=utf-8"


def test_nothing_at_an_address_leads_to_its_negotiation(visitor, talks):
    page = visitor.get(f"/{talks.slug}/records/999999999/")
    assert page.status_code == 404
    assert "There is no such page" in body(page)
    assert f'href="{reverse("overview", args=[talks.slug])}">The open talks</a>' in body(page)
    assert f'href="{reverse("account_login")}"' in body(page)


@pytest.mark.parametrize("status", [403, 404, 405, 422])
def test_a_hidden_negotiation_is_not_named(visitor, status):
    hidden = NegotiationFactory(title="The hidden talks", visibility="members")
    addresses = {403: "fails/forbidden/", 404: "records/1/", 405: "compare/", 422: "fails/refused/"}
    address = f"/{hidden.slug}/{addresses[status]}"
    send = visitor.put if status == 405 else visitor.get
    assert send(address).status_code == status
    assert "hidden" not in body(send(address))
    visitor.force_login(MembershipFactory(negotiation=hidden).user)
    assert "The hidden talks" in body(send(address))


def test_absent_and_hidden_are_told_in_the_same_words(visitor):
    hidden = NegotiationFactory(visibility="members")
    answers = [visitor.get(f"/{slug}/nothing/") for slug in (hidden.slug, "absent")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert body(answers[0]) == body(answers[1])
    assert dict(answers[0].headers) == dict(answers[1].headers)


@pytest.mark.parametrize("address", ["/%00/", "/a%00b/", "/..%2f/", "/ü/", "/" + "a" * 3000 + "/"])
def test_no_address_is_too_odd(visitor, address):
    assert visitor.get(address).status_code == 404


def test_a_wrong_method_is_told_with_the_right_ones(visitor, talks):
    page = visitor.put(reverse("comparison", args=[talks.slug]))
    assert page.status_code == 405
    assert page["Allow"] == "GET, HEAD"
    assert "asked for PUT" in body(page)
    assert "it understands GET, HEAD" in body(page)
    assert "The open talks" in body(page)


def test_a_wrong_method_of_the_api_is_told_in_json(visitor):
    answer = visitor.put("/api/v1/demands/")
    assert answer["Content-Type"] == "application/json"


def test_a_conflict_nobody_foresaw_leads_to_the_record(visitor, talks):
    demand = DemandFactory(negotiation=talks)
    page = visitor.get(f"/{talks.slug}/conflicts/{demand.pk}/")
    assert page.status_code == 409
    assert "Somebody else was faster" in body(page)
    assert f'href="{reverse("record", args=[talks.slug, demand.pk])}"' in body(page)


def test_a_part_that_fails_is_not_swapped_for_a_page(visitor, talks):
    answer = visitor.get(f"/{talks.slug}/fails/refused/", headers={"HX-Request": "true"})
    assert answer.status_code == 500


def test_what_went_wrong_on_our_side_is_told_without_the_database(visitor, talks):
    visitor.force_login(MembershipFactory(negotiation=talks).user)
    with CaptureQueriesContext(connection) as captured:
        page = visitor.get(f"/{talks.slug}/fails/broken/")
    assert page.status_code == 500
    # Who asks is looked up before any page is; the page of the failure asks nothing more.
    assert [query["sql"].split('"')[1] for query in captured] == ["django_session", "accounts_user"]
    assert "a mistake of ours" not in body(page)
