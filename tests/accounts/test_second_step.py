"""The second step: set up, asked for, each code once, required of managers, turned off."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import codes
from accounts.models import ApiToken, User
from negotiations.models import Membership, Negotiation
from tests.accounts.conftest import PASSWORD
from tests.accounts.test_limits import later, limited  # noqa: F401
from tests.accounts.test_sign_in import attempt
from tests.factories import MembershipFactory, NegotiationFactory

SECRET = "JBSWY3DPEHPK3PXP" * 2
SET_UP, CODE = reverse("mfa_activate_totp"), reverse("mfa_authenticate")
RECOVERY = reverse("mfa_view_recovery_codes")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def code_of(secret: str = SECRET, steps: int = 0) -> str:
    """Return the code that an app shows now, or so many half-minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


@pytest.fixture
def stepped(anna) -> User:
    """Anna, who has a second step and recovery codes."""
    Authenticator.objects.create(user=anna, type="totp", data={"secret": SECRET})
    seed = {"seed": "ab" * 40, "used_mask": 0}
    Authenticator.objects.create(user=anna, type="recovery_codes", data=seed)
    anna.refresh_from_db()
    return anna


@pytest.fixture
def required(settings):
    settings.SECOND_STEP_REQUIRED = True


def half_signed_in() -> Client:
    """A browser whose visitor has given Anna's password."""
    browser = Client()
    answer = attempt(PASSWORD, client=browser)
    assert answer["Location"] == CODE
    return browser


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_a_flag_beside_the_name_follows_what_is_set_up(stepped):
    assert stepped.second_step
    stale = User.objects.get()
    stale.second_step = False
    stale.save()
    stepped.refresh_from_db()
    assert stepped.second_step
    Authenticator.objects.filter(type="totp").delete()
    stepped.refresh_from_db()
    assert not stepped.second_step


def test_setting_it_up_shows_the_secret_as_a_picture_and_as_text(anna):
    browser = Client()
    attempt(PASSWORD, client=browser)
    page = browser.get(SET_UP)
    shown = page.content.decode()
    secret = page.context["form"].secret
    assert "<svg" in shown
    assert "data:" not in shown.split("<main")[1].split("</main")[0].replace("data-", "")
    assert " ".join(re.findall("....", secret)) in shown
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "no-store" in page["Cache-Control"]
    wrong = browser.post(SET_UP, {"code": "000000"})
    assert "Incorrect code." in wrong.content.decode()
    assert not User.objects.get().second_step
    code = code_of(secret)
    done = browser.post(SET_UP, {"code": code})
    assert done["Location"] == RECOVERY
    assert User.objects.get().second_step
    listed = browser.get(RECOVERY).content.decode()
    assert "10 of 10 are left" in listed
    # The code that set it up is used up with that.
    assert codes.use_code(anna, code) is None


def test_the_password_alone_does_not_open_an_account_with_it(stepped):
    browser = half_signed_in()
    assert not is_in(browser)
    assert browser.get(reverse("account")).status_code == 302
    assert "Six digits from your authenticator app" in browser.get(CODE).content.decode()
    assert "Incorrect code." in browser.post(CODE, {"code": "000000"}).content.decode()
    assert not is_in(browser)
    assert browser.post(CODE, {"code": code_of()})["Location"] == "/"
    assert is_in(browser)


def test_whoever_is_asked_for_a_code_may_begin_again(stepped):
    browser = half_signed_in()
    login = reverse("account_login")
    assert browser.get(login)["Location"] == CODE
    assert browser.post(reverse("account_logout"), {"next": login})["Location"] == login
    assert browser.get(login).status_code == 200
    assert browser.get(CODE).status_code == 302


def test_a_code_works_once_nor_does_an_older_one(stepped):
    code = code_of()
    assert codes.use_code(stepped, code)
    assert codes.use_code(stepped, code) is None
    assert codes.use_code(stepped, code_of(steps=-1)) is None
    again = half_signed_in()
    again.post(CODE, {"code": code})
    assert not is_in(again)
    assert codes.use_code(stepped, code_of(steps=1))


def test_a_recovery_code_works_once(stepped):
    (code, *_others) = codes.unused_recovery_codes(stepped)
    browser = half_signed_in()
    browser.post(CODE, {"code": code})
    assert is_in(browser)
    again = half_signed_in()
    again.post(CODE, {"code": code})
    assert not is_in(again)
    assert len(codes.unused_recovery_codes(stepped)) == 9


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_many_who_send_the_same_code_at_once_one_gets_in(stepped, kind):
    code = code_of() if kind == "app" else codes.unused_recovery_codes(stepped)[0]
    barrier = threading.Barrier(12)

    def use(_number):
        barrier.wait()
        try:
            return codes.use_code(stepped, code) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        assert sorted(pool.map(use, range(12))) == [False] * 11 + [True]


def test_codes_are_guessed_no_more_than_passwords(stepped, limited):  # noqa: F811
    limited("sign-in code", "3/15m")
    browser = half_signed_in()
    given = [browser.post(CODE, {"code": f"00000{n}"}).status_code for n in range(3)]
    assert given == [200, 200, 200]
    shut = browser.post(CODE, {"code": code_of()})
    assert shut.status_code == 429
    assert 890 <= int(shut["Retry-After"]) <= 900
    (recovery, *_others) = codes.unused_recovery_codes(stepped)
    assert half_signed_in().post(CODE, {"code": recovery}).status_code == 429
    later(901)
    assert browser.post(CODE, {"code": recovery}).status_code == 302


def test_codes_are_shown_downloaded_and_made_anew(stepped):
    browser = half_signed_in()
    browser.post(CODE, {"code": code_of()})
    old = codes.unused_recovery_codes(stepped)
    assert all(code in browser.get(RECOVERY).content.decode() for code in old)
    file = browser.get(reverse("mfa_download_recovery_codes"))
    assert file.content.decode().split() == old
    assert file["Content-Disposition"].startswith("attachment")
    assert "no-store" in file["Cache-Control"]
    new = reverse("mfa_generate_recovery_codes")
    assert "10 old codes are left" in browser.get(new).content.decode()
    assert browser.post(new)["Location"] == RECOVERY
    assert set(codes.unused_recovery_codes(stepped)).isdisjoint(old)


@pytest.mark.parametrize(
    "name",
    [
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes",
    ],
)
def test_long_after_signing_in_one_shows_again_who_one_is(stepped, name):
    browser = Client()
    browser.force_login(stepped, backend=BACKEND)
    page = reverse(name)
    asked = browser.get(page)
    assert asked["Location"] == f"{reverse('account_reauthenticate')}?next={quote(page, safe='')}"
    shown = browser.get(asked["Location"]).content.decode()
    assert "Is it you?" in shown
    assert "With a code instead" in shown
    proof = browser.post(asked["Location"], {"password": PASSWORD, "next": page})
    assert proof["Location"] == page
    assert browser.get(page).status_code == 200


def test_it_is_turned_off_and_the_codes_with_it(stepped):
    browser = half_signed_in()
    browser.post(CODE, {"code": code_of()})
    browser.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    stepped.refresh_from_db()
    assert not stepped.second_step


def test_managers_keep_it(stepped, required):
    MembershipFactory(user=stepped, role="manager")
    browser = half_signed_in()
    browser.post(CODE, {"code": code_of()})
    page = reverse("mfa_deactivate_totp")
    assert "It stays on." in browser.get(page).content.decode()
    browser.post(page)
    assert Authenticator.objects.filter(type="totp").exists()


def test_a_manager_is_led_to_it_and_does_nothing_before(anna, required):
    talks = NegotiationFactory(visibility="members")
    MembershipFactory(user=anna, negotiation=talks, role="manager")
    browser = Client()
    attempt(PASSWORD, client=browser)
    led = browser.get(f"/{talks.slug}/setup/")
    assert led["Location"] == f"{SET_UP}?next=%2F{talks.slug}%2Fsetup%2F"
    page = browser.get(led["Location"])
    assert "until it is set up you can do nothing else there" in page.content.decode()
    posted = browser.post(
        f"/{talks.slug}/setup/settings/", {"title": "Mine"}, headers={"Origin": "http://testserver"}
    )
    assert posted.status_code == 403
    assert "A second step is needed" in posted.content.decode()
    assert "Mine" in posted.content.decode()
    api = browser.get(f"/api/v1/negotiations/{talks.slug}/")
    assert api.status_code == 403
    program = Client(headers={"Authorization": f"Bearer {ApiToken.issue(user=anna, name='x')}"})
    assert program.get(f"/api/v1/negotiations/{talks.slug}/").status_code == 404
    begun = program.post(
        "/api/v1/negotiations/", {"slug": "more", "title": "More"}, content_type="application/json"
    )
    assert begun.status_code == 403
    secret = page.context["form"].secret
    browser.post(SET_UP, {"code": code_of(secret)})
    assert f'href="/{talks.slug}/setup/"' in browser.get(RECOVERY).content.decode()
    assert browser.get(f"/{talks.slug}/setup/").status_code == 200
    assert program.get(f"/api/v1/negotiations/{talks.slug}/").status_code == 200


@pytest.mark.parametrize("role", ["reader", "editor", "reviewer", None])
def test_others_need_none(anna, required, role):
    if role:
        MembershipFactory(user=anna, role=role)
    browser = Client()
    attempt(PASSWORD, client=browser)
    assert browser.get("/").status_code == 200
    assert "You need not have it" in browser.get(reverse("mfa_index")).content.decode()


def test_query_sets_give_a_manager_nothing_without_it(anna, required):
    mine = MembershipFactory(user=anna, role="manager", negotiation__visibility="members")
    beside = MembershipFactory(user=anna, role="editor", negotiation__visibility="members")
    rows = Negotiation.objects
    for kind in (rows.visible_to, rows.editable_by, rows.managed_by):
        assert mine.negotiation not in kind(anna)
    assert set(Membership.objects.visible_to(anna)) == {beside}
    assert beside.negotiation in rows.editable_by(anna)
    anna.second_step = True
    for kind in (rows.visible_to, rows.editable_by, rows.managed_by):
        assert mine.negotiation in kind(anna)


def test_where_nobody_needs_it_the_page_says_so(signed_in):
    assert "This is a demonstration" in signed_in.get(reverse("account")).content.decode()


def test_elsewhere_it_does_not(signed_in, required):
    assert "demonstration" not in signed_in.get(reverse("account")).content.decode()


def test_whoever_lost_everything_is_helped(stepped, capsys):
    call_command("remove_second_step", "anna")
    stepped.refresh_from_db()
    assert not stepped.second_step
    assert not Authenticator.objects.exists()
    assert attempt(PASSWORD)["Location"] == "/"
    with pytest.raises(CommandError, match="nobody"):
        call_command("remove_second_step", "nobody")
