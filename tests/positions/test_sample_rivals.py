"""The sample's rival counts, claims and answers, as its pages show them."""

import pytest

from positions import rivals
from positions.models import Demand, Evidence
from positions.origins import independent
from positions.statements import evidence_of
from positions.vouching import lineage_of

pytestmark = pytest.mark.usefixtures("sample")
SLUG = "russia-ukraine-2025"


def page(client, name, **query):
    response = client.get(f"/{SLUG}/{name}/", {"as_of": "2025-06-23"} | query)
    assert response.status_code == 200
    return response.context["page"], " ".join(response.content.decode().split())


def fact(client, title, **query):
    built, _text = page(client, "claims", **query)
    (found,) = [each for each in built.facts if each.title.startswith(title)]
    return {term.term.code: term for term in found.terms}


def counted(term) -> dict[str, tuple[int, str, bool]]:
    """Each value with its independent sources, what marks it, and whether it is deprecated."""
    return {v.value.text: (v.weight.independent, v.weight_text, v.deprecated) for v in term.values}


def counters(term) -> dict[str, list[tuple[str, str]]]:
    return {
        v.value.text: [
            (str(row.reported_by or row.capacity), row.source.outlet) for row in v.evidence
        ]
        for v in term.values
    }


def test_the_aircraft_are_counted_in_several_ways_and_none_is_merged(client):
    terms = fact(client, "Spiderweb")
    # India Today carries both counts, so that neither stands against the other.
    assert counted(terms["aircraft-hit"]) == {
        "41": (1, "", False),
        "at most 20": (2, "", False),
    }
    assert counters(terms["aircraft-hit"]) == {
        "41": [("Ukraine", "India Today")],
        "at most 20": [("United States", "India Today"), ("United States", "Daily8")],
    }
    assert counted(terms["aircraft-destroyed"]) == {"about 10": (2, "", False)}
    assert counters(terms["aircraft-destroyed"]) == {
        "about 10": [("United States", "India Today"), ("unnamed source of Bloomberg", "Meduza")]
    }
    _page, text = page(client, "claims")
    for shown in ("at most 20", "unnamed officials of the United States", "by Ukraine’s account"):
        assert shown in text
    assert "from Reuters" in text


def test_four_bases_or_five(client):
    bases = fact(client, "Spiderweb")["airfields"]
    assert counted(bases) == {
        "4": (2, "", False),
        "5": (1, "outlier: 2 of 2 other independent sources exclude it", False),
    }
    assert bases.independent == 3
    # Five regions are another unit, and no rival of five bases.
    assert counted(fact(client, "Spiderweb")["regions-attacked"]) == {"5": (1, "", False)}


def test_thirty_at_least_thirty_renewable_and_ninety_days(client):
    length = fact(client, "An unconditional ceasefire", issue="ceasefire")["duration"]
    assert counted(length) == {
        "30 days": (2, "", False),
        "at least 30 days": (1, "", False),
        "90 days": (1, "outlier: 2 of 3 other independent sources exclude it", True),
    }
    assert length.drawn
    for name in ("claims", "issues/ceasefire"):
        _page, text = page(client, name)
        assert "<s>90 days</s>" in text
        assert "outlier: 2 of 3 other independent sources exclude it" in text
    # That it can be renewed is another value of another record: the paper's own.
    paper = client.get(f"/{SLUG}/compare/", {"as_of": "2025-06-02", "issue": "ceasefire"})
    text = " ".join(paper.content.decode().split())
    assert "renewable" in text
    assert "3 readings, 4 independent sources" in text


def test_six_thousand_each_and_in_total_are_not_compared(client):
    bodies = fact(client, "Bodies of the fallen")["bodies-count"]
    assert counted(bodies) == {
        "6,000 bodies each": (2, "", False),
        "6,000 bodies in total": (1, "", False),
    }
    assert not any(v.weight.others for v in bodies.values)


def pair(client, first: str, second: str):
    built, text = page(client, "claims", issue="documents")
    (found,) = [
        each
        for each in built.pairs
        if each.first.statement.demand.text.startswith(first)
        and each.second.statement.demand.text.startswith(second)
    ]
    return found, text


def test_not_shared_before_and_tabled_during_answer_each_other_and_can_both_be_true(client):
    found, text = pair(client, "Russia did not pass on its memorandum", "Russia tabled")
    assert (found.verdict, found.ground) == (rivals.Verdict.PULL, rivals.Ground.MET)
    assert found.second.statement.demand.answer == Demand.Answer.COUNTERED
    ((speaker, basis),) = [
        (row.speaker.name, row.basis) for row in found.second.statement.as_a_whole
    ]
    assert (speaker, basis) == ("Vladimir Medinsky", "official on the record")
    (remark,) = found.remarks
    assert remark.reads.endswith("not before the talks, but during them")
    assert "They pull against each other; both can be true" in text


def test_who_rang_whom_excludes_and_an_ultimatum_is_denied(client):
    built, _text = page(client, "claims", issue="process")
    (rang,) = built.pairs
    assert (rang.verdict, rang.ground) == (rivals.Verdict.EXCLUDE, rivals.Ground.LINKED)
    found, _text = pair(client, "The paper is no ultimatum", "Zelensky says")
    assert (found.verdict, found.ground) == (rivals.Verdict.EXCLUDE, rivals.Ground.REJECTED)


def test_two_parts_against_the_three_of_the_text_as_printed(client):
    built, _text = page(client, "claims", issue="documents")
    (contradicted,) = built.contradicted
    assert contradicted.claim.statement.demand.text.startswith("Russia's paper has two parts")
    assert [each.evidence.source.outlet for each in contradicted.against] == ["TASS"]


def test_icaro_and_cnn_are_one_origin(client, django_user_model):
    manager = django_user_model.objects.get(username="manager")
    clause = Evidence.objects.get(source__outlet="CNN", field="operator").record_id
    rows = [
        row
        for row in evidence_of([clause], manager)[clause]
        if row.source.outlet in ("ICARO Media Group", "CNN")
    ]
    assert {row.source.outlet for row in rows} == {"ICARO Media Group", "CNN"}
    assert independent(lineage_of(row) for row in rows) == 1
    assert {row.has_it_from for row in rows} == {"CNN", None}


def thread(client, title, **query):
    built, _text = page(client, "answers", **query)
    (found,) = [each for each in built.threads if each.start.title.startswith(title)]
    return found


def test_the_quarrel_about_the_paper_is_one_thread(client):
    found = thread(client, "Russia had promised its paper", issue="documents")
    assert [
        (step.follows, step.days, [p.code for p in step.parties], step.step.depth)
        for step in found.replies
    ] == [
        ("rejected", "after an unknown number of days", ["RU"], 1),
        ("countered", "after 1 day", ["UA"], 2),
        ("restated", "after at most 4 days", ["UA"], 3),
        ("countered", "after an unknown number of days", ["RU"], 4),
    ]
    assert not found.open


def test_the_options_wait_for_an_answer_and_the_pause_was_rejected(client):
    options = thread(client, "A ceasefire in return", issue="ceasefire")
    assert options.open
    (wait,) = options.waits
    assert (wait.party.code, wait.text) == (
        "UA",
        "no answer reported, looked until 2 June 2025; not coded for the 21 days since",
    )
    pause = thread(client, "A short pause in the fighting")
    assert [(s.follows, s.days) for s in pause.replies] == [("rejected", "on the same day")]
    assert pause.waits == ()
    assert thread(client, "The paper is no ultimatum").replies[0].days == "after 8 days"
    built, _text = page(client, "answers", party="US")
    assert [t.start.parties[0].code for t in built.threads] == ["TR"]
    (russia, *_others) = thread(client, "Zelensky and Putin meet before").waits
    assert russia.wait.blank == "none reported"


def test_a_truce_of_lapsed_offers_waits_for_nobody(client):
    """Ukraine's offer of a meeting lapsed at the end of June without a reported answer."""
    built, _text = page(client, "answers", as_of="2025-07-10", issue="leaders-meeting")
    (found,) = [t for t in built.threads if t.start.title.startswith("Zelensky and Putin meet b")]
    assert not found.open
    assert found.start.fate == "lapsed, 30 June 2025"


def test_what_was_published_later_is_not_known_yet(client):
    def spiderweb(**query):
        built, _text = page(client, "claims", as_of="2025-06-05", **query)
        return [each for each in built.facts if each.title.startswith("Spiderweb")]

    # India Today, the first to carry both counts of aircraft, is of 5 June.
    assert spiderweb(known_on="2025-06-04") == []
    (known,) = spiderweb(known_on="2025-06-05")
    hit = {term.term.code: term for term in known.terms}["aircraft-hit"]
    assert counted(hit) == {"41": (1, "", False), "at most 20": (1, "", False)}

    built, _text = page(client, "answers", as_of="2025-06-23", known_on="2025-05-31")
    assert {step.title for t in built.threads for step in t.replies}
    assert not [t for t in built.threads if t.start.title.startswith("A short pause")]
