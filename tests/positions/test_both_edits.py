"""Two people edit one row, of every kind: both edits are kept, or each field asks which."""

import pytest
from django.urls import reverse

from negotiations.models import State
from negotiations.operations import edit
from positions.models import Linkage, TermChoice
from tests import factories
from tests.positions.test_record_forms import (
    TYPED,
    rows_of_every_kind,
    signed_in,
)
from tests.recording import published_demand
from tests.sending import as_sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    return factories.NegotiationFactory()


def hanging(talks):
    """Evidence, a condition and a value of a demand, with a field of each that holds words."""
    demand = published_demand(negotiation=talks)
    shared = {"negotiation": talks, "state": State.PUBLISHED}
    linkage = Linkage(relation="unless", condition="It rains", record_id=demand.pk, **shared)
    linkage.save()
    return {
        "quote": factories.EvidenceFactory(record_id=demand.pk, **shared),
        "condition": linkage,
    }


def every_row(talks):
    """Yield rows of every kind that has a form, with a field of its words, and the form's place."""
    rows = [(row, TYPED[kind][0]) for kind, row in rows_of_every_kind(talks).items()]
    rows += [(row, field) for field, row in hanging(talks).items()]
    for row, field in rows:
        yield row, field, reverse("record-edit", args=[talks.slug, row.pk]), "entry"
    yield talks, "title", reverse("setup-settings", args=[talks.slug]), "setup__form"


def test_the_same_field_asks_which_of_three_is_kept(talks):
    first, second = signed_in(talks, "manager"), signed_in(talks, "manager")
    for row, field, url, form in every_row(talks):
        before = getattr(row, field)
        mine = {**as_sent(second.get(url), form), field: "Mine instead"}
        theirs = {**as_sent(first.get(url), form), field: "Theirs instead"}
        assert first.post(url, theirs).status_code == 302, url
        page = second.post(url, mine)
        assert page.status_code == 409, url
        text = page.content.decode()
        for words in ("Mine instead", "Theirs instead", before or "–"):
            assert f'<span class="conflict__words">{words}</span>' in text, (url, words)
        row.refresh_from_db()
        assert getattr(row, field) == "Theirs instead"
        again = as_sent(page, form)
        assert (again[f"keep-{field}"], again[field]) == (["mine"], ["Mine instead"])
        assert second.post(url, again).status_code == 302, url
        row.refresh_from_db()
        assert getattr(row, field) == "Mine instead"


def test_theirs_can_be_chosen_and_a_third_edit_asks_again(talks):
    first, second = signed_in(talks, "manager"), signed_in(talks, "manager")
    for row, field, url, form in every_row(talks):
        mine = {**as_sent(second.get(url), form), field: "Mine instead"}
        first.post(url, {**as_sent(first.get(url), form), field: "Theirs instead"})
        again = {**as_sent(second.post(url, mine), form), f"keep-{field}": "mine"}
        first.post(url, {**as_sent(first.get(url), form), field: "Theirs once more"})
        page = second.post(url, again)
        assert page.status_code == 409, url
        assert "Theirs once more" in page.content.decode()
        chosen = {**as_sent(page, form), f"keep-{field}": "theirs"}
        assert second.post(url, chosen).status_code == 302, url
        row.refresh_from_db()
        assert getattr(row, field) == "Theirs once more"


@pytest.mark.parametrize(
    ("kind", "theirs", "mine"),
    [
        ("party", {"name": "New name"}, {"aliases": "Other, Another"}),
        ("issue", {"question": "Who fishes?"}, {"name": "Fishing"}),
        ("round", {"venue": "A ship"}, {"title": "The meeting at sea"}),
        ("source", {"note": "Seen twice"}, {"title": "A title"}),
        ("clause", {"label": "7"}, {"text": "Both fish."}),
        ("outcome", {"kind": "not agreed"}, {"text": "No fish."}),
        ("term", {"unit": "tonnes"}, {"name": "Catch"}),
    ],
)
def test_different_fields_are_both_kept(talks, kind, theirs, mine):
    first, second = signed_in(talks, "manager"), signed_in(talks, "manager")
    row = rows_of_every_kind(talks)[kind]
    url = reverse("record-edit", args=[talks.slug, row.pk])
    typed = {**as_sent(second.get(url)), **mine}
    assert first.post(url, {**as_sent(first.get(url)), **theirs}).status_code == 302
    page = second.post(url, typed, follow=True)
    assert page.redirect_chain, page.content.decode()[:3000]
    assert f"{first.user} changed this meanwhile, and that is kept, too:" in page.content.decode()
    row.refresh_from_db()
    for name, words in {**theirs, **mine}.items():
        value = getattr(row, name)
        assert (", ".join(value) if isinstance(value, list) else value) == words


def test_the_choices_of_a_term_are_part_of_it(talks):
    first, second = signed_in(talks, "manager"), signed_in(talks, "manager")
    term = factories.TermFactory(
        negotiation=talks, issue=factories.IssueFactory(negotiation=talks), kind="choice"
    )
    for code in ("yes", "no"):
        factories.TermChoiceFactory(term=term, code=code, name=code)
    url = reverse("record-edit", args=[talks.slug, term.pk])
    mine = {**as_sent(second.get(url)), "choices": "yes\nno\nnever"}
    first.post(url, {**as_sent(first.get(url)), "choices": "yes\nno\nlater"})
    page = second.post(url, mine)
    assert page.status_code == 409
    assert "later" in page.content.decode()
    second.post(url, {**as_sent(page), "choices": "yes\nno\nlater\nnever"})
    names = set(TermChoice.objects.filter(term=term).values_list("name", flat=True))
    assert names == {"yes", "no", "later", "never"}


def test_an_edit_that_says_nothing_new_disturbs_nobody(talks):
    first, second = signed_in(talks, "manager"), signed_in(talks, "manager")
    track = factories.TrackFactory(negotiation=talks)
    url = reverse("record-edit", args=[talks.slug, track.pk])
    mine = as_sent(second.get(url))
    edit(track, user=first.user, name="Renamed")
    assert second.post(url, mine).status_code == 302
    track.refresh_from_db()
    assert track.name == "Renamed"
