"""The rules that propose: what they read, from which words, and when they keep silent."""

from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiations import ranges
from positions.models import Demand, Event, Evidence, Outcome
from positions.proposing import (
    Amount,
    Issue,
    Known,
    Passage,
    Person,
    Proposals,
    Term,
    Why,
    propose,
)
from positions.proposing.acts import acts
from positions.proposing.numbers import amounts
from positions.proposing.words import Stretch, sentences
from tests.positions.proposing import scoring

DOCS = Path(__file__).parents[3] / "docs" / "proposals.md"
WEDNESDAY = date(2024, 3, 13)
TALKS = scoring.talks()


def read(text: str, before: str = "", after: str = "", known: Known = TALKS) -> Proposals:
    whole = before + text + after
    return propose(Passage(whole, len(before), len(before) + len(text), WEDNESDAY), known)


def whys(found) -> list[Why]:
    """Return all reasons that stand somewhere in a proposal."""
    if isinstance(found, Why):
        return [found]
    if isinstance(found, tuple):
        return [why for each in found for why in whys(each)]
    if hasattr(found, "__dataclass_fields__"):
        return [why for each in fields(found) for why in whys(getattr(found, each.name))]
    return []


@pytest.mark.parametrize("name", ["passages", "unseen"])
def test_the_tables_in_the_docs_are_what_the_rules_give(name):
    assert "\n".join(scoring.table(name)) in DOCS.read_text()


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("They hand over six thousand bodies.", 6000, 6000), ("over six thousand bodies", 6000, None)],
)
def test_over_may_belong_to_the_verb_and_a_unit_keeps_its_letters(text, low, high):
    (amount,) = amounts(Stretch(text, 0, len(text)), ["bodies"])
    assert (amount.low, amount.high, amount.unit) == (low, high, "bodies")


def test_a_word_that_is_a_whole_name_tells_of_that_issue():
    issues = (Issue("1", "Ceasefire"), Issue("2", "After a ceasefire"))
    assert read("A full ceasefire.", known=replace(TALKS, issues=issues)).issue.value == "1"


def test_there_are_forty_passages_in_three_languages():
    languages = [row["language"] for row in scoring.passages()]
    assert [languages.count(each) for each in ("en", "uk", "ru")] == [26, 7, 7]


def test_what_is_proposed_names_the_words_it_was_read_from():
    text = "Irena Mazur said on Monday that Veldoria demands a truce of at least 30 days."
    found = read(text)
    assert [read.value for read in found.holders] == ["veldoria"]
    assert found.speaker
    assert found.speaker.why == Why(0, 11, "Irena Mazur")
    assert found.kind
    assert (found.kind.value, found.kind.why.words) == ("demand", "demands")
    assert found.date
    assert (found.date.first, found.date.why.words) == (date(2024, 3, 11), "Monday")
    assert found.issue
    assert (found.issue.value, found.issue.why.words) == ("ceasefire", "truce")
    (amount,) = found.amounts
    assert (amount.low, amount.high, amount.unit, amount.term) == (30, None, "day", "duration")
    assert amount.why.words == "at least 30 days"
    assert found.basis
    assert found.basis.value == Evidence.Basis.OFFICIAL


@given(
    st.integers(min_value=0, max_value=39),
    st.integers(min_value=0, max_value=300),
    st.integers(min_value=1, max_value=300),
)
def test_the_reasons_always_lie_in_the_text_and_say_what_stands_there(number, start, length):
    """Whatever is selected, be it half a word."""
    row = scoring.passages()[number]
    text = f"{row.get('before', '')}\n{row['text']} {row.get('after', '')}"
    start = min(start, len(text) - 1)
    end = min(len(text), start + length)
    found = propose(Passage(text, start, end, row["published"]), TALKS)
    for why in whys(found):
        assert text[why.start : why.end] == why.words != ""
    # What the passage itself tells is read from it alone.
    inside = (found.kind, found.issue, found.amounts, found.choices, found.deadline)
    assert all(start <= why.start and why.end <= end for why in whys(inside))


@given(st.text(max_size=400))
def test_any_text_can_be_read(text):
    if text:
        assert isinstance(read(text), Proposals)


@given(
    st.decimals(min_value=1, max_value=10**9, places=0),
    st.decimals(min_value=1, max_value=10**6, places=0),
    st.sampled_from(["exact", "span", "least", "most"]),
)
def test_numbers_are_read_as_they_are_printed(low, more, shape):
    ends = {
        "exact": (low, low),
        "span": (low, low + more),
        "least": (low, None),
        "most": (None, low),
    }[shape]
    text = f"They want {ranges.quantity_text(ranges.quantity(*ends))} days of quiet."
    (amount,) = amounts(Stretch(text, 0, len(text)))
    assert (amount.low, amount.high, amount.unit, amount.approximate) == (*ends, "day", False)


@given(st.dates(min_value=WEDNESDAY - timedelta(days=364), max_value=WEDNESDAY))
def test_a_day_without_a_year_is_the_last_such_day_before_publication(day):
    text = f"Veldoria rejected it on {ranges.date_text(ranges.day(day)).rpartition(' ')[0]}."
    found = read(text).date
    assert found
    assert found.first == found.last == day


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("a pause of two to three days", 2, 3, "day"),
        ("пауза на два-три дні", 2, 3, "day"),
        ("перемирие на два-три дня", 2, 3, "day"),
        ("a 30-day truce", 30, 30, "day"),
        ("between 8,000 and 10,000 soldiers", 8000, 10_000, "person"),
        ("від 5 до 10 км", 5, 10, "km"),
        ("up to twenty-five observers", None, 25, "person"),
        ("не менее 6 тысяч тел", 6000, None, "body"),
        ("щонайменше 1,5 млрд євро", 1_500_000_000, None, "EUR"),
        ("$4.5 billion", 4_500_000_000, 4_500_000_000, "USD"),
        ("half of the fund", 50, 50, "percent"),
        ("three of the seven crossings", 3, 3, "crossing"),
        ("20 percent", 20, 20, "percent"),
    ],
)
def test_numbers_with_their_units(text, low, high, unit):
    (amount,) = amounts(Stretch(text, 0, len(text)), ["crossing"])
    assert (amount.low, amount.high, amount.unit) == (low, high, unit)


@pytest.mark.parametrize(
    "text",
    [
        "He is 54 and has held the post since 2019.",
        "parliament voted 212 to 87",
        "Resolution 2202 says nothing of it",
        "that was two weeks ago",
        "a 54-year-old colonel",
        "з 1,500 людей",
        "6.000 soldiers",
    ],
)
def test_what_is_no_quantity_or_not_certainly_one_is_left_out(text):
    assert list(amounts(Stretch(text, 0, len(text)))) == []


def test_about_is_told_apart():
    (amount,) = amounts(Stretch("roughly 300 residents", 0, 21))
    assert amount.approximate
    assert amount.low == Decimal(300)


@pytest.mark.parametrize(
    ("text", "deadline"),
    [
        ("They must leave within 10 days.", "within 10 day"),
        ("Протягом двох тижнів після підписання.", "within 2 week"),
        ("В течение 30 дней вывести войска.", "within 30 day"),
        ("Pay by 30 June.", "by 2024-06-30"),
        ("Pay by the end of the month.", "by 2024-03-31"),
        ("Stop by midnight on Sunday.", "by 2024-03-17"),
        ("Заплатити до кінця року.", "by 2024-12-31"),
        ("Ответить до 1 июня 2025.", "by 2025-06-01"),
        ("It came within hours.", None),
        ("He stood by May.", None),
    ],
)
def test_deadlines(text, deadline):
    assert scoring.proposed(read(text))["deadline"] == ([deadline] if deadline else [])


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Karsia refused yesterday.", "2024-03-12"),
        ("Карсія відмовилася у п’ятницю.", "2024-03-08"),
        ("Карсия отказалась 2 июня 2023 года.", "2023-06-02"),
        ("They met on Monday and Tuesday.", "2024-03-11..2024-03-12"),
        ("They will meet on 20 March 2024.", None),
        ("The crossings open from 1 May.", None),
        ("They meet again next Monday.", None),
    ],
)
def test_days_are_those_that_were_over(text, day):
    assert scoring.proposed(read(text))["date"] == ([day] if day else [])


def test_a_quote_alone_has_its_speaker_from_the_sentence_around_it():
    found = read("“We need 30 days.”", before="", after=" said Irena Mazur on Monday.")
    assert found.speaker
    assert found.speaker.value == "Irena Mazur"
    assert [read.value for read in found.holders] == ["veldoria"]


def test_a_pronoun_is_whom_the_sentence_before_names_if_it_is_one():
    before = "Anton Belik met reporters. "
    found = read("He said Karsia would accept.", before=before)
    assert found.speaker
    assert (found.speaker.value, found.speaker.why.words) == ("Anton Belik", "He")
    two = "Anton Belik met Marit Lund. "
    assert read("He said Karsia would accept.", before=two).speaker is None


def test_who_must_act_is_not_who_demands():
    found = read("Mazur said Karsia must pay.")
    assert [read.value for read in found.holders] == ["veldoria"]
    assert read("Karsia must pay.").holders == ()


def test_who_only_is_spoken_of_holds_nothing():
    assert read("The request to Karsia was rejected.").holders == ()
    by = read("The request was rejected by Karsia.")
    assert [read.value for read in by.holders] == ["karsia"]


def test_the_account_of_another_is_told_from_ones_own():
    other = read("Irena Mazur said Karsia rejected the truce.")
    assert other.basis
    assert other.basis.value == Evidence.Basis.OTHER_SIDE
    third = read("Marit Lund said Karsia rejected the truce.")
    assert third.basis
    assert third.basis.value == Evidence.Basis.MEDIATOR
    unnamed = read("A Karsian official, who asked not to be named, said Karsia rejected it.")
    assert unnamed.basis
    assert unnamed.basis.value == Evidence.Basis.UNNAMED


CODEBOOK = Known(
    issues=(
        Issue("prisoners", "Captives", "Exchange and release of prisoners of war.", "prisoners"),
        Issue("detained", "Detained civilians", "Political prisoners and hostages."),
        Issue("bodies", "Bodies of the fallen", "How many bodies are handed over by each side?"),
        Issue("territory", "Territory", "Who holds which regions, and who leaves?"),
        Issue("sabotage", "Sabotage", "Covert attacks on the other side's soil."),
    ),
    terms=(
        Term("regions", "Regions to be left", "territory", choices=(("1", "left"), ("2", "Lom"))),
        Term("way", "Way of handing over", "bodies", choices=(("3", "hand to hand"),)),
    ),
)


@pytest.mark.parametrize(
    ("text", "issue", "words"),
    [
        ("They shook hands on a prisoner exchange.", "prisoners", "prisoner"),
        ("Each side is to hand over prisoners of war.", "prisoners", "prisoners"),
        ("The bodies were handed over.", "bodies", "bodies"),
        ("A drone strike left two dead in Lom.", None, None),
        ("On the other hand, both sides went part of the way.", None, None),
        ("They spoke of soil.", None, None),
        ("Nothing was said of hostages.", None, None),
    ],
)
def test_everyday_words_tell_of_no_issue(text, issue, words):
    found = read(text, known=CODEBOOK).issue
    assert (found.value if found else None, found.why.words if found else None) == (issue, words)


@pytest.mark.parametrize(
    ("text", "confirmed"),
    [
        ("Mazur said the two sides agreed on a truce.", ["veldoria"]),
        ("The two sides agreed on a truce, Belik said.", ["karsia"]),
        ("Marit Lund said the two sides agreed on a truce.", []),
        ("Colonel Sarn said the two sides agreed on a truce.", []),
        ("Mazur said Karsia agreed to a truce.", []),
        ("The two sides agreed on a truce.", ["veldoria", "karsia"]),
    ],
)
def test_nobody_confirms_for_the_other_side(text, confirmed):
    assert [each.value for each in read(text).confirmed] == confirmed


@pytest.mark.parametrize(
    "text",
    [
        "Karsia demands quiet, according to two people familiar with the talks.",
        "Karsia demands quiet, three people briefed on the matter said.",
        "A source close to the delegation said Karsia demands quiet.",
        "Officials who asked not to be named said Karsia demands quiet.",
        "Two senior officials who asked for anonymity said Karsia demands quiet.",
        "Карсія вимагає тиші, сказав співрозмовник видання.",
        "Карсія вимагає тиші, за словами двох джерел.",
        "Карсия требует тишины, сообщил источник.",
    ],
)
def test_sources_without_a_name_are_a_basis_and_no_number(text):
    found = read(text)
    assert found.basis
    assert found.basis.value == Evidence.Basis.UNNAMED
    assert found.amounts == ()


def test_people_who_are_no_sources_are_counted():
    (amount,) = read("Karsia demands two people, a source close to the talks said.").amounts
    assert (amount.low, amount.unit) == (2, "person")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The sides agreed on a truce.", "agreed"),
        ("They reached a deal on prisoners.", "agreed"),
        ("Сторони домовилися про обмін.", "agreed"),
        ("They failed to agree on a truce.", "not agreed"),
        ("The truce has not been agreed.", "not agreed"),
        ("They broke up without an agreement.", "not agreed"),
        ("Стороны не договорились о перемирии.", "not agreed"),
        ("They agreed in part on the lists.", "agreed in part"),
        ("They agreed on prisoners but failed to agree on a truce.", None),
        ("A truce would have to be agreed.", None),
        ("They talked for two hours.", None),
    ],
)
def test_outcomes_say_whether_there_was_agreement(text, kind):
    found = read(text).outcome
    assert (found.value if found else None) == kind
    assert kind is None or kind in Outcome.Kind.values


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Drones struck two airfields.", "military"),
        ("A drone strike killed two.", "military"),
        ("The dam was shelled on Tuesday.", "military"),
        ("Вночі обстріляно порт.", "military"),
        ("They struck a deal.", None),
        ("The ministers signed the memorandum.", "signed"),
        ("The memorandum was not signed.", None),
        ("It is to be signed in May.", None),
        ("Парламент проголосував за угоду.", "vote"),
        ("The talks were suspended.", "suspended"),
        ("The talks were suspended and resumed.", None),
        ("The delegations met in Lom.", "contact"),
        ("Nothing came of it.", None),
    ],
)
def test_verbs_tell_what_kind_of_event_it_was(text, kind):
    found = read(text).event
    assert (found.value if found else None) == kind
    assert kind is None or kind in Event.Kind.values


LISTS = Known(
    issues=(Issue("regions", "Territory"), Issue("truce", "Ceasefire")),
    terms=(
        Term("left", "To be left", "regions", "set", choices=(("1", "Lom"), ("2", "Ister"))),
        Term("all", "Named", "regions", "set", choices=(("1", "Lom"), ("2", "Ister"), ("3", "Ur"))),
        Term("on", "Conditions", "truce", "choice", choices=(("0", "none"), ("1", "terms first"))),
        Term("other", "Renewal", "truce", "choice", choices=(("5", "none"),)),
    ),
)


@pytest.mark.parametrize(
    ("text", "chosen", "words"),
    [
        ("They claim territory: Lom and Ister.", [("left", "1"), ("left", "2")], "Lom and Ister"),
        (
            "They claim the territories of Lom, Ister and Ur.",
            [("all", "1"), ("all", "2"), ("all", "3")],
            "Lom, Ister and Ur",
        ),
        ("They shelled Lom and Ister.", [], None),
        ("They want an unconditional ceasefire.", [("on", "0")], "unconditional"),
        ("Без умов: припинення вогню.", [("on", "0")], "Без умов"),
        ("None of them wants a ceasefire.", [], None),
    ],
)
def test_lists_and_no_conditions_are_choices(text, chosen, words):
    found = read(text, known=LISTS).choices
    assert [(term, choice.value) for term, choice in found] == chosen
    assert {choice.why.words for _term, choice in found} == ({words} if words else set())


def test_a_last_name_that_two_bear_is_nobodys():
    known = Known(people=(Person("1", ("Anna Roth",)), Person("2", ("Ivo Roth",))))
    assert read("Roth said no.", known=known).speaker is None
    one = read("Anna Roth said no.", known=known).speaker
    assert one
    assert one.value == "1"


def test_every_word_of_ours_is_one_of_the_models():
    texts = [row["text"] for row in (*scoring.passages(), *scoring.passages("unseen"))]
    found = [each for text in texts for each in acts(Stretch(text, 0, len(text)))]
    kinds = {*Demand.Kind.values, "answer", "outcome", "event"}
    assert {act.kind for act in found} <= kinds
    assert {act.answer for act in found if act.answer} <= set(Demand.Answer.values)


def test_initials_and_abbreviations_end_no_sentence():
    text = "Gen. O. Dragan spoke. He paid 5 млн. Євро came later."
    assert next(each.part for each in sentences(text, 0, len(text))) == "Gen. O. Dragan spoke."


def test_a_passage_outside_its_text_is_refused():
    with pytest.raises(ValueError, match="must lie in the text"):
        Passage("abc", 2, 5)


def test_an_amount_is_of_a_term_only_where_it_can_be_of_no_other():
    found = read("A truce of 30 days, then 60 days.").amounts
    assert [amount.term for amount in found] == ["", ""]
    assert all(isinstance(amount, Amount) for amount in found)
