"""What is exported imports again without a difference, whatever stands in it."""

import csv
import io
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from negotiations import ranges
from negotiations.exports import Job
from negotiations.models import Delegate, Negotiation, Participation, Record, Round, Source
from negotiations.operations import edit
from negotiations.sheets.reading import read
from positions import everything
from positions.importing.kinds import kinds
from positions.models import Clause, Event, Outcome, Proposal, Silence
from positions.operations import record_demand, record_source, record_with_evidence
from tests.factories import (
    IssueFactory,
    MembershipFactory,
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    TermChoiceFactory,
    TermFactory,
    TrackFactory,
    on,
)
from tests.importing import fates, imported
from tests.pages import signed_in
from tests.talks import river_talks

#: Columns that tell a file's own history, or put numbers into words.
OWN = {"negotiation", "version", "linkages"}
POINTERS = {
    "id", "track", "round", "person", "derived_from", "corrects", "proposal", "parent", "clause",
    "answers", "supersedes", "responds_to", "record", "anchor", "about", "outcome", "source",
    "speaker", "evidence",
}  # fmt: skip
LETTERS = st.sampled_from("abЖїé\"'=+-@;,\n\t <>&ß漢\u200f0")


def lines(most: int = 40):
    return st.text(LETTERS, min_size=1, max_size=most).map(
        lambda text: " ".join(text.split()) or "x"
    )


TEXTS = st.text(LETTERS, min_size=1, max_size=80).map(lambda text: text if text.strip() else "x")
DAYS = st.sampled_from(
    ["2 June 2025", "May 2025", "2024", "20–30 June 2025", "by 30 June 2025", "12 March 1856"]
).map(on)
OPEN_DAYS = st.one_of(DAYS, st.just(on("since 2 June 2025")))
QUANTITIES = st.sampled_from([(0, 0), (30, 30), (2, 3), ("0.1", "900000"), (5, None), (None, 7)])
TIMES = st.sampled_from(["3 June 2025, 10:00–12:30", "March 2024", "2 June 2025"])


@contextmanager
def taken_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Recorder:
    """Records whatever is drawn in a negotiation of its own."""

    def __init__(self, data):
        self.draw = data.draw
        self.negotiation = NegotiationFactory()
        self.user = MembershipFactory(negotiation=self.negotiation).user
        here = {"negotiation": self.negotiation}
        self.parties = [PartyFactory(**here, name=f"Party {c}", code=c) for c in "ab"]
        self.people = [PersonFactory(**here, name=self.draw(lines())) for _ in range(2)]
        self.tracks = [TrackFactory(**here, name=f"Track {n}") for n in range(2)]
        self.issues = [IssueFactory(**here, code=f"i{n}", name=self.draw(lines())) for n in "12"]
        kinds = ("quantity", "date", "choice", "set")
        self.terms = [TermFactory(**here, issue=self.issues[0], code=k, kind=k) for k in kinds]
        self.choices = {
            term.pk: [TermChoiceFactory(**here, term=term, code=f"c{n}") for n in range(3)]
            for term in self.terms[2:]
        }
        self.shared = {**here, "user": self.user}

    def one(self, rows, *, needed=False):
        offered = list(rows) if needed else [None, *rows]
        return self.draw(st.sampled_from(offered))

    def some(self, rows, *, most=2, least=0):
        return self.draw(
            st.lists(st.sampled_from(rows), min_size=least, max_size=most, unique=True)
        )

    def maybe(self, strategy):
        return self.draw(st.one_of(st.none(), strategy))

    def everything(self) -> None:
        self.sources = [self.source() for _ in range(self.draw(st.integers(1, 3)))]
        self.rounds = [self.round(number) for number in range(self.draw(st.integers(0, 2)))]
        self.papers = [self.paper() for _ in range(self.draw(st.integers(0, 1)))]
        self.demands, self.outcomes, self.events = [], [], []
        for _ in range(self.draw(st.integers(0, 2))):
            self.outcomes.append(self.outcome())
            self.events.append(self.event())
        for _ in range(self.draw(st.integers(0, 4))):
            self.demands.append(self.demand())
        if self.draw(st.booleans()):
            self.retire()
        if self.draw(st.booleans()):
            record_with_evidence(
                Silence,
                **self.shared,
                party=self.parties[0],
                issue=self.issues[0],
                looked_until=self.draw(DAYS),
                about=self.record(self.one(self.demands)),
                evidence=self.evidence(),
            )

    def retire(self):
        day = {"retired": date(2025, 7, 1), "retired_because": self.draw(lines())}
        choices = self.choices[self.terms[3].pk]
        edit(choices[0], user=self.user, **day, merged_into=choices[1])
        edit(self.issues[1], user=self.user, **day)

    def record(self, row):
        return row and Record.objects.get(pk=row.pk)

    def source(self):
        earlier = Source.objects.filter(negotiation=self.negotiation)
        return record_source(
            **self.shared,
            outlet=self.draw(lines()),
            title=self.draw(lines()),
            url=self.draw(st.sampled_from(["", "https://example.org/a?b=c&d=e"])),
            published=self.maybe(OPEN_DAYS),
            reliability=self.draw(st.sampled_from(["", "B"])),
            note=self.draw(TEXTS),
            text="Water for thirty days, says the envoy. " + self.draw(TEXTS),
            derived_from=self.one(earlier),
        )

    def round(self, number):
        zone = self.draw(st.sampled_from(["UTC", "Europe/Kyiv"]))
        made = record_with_evidence(
            Round,
            **self.shared,
            track=self.one(self.tracks, needed=True),
            number=number,
            title=self.draw(lines()),
            status="held",
            held=ranges.parse_times(self.draw(TIMES), zone),
            time_zone=zone,
            duration=self.quantity(),
            summary=self.draw(TEXTS),
        )
        record_with_evidence(
            Participation, **self.shared, round=made, party=self.parties[0], role="host"
        )
        record_with_evidence(
            Delegate,
            **self.shared,
            round=made,
            party=self.parties[0],
            person=self.people[0],
            is_head=self.maybe(st.booleans()),
            attended=self.maybe(st.booleans()),
            capacity=self.draw(lines()),
        )
        return made

    def quantity(self):
        low, high = self.draw(QUANTITIES)
        ends = {"low": low, "high": high}
        told = {name: None if end is None else str(end) for name, end in ends.items()}
        return ranges.quantity_from_json(told)

    def paper(self):
        paper = record_with_evidence(
            Proposal,
            **self.shared,
            kind="memorandum",
            title=self.draw(lines()),
            tabled=self.draw(DAYS),
            holders=self.some(self.parties),
            languages=self.some(["en", "uk"]),
        )
        whole = record_with_evidence(
            Clause, **self.shared, proposal=paper, label=self.draw(lines()), operator="any"
        )
        for order in range(2):
            record_with_evidence(
                Clause,
                **self.shared,
                proposal=paper,
                parent=whole,
                order=order,
                text=self.draw(TEXTS),
            )
        return paper

    def evidence(self):
        quotes = ["", "Water for thirty days", "thirty days", "words that are not there"]
        return [
            {
                "source": source,
                "quote": self.draw(st.sampled_from(quotes)),
                "basis": self.draw(st.sampled_from(["inference", "mediator's readout"])),
                "speaker": self.one(self.people),
                "capacity": self.draw(lines()),
                "reported_by": self.one(self.parties),
                "credibility": self.maybe(st.integers(1, 6)),
                "translation": self.draw(TEXTS),
            }
            for source in self.some(self.sources)
        ]

    def values(self):
        found = []
        for term in self.some(self.terms, most=3):
            value = {"term": term, "rank": self.draw(st.sampled_from(["normal", "preferred"]))}
            given = self.draw(st.booleans())
            if not given:
                value["status"] = self.draw(st.sampled_from(["left open", "not specified"]))
            elif term.kind == "quantity":
                value |= {"quantity": self.quantity(), "approximate": self.draw(st.booleans())}
            elif term.kind == "date":
                value["dates"] = self.draw(OPEN_DAYS)
            else:
                value["choices"] = self.some(self.choices[term.pk], least=1)
                value["others"] = self.draw(st.booleans())
            found.append(value)
        return found

    def links(self):
        anchor = self.one(self.demands)
        anchors = [{"relation": "after", "anchor_id": anchor.pk}] if anchor else []
        words = [{"relation": "only if", "condition": self.draw(lines())}]
        return anchors + (words if self.draw(st.booleans()) else [])

    def outcome(self):
        return record_with_evidence(
            Outcome,
            **self.shared,
            kind="agreed in part",
            text=self.draw(TEXTS),
            issue=self.one(self.issues),
            round=self.one(self.rounds),
            confirmed_by=self.some(self.parties),
            single_undertaking=self.draw(st.booleans()),
            reached=self.draw(DAYS),
            in_force=self.maybe(OPEN_DAYS),
            values=self.values(),
            evidence=self.evidence(),
        )

    def event(self):
        return record_with_evidence(
            Event,
            **self.shared,
            kind=self.draw(st.sampled_from(["military", "handed over"])),
            title=self.draw(lines()),
            text=self.draw(st.one_of(st.just(""), TEXTS)),
            happened=self.maybe(OPEN_DAYS),
            actor=self.one(self.parties),
            outcome=self.one(self.outcomes),
            proposal=self.one(self.papers),
            evidence=self.evidence(),
        )

    def demand(self):
        answered = self.one([*self.demands, *self.outcomes, *self.events])
        replaced = self.one(self.demands)
        same = {}
        if replaced:
            same = {"issue": replaced.issue, "holders": list(replaced.holders.all())}
        return record_demand(
            **self.shared,
            **{"issue": self.one(self.issues), "holders": self.some(self.parties, least=1), **same},
            text=self.draw(TEXTS),
            kind=self.draw(st.sampled_from(["demand", "claim"])),
            answers_id=answered and answered.pk,
            answer=self.draw(st.sampled_from(["noted", "rejected"])) if answered else "",
            addressees=self.some(self.parties),
            round=self.one(self.rounds),
            occasion=self.draw(lines()),
            stated=self.draw(DAYS),
            firmness=self.draw(st.sampled_from(["unknown", "red line"])),
            supersedes=replaced,
            movement=self.draw(st.sampled_from(["", "hardened"])) if replaced else "",
            values=self.values(),
            links=self.links(),
            evidence=self.evidence(),
        )


def workbook(negotiation, user) -> bytes:
    visible = Negotiation.objects.visible_to(user).with_revision().get(pk=negotiation.pk)
    page = "http://testserver/"
    return everything.make(Job(visible, user, QueryDict(), page, lambda d, t: None)).content


def told(content: bytes) -> dict[str, list[dict[str, str]]]:
    """What a workbook says, its numbers replaced by the places of the rows that bear them."""
    tables = {}
    for grid in read(content, "book"):
        header = grid.rows[0].cells
        if header[0] == "id" and grid.name != "negotiations":
            padded = [(*row.cells, *[""] * len(header)) for row in grid.rows[1:]]
            tables[grid.name] = [dict(zip(header, cells, strict=False)) for cells in padded]
    places = {
        row["id"]: f"{name} {place}"
        for name, rows in tables.items()
        # Choices have numbers of their own, which nothing points to.
        if name != "term-choices"
        for place, row in enumerate(rows)
    }
    for row in tables.get("term-choices", ()):
        row["id"] = ""

    def shown(name: str, text: str) -> str:
        if name not in POINTERS:
            return text
        return "; ".join(places.get(part, part) for part in text.split("; "))

    return {
        name: [{k: shown(k, v) for k, v in row.items() if k not in OWN} for row in rows]
        for name, rows in tables.items()
    }


@given(data=st.data())
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow,
                           HealthCheck.data_too_large],
)  # fmt: skip
def test_a_workbook_of_everything_imports_as_what_it_was(data, db):
    with taken_back():
        recorder = Recorder(data)
        recorder.everything()
        content = workbook(recorder.negotiation, recorder.user)

        # Into an empty negotiation: the same again, numbers aside.
        empty = NegotiationFactory()
        MembershipFactory(negotiation=empty, user=recorder.user)
        plan = imported(empty, recorder.user, content, "everything.xlsx", again=True)
        assert set(fates(plan)) == {"new"}
        assert told(workbook(empty, recorder.user)) == told(content)

        # Into its own: nothing.
        plan = imported(recorder.negotiation, recorder.user, content, "everything.xlsx")
        assert set(fates(plan)) == {"same"}
        # And into the other once more: all of it is there already.
        plan = imported(empty, recorder.user, content, "everything.xlsx")
        assert set(fates(plan)) <= {"same", "duplicate"}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_each_list_of_the_api_imports_into_its_own_negotiation_unchanged(form, db):
    talks = river_talks()
    client: Client = signed_in(talks.editor)
    for name in kinds():
        address = f"/api/v1/{name}/?negotiation={talks.slug}&format={form}"
        answer = client.get(address)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        rows = read(content, name)[0].rows
        file_name = f"{talks.slug}-{name}-2025.{form}"
        plan = imported(talks.negotiation, talks.editor, content, file_name)
        assert fates(plan) == ["same"] * (len(rows) - 1), name


def test_a_text_that_looks_like_a_formula_is_the_same_text_afterwards(db):
    talks = river_talks()
    client: Client = signed_in(talks.editor)
    for title in ("=1+1", "'=1+1", "''@a", "'Tis", "-5"):
        record_source(user=talks.editor, negotiation=talks.negotiation, outlet="O", title=title)
    answer = client.get(f"/api/v1/sources/?negotiation={talks.slug}&format=csv")
    content = b"".join(answer.streaming_content)
    for line in csv.reader(io.StringIO(content.decode("utf-8-sig"))):
        assert not any(cell.startswith(("=", "@", "-")) for cell in line)
    plan = imported(talks.negotiation, talks.editor, content, "sources.csv")
    assert set(fates(plan)) == {"same"}
