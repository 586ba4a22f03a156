"""Double coding: blind, compared field by field, agreement, settled by a third."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from negotiations import ranges
from negotiations.models import History
from positions.agreement import NO_VARIATION, NOTHING, agreement, agreements, differences
from positions.coding import ask, code_passage, compared, settle
from positions.models import Coding, Demand, DoubleCoding, Evidence
from tests.database import seal
from tests.positions.test_review_views import as_user, at
from tests.positions.test_reviewing import Talks
from tests.sending import as_sent

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

    def test_what_differs_though_its_number_does_not_is_not_counted_as_the_same(self):
        pairs = [({"term flow": 30.0}, {"term flow": 30.0})] * 2
        (found,) = agreements(pairs, [{"term flow"}, set()])
        assert (found.units, found.same, found.why) == (2, 1, NO_VARIATION)


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


def coding_of(talks, **fields) -> dict:
    """What a coder sends, each field chosen by them."""
    return {
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
        "final": "on",
        **fields,
    }


#: The words of a passage from which the ordinary form reads nearly all of its fields.
RICH = "Ann Lee said on 2 June 2025 that East demands Water of 30 to 60 days."


@pytest.fixture
def rich(talks):
    """A passage given to two, of which the program could propose everything."""
    type(talks.negotiation).objects.update(review="off")
    for row, name in ((talks.party, "East"), (talks.issue, "Water"), (talks.term, "Length")):
        row.name = name
        row.save()
    type(talks.term).objects.filter(pk=talks.term.pk).update(unit="day")
    talks.source.text, talks.source.published = RICH, ranges.parse_dates("3 June 2025")
    talks.source.save()
    return asked(talks, end=len(RICH))


@pytest.mark.django_db
class TestWhatACoderIsGiven:
    def test_nothing_that_is_coded_is_proposed(self, talks, rich):
        """With what is proposed two coders would agree with the program, and so with each other."""
        editor = as_user(talks.editor)
        place = at(talks, "source-capture", talks.source.pk, "demand")
        ordinary = editor.get(f"{place}?start=0&end={len(RICH)}").context["form"]
        read = {"holders", "issue", "kind", "stated", "firmness", "basis"}
        read.add(f"term_{talks.term.code}")
        assert {name for name in read if ordinary[name].value()} == read
        page = editor.get(at(talks, "coding-code", rich.pk))
        form = page.context["form"]
        filled = {each.name: each.value() for each in form if each.value()}
        given = {"source": talks.source.pk, "quote": RICH, "start": 0, "end": len(RICH)}
        filled.pop("start", None)
        assert filled == {name: it for name, it in given.items() if it}
        html = page.content.decode()
        assert 'class="proposed"' not in html
        # Nor where the terms of the issue come up, nor by leaving out what has a default.
        more = {"more": "issue", "issue": talks.issue.pk, **given}
        term = editor.post(at(talks, "coding-code", rich.pk), more).context["form"]
        assert not term[f"term_{talks.term.code}"].value()
        condition = {"link.1.condition": "if it rains", "link.1.relation": ""}
        sent = {"text": "Water", **more, **condition}
        sent.pop("more")
        errors = editor.post(at(talks, "coding-code", rich.pk), sent).context["form"].errors
        asked_for = {"kind", "firmness", "stated", "basis", "link.1.relation"}
        assert asked_for <= set(errors)
        assert not Coding.objects.exists()

    def test_it_says_that_it_is_blind_with_whom_and_final(self, talks, rich):
        html = as_user(talks.other).get(at(talks, "coding-code", rich.pk)).content.decode()
        above = html[: html.index('<form class="entry"')]
        assert "<h1>A blind coding</h1>" in above
        assert f"You and {talks.editor.username} code this passage" in above
        assert "that is final" in above
        assert f"{talks.manager.username} asked for it" in above
        assert "published 3 June 2025" in above

    def test_an_answer_alone_can_be_coded_and_settled(self, talks, rich):
        answered = talks.draft(state="draft")
        form = coding_of(talks, quote=RICH, end=len(RICH), kind="answer only", answer="rejected")
        form["answers"] = answered.pk
        for user in (talks.editor, talks.other):
            answer = as_user(user).post(at(talks, "coding-code", rich.pk), form)
            assert answer.status_code == 302, answer.context["form"].errors
        assert {row.codes["kind"] for row in Coding.objects.all()} == {""}
        begun = as_user(talks.manager).get(at(talks, "coding-settle", rich.pk)).context["form"]
        assert begun["kind"].value() == ""
        assert not begun.errors

    @pytest.mark.parametrize(
        ("one", "other", "shown", "differs"),
        [
            ("30", "at least 30", ("30 days", "at least 30 days"), True),
            ("at most 30", "at least 30", ("at most 30 days", "at least 30 days"), True),
            ("20–40", "30", ("20–40 days", "30 days"), True),
            ("about 30", "30", ("about 30 days", "30 days"), True),
            ("1", "1.0 days", ("1 day", "1 day"), False),
        ],
    )
    def test_values_that_read_differently_differ(self, talks, rich, one, other, shown, differs):
        name = f"term_{talks.term.code}"
        same = coding_of(talks, quote=RICH, end=len(RICH))
        theirs = {"text": "Water for a month", "speaker": "Ann Lee", "basis": "inference"}
        for user, words in ((talks.editor, {name: one}), (talks.other, {name: other, **theirs})):
            answer = as_user(user).post(at(talks, "coding-code", rich.pk), {**same, **words})
            assert answer.status_code == 302, answer.context["form"].errors
        manager = as_user(talks.manager)
        page = manager.get(at(talks, "coding", rich.pk))
        (line,) = (each for each in page.context["fields"] if each.label == "Length")
        assert ((line.first, line.second), line.differs) == (shown, differs)
        assert page.context["apart"] == differs
        said = {each.label: each for each in page.context["own_words"]}
        words = said["What they say"]
        assert (words.first, words.second) == ("Thirty days of water", "Water for a month")
        assert (said["Speaker"].first, said["Speaker"].second) == ("–", "Ann Lee")
        assert said["Words of the source"].first == RICH
        assert {label for label, each in said.items() if each.differs} == {
            "What they say",
            "Speaker",
            "On what basis",
        }
        html = page.content.decode()
        assert "Water for a month" in html
        listed = manager.get(at(talks, "codings")).context["agreement"]
        (length,) = (each for label, each in listed if label == "Length")
        # The documented distance takes one number of each; the count tells what is the same.
        assert (length.units, length.same, length.level) == (1, not differs, "interval")


@pytest.mark.django_db
def test_who_may_give_passages_out_is_told(talks):
    type(talks.negotiation).objects.update(review="off")
    reviewers = as_user(talks.reviewer).get(at(talks, "codings")).content.decode()
    editors = as_user(talks.editor).get(at(talks, "codings")).content.decode()
    assert "or the key B" in reviewers
    assert "or the key B" not in editors
    assert "Reviewers and managers give passages out" in editors
    reading = at(talks, "source-read", talks.source.pk)
    pages = [as_user(u).get(reading).content.decode() for u in (talks.reviewer, talks.editor)]
    assert ["<kbd>B</kbd>" in html for html in pages] == [True, False]
    assert ["B gives it to two coders" in html for html in pages] == [True, False]


@pytest.mark.django_db
class TestGivingAPassage:
    """It is marked in the text or, as without scripts, copied from it."""

    @pytest.fixture(autouse=True)
    def unreviewed(self, talks):
        type(talks.negotiation).objects.update(review="off")
        seal()

    @pytest.fixture
    def sent(self, talks):
        """Return a function that sends a form with these fields; it returns the answer."""
        manager = as_user(talks.manager)
        there = at(talks, "coding-ask", talks.source.pk)
        two = {"first": talks.editor.pk, "second": talks.other.pk}
        return lambda query="", **fields: manager.post(
            there + query, as_sent(manager.get(there + query)) | two | fields
        )

    def test_words_are_found_where_they_stand(self, talks, sent):
        words = TEXT[5:32]
        assert sent(quote=f"  {words} ").status_code == 302
        double = DoubleCoding.objects.get()
        assert (double.quote, double.start, double.end) == (words, 5, 32)

    def test_words_that_stand_twice_are_told_apart(self, talks, sent):
        type(talks.source).objects.filter(pk=talks.source.pk).update(text="Now peace. Then peace.")
        answer = sent(quote="peace")
        assert answer.status_code == 422
        assert "stand 2 times" in str(answer.context["form"].errors["quote"])
        assert as_sent(answer)["quote"] == ["peace"]
        assert sent(quote="peace", before="Then").status_code == 302
        assert DoubleCoding.objects.get().start == 16

    @pytest.mark.parametrize(
        ("words", "why"),
        [("", "Copy the passage from the text."), ("not in it", "do not stand in the text")],
    )
    def test_other_words_are_refused(self, talks, sent, words, why):
        answer = sent(quote=words)
        assert answer.status_code == 422
        assert why in str(answer.context["form"].errors["quote"])
        assert not DoubleCoding.objects.exists()

    def test_a_text_corrected_meanwhile_gives_the_words_that_were_marked(self, talks):
        manager = as_user(talks.manager)
        there = at(talks, "coding-ask", talks.source.pk) + "?start=0&end=32"
        form = as_sent(manager.get(there))
        type(talks.source).objects.filter(pk=talks.source.pk).update(text=f"Corrected. {TEXT}")
        manager.post(there, form | {"first": talks.editor.pk, "second": talks.other.pk})
        double = DoubleCoding.objects.get()
        assert (double.quote, double.start) == (TEXT[:32], 11)


@pytest.mark.django_db
def test_from_the_passage_to_a_draft_with_its_evidence(talks):
    type(talks.negotiation).objects.update(review="off")
    manager, editor, other = map(as_user, (talks.manager, talks.editor, talks.other))
    reading = manager.get(at(talks, "source-read", talks.source.pk)).content.decode()
    assert 'id="capture-double"' in reading
    there = at(talks, "coding-ask", talks.source.pk) + "?start=0&end=32"
    assert editor.get(there).status_code == 403
    two = {"first": talks.editor.pk, "second": talks.other.pk}
    manager.post(there, as_sent(manager.get(there)) | two)
    double = DoubleCoding.objects.get()
    form = coding_of(talks)
    code = at(talks, "coding-code", double.pk)
    assert editor.get(code).status_code == 200
    told = "1 passage waits for you to code it"
    assert told in editor.get(at(talks, "overview")).content.decode()
    assert at(talks, "codings") in editor.get(at(talks, "sources")).content.decode()
    unsure = editor.post(code, {name: form[name] for name in form if name != "final"})
    assert "it is final" in str(unsure.context["form"].errors["final"])
    term = f"term_{talks.term.code}"
    unseen = editor.post(code, {name: form[name] for name in form if not name.startswith(term)})
    assert "Look at the terms" in str(unseen.context["form"].errors["issue"])
    assert f'name="{term}"' in unseen.content.decode()
    answer = editor.post(code, form)
    assert answer.status_code == 302, answer.context["form"].errors
    assert told not in editor.get(at(talks, "overview")).content.decode()
    blind = other.get(at(talks, "coding", double.pk)).content.decode()
    assert "shown once both are in" in blind
    assert "Firm" not in blind
    other.post(code, {**form, "firmness": "flexible", f"term_{talks.term.code}": "40"})
    assert not Demand.objects.exists()
    page = manager.get(at(talks, "coding", double.pk))
    apart = {field.label for field in page.context["fields"] if field.differs}
    assert apart == {"Firmness", talks.term.name}
    labelled = f'<td dir="auto" data-label="{talks.other.username}">Flexible</td>'
    assert labelled.casefold() in page.content.decode().casefold()
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
