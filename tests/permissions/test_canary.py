"""Words of drafts, and of what is for members only, are seen by nobody else, nor is that they are.

Every page, list, record, table, document and error is asked for before and after the words are
planted. Whoever may not see them must get the same both times.
"""

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from http.cookies import SimpleCookie

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django_filters import CharFilter

from negotiations.exports import Job
from negotiations.filters import Pointing
from negotiations.models import Negotiation, Round, Source
from positions.api import COLLECTIONS
from positions.exports import MAKERS
from positions.filters import InWords
from positions.models import Demand, Proposal
from tests.api.conftest import new_talks
from tests.database import seal
from tests.factories import MembershipFactory, UserFactory
from tests.pages import pages, signed_in
from tests.permissions.planting import CANARY, content_models, is_text, plant

#: A word that stands nowhere.
NOWHERE = "Qwertzu"
#: What is another each time: how many changesets there have been and their seal, the time, and
#: tokens and keys of forms.
PASSING = re.compile(
    r"(?i)(revision\D{0,20}?)\d+|(revision of the records</t></is></c><c r=\"\w+\" t=\"n\"><v>)\d+"
    r"|((?:idempotency_key|seal__hash|seen)\" value=\")[\w:-]+"
    r"|(csrf\w*\W+(?:value=)?\W*)\w{20,}|\d\d:\d\d(?::\d\d)? (?:UTC|GMT)"
)
CELL = re.compile(r"(?<=<v>)(\d+)(?=</v>)")
SEAL = re.compile(r"<t>[0-9a-f]{64}</t>")
READ = ("overview", "comparison", "search", "sources", "evidence", "changes")


def told(answer) -> str:
    """Return all that an answer tells: its status, its headers, and its words, unpacked."""
    content = b"".join(answer) if answer.streaming else answer.content
    headers = {k: v for k, v in answer.items() if k != "Content-Length"}
    words = unpacked(content) if content.startswith(b"PK") else content.decode()
    return PASSING.sub(r"\1\2\3\4", f"{answer.status_code} {headers} {words}")


def unpacked(package: bytes) -> str:
    """Return what a workbook or a document holds, but for when it was made."""
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        names = [name for name in opened.namelist() if not name.startswith("docProps/")]
        return "\n".join(opened.read(name).decode() for name in names)


class Visitor:
    """Somebody who asks, with nothing but their session."""

    def __init__(self, client: Client):
        self.client = client
        self.session = {name: morsel.value for name, morsel in client.cookies.items()}

    def ask(self, address: str, method: str = "get") -> str:
        self.client.cookies = SimpleCookie(self.session)
        with transaction.atomic():
            answer = told(getattr(self.client, method)(address))
            transaction.set_rollback(True)
        return answer

    def ask_all(self, addresses) -> dict[str, str]:
        return {address: self.ask(address) for address in addresses}


def addresses_of(negotiation: Negotiation) -> list[str]:
    """Return every page and list about the talks, in every form, and what is asked of them."""
    slug = negotiation.slug
    found = [each for listed in pages(negotiation).values() for each in listed]
    # One's own account tells nothing of any negotiation, and new secrets each time.
    found = [each for each in found if not each.startswith("/accounts/")]
    for collection in COLLECTIONS:
        stem = f"/api/v1/{collection}/"
        found += [f"{stem}?negotiation={slug}", f"{stem}?format=xlsx&negotiation={slug}"]
    for name in ("comparison", "answers", "claims", "codebook", "conditions", "movement"):
        stem = f"/api/v1/negotiations/{slug}/{name}/"
        found += [stem, f"{stem}?format=xlsx"]
    found += [f"/{slug}/{page}/?q={CANARY}" for page in ("search", "sources")]
    found += [f"/api/v1/search/?negotiation={slug}&q={CANARY}", f"/{slug}/compare/briefing/"]
    return found


def filters(kinds) -> Iterator[str]:
    """Yield the address of every list of the API with each of its filters of some kinds."""
    for collection, view in COLLECTIONS.items():
        for name, each in view.filterset_class.base_filters.items():
            if isinstance(each, kinds):
                yield f"/api/v1/{collection}/?{name}="


@pytest.fixture(scope="module")
def talks(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield new_talks().fill(0)
        transaction.set_rollback(True)


@pytest.fixture
def visitors(talks, db) -> dict[str, Visitor]:
    reader = MembershipFactory(negotiation=talks.negotiation, role="reader").user
    clients = {"anonymous": Client(), "stranger": signed_in(UserFactory())}
    return {who: Visitor(each) for who, each in {**clients, "reader": signed_in(reader)}.items()}


def planted_beside(talks):
    """Plant the word in the talks, and a negotiation for members with it in everything."""
    copies = plant(talks.negotiation, talks.editor)
    hidden = new_talks(Negotiation.Visibility.MEMBERS)
    Negotiation.objects.filter(pk=hidden.negotiation.pk).update(title=CANARY, summary=CANARY)
    hidden.fill(5, word=CANARY)
    seal()
    return copies, hidden


def test_every_text_of_every_record_has_the_word(talks, db):
    copies, _hidden = planted_beside(talks)
    assert {type(copy) for copy in copies} == set(content_models())
    for copy in copies:
        fields = [f for f in copy._meta.concrete_fields if is_text(f) and not f.generated]
        words = {f.name: getattr(copy, f.name) for f in fields}
        wrong = {n for n, text in words.items() if CANARY not in text}
        assert wrong <= {"time_zone", "field", "text_hash"}
    editor = Visitor(signed_in(talks.editor))
    seen = [
        name for name in READ if CANARY in editor.ask(reverse(name, args=[talks.negotiation.slug]))
    ]
    assert len(seen) >= 4


def test_nobody_else_sees_the_word_or_that_it_is_there(talks, visitors, caplog):
    caplog.set_level(logging.INFO)
    addresses = addresses_of(talks.negotiation)
    before = {who: each.ask_all(addresses) for who, each in visitors.items() if who != "stranger"}
    copies, hidden = planted_beside(talks)
    for who, asked in before.items():
        after = visitors[who].ask_all(addresses)
        # Only what was asked for is there, where it is shown again.
        seen = [a for a in addresses if CANARY in after[a] and CANARY not in a]
        assert seen == [], who
        assert [a for a in addresses if after[a] != asked[a]] == [], who
    numbers = {copy.pk: copy for copy in copies}
    slug, other = talks.negotiation.slug, hidden.negotiation.slug
    aside = [f"/{slug}/records/{pk}/" for pk in numbers]
    aside += [f"/{slug}/{page}/{pk}/" for page in ("rounds", "sources") for pk in numbers]
    aside += [a.replace(f"/{slug}/", f"/{other}/") for a in addresses if "/api/" not in a]
    for who, each in visitors.items():
        answers = each.ask_all(aside)
        assert [a for a, words in answers.items() if CANARY in words] == [], who
        assert [a for a, words in answers.items() if words.startswith("5")] == [], who
    assert CANARY not in re.sub(rf"q={CANARY}", "", caplog.text)


def test_filters_do_not_tell_what_is_hidden_from_what_is_absent(talks, visitors):
    copies, hidden = planted_beside(talks)
    own = {type(copy): copy.pk for copy in copies}
    numbers = [own[model] for model in (Round, Source, Demand, Proposal)]
    visitor, asked = visitors["reader"], 0
    for address in filters(Pointing):
        absent = visitor.ask(f"{address}{10**9}").replace(str(10**9), "N")
        for number in [*numbers, hidden["demands"].pk, hidden["parties"].pk]:
            told_of_it = visitor.ask(f"{address}{number}")
            assert re.sub(rf"\b{number}\b", "N", told_of_it) == absent, address
            asked += 1
    for address in filters((CharFilter, InWords)):
        with_it = visitor.ask(f"{address}{CANARY}").replace(CANARY, NOWHERE)
        assert with_it == visitor.ask(f"{address}{NOWHERE}"), address
        asked += 1
    assert asked > 200


@pytest.mark.parametrize("kind", MAKERS)
def test_files_hold_what_whoever_asked_may_see(talks, db, kind):
    reader = MembershipFactory(negotiation=talks.negotiation, role="reader").user

    def made(user) -> tuple[str, ...]:
        """The revision, and the file's words in parts, its numbers apart."""
        found = Negotiation.objects.with_revision().get(pk=talks.negotiation.pk)
        job = Job(found, user, QueryDict(), "http://testserver/", lambda done, total: None)
        # How many changesets there have been, and their seal, are no secret.
        words = SEAL.sub("", unpacked(MAKERS[kind](job).content))
        return (str(found.revision), *CELL.split(PASSING.sub(r"\1\2\3\4", words)))

    before = {user: made(user) for user in (AnonymousUser(), reader)}
    planted_beside(talks)
    for user, words in before.items():
        after = made(user)
        assert CANARY not in "".join(after)
        assert len(after) == len(words)
        revisions = (words[0], after[0])
        differing = {pair for pair in zip(words, after, strict=True) if pair[0] != pair[1]}
        assert differing <= {revisions}
    assert CANARY in "".join(made(talks.editor))
