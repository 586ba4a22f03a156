"""Every page, in every state it has a form or words for, is HTML as the W3C's checker has it."""

import logging
from datetime import timedelta
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.core.management import call_command
from django.db import OperationalError
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.urls import get_resolver, include, path, reverse
from django.utils import timezone

from accounts.codes import unused_recovery_codes
from accounts.models import ApiToken, User
from negotiations import unsaved
from negotiations.models import Negotiation, Source
from negotiations.operations import Conflict, edit
from positions.capture import correct_text
from positions.models import Demand, Outcome, Proposal
from positions.sample import DEMO_PASSWORDS
from tests.database import seal
from tests.factories import DemandFactory, MembershipFactory, NegotiationFactory, UserFactory
from tests.htmlchecker import complaints
from tests.pages import FILES, TAKERS, pages, routes, signed_in
from tests.positions.test_demand_views import line
from tests.positions.test_record_forms import as_shown
from tests.talks import give_a_text, one_more_of_everything, river_talks

HTMX = {"HX-Request": "true"}
#: What a part of a page, and rows that take their places by themselves, stand in here.
AROUND_A_PART = "<!doctype html><html lang=en><title>A part</title><main>{}</main></html>"
AROUND_ROWS = (
    "<!doctype html><html lang=en><title>Rows</title><main><table>{}</table></main></html>"
)
#: What a browser sends of a form in which nothing stands.
NOTHING = {"csrfmiddlewaretoken": "any"}
#: Pages with a form of their own. Sent with nothing in it, it comes back with what is missing.
FORMS = [
    "account",
    "negotiation-new",
    "members",
    "setup-settings",
    "demand-new",
    "demand-edit",
    "record-new",
    "record-edit",
    "codebook-import",
    "codebook-split",
    "clause-new",
    "clause-paste",
    "clause-attach",
    "proposal-version",
    "round-line",
    "round-seat",
    "round-status",
    "source-capture",
]
FAULTS = {
    400: SuspiciousOperation("odd"),
    403: PermissionDenied("Only its managers may do this."),
    422: ValidationError(["A truce has <days>.", "A list has a second."]),
    500: RuntimeError("a mistake of ours"),
    503: OperationalError("gone"),
}

pytestmark = pytest.mark.django_db


def fails(request, slug, fault):
    raise Conflict(Demand.objects.earliest("pk")) if fault == 409 else FAULTS[fault]


class Faulty:
    """The site's addresses, and some that fail."""

    urlpatterns = [
        path("<slug:slug>/fails/<int:fault>/", fails),
        path("", include("config.urls")),
    ]
    handler403 = "config.errors.permission_denied"
    handler404 = "config.errors.not_found"
    handler500 = "config.resend.failed"


class Documents(dict[str, str]):
    """The documents gathered so far, by who saw them, where and with what status."""

    def take(self, name: str, response: HttpResponse, *statuses: int) -> None:
        """Keep what was answered, which must be with one of the statuses."""
        assert response.status_code in statuses, f"{name}: {response.status_code}"
        html = response.content.decode()
        if not html.lstrip().lower().startswith("<!doctype"):
            around = AROUND_ROWS if html.lstrip().startswith("<t") else AROUND_A_PART
            html = around.format(html)
        self[f"{name} ({response.status_code})"] = html


@pytest.fixture
def sample(db) -> Negotiation:
    call_command("load_sample", verbosity=0)
    return Negotiation.objects.get(slug="russia-ukraine-2025")


@pytest.fixture
def talks(db):
    """Small talks with one of everything."""
    talks = river_talks()
    one_more_of_everything(talks, 1)
    DemandFactory(negotiation=talks.negotiation)
    return talks


def work_on(negotiation: Negotiation) -> None:
    """Let the sample's editor and manager work on other talks too."""
    for name in ("editor", "manager"):
        user = User.objects.get(username=name)
        MembershipFactory(negotiation=negotiation, user=user, role=name)


def visitors() -> dict[str, Client]:
    users = {name: User.objects.get(username=name) for name in ("editor", "manager")}
    return {"anybody": Client(), **{name: signed_in(user) for name, user in users.items()}}


def test_every_page_is_on_the_list_and_shows_something(talks):
    give_a_text(talks, talks.editor)
    listed = pages(talks.negotiation, talks.editor)
    assert set(listed) == routes() - TAKERS - FILES
    assert [name for name, addresses in listed.items() if not addresses] == []


def test_what_is_no_page_takes_only_what_is_sent(talks):
    editor = signed_in(talks.editor)
    words = {"slug": talks.slug, "kind": "party"}
    for name in TAKERS:
        words["pk"] = str(UUID(int=1)) if name.startswith("import-") else 1
        ((__, wanted),) = get_resolver().reverse_dict.getlist(name)[0][0]
        address = reverse(name, kwargs={word: words[word] for word in wanted})
        assert editor.get(address).status_code == 405, name


def test_the_checker_finds_nothing_on_any_page_in_any_state(
    talks, sample, settings, tmp_path, caplog
):
    caplog.set_level(logging.CRITICAL, logger="django")
    empty = NegotiationFactory(title="Talks with nothing in them yet")
    for negotiation in (talks.negotiation, empty):
        work_on(negotiation)
    seal()
    documents = Documents()
    everybody = visitors()
    readers = {who: client for who, client in everybody.items() if who != "manager"}
    take_every_page(documents, readers, pages(sample))
    for negotiation in (talks.negotiation, empty):
        take_every_page(documents, everybody, pages(negotiation))
    take_forms(documents, pages(talks.negotiation))
    take_texts(documents, talks)
    take_conflicts(documents, talks)
    take_what_is_swapped_in(documents, talks, sample)
    take_what_is_asked_oddly(documents, talks)
    take_lost_words(documents, talks)
    take_accounts(documents)
    take_second_step(documents, settings)
    settings.ROOT_URLCONF = Faulty
    take_failures(documents, talks)
    assert len(documents) > 500
    found = complaints(documents, tmp_path)
    assert found == [], "\n".join(found)


#: Not there before it is set up; see ``take_second_step``.
OF_A_SECOND_STEP = {"mfa_deactivate_totp", "mfa_view_recovery_codes"}


def take_every_page(documents, clients, listed):
    """Take the pages as each visitor sees them; who may not is told so, or led to sign in."""
    for who, client in clients.items():
        for name, addresses in listed.items():
            for address in addresses if name not in OF_A_SECOND_STEP else ():
                if (response := client.get(address)).status_code != 302:
                    documents.take(f"{who} at {address}", response, 200, 403)


def take_forms(documents, listed):
    """Take every form as a part, sent without anything in it, and as somebody left it."""
    manager = visitors()["manager"]
    user = User.objects.get(username="manager")
    for address in (address for name in FORMS for address in listed[name]):
        part = manager.get(address, headers=HTMX)
        documents.take(f"part of {address}", part, 200)
        documents.take(f"nothing sent to {address}", manager.post(address, NOTHING), 422)
        sent = manager.post(address, NOTHING, headers=HTMX)
        documents.take(f"part, nothing sent to {address}", sent, 422)
        typed = QueryDict("text=Half&title=Half&name=Half&basis=paper&quote=Half")
        unsaved.keep(user=user, address=address, typed=typed)
        documents.take(f"half-typed at {address}", manager.get(address), 200)
    # The pages that lead back to what is half-typed.
    for name in ("overview", "setup", "round", "proposal"):
        for address in listed[name]:
            documents.take(f"unfinished at {address}", manager.get(address), 200)
    unsaved.UnsavedForm.objects.all().delete()


def take_texts(documents, talks):
    """Take the steps of bringing a text in: as given, refused, half-typed, and alike to another."""
    manager, user = visitors()["manager"], User.objects.get(username="manager")
    give_a_text(talks, user)
    listed = pages(talks.negotiation, user)
    for name in ("source-new", "source-describe", "source-check", "source-text",
                 "source-text-check", "source-text-version"):  # fmt: skip
        for address in listed[name]:
            documents.take(f"{name} at {address}", manager.get(address), 200)
    for name in (
        "source-new",
        "source-describe",
        "source-check",
        "source-text",
        "source-text-check",
    ):
        for address in listed[name]:
            sent = manager.post(address, {**NOTHING, "blocks": "1"})
            documents.take(f"nothing sent to {address}", sent, 422)
            typed = QueryDict("text=Half&outlet=Half&reason=Half&blocks=1")
            unsaved.keep(user=user, address=address, typed=typed)
            documents.take(f"half-typed at {address}", manager.get(address), 200)
    unsaved.UnsavedForm.objects.all().delete()
    (address,) = listed["source-text-check"]
    form = manager.get(address).context["form"]
    sent = {"version": form["version"].value(), "blocks": "1", "keep": list(map(str, form.kept))}
    edit(form.source, user=user, text="What somebody else has given meanwhile.")
    documents.take(f"conflict at {address}", manager.post(address, sent), 409)


def take_conflicts(documents, talks):
    """Take the forms of two who edit the same, which stand one beside the other."""
    editor, user = visitors()["editor"], talks.editor
    outcome = Outcome.objects.filter(negotiation=talks.negotiation).first()
    for record, route in ((outcome, "record-edit"), (talks.asked, "demand-edit")):
        address = reverse(route, args=[talks.slug, record.pk])
        mine = as_shown(editor, address, text="My words.")
        edit(record, user=user, text="Their words.")
        documents.take(f"conflict at {address}", editor.post(address, mine), 409)
        part = editor.post(address, mine, headers=HTMX)
        documents.take(f"part, conflict at {address}", part, 409)
        editor.post(reverse("unsaved", args=[talks.slug]) + f"?form={address}", mine)
        documents.take(f"left in a conflict at {address}", editor.get(address), 200)
    address = reverse("round-status", args=[talks.slug, talks.third.pk, "cancel"])
    edit(talks.third, user=user, status="postponed")
    response = editor.post(address, {"version": 1, "reason": "No visas"})
    documents.take(f"conflict at {address}", response, 409)


def take_what_is_swapped_in(documents, talks, sample):
    """Take what htmx gets after something was saved."""
    manager = visitors()["manager"]
    compare = reverse("comparison", args=[sample.slug]) + "?as_of=2025-06-02"
    at_compare = {**HTMX, "HX-Current-URL": f"http://testserver{compare}"}
    cell = reverse("demand-new", args=[sample.slug]) + "?party=RU&issue=ceasefire&as_of=2025-06-02"
    documents.take("a line saved", manager.post(cell, line(), headers=at_compare), 200)
    silence = cell.replace("demands", "silences")
    documents.take("a silence saved", manager.post(silence, headers=at_compare), 200)
    paper = Proposal.objects.filter(negotiation=talks.negotiation).first()
    clauses = reverse("clause-new", args=[talks.slug, paper.pk])
    again = manager.post(clauses, {"label": "9", "text": "More", "again": ""}, headers=HTMX)
    documents.take("the next clause", again, 200)
    paste = reverse("clause-paste", args=[talks.slug, paper.pk])
    preview = manager.post(paste, {"text": "1. One\n a) Half\n2. Two"})
    documents.take("clauses to be seen", preview, 200)


def take_what_is_asked_oddly(documents, talks):
    """Take what pages say to a question that they cannot answer, and to a long one."""
    papers = Proposal.objects.filter(negotiation=talks.negotiation)
    for name, query, status in (
        ("comparison", "?as_of=June", 400),
        ("comparison", "?as_of=1999-01-01", 200),
        ("comparison", "?issue=flow&party=E", 200),
        ("sources", "?language=xx", 400),
        ("sources", "?q=nowhere", 200),
        ("search", "?q=a", 400),
        ("search", "?q=water&kind=demand&issue=flow&party=E", 200),
        ("changes", "?from=June", 400),
        ("changes", "?kind=party&from=2090-01-01", 200),
    ):
        address = reverse(name, args=[talks.slug]) + query
        for who, client in visitors().items():
            documents.take(f"{who} at {address}", client.get(address), status)
    issue = reverse("issue", args=[talks.slug, "flow"]) + "?as_of=June"
    documents.take(f"at {issue}", Client().get(issue), 400)
    first, second = (paper.pk for paper in papers[:2])
    compared = reverse("proposal", args=[talks.slug, first]) + f"?compare={second}"
    documents.take(f"at {compared}", Client().get(compared), 200)


def take_lost_words(documents, talks):
    """Take the pages of a source whose corrected text has lost words, and a refused placing."""
    source = Source.objects.get(pk=talks.source.pk)
    text = source.text.replace("thirty days", "30 days")
    (lost,) = correct_text(source, user=talks.editor, version=source.version, text=text).lost
    place = reverse("anchor-place", args=[talks.slug, lost.pk])
    clients = visitors()
    for name in ("source", "source-read"):
        address = reverse(name, args=[talks.slug, source.pk])
        for who, client in clients.items():
            if (response := client.get(address)).status_code != 302:
                documents.take(f"{who} at {address}, lost words", response, 200)
    refused = clients["editor"].post(place, {"version": lost.version, "words": "no such words"})
    documents.take("words placed nowhere", refused, 422)


def take_accounts(documents):
    """Take the pages of signing in and of one's account, with what goes wrong there."""
    login = reverse("account_login")
    wrong = {"login": "editor", "password": "wrong"}
    documents.take("a wrong password", Client().post(login, wrong), 200)
    member = UserFactory(username="new here")
    client = signed_in(member)
    choose = reverse("account_set_password")
    documents.take("no password yet", client.get(choose), 200)
    wrong = {"password1": "short", "password2": "other"}
    documents.take("a short password", client.post(choose, wrong), 200)
    change = reverse("account_change_password")
    documents.take("a change refused", visitors()["editor"].post(change, NOTHING), 200)
    account = reverse("account")
    odd = {"name": "a script", "expires": "June"}
    documents.take("an odd day", client.post(account, odd), 422)
    next_month = timezone.localdate() + timedelta(days=30)
    token = {"name": "a script <of mine>", "scope": "read", "expires": next_month.isoformat()}
    documents.take("a new token", client.post(account, token), 200)
    ApiToken.issue(user=member, name="revoked")
    ApiToken.objects.get(name="revoked").revoke()
    ApiToken.issue(user=member, name="narrow", negotiation=Negotiation.objects.first())
    documents.take("tokens", client.get(account), 200)
    documents.take("signing out", client.get(reverse("account_logout")), 200)
    link = Client().get(next(iter(pages(Negotiation.objects.first())["password-choose"])))
    sent = Client()
    sent.cookies = link.client.cookies
    documents.take("a password to choose", sent.get(link.url), 200)
    documents.take("a password chosen badly", sent.post(link.url, {"new_password1": "x"}), 200)


def take_second_step(documents, settings):
    """Take the pages of the second step and of sessions, of those who have one and who owe it."""
    manager, steps = User.objects.get(username="manager"), {}
    settings.SECOND_STEP_REQUIRED, settings.EMAIL_HOST = True, "mail.example.org"
    client = Client()
    client.post(
        reverse("account_login"), {"login": "manager", "password": DEMO_PASSWORDS["manager"]}
    )
    for name in ("mfa_index", "mfa_activate_totp"):
        documents.take(f"{name}, owed", client.get(reverse(name)), 200)
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "1"})
    documents.take("a wrong code", wrong, 200)
    here = {"Origin": "http://testserver"}
    owed = client.post(reverse("negotiation-new"), {"title": "What I <typed>"}, headers=here)
    documents.take("a second step owed", owed, 403)
    Authenticator.objects.create(user=manager, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    seed = {"seed": "ab" * 40, "used_mask": 1}
    Authenticator.objects.create(user=manager, type="recovery_codes", data=seed)
    for role in ("manager", "editor"):
        steps[role] = Client()
        typed = {"login": role, "password": DEMO_PASSWORDS[role]}
        steps[role].post(reverse("account_login"), typed)
    code = reverse("mfa_authenticate")
    documents.take("a code asked for", steps["manager"].get(code), 200)
    documents.take("a code refused", steps["manager"].post(code, {"code": "1"}), 200)
    right = unused_recovery_codes(manager)[0]
    assert steps["manager"].post(code, {"code": right}).status_code == 302
    UserSession.objects.create(user=manager, ip="192.0.2.1", session_key="x", user_agent="")
    for name in ("mfa_index", "mfa_deactivate_totp", "mfa_view_recovery_codes",
                 "mfa_generate_recovery_codes", "sessions", "account", "account_reauthenticate",
                 "mfa_reauthenticate"):  # fmt: skip
        documents.take(f"{name}, set up", steps["manager"].get(reverse(name)), 200)
    again = steps["manager"].post(reverse("account_reauthenticate"), {"password": "wrong"})
    documents.take("not proved", again, 200)
    forgotten = reverse("account_reset_password")
    documents.take("a link asked for", Client().get(forgotten), 200)
    documents.take("a link for no address", Client().post(forgotten, {"email": "x"}), 422)
    documents.take("a link sent", Client().get(forgotten + "?sent"), 200)
    settings.LIMITS = {**settings.LIMITS, "sign-in account": "1/15m"}
    wrong = {"login": "editor", "password": "wrong"}
    Client().post(reverse("account_login"), wrong)
    documents.take("shut", Client().post(reverse("account_login"), wrong), 429)
    settings.SECOND_STEP_REQUIRED = False


def take_failures(documents, talks):
    """Take the pages that say why there is no page."""
    typed = {"text": "What I <typed>", "stated": "2 June 2025"}
    for who, user in (("anybody", None), ("editor", talks.editor)):
        client = Client(raise_request_exception=False)
        if user:
            client.force_login(user)
        for status in (*FAULTS, 409):
            address = f"/{talks.slug}/fails/{status}/"
            documents.take(f"{who} at {address}", client.get(address), status)
        documents.take(f"{who} nowhere", client.get("/no-such-talks/"), 404)
        documents.take(f"{who} nowhere here", client.get(f"/{talks.slug}/records/0/"), 404)
        documents.take(f"{who} by PUT", client.put(f"/{talks.slug}/"), 405)
        away = client.post(
            f"/{talks.slug}/fails/503/", typed, headers={"Origin": "http://testserver"}
        )
        documents.take(f"{who}, the database away", away, 503)
    new = reverse("demand-new", args=[talks.slug])
    here = {"Origin": "http://testserver"}
    documents.take("signed out", Client().post(new, typed, headers=here), 401)
    strict = Client(enforce_csrf_checks=True)
    documents.take("an old form", strict.post(new, typed, headers=here), 403)
