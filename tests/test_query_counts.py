"""No page asks the database more often for three of everything than for one."""

import pytest
from django.db import connection, reset_queries
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiToken
from negotiations import unsaved
from negotiations.models import Delegate, Membership, Participation, State
from positions.models import Proposal
from tests.database import seal
from tests.factories import (
    EvidenceFactory,
    LinkageFactory,
    MembershipFactory,
    PartyFactory,
    PersonFactory,
    TermChoiceFactory,
    TermFactory,
    TermValueFactory,
)
from tests.pages import FILES, TAKERS, pages, routes, signed_in
from tests.recording import (
    published,
    published_clause,
    published_demand,
    published_event,
    published_outcome,
    published_proposal,
    published_silence,
)
from tests.talks import TEXT, give_a_text, one_more_of_everything, river_talks

pytestmark = pytest.mark.django_db

#: At most so many queries a manager's page asks; whoever only reads never asks more.
LIMITS = {
    "home": 17,
    "account": 8,
    "account_login": 2,
    "account_logout": 2,
    "account_change_password": 2,
    "account_confirm_email": 3,
    "account_email": 10,
    "account_reauthenticate": 6,
    "account_reset_password": 2,
    "account_set_password": 3,
    "account-delete": 5,
    "following": 40,
    "mfa_index": 5,
    "mfa_activate_totp": 12,
    "mfa_authenticate": 2,
    "mfa_deactivate_totp": 4,
    "mfa_generate_recovery_codes": 7,
    "mfa_reauthenticate": 6,
    "mfa_view_recovery_codes": 4,
    "sessions": 6,
    "negotiation-new": 3,
    "mentions": 8,
    "password-choose": 6,
    "overview": 49,
    "comparison": 16,
    "briefing": 15,
    "everything": 4,
    "imports": 7,
    "import-new": 5,
    "import": 12,
    "import-undo": 58,
    "export": 6,
    "conditions": 16,
    "movement": 13,
    "issues": 19,
    "codebook": 17,
    "codebook-import": 5,
    "codebook-part": 13,
    "codebook-merge": 22,
    "codebook-split": 16,
    "rounds": 7,
    "proposals": 13,
    "answers": 30,
    "claims": 30,
    "sources": 10,
    "evidence": 22,
    "changes": 31,
    "setup": 15,
    "setup-settings": 7,
    "setup-parties": 8,
    "setup-people": 8,
    "setup-tracks": 8,
    "setup-issues": 10,
    "members": 10,
    "invitation": 7,
    "invitation-sign-up": 6,
    "demand-new": 30,
    "search": 19,
    "issue": 51,
    "round": 38,
    "proposal": 18,
    "source": 11,
    "source-new": 8,
    "source-describe": 10,
    "source-check": 14,
    "source-text": 10,
    "source-text-check": 12,
    "source-text-version": 10,
    "source-read": 21,
    "source-capture": 45,
    "clause-new": 8,
    "clause-paste": 7,
    "proposal-version": 11,
    "clause-attach": 10,
    "round-line": 21,
    "round-paste": 8,
    "round-seat": 9,
    "round-status": 7,
    "demand-edit": 38,
    "record": 32,
    "record-edit": 21,
    "review": 24,
    "review-drafts": 10,
    "codings": 13,
    "coding": 13,
    "coding-ask": 9,
    "coding-code": 40,
    "coding-settle": 46,
    "review-record": 62,
    "record-history": 30,
    "changeset": 74,
    "record-new": 17,
}


@pytest.fixture
def talks():
    return river_talks()


@pytest.fixture
def manager(talks):
    return MembershipFactory(negotiation=talks.negotiation, role=Membership.Role.MANAGER).user


def more(talks, manager, number):
    """Record one more of everything: in the talks, and about the records that pages show."""
    one_more_of_everything(talks, number)
    here = {"negotiation": talks.negotiation}
    party, person = PartyFactory(**here), PersonFactory(**here)
    term = TermFactory(**here, issue=talks.flow)
    TermChoiceFactory(**here)
    paper = Proposal.objects.filter(**here).earliest("pk")
    clause = published_clause(proposal=paper, parent=paper.clauses.earliest("pk"), label="Inside")
    for held in (talks.first, talks.second):
        met = {**here, "round": held}
        published(Participation, **met, party=party, role="observer")
        published(Delegate, **met, party=talks.east, person=person, capacity="Member")
        said = {**met, "issue": talks.flow, "holders": [talks.east]}
        demand = published_demand(**said, clause=clause)
        for target in (talks.asked, clause, demand):
            published_demand(**said, kind="", answer="noted", answers_id=target.pk)
        published_outcome(**met, issue=talks.flow, clause=clause, confirmed_by=[party])
        published_event(**met, issue=talks.flow, actor=party)
        published_silence(**met, party=party, issue=talks.flow)
        published_proposal(**met, responds_to=paper, holders=[party])
    for record in (talks.asked, paper):
        EvidenceFactory(about=record, source=talks.source, speaker=person, state=State.PUBLISHED)
    LinkageFactory(about=talks.asked, state=State.PUBLISHED)
    TermValueFactory(about=talks.asked, term=term, state=State.PUBLISHED)
    MembershipFactory(**here)
    ApiToken.issue(user=manager, name=f"token {number}", negotiation=talks.negotiation)
    address = f"/{talks.slug}/new/event/?number={number}"
    unsaved.keep(user=manager, address=address, typed=QueryDict("title=Half"))
    seal()
    give_a_text(talks, manager, f"{TEXT} {number}")


def counts(client, listed) -> dict[str, list[int]]:
    """Return how often each page asks, by route."""

    def asked(address: str) -> int:
        # The log of queries is of bounded length.
        reset_queries()
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    return {name: [asked(address) for address in addresses] for name, addresses in listed.items()}


def test_every_page_has_a_limit():
    assert set(LIMITS) == routes() - TAKERS - FILES


def test_pages_ask_as_often_for_three_of_everything_as_for_one(talks, manager):
    reader, writer = Client(), signed_in(manager)
    more(talks, manager, 1)
    listed = pages(talks.negotiation, manager)
    # The link to a new password begins a session, which the visitor's next pages look up.
    reader.get(listed["password-choose"][0])
    read, written = counts(reader, listed), counts(writer, listed)
    for number in (2, 3):
        more(talks, manager, number)
    assert counts(writer, listed) == written
    assert counts(reader, listed) == read
    most = {name: max(asked) for name, asked in written.items()}
    assert {name: n for name, n in most.items() if n > LIMITS[name]} == {}
    assert all(max(asked) <= most[name] for name, asked in read.items())
