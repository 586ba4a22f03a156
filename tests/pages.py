"""Every page of the site: its routes, and for each the addresses at which it shows something."""

from collections.abc import Iterator
from itertools import pairwise

from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import User
from negotiations.invitations import invite
from negotiations.models import (
    Changeset,
    Export,
    Import,
    Intake,
    Negotiation,
    Party,
    Record,
    Source,
)
from positions.models import DoubleCoding, Issue, Term, TermChoice
from positions.recordforms import FORMS, PARTS
from positions.roundforms import ACTS
from positions.textversions import versions_of

#: Routes that only take what a page sends, and lead back to one.
TAKERS = frozenset(
    {
        "anchor-place",
        "clause-act",
        "clause-carry",
        "clause-restore",
        "clause-silent",
        "codebook-retire",
        "record-present",
        "comment-new",
        "comment-remove",
        "record-restore",
        "import-match",
        "import-record",
        "invitation-new",
        "invitation-revoke",
        "members-leave",
        "record-state",
        "review-withdraw",
        "round-again",
        "session-end",
        "sessions-end",
        "round-silence",
        "setup-move",
        "silence-new",
        "password-strength",
        "token-revoke",
        "undo-last",
        "unsaved",
        "feed-address",
        "following-seen",
        "watch",
    }
)
#: Routes that give a file.
FILES = frozenset(
    {"export-file", "import-template", "feed", "own-feed", "mfa_download_recovery_codes"}
)
#: Pages of the site, and of a negotiation, at one address each.
OF_THE_SITE = [
    "home",
    "account",
    "account_login",
    "account_logout",
    "account_change_password",
    "account_email",
    "account_reauthenticate",
    "account_reset_password",
    "account_set_password",
    "account-delete",
    "following",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
    "sessions",
    "mentions",
    "negotiation-new",
]
OF_TALKS = [
    "overview",
    "comparison",
    "briefing",
    "everything",
    "imports",
    "import-new",
    "review",
    "review-drafts",
    "codings",
    "conditions",
    "movement",
    "issues",
    "codebook",
    "codebook-import",
    "rounds",
    "proposals",
    "answers",
    "claims",
    "sources",
    "evidence",
    "changes",
    "setup",
    "setup-settings",
    "setup-parties",
    "setup-people",
    "setup-tracks",
    "setup-issues",
    "members",
]
QUESTIONS = ["", "?q=water+or+ceasefire", "?q=xylophone"]


def routes() -> set[str]:
    """Return the names of the site's routes, without the API and Django's administration."""
    return set(_names(get_resolver().url_patterns))


def _names(patterns) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern.name or str(pattern.pattern)
        elif pattern.namespace not in ("api", "admin"):
            yield from _names(pattern.url_patterns)


def pages(negotiation: Negotiation, user: User | None = None) -> dict[str, list[str]]:
    """Return the addresses of the pages by route, the site's and those of ``negotiation``.

    A route to a record has none where the negotiation has no such record.
    """
    numbers: dict[str, list[int]] = {kind.replace(" ", "-"): [] for kind in Record.Kind.values}
    for record in Record.objects.filter(negotiation=negotiation).order_by("pk"):
        numbers[record.kind.replace(" ", "-")].append(record.pk)
    parties = Party.objects.filter(negotiation=negotiation).order_by("order")[:1]
    issues = Issue.objects.filter(negotiation=negotiation).order_by("order")[:2]
    sealed = Changeset.objects.filter(negotiation=negotiation, revision__isnull=False)
    revisions = sealed.order_by("revision").values_list("revision", flat=True)
    first = {kind: pks[0] for kind, pks in numbers.items() if pks}

    def at(name: str, *args, query: str = "") -> str:
        return reverse(name, args=[negotiation.slug, *args]) + query

    def of(kind: str, name: str) -> list[str]:
        return [at(name, pk) for pk in numbers[kind][:1]]

    def of_round(name: str, words) -> list[str]:
        return [at(name, pk, word) for pk in numbers["round"][:1] for word in words]

    owners = [f"?record={pk}" for pk in numbers["demand"][:1]]
    cells = [f"?party={party.code}&issue={issues[0].code}" for party in parties if issues]
    return {
        **{name: [reverse(name)] for name in OF_THE_SITE},
        "account_confirm_email": ["/accounts/email/confirm/x/"],
        "password-choose": [_link_to_choose_a_password(), "/accounts/password/x/y/"],
        **{name: [at(name)] for name in OF_TALKS},
        "comparison": [at("comparison", query=query) for query in ("", "?density=full")],
        "demand-new": [at("demand-new", query=query) for query in ("", *cells)],
        **_links(negotiation),
        "search": [at("search", query=query) for query in QUESTIONS],
        "issue": [at("issue", code) for code in (*(each.code for each in issues), "overall")],
        "export": [
            at("export", export.pk)
            for export in Export.objects.filter(subject=negotiation.pk).order_by("asked", "pk")
        ],
        **{
            name: [
                at(name, each.pk)
                for each in Import.objects.filter(subject=negotiation.pk).order_by("sent", "pk")
            ]
            for name in ("import", "import-undo")
        },
        "round": [at("round", pk) for pk in numbers["round"]],
        "proposal": [at("proposal", pk) for pk in numbers["proposal"]],
        "source": of("source", "source"),
        **_recoding(negotiation),
        **_bringing_in(negotiation, numbers["source"][:1], user),
        "source-read": of("source", "source-read"),
        "source-capture": [
            at("source-capture", pk, kind, query="?start=0&end=40")
            for pk in numbers["source"][:1]
            for kind in ("demand", "answer", "outcome", "event")
        ],
        "clause-new": of("proposal", "clause-new"),
        "clause-paste": of("proposal", "clause-paste"),
        "proposal-version": of("proposal", "proposal-version"),
        "clause-attach": of("clause", "clause-attach"),
        "round-paste": of_round("round-paste", [party.code for party in parties]),
        "round-line": of_round("round-line", [party.code for party in parties]),
        "round-seat": of_round("round-seat", [party.code for party in parties]),
        "round-status": of_round("round-status", ACTS),
        "demand-edit": of("demand", "demand-edit"),
        "record": [at("record", pk) for pk in first.values()],
        "coding-ask": [
            at("coding-ask", pk, query="?start=0&end=40") for pk in numbers["source"][:1]
        ],
        **{
            name: [
                at(name, each.pk)
                for each in DoubleCoding.objects.filter(subject=negotiation).order_by("pk")[:1]
            ]
            for name in ("coding", "coding-code", "coding-settle")
        },
        "review-record": [at("review-record", pk) for pk in first.values()],
        "record-history": [at("record-history", pk) for pk in first.values()],
        "changeset": [at("changeset", revision) for revision in revisions[:1]],
        "record-edit": [at("record-edit", pk) for kind, pk in first.items() if kind in FORMS],
        "record-new": [
            at("record-new", kind, query=query)
            for kind in FORMS
            for query in (owners if kind in PARTS else [""])
        ],
    }


def _links(negotiation: Negotiation) -> dict[str, list[str]]:
    """Return the pages of a new invitation."""
    about = {"role": "editor", "several": False, "last_day": timezone.localdate()}
    _made, key = invite(user=None, negotiation=negotiation, **about)
    names = ("invitation", "invitation-sign-up")
    return {name: [reverse(name, args=[key])] for name in names}


def _recoding(negotiation: Negotiation) -> dict[str, list[str]]:
    """Return the pages that recode the first issue, term and choice, and merge with the next."""
    found: dict[str, list[str]] = {"codebook-part": [], "codebook-merge": [], "codebook-split": []}
    for kind, model in {"issue": Issue, "term": Term, "choice": TermChoice}.items():
        rows = model.objects.filter(negotiation=negotiation, retired=None).order_by("pk")
        for row in rows[:1]:
            found["codebook-part"].append(
                reverse("codebook-part", args=[negotiation.slug, kind, row.pk])
            )
            if kind == "issue":
                split = reverse("codebook-split", args=[negotiation.slug, row.pk])
                found["codebook-split"].append(split)
        for row, other in pairwise(rows[:2]):
            merge = reverse("codebook-merge", args=[negotiation.slug, kind, row.pk])
            found["codebook-merge"].append(f"{merge}?into={other.pk}")
    return found


def _bringing_in(
    negotiation: Negotiation, sources: list[int], user: User | None
) -> dict[str, list[str]]:
    """The steps of bringing a text in; those that show one only for whoever has given it."""
    slug = negotiation.slug
    given = [each.pk for each in Intake.objects.filter(subject=negotiation.pk, user=user)]
    return {
        "source-new": [reverse("source-new", args=[slug])],
        "source-describe": [reverse("source-describe", args=[slug])],
        "source-check": [reverse("source-check", args=[slug, text]) for text in given],
        "source-text": [reverse("source-text", args=[slug, pk]) for pk in sources],
        "source-text-check": [
            reverse("source-text-check", args=[slug, pk, text]) for pk in sources for text in given
        ],
        "source-text-version": [
            reverse("source-text-version", args=[slug, each.pk, version.revision])
            for each in Source.objects.filter(negotiation=negotiation).exclude(text="")[:1]
            for version in versions_of(each)[:1]
        ],
    }


def _link_to_choose_a_password() -> str:
    user = User.objects.earliest("pk")
    number = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("password-choose", args=[number, default_token_generator.make_token(user)])


def signed_in(user: User) -> Client:
    """Return a client of somebody who is signed in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
