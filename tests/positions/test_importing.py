"""Importing rows: what becomes of each, what is refused with how to mend it, and undoing it all."""

import io

import pytest
from openpyxl import Workbook

from negotiations import xlsxtables
from negotiations.history import broken_revision, revision_of
from negotiations.models import Changeset, Person, Round, Source
from negotiations.reversing import reverse
from negotiations.tables import Table
from positions.models import Demand, Event, Evidence, Linkage, Outcome, TermValue
from tests.factories import TermChoiceFactory, TermFactory, on
from tests.importing import csv_of, fates, imported, plan_of, said
from tests.negotiations.test_reversing import everything
from tests.talks import river_talks

DEMANDS = [
    "Holders", "Issue", "What they say, in our words", "kind", "Stated", "round", "term:days",
    "only_if", "source", "source_outlet", "source_title", "basis", "speaker", "Words of the source",
]  # fmt: skip


@pytest.fixture
def talks(transactional_db):
    return river_talks()


def demand(**cells) -> list[str]:
    usual = {
        "holders": "E",
        "issue": "flow",
        "text": "Water for a week.",
        "kind": "offer",
        "stated": "2 May 2024",
        "round": "Second meeting",
        "days": "at least 7 days",
        "only_if": "",
        "source": "River Post: Day two",
        "outlet": "",
        "title": "",
        "basis": "official on the record",
        "speaker": "",
        "quote": "",
    }
    assert cells.keys() <= usual.keys()
    return list({**usual, **cells}.values())


def demands(*rows) -> bytes:
    return csv_of(DEMANDS, *rows)


class TestDemands:
    def test_a_row_becomes_a_demand_with_all_that_hangs_on_it(self, talks):
        before = everything(talks.negotiation)
        revision = revision_of(talks.negotiation)
        content = demands(
            demand(only_if="the dam opens", quote="thirty days of water", speaker="Ada Envoy"),
            demand(
                text="More.", holders="E; West", days="", source="", outlet="Dam Daily",
                title="Dry", speaker="New Voice",
            ),
            demand(
                text="Less.", days="left open", source="", outlet="dam daily", title="dry",
                speaker="new voice",
            ),
        )  # fmt: skip
        plan = imported(talks.negotiation, talks.editor, content)
        assert fates(plan) == ["new"] * 3
        changeset = Changeset.objects.latest("pk")
        assert (changeset.revision, changeset.reason) == (revision + 1, "Import of a file")

        first, second, third = Demand.objects.filter(stated=on("2 May 2024")).order_by("pk")
        assert (first.text, first.kind, first.state) == ("Water for a week.", "offer", "published")
        assert (first.issue, first.round) == (talks.flow, talks.second)
        assert list(first.holders.all()) == [talks.east]
        assert list(second.holders.all()) == [talks.east, talks.west]
        value = TermValue.objects.get(record_id=first.pk)
        assert (value.term, value.quantity.lower, value.quantity.upper) == (talks.days, 7, None)
        assert TermValue.objects.get(record_id=third.pk).status == "left open"
        assert Linkage.objects.get(record_id=first.pk).condition == "the dam opens"
        evidence = Evidence.objects.get(record_id=first.pk)
        assert (evidence.source, evidence.speaker) == (talks.source, talks.envoy)
        assert talks.source.text[evidence.start : evidence.end] == "thirty days of water"
        assert Source.objects.filter(outlet="Dam Daily", title="Dry").count() == 1
        assert Person.objects.filter(name="New Voice").count() == 1
        assert broken_revision(talks.negotiation) is None

        reverse(talks.negotiation, revision + 1, user=talks.editor)
        assert everything(talks.negotiation) == before

    def test_what_is_wrong_names_the_cell_and_how_to_mend_it(self, talks):
        before = revision_of(talks.negotiation)
        content = demands(
            demand(),
            demand(stated="2/6/2024", text="2"),
            demand(holders="E; Nobody", text="3"),
            demand(issue="flou", text="4"),
            demand(kind="wish", text="5"),
            demand(days="many", text="6"),
            demand(round="Fourth meeting", text="7"),
            demand(source="The Unknown", text="8"),
            demand(basis="hearsay", text="9"),
            demand(text=""),
            demand(stated="", text="11"),
            demand(holders="", text="12"),
            demand(source="", quote="Words", text="13"),
            demand(text="a\0b"),
        )
        plan = plan_of(talks.negotiation, talks.editor, content)
        wrong = {(number, column): why for number, column, why in said(plan)}
        assert set(wrong) == {
            (3, "stated"), (4, "holders"), (5, "issue"), (6, "kind"), (7, "term:days"),
            (8, "round"), (9, "source"), (10, "basis"), (11, "text"), (12, "stated"),
            (13, "holders"), (14, "source"), (15, "text"),
        }  # fmt: skip
        assert "“2/6/2024” is ambiguous" in wrong[3, "stated"]
        assert "2025-06-02" in wrong[3, "stated"]
        assert wrong[4, "holders"] == "There is no party “Nobody” here. There are: E, L, W."
        assert "There are: flow, gauges." in wrong[5, "issue"]
        assert "is not one of these: demand, offer," in wrong[6, "kind"]
        assert "source_outlet" in wrong[9, "source"]
        assert revision_of(talks.negotiation) == before

    def test_what_hangs_on_a_record_that_is_there_has_a_sheet_of_its_own(self, talks):
        columns = ["id", "text", "term:days", "only_if", "source", "quote"]
        row = [talks.asked.pk, "Changed.", "7 days", "It rains", "River Post: Day two", "thirty"]
        plan = plan_of(talks.negotiation, talks.editor, csv_of(columns, row))
        assert said(plan) == [
            (2, "term:days", "It is there already: give this in a sheet “term-values”."),
            (2, "only_if", "It is there already: give this in a sheet “linkages”."),
            (2, "source", "It is there already: give this in a sheet “evidence”."),
        ]

    def test_choices_are_read_by_code_and_name(self, talks):
        here = {"negotiation": talks.negotiation, "issue": talks.flow}
        term = TermFactory(**here, code="gates", name="Gates", kind="set")
        upper = TermChoiceFactory(negotiation=talks.negotiation, term=term, code="u", name="Upper")
        lower = TermChoiceFactory(negotiation=talks.negotiation, term=term, code="l", name="Lower")
        header = ["holders", "issue", "text", "kind", "stated", "Gates"]
        row = ["E", "flow", "Open them.", "demand", "May 2024", "u; lower"]
        imported(talks.negotiation, talks.editor, csv_of(header, row))
        value = TermValue.objects.get(term=term)
        assert set(value.choices.all()) == {upper, lower}
        plan = plan_of(talks.negotiation, talks.editor, csv_of(header, [*row[:-1], "u; side"]))
        ((_row, column, why),) = said(plan)
        assert column == "term:gates"
        assert why.startswith("The term has no choice “side”; it has ")

    def test_without_evidence_it_is_a_draft(self, talks):
        imported(
            talks.negotiation, talks.editor, demands(demand(source="", basis="", text="Bare."))
        )
        assert Demand.objects.get(text="Bare.").state == "draft"

    def test_where_somebody_reviews_all_are_drafts(self, talks):
        talks.negotiation.review = "required"
        talks.negotiation.save()
        imported(talks.negotiation, talks.editor, demands(demand(text="For review.")))
        assert Demand.objects.get(text="For review.").state == "draft"
        assert Evidence.objects.latest("pk").state == "draft"

    def test_an_answer_names_a_number(self, talks):
        header = ["holders", "issue", "text", "answers", "answer", "stated"]
        row = ["West", "flow", "Yes.", str(talks.asked_again.pk), "Accepted in part", "3 May 2024"]
        imported(talks.negotiation, talks.editor, csv_of(header, row))
        answer = Demand.objects.get(text="Yes.")
        assert (answer.answers_id, answer.answer) == (talks.asked_again.pk, "accepted in part")
        plan = plan_of(talks.negotiation, talks.editor, csv_of(header, [*row[:3], "999", *row[4:]]))
        assert said(plan)[0][1] == "answers"
        wrong = [*row[:3], str(talks.source.pk), *row[4:]]
        plan = plan_of(talks.negotiation, talks.editor, csv_of(header, wrong))
        assert "must be one of: proposal, clause, demand, outcome, event" in said(plan)[0][2]

    def test_a_table_of_ones_own_is_read_as_people_write_it(self, talks):
        header = ["Party", "Topic", "Statement", "Type", "Date", "Round", "Outlet", "Headline",
                  "Link", "Published", "Speaker"]  # fmt: skip
        paper = ["Dam Daily", "Dry", "https://example.org/dry"]
        rows = [
            ["East", "Flow", "One.", "offer", "02.06.2024", "2", *paper, "", "Envoy"],
            ["West", "Flow", "Two.", "offer", "25/6/2024", "2", *paper, "3 June 2024", "A. Nother"],
        ]
        plan = imported(talks.negotiation, talks.editor, csv_of(header, *rows), "demands.csv")
        told = dict(plan.drafts[1].shown)
        assert told["New person"] == "A. Nother"
        assert "Dam Daily" in dict(plan.drafts[0].shown)["New source"]
        first, second = Demand.objects.filter(text__in=["One.", "Two."]).order_by("text")
        assert (first.stated, second.stated) == (on("2 June 2024"), on("25 June 2024"))
        assert (first.round, first.issue) == (talks.second, talks.flow)
        source = Source.objects.get(outlet="Dam Daily")
        assert source.published == on("3 June 2024")
        assert Evidence.objects.get(record_id=first.pk).speaker == talks.envoy

    def test_what_every_row_lacks_is_said_once(self, talks):
        header = ["Holders", "Issue", "What they say, in our words"]
        content = csv_of(header, ["E", "flow", "One."], ["W", "nowhere", "Two."])
        plan = plan_of(talks.negotiation, talks.editor, content, "demands.csv")
        assert [why for _row, column, why in said(plan) if not column] == [
            "“demands.csv” has no column that is taken for “Stated”: choose one below, or add it.",
        ]
        assert [(row, column) for row, column, _ in said(plan) if column] == [(3, "issue")]

    def test_a_formula_is_not_taken_for_what_it_comes_to(self, talks):
        book = Workbook()
        sheet = book.active
        sheet.title = "demands"
        sheet.append(["holders", "issue", "text", "kind", "stated"])
        sheet.append(["E", "flow", '="A pause of "&"3 days"', "offer", "2 May 2024"])
        file = io.BytesIO()
        book.save(file)
        plan = plan_of(talks.negotiation, talks.editor, file.getvalue(), "demands.xlsx")
        assert said(plan) == [(2, "text", "A formula stands here: put its result in its place.")]

    def test_times_are_told_in_the_zone_of_the_round(self, talks):
        header = ["number", "title", "status", "held"]
        row = ["5", "Fifth", "held", "3 June 2024, 10:00–12:00"]
        plan = imported(talks.negotiation, talks.editor, csv_of(header, row), "rounds.csv")
        assert "10:00" in dict(plan.drafts[0].shown)["Held"]
        made = Round.objects.get(title="Fifth")
        assert (made.track, made.time_zone) == (talks.track, talks.second.time_zone)


class TestDuplicates:
    def test_the_same_file_again_adds_nothing(self, talks):
        content = demands(demand(only_if="the dam opens"), demand(text="More.", days="8"))
        imported(talks.negotiation, talks.editor, content)
        before = everything(talks.negotiation)
        plan = imported(talks.negotiation, talks.editor, content)
        assert fates(plan) == ["duplicate", "duplicate"]
        assert everything(talks.negotiation) == before
        again = imported(talks.negotiation, talks.editor, content, again=True)
        assert fates(again) == ["new", "new"]
        assert Demand.objects.filter(text="More.").count() == 2

    def test_a_row_that_stands_twice_counts_once(self, talks):
        plan = imported(
            talks.negotiation, talks.editor, demands(demand(), demand(), demand(days="8"))
        )
        assert fates(plan) == ["new", "duplicate", "new"]
        assert Demand.objects.filter(text="Water for a week.").count() == 2

    def test_another_value_is_another_demand(self, talks):
        imported(talks.negotiation, talks.editor, demands(demand()))
        plan = imported(talks.negotiation, talks.editor, demands(demand(days="9")))
        assert fates(plan) == ["new"]


class TestEdits:
    def test_a_number_that_is_there_is_an_edit_told_field_by_field(self, talks):
        header = ["id", "text", "firmness", "version", "holders"]
        asked = talks.asked
        row = [asked.pk, "Water for 28 days.", "red line", asked.version, "E"]
        plan = imported(talks.negotiation, talks.editor, csv_of(header, row), kind="demands")
        assert fates(plan) == ["changed"]
        assert plan.drafts[0].changes == [
            ("What they say, in our words", "Water for 27 days.", "Water for 28 days."),
            ("Firmness", "unknown", "red line"),
        ]
        asked = Demand.objects.get(pk=asked.pk)
        assert (asked.text, asked.firmness) == ("Water for 28 days.", "red line")
        assert list(asked.holders.all()) == [talks.east]
        plan = imported(talks.negotiation, talks.editor, csv_of(header, row), kind="demands")
        assert fates(plan) == ["same"]

    def test_what_somebody_changed_since_the_export_is_not_overwritten(self, talks):
        asked = talks.asked
        Demand.objects.filter(pk=asked.pk).update(version=7)
        content = csv_of(["id", "text", "version"], [asked.pk, "New.", 6])
        plan = plan_of(talks.negotiation, talks.editor, content, kind="demands")
        assert said(plan) == [
            (2, "version", "Somebody has changed it since this file was made: it is version 7.")
        ]

    def test_a_file_of_another_negotiation_edits_nothing(self, talks):
        row = [talks.asked.pk, "elsewhere", "E", "New.", "demand", "May 2024"]
        header = ["id", "negotiation", "holders", "text", "kind", "stated"]
        plan = imported(talks.negotiation, talks.editor, csv_of(header, row))
        assert fates(plan) == ["new"]
        assert Demand.objects.get(pk=talks.asked.pk).text == "Water for 27 days."

    def test_pointers_that_lead_back_are_told(self, talks):
        header = ["id", "negotiation", "outlet", "title", "derived_from"]
        rows = [["a", "x", "One", "1", "b"], ["b", "x", "Two", "2", "a"], ["c", "x", "T", "3", ""]]
        plan = plan_of(talks.negotiation, talks.editor, csv_of(header, *rows), "sources.csv")
        assert {(row, why) for row, _column, why in said(plan)} == {
            (row, "What it points to leads back to itself.") for row in (2, 3)
        }


class TestOtherKinds:
    def test_rounds(self, talks):
        header = ["track", "number", "title", "status", "held", "time_zone", "duration"]
        row = ["Main track", "4", "Fourth", "held", "3 June 2024, 10:00–12:00", "Europe/Kyiv", "90"]
        imported(talks.negotiation, talks.editor, csv_of(header, row), "rounds.csv")
        made = Round.objects.get(title="Fourth")
        assert (made.track, made.number, made.state) == (talks.track, 4, "published")
        assert made.held.lower.isoformat() == "2024-06-03T07:00:00+00:00"
        taken = [*row[:2], "Fifth", *row[3:]]
        plan = plan_of(talks.negotiation, talks.editor, csv_of(header, taken), "rounds.csv")
        assert said(plan) == [(2, "", "The track has a round of this number already.")]

    def test_sources_outcomes_events_parties_and_people_from_one_workbook(self, talks):

        file = io.BytesIO()
        xlsxtables.write(
            file,
            [
                Table("events", ["title", "kind", "happened", "actor", "source"],
                      [["A flood", "political", "5 May 2024", "NW", "https://example.org/flood"]]),
                Table("Sources", ["outlet", "url", "title"],
                      [["New Paper", "https://example.org/flood", "=Flood"]]),
                Table("outcomes", ["kind", "text", "issue", "confirmed_by", "reached", "source"],
                      [["agreed", "Done.", "gauges", "E; NW", "6 May 2024", "New Paper: =Flood"]]),
                Table("parties", ["code", "name", "standing"], [["NW", "New West", "principal"]]),
                Table("people", ["name", "aliases"], [["Bo Speaker", "Bo; B. Speaker"]]),
            ],
        )  # fmt: skip
        plan = imported(talks.negotiation, talks.editor, file.getvalue())
        assert fates(plan) == ["new"] * 5
        flood = Event.objects.get(title="A flood")
        assert (flood.actor.code, flood.state) == ("NW", "published")
        outcome = Outcome.objects.get(text="Done.")
        assert {party.code for party in outcome.confirmed_by.all()} == {"E", "NW"}
        source = Source.objects.get(title="=Flood")
        assert set(Evidence.objects.filter(source=source).values_list("record_id", flat=True)) == {
            flood.pk,
            outcome.pk,
        }
        assert Person.objects.get(name="Bo Speaker").aliases == ["Bo", "B. Speaker"]
