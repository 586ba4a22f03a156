"""Drafts that were not sent to review: listed, and sent many at once."""

import re

import pytest
from django.core.exceptions import ValidationError

from negotiations.history import history_of
from negotiations.models import Delegate, Record, Round
from negotiations.operations import create, remove
from positions.models import Clause, Demand, Evidence
from positions.operations import add_part
from positions.proposals import record_proposal
from positions.reviewing import send_back, submit, submit_all
from tests.factories import A_DAY, PersonFactory, TrackFactory
from tests.positions.test_review_views import as_user, at
from tests.positions.test_reviewing import Talks
from tests.sending import as_sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    return Talks()


@pytest.fixture
def held(talks) -> Round:
    """A draft of a round, with a delegate, a demand in it, and a paper of two clauses."""
    shared = {"user": talks.editor, "negotiation": talks.negotiation}
    track = TrackFactory(negotiation=talks.negotiation)
    held = create(Round, track=track, number=1, title="At the lake", **shared)
    person = PersonFactory(negotiation=talks.negotiation, name="Mila Horn")
    create(Delegate, round=held, party=talks.party, person=person, **shared)
    talks.draft(text="Open the road", round=held)
    tabled = {"title": "A paper", "kind": "memorandum", "tabled": A_DAY, "round": held}
    clauses = {"clauses": [{"label": "1", "text": "A pause"}, {"label": "2", "text": "A month"}]}
    record_proposal(holders=[talks.party], root=clauses, **tabled, **shared)
    return held


def listed(page) -> list[str]:
    return sorted(str(each.kind) for each in page.context["page"].drafts)


def show(talks, user, **asked):
    return as_user(user).get(at(talks, "review-drafts"), asked)


def send(talks, user, **typed):
    return as_user(user).post(at(talks, "review-drafts"), typed, follow=True)


def states(*records) -> list[str]:
    return [type(record).objects.get(pk=record.pk).state for record in records]


def test_ones_own_are_listed_without_what_hangs_on_them(talks, held):
    talks.draft(user=talks.other, text="Written by her")
    published = talks.published(text="Published before")
    words = {"source": talks.source, "basis": "official on the record", "quote": "Aye"}
    add_part(Evidence, user=talks.editor, record=Record.objects.get(pk=published.pk), **words)
    submit(talks.draft(text="Sent"), user=talks.editor)
    back = submit(talks.draft(text="Sent back"), user=talks.editor)
    send_back(back, user=talks.reviewer, reason="Which month?")
    mine = show(talks, talks.editor)
    assert listed(mine) == ["delegate", "demand", "evidence", "proposal", "round"]
    text = mine.content.decode()
    assert "Open the road" in text
    for absent in ("Written by her", "A month", "Sent", "Sent back"):
        assert f">{absent}<" not in text
    assert "Send all 5 listed" in text
    assert listed(show(talks, talks.editor, who="")).count("demand") == 2
    assert listed(show(talks, talks.editor, round=held.pk, kind="delegate")) == ["delegate"]
    assert show(talks, talks.editor, kind="unheard-of").status_code == 400
    review = as_user(talks.editor).get(at(talks, "review")).content.decode()
    assert "Send your 5 drafts to review" in review
    assert show(talks, talks.reader).status_code == 403


def test_what_is_ticked_is_sent_as_one_change(talks, held):
    demand, delegate = Demand.objects.get(text="Open the road"), Delegate.objects.get()
    done = send(talks, talks.editor, number=[demand.pk, delegate.pk], act="ticked")
    assert "2 are sent to review." in done.content.decode()
    assert states(demand, delegate, held) == ["in review", "in review", "draft"]
    changes = {list(history_of(row))[-1].changeset_id for row in (demand, delegate)}
    assert len(changes) == 1


def test_all_that_is_listed_is_sent_and_clauses_with_their_paper(talks, held):
    shown = [each.number for each in show(talks, talks.editor).context["page"].drafts]
    done = send(talks, talks.editor, shown=shown, act="all")
    assert "4 are sent to review." in done.content.decode()
    assert "You have none" in done.content.decode()
    assert set(states(held, *Clause.objects.all())) == {"in review"}
    assert not Record.objects.filter(negotiation=talks.negotiation, state="draft").exists()


def test_what_lacks_a_source_says_so_and_is_not_sent_with_all_that_is_listed(talks, held):
    bare = talks.draft(text="Nobody says so", evidence=[])
    page = show(talks, talks.editor)
    shown = page.content.decode()
    assert shown.count("no source yet: it cannot be published") == 1
    assert "Send the 4 that lack no source" in shown
    sent = as_sent(page, "drafts__form")
    assert str(bare.pk) not in sent["shown"]
    send(talks, talks.editor, act="all", shown=sent["shown"])
    assert states(bare, held) == ["draft", "in review"]
    submit(bare, user=talks.editor)
    queue = as_user(talks.reviewer).get(at(talks, "review")).content.decode()
    assert queue.count("no source yet: it cannot be published") == 1


def test_what_is_no_draft_any_more_is_left_out_and_said(talks, held):
    demand, delegate = Demand.objects.get(text="Open the road"), Delegate.objects.get()
    submit(demand, user=talks.other)
    done = send(talks, talks.editor, number=[demand.pk, delegate.pk, "9" * 18], act="ticked")
    assert "1 is sent to review." in done.content.decode()
    left = f"Demand “Open the road”, № {'9' * 18} were left out: they are no drafts any more."
    assert left in done.content.decode()
    remove(Delegate.objects.get(), user=talks.editor)
    gone = send(talks, talks.editor, number=[delegate.pk], act="ticked")
    assert "sent to review." not in gone.content.decode()
    assert f"№ {delegate.pk} was left out" in gone.content.decode()
    sent = [submit(talks.draft(text=f"Draft {n}"), user=talks.other).pk for n in range(5)]
    many = send(talks, talks.editor, number=sent, act="ticked").content.decode()
    assert "Demand “Draft 0”, demand “Draft 1”, demand “Draft 2” and 2 more were left out" in many


def test_nothing_ticked_is_said_and_sends_nothing(talks, held):
    answer = send(talks, talks.editor, shown=[held.pk], act="ticked")
    assert answer.status_code == 422
    assert "Tick what to send, or send all that is listed." in answer.content.decode()
    assert states(held) == ["draft"]
    # What was ticked stays ticked, and odd numbers break nothing.
    kept = send(talks, talks.editor, number=[held.pk, "9" * 5000, "-1"], act="all")
    assert kept.status_code == 422
    assert re.search(rf'value="{held.pk}"[^>]* checked', kept.content.decode())


def test_all_are_sent_or_none(talks, held):
    demand = Demand.objects.get(text="Open the road")
    published = talks.published(text="Published before")
    with pytest.raises(ValidationError, match="Only what is a draft"):
        submit_all([demand, published], user=talks.editor)
    assert states(demand) == ["draft"]


def test_the_round_leads_to_its_drafts_and_is_sent_from_its_own_page(talks, held):
    page = at(talks, "round", held.pk)
    shown = as_user(talks.other).get(page).content.decode()
    assert f'href="{at(talks, "review-drafts")}?round={held.pk}&amp;who="' in shown
    assert "Send its 4 drafts to review" in shown
    back = f'<a href="{page}">Back to the round At the lake</a>'
    assert back in show(talks, talks.editor, round=held.pk, who="").content.decode()
    assert back not in show(talks, talks.editor).content.decode()
    assert "Send to review" in shown
    act = at(talks, "record-state", held.pk)
    done = as_user(talks.editor).post(f"{act}?next={page}", {"state": "in review"})
    assert done["Location"] == page
    shown = as_user(talks.editor).get(page).content.decode()
    assert "Send its 3 drafts to review" in shown
    assert f'href="{at(talks, "review-record", held.pk)}"' in shown
    assert as_user(talks.reader).get(page).status_code == 404


def test_a_round_that_is_its_only_draft_is_sent_by_one_button(talks):
    track = TrackFactory(negotiation=talks.negotiation)
    shared = {"user": talks.editor, "negotiation": talks.negotiation}
    held = create(Round, track=track, number=1, title="At the lake", **shared)
    shown = as_user(talks.editor).get(at(talks, "round", held.pk)).content.decode()
    assert "Send to review" in shown
    assert "to review</a>" not in shown
