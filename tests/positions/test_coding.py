"""Double coding: blind, compared field by field, agreement, settled by a third."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from negotiations.models import History
from positions.agreement import NO_VARIATION, NOTHING, agreement, agreements, differences
from positions.coding import ask, code_passage, compared, settle
from positions.models import Coding, Demand, DoubleCoding, Evidence
from tests.positions.test_review_views import as_user, at
from tests.positions.test_reviewing import Talks

TEXT = "East wants thirty days of water. West will not have it, says the envoy."


class TestAgreement:
    def test_known_figures(self):
        """Worked by hand: with D_o and D_e of the coincidences, alpha = 1 - D_o / D_e."""
        nominal = agreement("kind", [("a", "a"), ("a", "b"), ("b", "b")])
        assert (nominal.level, nominal.units, nominal.same) == ("nominal", 3, 2)
        # Six values, three of each: D_o = 2/6, D_e = 2·3·3 / (6·5).
        assert nominal.alpha == pytest.approx(1 - (2 / 6) / (18 / 30))
        interval = agreement("days", [(1.0, 1.0), (2.0, 3.0)])
        # D_o = (1² + 1²) / 4; D_e over all pairs of 1, 1, 2, 3: 2·(0+1+4+1+4+1) / (4·3).
        assert interval.level == "interval"
        assert interval.alpha == pytest.approx(1 - 0.5 / (22 / 12))

    def test_it_is_undefined_in_words(self):
        assert agreement("kind", [("a", "a"), ("a", "a")]).why == NO_VARIATION
        assert agreement("kind", [("a", None)]).why == NOTHING
        assert agreement("kind", []).alpha is None

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.sampled_from("abc"), min_size=2, max_size=12))
    def test_who_always_agree_have_one(self, words):
        found = agreement("kind", [(word, word) for word in words])
        assert found.alpha == pytest.approx(1) if len(set(words)) > 1 else found.alpha is None

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=9)
    )
    def test_it_does_not_matter_who_is_first(self, pairs):
        one = agreement("kind", pairs)
        other = agreement("kind", [(b, a) for a, b in pairs])
        assert (
            one == pytest.approx(other)
            if one.alpha is None
            else one.alpha == pytest.approx(other.alpha)
        )
        assert one.alpha is None or one.alpha <= 1 + 1e-9

    def test_fields_that_only_one_gave_differ(self):
        one, other = {"kind": "a", "term flow": 30.0}, {"kind": "a"}
        assert differences(one, other) == ("term flow",)
        assert [each.field for each in agreements([(one, other)])] == ["kind", "term flow"]


@pytest.fixture
def talks(db):
    talks = Talks()
    talks.source.text = TEXT
    talks.source.save()
    return talks


def asked(talks, **options) -> DoubleCoding:
    return ask(
        **{
            "user": talks.manager,
            "source": talks.source,
            "start": 0,
            "end": 32,
            "first": talks.editor,
            "second": talks.other,
            **options,
        }
    )


def coded(double, user, **codes) -> Coding:
    words = {name: [name.title(), str(said)] for name, said in codes.items()}
    return code_passage(double, user=user, codes=codes, words=words, typed={})


@pytest.mark.django_db
class TestBlindness:
    @pytest.fixture(autouse=True)
    def unreviewed(self, talks):
        type(talks.negotiation).objects.update(review="off")

    def test_only_reviewers_ask_two_different_members_who_write(self, talks):
        with pytest.raises(PermissionDenied):
            asked(talks, user=talks.editor)
        for wrong in (
            {"second": talks.editor},
            {"second": talks.reader},
            {"start": 900, "end": 950},
        ):
            with pytest.raises(ValidationError):
                asked(talks, **wrong)
        assert asked(talks).quote == TEXT[:32]

    def test_neither_sees_the_other_s_before_both_are_in(self, talks):
        double = asked(talks)
        own = coded(double, talks.editor, kind="demand")
        everybody = (talks.editor, talks.other, talks.manager, talks.reviewer, talks.reader)
        seen = [list(Coding.objects.visible_to(user)) for user in everybody]
        assert seen == [[own], [], [own], [], []]
        assert all(compared(double, user) == () for user in everybody)
        # The history, which all who write may read, has none of it.
        assert not History.objects.filter(table_name__contains="coding").exists()
        second = coded(double, talks.other, kind="offer")
        seen = [list(Coding.objects.visible_to(user)) for user in everybody]
        assert seen == [[own, second]] * 4 + [[]]
        (line,) = compared(double, talks.editor)
        assert (line.first, line.second, line.differs) == ("demand", "offer", True)

    def test_who_asked_and_codes_too_is_as_blind(self, talks):
        double = asked(talks, first=talks.manager)
        coded(double, talks.other, kind="demand")
        assert not Coding.objects.visible_to(talks.manager).exists()

    def test_it_is_coded_once_and_by_the_two(self, talks):
        double = asked(talks)
        coded(double, talks.editor, kind="demand")
        with pytest.raises(ValidationError):
            coded(double, talks.editor, kind="offer")
        with pytest.raises(PermissionDenied):
            coded(double, talks.reviewer, kind="offer")

    def test_a_third_settles_it_once(self, talks):
        double = asked(talks)
        demand = talks.draft(state="draft")
        coded(double, talks.editor, kind="demand")
        with pytest.raises(ValidationError):
            settle(double, user=talks.reviewer, record=lambda: demand)
        coded(double, talks.other, kind="demand")
        with pytest.raises(PermissionDenied):
            settle(double, user=talks.editor, record=lambda: demand)
        settle(double, user=talks.reviewer, record=lambda: demand)
        double.refresh_from_db()
        assert (double.demand, double.settled_by) == (demand.pk, talks.reviewer)
        with pytest.raises(ValidationError):
            settle(double, user=talks.manager, record=lambda: demand)


@pytest.mark.django_db
def test_from_the_passage_to_a_draft_with_its_evidence(talks):
    type(talks.negotiation).objects.update(review="off")
    manager, editor, other = map(as_user, (talks.manager, talks.editor, talks.other))
    reading = manager.get(at(talks, "source-read", talks.source.pk)).content.decode()
    assert 'id="capture-double"' in reading
    there = at(talks, "coding-ask", talks.source.pk) + "?start=0&end=32"
    assert editor.get(there).status_code == 403
    manager.post(there, {"first": talks.editor.pk, "second": talks.other.pk})
    double = DoubleCoding.objects.get()
    form = {
        "text": "Thirty days of water",
        "issue": talks.issue.pk,
        "holders": [talks.party.pk],
        "kind": "demand",
        "firmness": "firm",
        "stated": "2 June 2025",
        "source": talks.source.pk,
        "quote": TEXT[:32],
        "start": 0,
        "end": 32,
        "basis": "official on the record",
        f"term_{talks.term.code}": "30",
        f"term_{talks.term.code}.rank": "normal",
    }
    code = at(talks, "coding-code", double.pk)
    assert editor.get(code).status_code == 200
    answer = editor.post(code, form)
    assert answer.status_code == 302, answer.context["form"].errors
    blind = other.get(at(talks, "coding", double.pk)).content.decode()
    assert "shown once both are in" in blind
    assert "Firm" not in blind
    other.post(code, {**form, "firmness": "flexible", f"term_{talks.term.code}": "40"})
    assert not Demand.objects.exists()
    page = manager.get(at(talks, "coding", double.pk))
    apart = {field.label for field in page.context["fields"] if field.differs}
    assert apart == {"Firmness", talks.term.name}
    settling = at(talks, "coding-settle", double.pk)
    assert editor.get(settling).status_code == 403
    begun = manager.get(settling + "?from=second").context["form"]
    assert begun["firmness"].value() == "flexible"
    assert not begun.errors
    manager.post(settling, form)
    demand = Demand.objects.get()
    assert (demand.state, demand.firmness) == ("draft", "firm")
    evidence = Evidence.objects.get(record=demand.pk)
    assert (evidence.quote, evidence.start, evidence.state) == (TEXT[:32], 0, "draft")
    rows = manager.get(f"/api/v1/negotiations/{talks.negotiation.slug}/agreement/").json()
    found = {row["name"]: row for row in rows}
    assert (found["firmness"]["alpha"], found["firmness"]["level"]) == (0.0, "nominal")
    assert (found["kind"]["alpha"], found["kind"]["why"]) == (None, "no variation")
    assert found[f"term {talks.term.code}"]["level"] == "interval"
    listed = manager.get(at(talks, "codings")).content.decode()
    assert "undefined: no variation" in listed
    place = f"/api/v1/negotiations/{talks.negotiation.slug}/agreement/"
    assert as_user(talks.reader).get(place).status_code == 403
