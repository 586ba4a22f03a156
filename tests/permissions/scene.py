"""Three negotiations with one of everything, everybody's role in them, and addresses of it all."""

import re
import uuid
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, User
from negotiations.invitations import invite
from negotiations.models import Export, Import, ImportProgress, Membership, Negotiation
from negotiations.models.export import ExportProgress
from positions.models import Comment, DoubleCoding, PendingEdit
from positions.textversions import versions_of
from tests.api.conftest import CONTENT, Talks, new_talks
from tests.database import seal
from tests.factories import MembershipFactory, UserFactory
from tests.pages import signed_in
from tests.permissions.routes import parameters
from tests.permissions.rules import ADDRESSES, WHO
from tests.talks import give_a_text

ROLES = WHO[2:]
#: A number that no record has, as long as any; and a part of an address that no row has.
NO_NUMBER, NOTHING = 10**9, "nothing"
ASSIGNED = re.compile(r"(\??)([\w-]+)=('[^']*'|[\w.-]+)")


@dataclass(frozen=True)
class Place:
    """What addresses are made of: one negotiation, and one record of each collection."""

    slug: str
    records: dict[str, Any]

    def value(self, text: str) -> str:
        """Return what a part of an address stands for: a word in quotes, or a record's number."""
        if text.startswith("'"):
            return text.strip("'")
        collection, _dot, attribute = text.partition(".")
        return str(getattr(self.records[collection], attribute or "pk"))


@dataclass(frozen=True)
class Scene:
    """Who asks, by name, and what for, by where it stands."""

    clients: dict[str, Client]
    sessions: dict[str, dict[str, str]]
    users: dict[str, User]
    places: dict[str, Place]


def collections_of(route: str) -> set[str]:
    """Return the collections of which records stand in a route's address, its query aside."""
    return {
        text.partition(".")[0]
        for is_query, _name, text in ASSIGNED.findall(ADDRESSES.get(route, ""))
        if not is_query and not text.startswith("'")
    }


def has_drafts(route: str) -> bool:
    """Whether what stands in the route's address can be a draft."""
    return bool(collections_of(route) & set(CONTENT))


def address(name: str, pattern, place: Place, *, hidden: str = "") -> str:
    """Return the route's address in a place; ``hidden`` says what in it shall name nothing.

    That is ``slug``, the negotiation, or ``record``, what else the address names.
    """
    args: dict[str, str] = {}
    query = []
    if "slug" in parameters(pattern) or _is_inside(name):
        args["slug"] = "x" * len(place.slug) if hidden == "slug" else place.slug
    for is_query, parameter, text in ASSIGNED.findall(ADDRESSES.get(name, "")):
        value = place.value(text)
        if is_query:
            if hidden == "slug" and text == "negotiations.slug":
                value = "x" * len(value)
            query.append(f"{parameter}={value}")
            continue
        if hidden == "record" and not text.startswith("'"):
            value = absent(value)
        args[parameter] = value
    if name == "api:not-here":
        return "/api/v1/no-such-thing/"
    return reverse(name, kwargs=args) + (f"?{'&'.join(query)}" if query else "")


def _is_inside(name: str) -> bool:
    return name not in OF_THE_SITE | BY_LINK and not name.startswith("api:")


#: Routes outside every negotiation.
OF_THE_SITE = {
    "home",
    "account",
    "account_login",
    "account_logout",
    "account_change_password",
    "account_confirm_email",
    "account_email",
    "account_set_password",
    "account_reauthenticate",
    "account_reset_password",
    "mfa_activate_totp",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
    "password-choose",
    "password-strength",
    "session-end",
    "sessions",
    "sessions-end",
    "token-revoke",
    "negotiation-new",
    "account-delete",
    "following",
    "following-seen",
    "feed-address",
    "own-feed",
    "mentions",
}


#: Routes whose key says which negotiation they are of.
BY_LINK = {"invitation", "invitation-sign-up"}


def absent(value: str) -> str:
    """Return a part of an address like this one that names nothing."""
    if value.isdecimal():
        return str(NO_NUMBER)
    if len(value) == len(str(uuid.UUID(int=0))):
        return str(uuid.UUID(int=0))
    return NOTHING


def set_up() -> Scene:
    """Record it all: an open negotiation with drafts, a closed one, another that is open."""
    users = {who: UserFactory(username=who) for who in WHO[1:]}
    open_talks = new_talks()
    closed = new_talks(Negotiation.Visibility.MEMBERS)
    other = new_talks()
    members = {}
    for talks in (open_talks, closed, other):
        Membership.objects.filter(negotiation=talks.negotiation).delete()
        talks.editor = users["editor"]
        for role in ROLES:
            row = MembershipFactory(negotiation=talks.negotiation, user=users[role], role=role)
            if role == "reader":
                members[talks.negotiation.pk] = row
    published = place(open_talks.fill(0), users, members)
    drafts = place(open_talks.fill(1, state="draft"), users, members)
    inside = place(closed.fill(2), users, members)
    elsewhere = place(other.fill(3), users, members)
    seal()
    places = {"open": published, "draft": drafts, "closed": inside}
    for each in (*places.values(), elsewhere):
        version = versions_of(each.records["sources"])[-1]
        each.records["texts"] = SimpleNamespace(revision=version.revision)
    places["foreign"] = replace(elsewhere, slug=published.slug)
    clients = {"anonymous": Client(), **{who: signed_in(users[who]) for who in users}}
    sessions = {
        who: {name: morsel.value for name, morsel in client.cookies.items()}
        for who, client in clients.items()
    }
    return Scene(clients, sessions, users, places)


def place(talks: Talks, users: dict[str, User], members: dict[int, Membership]) -> Place:
    """Return the talks' newest records, and what is no record but has an address, too."""
    negotiation = talks.negotiation
    export = Export.objects.create(
        subject=negotiation.pk,
        kind="briefing",
        query="",
        page="http://testserver/",
        expires=timezone.now() + timezone.timedelta(days=1),
        state="done",
        content=b"a file",
        size=6,
        name="a.docx",
        media_type="text/plain",
    )
    ExportProgress.objects.create(export=export, attempts=1, done=1, total=1)
    sent = Import.objects.create(
        subject=negotiation.pk,
        user=users["editor"],
        name="events.csv",
        content=b"title\n",
        digest="0" * 64,
        state="checked",
        sheets=[],
        counts={},
    )
    ImportProgress.objects.create(whole=sent, attempts=1, done=1, total=1)
    own = SimpleNamespace(negotiation=negotiation)
    about = {"role": "editor", "several": True, "last_day": timezone.localdate()}
    invitation, key = invite(user=users["manager"], negotiation=negotiation, **about)
    ApiToken.issue(user=users["manager"], name="a program")
    about_event = {"negotiation": negotiation, "record_id": talks["events"].pk}
    row = {"table": "positions_event", "id": 0, "before": None, "after": None}
    double = DoubleCoding.objects.create(
        subject=negotiation,
        source=talks["sources"],
        start=0,
        end=2,
        quote="wo",
        asked_by=users["manager"],
        first=users["editor"],
        second=users["reviewer"],
    )
    more = {
        "doubles": double,
        "comments": Comment.objects.create(**about_event, user=users["editor"], text="Hm"),
        "pendings": PendingEdit.objects.create(**about_event, user=users["editor"], rows=[row]),
        "parents": talks["issues"].parent,
        "exports": export,
        "imports": sent,
        "intakes": give_a_text(own, users["editor"]),
        "tokens": users["manager"].api_tokens.latest("pk"),
        "memberships": members[negotiation.pk],
        "invitations": invitation,
        "keys": SimpleNamespace(pk=key),
        "days": SimpleNamespace(pk=timezone.localdate()),
        "names": SimpleNamespace(pk="stranger"),
        "forms": SimpleNamespace(pk=f"/{negotiation.slug}/new/event/"),
    }
    return Place(negotiation.slug, {**talks.records, **more})
