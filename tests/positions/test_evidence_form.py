"""Who says so: evidence added to any record, corrected, ranked; its source and speaker new."""

import pytest
from django.urls import reverse

from negotiations.models import Person, Source, State
from positions.models import Demand, Evidence
from tests.factories import PartyFactory, PersonFactory, RoundFactory, SourceFactory
from tests.positions.test_record_forms import as_shown, edit, new, signed_in
from tests.recording import published_demand

HTMX = {"HTTP_HX_REQUEST": "true"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def demand():
    return published_demand(text="A pause of thirty days.")


@pytest.fixture
def talks(demand):
    return demand.negotiation


@pytest.fixture
def editor(talks):
    return signed_in(talks)


@pytest.fixture
def more(talks, demand):
    """The address of the form for evidence of the demand."""
    return new(talks, "evidence", f"?record={demand.pk}")


@pytest.fixture
def paper(talks):
    return SourceFactory(negotiation=talks, outlet="The Third Paper", state=State.PUBLISHED)


def said(source, **typed):
    """What a browser sends for evidence of which only these fields were touched."""
    return {
        "source": source.pk if source else "",
        "basis": "official on the record",
        "stance": "supports",
        "rank": "normal",
        **typed,
    }


def added(demand) -> Evidence:
    return Evidence.objects.filter(record_id=demand.pk).latest("pk")


def test_a_third_paper_in_full(editor, talks, demand, more, paper):
    side = PartyFactory(negotiation=talks)
    known = PersonFactory(negotiation=talks, name="I. Speaker")
    typed = said(
        paper,
        speaker="i. speaker",
        capacity="head of the delegation",
        reported_by=side.pk,
        quote="тридцать дней",
        language="ru",
        translation="thirty days",
        locator="fourth paragraph",
        credibility="2",
        rank="preferred",
    )
    response = editor.post(more, typed)
    assert response.status_code == 302, response.context["form"].errors
    row = added(demand)
    assert (row.source, row.speaker, row.reported_by) == (paper, known, side)
    assert (row.capacity, row.locator) == ("head of the delegation", "fourth paragraph")
    assert (row.quote, row.language, row.translation) == ("тридцать дней", "ru", "thirty days")
    assert (row.credibility, row.rank, row.state) == (2, "preferred", State.PUBLISHED)


def test_a_speaker_nobody_knew_is_recorded_with_the_words(editor, talks, demand, more, paper):
    editor.post(more, said(paper, speaker="  N.  Newcomer "))
    person = Person.objects.get(negotiation=talks)
    assert (person.name, added(demand).speaker) == ("N. Newcomer", person)
    editor.post(more, said(paper, speaker="n. newcomer", quote="again"))
    assert Person.objects.filter(negotiation=talks).count() == 1
    assert added(demand).speaker == person


def test_a_refused_line_leaves_no_person_behind(editor, talks, more, paper):
    response = editor.post(more, said(paper, speaker="N. Newcomer", credibility="9"))
    assert response.status_code == 422
    assert not Person.objects.filter(negotiation=talks).exists()
    assert "N. Newcomer" in response.content.decode()


def test_two_people_of_one_name_are_told_apart(editor, talks, demand, more, paper):
    first, second = (PersonFactory(negotiation=talks, name="A. Twin") for __ in range(2))
    response = editor.post(more, said(paper, speaker="A. Twin"))
    assert response.status_code == 422
    meant = f"A. Twin № {second.pk}"
    assert f"A. Twin № {first.pk}, {meant}" in response.context["form"].errors["speaker"][0]
    assert f'<option value="{meant}">' in editor.get(more).content.decode()
    editor.post(more, said(paper, speaker=meant))
    assert added(demand).speaker == second


def test_people_of_other_talks_are_nobody_here(editor, demand, more, paper):
    stranger = PersonFactory(name="S. Stranger")
    body = editor.get(more).content.decode()
    assert "S. Stranger" not in body
    response = editor.post(more, said(paper, speaker=str(stranger.pk)))
    assert "There is no person" in response.context["form"].errors["speaker"][0]


def test_a_source_is_described_on_the_spot(editor, demand, more):
    typed = said(None, source_outlet="Fourth Paper", source_published="3 June 2025")
    editor.post(more, typed)
    source = Source.objects.get(outlet="Fourth Paper")
    assert added(demand).source == source
    assert source.state == State.PUBLISHED
    again = editor.get(more).context["form"]
    assert again["source"].value() == source.pk


def test_without_a_source_it_is_no_evidence(editor, demand, more):
    response = editor.post(more, said(None, field="text", reads="kept as typed"))
    assert response.status_code == 422
    assert "describe one not listed yet" in response.context["form"].errors["source"][0]
    assert "kept as typed" in response.content.decode()
    assert Evidence.objects.filter(record_id=demand.pk).count() == 1


def test_a_rival_reading_of_one_field(editor, demand, more, paper):
    choices = dict(editor.get(more).context["form"].fields["field"].choices)
    assert choices["firmness"] == "firmness"
    assert not {"id", "version", "state", "negotiation"} & set(choices)
    reading = said(paper, stance="reads as", field="firmness", reads="a red line")
    editor.post(more, reading)
    row = added(demand)
    assert (row.stance, row.field, row.reads) == ("reads as", "firmness", "a red line")
    refused = editor.post(more, said(paper, reads="a red line"))
    assert "Say which field is read this way." in refused.content.decode()


def test_evidence_of_a_draft_publishes_it(editor, talks, paper):
    url = reverse("demand-new", args=[talks.slug])
    party = PartyFactory(negotiation=talks)
    typed = {"holders": party.pk, "text": "A draft.", "kind": "demand", "firmness": "unknown"}
    editor.post(url, {**typed, "stated": "2 June 2025", "basis": "inference"})
    draft = Demand.objects.get(text="A draft.")
    assert draft.state == State.DRAFT
    editor.post(new(talks, "evidence", f"?record={draft.pk}"), said(paper))
    draft.refresh_from_db()
    assert draft.state == State.PUBLISHED


def test_evidence_is_corrected_and_ranked(editor, talks, demand, more, paper):
    editor.post(more, said(paper, quote="thirteen days", speaker="N. Newcomer"))
    row = added(demand)
    form = editor.get(edit(row)).context["form"]
    assert (form["speaker"].value(), form["source"].value()) == ("N. Newcomer", paper.pk)
    typed = as_shown(editor, edit(row), quote="thirty days", rank="deprecated", speaker="O. Other")
    response = editor.post(edit(row), typed)
    assert response.status_code == 302, response.context["form"].errors
    row.refresh_from_db()
    assert (row.quote, row.rank, row.speaker.name) == ("thirty days", "deprecated", "O. Other")
    assert (row.source, row.version) == (paper, 2)


def test_two_corrections_at_once(editor, talks, demand, more, paper):
    editor.post(more, said(paper, quote="thirteen days"))
    row, other = added(demand), signed_in(talks)
    mine = as_shown(other, edit(row), quote="thirty days")
    editor.post(edit(row), as_shown(editor, edit(row), capacity="head of delegation"))
    page = other.post(edit(row), mine, follow=True).content.decode()
    assert "changed this meanwhile, and that is kept, too: In what capacity." in page
    row.refresh_from_db()
    assert (row.quote, row.capacity) == ("thirty days", "head of delegation")


def test_the_last_evidence_of_what_is_published_stays(editor, talks, demand):
    row = added(demand)
    page = reverse("record", args=[talks.slug, demand.pk])
    address = reverse("record-state", args=[talks.slug, row.pk]) + f"?next={page}"
    response = editor.post(address, {"state": "retracted"}, follow=True)
    row.refresh_from_db()
    assert row.state == State.PUBLISHED
    assert response.redirect_chain[-1][0] == page
    assert 'class="notice error"' in response.content.decode()


def test_every_kind_of_record_takes_evidence(editor, talks, paper):
    held = RoundFactory(negotiation=talks)
    response = editor.post(new(talks, "evidence", f"?record={held.pk}"), said(paper, field="venue"))
    assert response.status_code == 302, response.context["form"].errors
    assert added(held).field == "venue"


def test_what_belongs_to_other_talks_takes_none(editor, talks, paper):
    elsewhere = published_demand()
    url = new(talks, "evidence", f"?record={elsewhere.pk}")
    assert editor.get(url).status_code == 404
    assert editor.post(url, said(paper)).status_code == 404
