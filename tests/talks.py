"""Fictitious talks about a river, with one of everything that pages show; recorded as pages do it.

East and West have met twice and plan to meet again, Lake hosts. East asked for 27 days of water,
then for 30; West offers 90 and rejects what East asks.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from negotiations import ranges
from negotiations.intake.given import Block, Given, Proposed
from negotiations.intake.keeping import keep
from negotiations.models import (
    Delegate,
    Export,
    ExportProgress,
    Import,
    ImportProgress,
    ImportRow,
    Intake,
    Negotiation,
    Participation,
    Party,
    Person,
    Round,
    Source,
    Track,
)
from positions.models import Demand, DoubleCoding, Evidence, Issue, Term
from positions.operations import record_demand
from tests.factories import (
    IssueFactory,
    MembershipFactory,
    NegotiationFactory,
    PartyFactory,
    PersonFactory,
    TermFactory,
    TrackFactory,
    UserFactory,
    on,
)
from tests.recording import (
    published,
    published_clause,
    published_demand,
    published_event,
    published_outcome,
    published_proposal,
    published_silence,
)

ZONE = "Europe/Istanbul"
TEXT = "East wants thirty days of water. West will not have it, says the envoy."


@dataclass(frozen=True)
class Talks:
    """The records that tests name."""

    negotiation: Negotiation
    editor: object
    east: Party
    west: Party
    lake: Party
    envoy: Person
    track: Track
    first: Round
    second: Round
    third: Round
    flow: Issue
    gauges: Issue
    days: Term
    asked: Demand
    asked_again: Demand
    offered: Demand
    answer: Demand
    source: Source

    @property
    def slug(self) -> str:
        return self.negotiation.slug


def days_of(number: int) -> dict:
    return {"quantity": ranges.quantity(number, number)}


def times(text: str):
    return ranges.parse_times(text, ZONE)


def river_talks() -> Talks:
    """Record the talks, all of it published."""
    here = {"negotiation": NegotiationFactory(title="River talks", summary="About a river.")}
    editor = MembershipFactory(**here, user=UserFactory(), role="editor").user
    east = PartyFactory(**here, code="E", name="East", order=1)
    west = PartyFactory(**here, code="W", name="West", order=2)
    lake = PartyFactory(**here, code="L", name="Lake", order=3, standing="third party")
    envoy = PersonFactory(**here, name="Ada Envoy")
    track = TrackFactory(**here, name="Main track")
    meeting = {**here, "track": track, "time_zone": ZONE}
    first = published(
        Round,
        **meeting,
        number=1,
        title="First meeting",
        status="held",
        held=times("10 January 2024, 10:00–12:30"),
        planned=times("8 January 2024"),
        venue="Lake House",
        format="mediated",
    )
    second = published(
        Round, **meeting, number=2, title="Second meeting", status="held", held=times("March 2024")
    )
    third = published(
        Round, **meeting, number=3, title="Third meeting", planned=times("3 March 2090")
    )
    for party, role in ((lake, "host"), (east, "negotiating"), (west, "negotiating")):
        published(Participation, **here, round=first, party=party, role=role)
    published(Delegate, **here, round=first, person=envoy, party=west, capacity="Envoy of West")
    flow = IssueFactory(
        **here, code="flow", name="Flow", order=1, question="How long does the water flow?"
    )
    gauges = IssueFactory(**here, code="gauges", name="Gauges", order=2, parent=flow)
    days = TermFactory(**here, issue=flow, code="days", name="Days of water")
    source = published(
        Source, **here, outlet="River Post", title="Day two", language="en", text=TEXT
    )
    asked = published_demand(
        **here,
        issue=flow,
        holders=[east],
        text="Water for 27 days.",
        round=first,
        stated=on("10 January 2024"),
        values=[{"term": days, **days_of(27)}],
    )
    start = TEXT.index("thirty")
    asked_again = published_demand(
        **here,
        issue=flow,
        holders=[east],
        text="Water for thirty days.",
        round=second,
        stated=on("March 2024"),
        supersedes=asked,
        movement="hardened",
        values=[{"term": days, **days_of(30)}],
        evidence=[
            {
                "source": source,
                "basis": Evidence.Basis.PAPER,
                "quote": "thirty days of water",
                "start": start,
                "end": start + len("thirty days of water"),
            }
        ],
    )
    offered = published_demand(
        **here,
        issue=flow,
        holders=[west],
        kind="offer",
        text="Water for ninety days, later.",
        stated=on("1 February 2024"),
        occasion="Radio West",
        values=[{"term": days, **days_of(90)}],
        links=[{"relation": "only if", "anchor_id": asked.pk}],
    )
    answer = published_demand(
        **here,
        issue=flow,
        holders=[west],
        kind="",
        answer="rejected",
        answers_id=asked_again.pk,
        text="West will not have it.",
        round=second,
        stated=on("March 2024"),
        evidence=[
            {
                "source": source,
                "speaker": envoy,
                "capacity": "Envoy of West",
                "basis": Evidence.Basis.OFFICIAL,
                "quote": "West will not have it",
            }
        ],
    )
    published_demand(**here, issue=None, holders=[lake], text="Be patient.", stated=on("May 2024"))
    published_demand(
        **here, issue=gauges, holders=[east], text="Two gauges.", stated=on("10 January 2024")
    )
    published_outcome(
        **here,
        issue=flow,
        kind="agreed in part",
        text="Water flows in spring.",
        round=second,
        reached=on("March 2024"),
        confirmed_by=[east, west],
    )
    published_silence(
        **here, issue=flow, party=lake, looked_until=on("2 April 2024"), about_id=asked_again.pk
    )
    published_event(
        **here,
        issue=flow,
        kind="carried out",
        title="The dam opens",
        happened=on("5 February 2024"),
    )
    published_event(**here, title="The dam closes", happened=None, expected=on("June 2090"))
    paper = published_proposal(
        **here,
        title="East's paper",
        holders=[east],
        tabled=on("March 2024"),
        round=second,
        answer_by=on("by 1 March 2090"),
    )
    published_clause(proposal=paper, label="Water", operator="all")
    DoubleCoding.objects.create(
        subject=source.negotiation,
        source=source,
        start=0,
        end=31,
        quote=TEXT[:31],
        asked_by=editor,
        first=editor,
        second=UserFactory(),
    )
    return Talks(
        editor=editor,
        east=east,
        west=west,
        lake=lake,
        envoy=envoy,
        track=track,
        first=first,
        second=second,
        third=third,
        flow=flow,
        gauges=gauges,
        days=days,
        asked=asked,
        asked_again=asked_again,
        offered=offered,
        answer=answer,
        source=source,
        **here,
    )


def send_a_table(talks: Talks, *, state: str, **fields) -> Import:
    """Record that somebody sent a table whose rows are of every fate."""
    whole = Import.objects.create(
        subject=talks.negotiation.pk,
        user=talks.editor,
        name="demands.csv",
        content=b"text",
        digest="0" * 64,
        state=state,
        **{
            "sheets": [
                {
                    "name": "demands.csv",
                    "kind": "demands",
                    "columns": [[0, "text", "text"], [1, "wish", ""]],
                    "unknown": ["wish"],
                    "notes": ["Its letters were taken to be in Windows-1251."],
                    "rows": 3,
                }
            ],
            "counts": {"wrong": 1, "changed": 1, "new": 1},
            **fields,
        },
    )
    ImportProgress.objects.create(whole=whole, attempts=1, done=1, total=3)
    row = {"whole": whole, "sheet": "demands.csv", "kind": "demands"}
    ImportRow.objects.create(
        **row,
        place=0,
        number=2,
        fate="wrong",
        shown=[["Text", "Water."]],
        problems=[["B", "stated", "2.6.", "“2.6.” is no date."], ["", "", "", "No holder."]],
    )
    ImportRow.objects.create(
        **row, place=1, number=3, fate="changed", changes=[["Text", "Water.", "More."]]
    )
    ImportRow.objects.create(
        **row, place=2, number=4, fate="new", shown=[["Text", "Less."]], record=talks.asked.pk
    )
    return whole


def ask_for_a_file(talks: Talks, **fields) -> Export:
    """Record that somebody asked for a briefing, a third of which is made."""
    export = Export.objects.create(
        subject=talks.negotiation.pk,
        kind="briefing",
        query="issue=flow",
        page=f"http://testserver/{talks.slug}/compare/",
        expires=timezone.now() + timedelta(days=1),
        **fields,
    )
    ExportProgress.objects.create(export=export, attempts=1, done=1, total=3)
    return export


def give_a_text(talks: Talks, user, text: str = TEXT) -> Intake:
    """Bring a text in as far as it has been read; its first line is furniture."""
    blocks = (Block("Share", "share", 1), Block("River Post"), Block(text))
    proposed = {"outlet": Proposed("River Post", "og:site_name")}
    notes = (("encoding", {"name": "cp1251"}),)
    given = Given(kind="html", blocks=blocks, proposed=proposed, notes=notes)
    return keep(user=user, negotiation=talks.negotiation, given=given, name="post.html")


def one_more_of_everything(talks: Talks, number: int) -> None:
    """Record once more what the pages list, under other names."""
    here = {"negotiation": talks.negotiation}
    party = PartyFactory(**here, code=f"T{number}", name=f"Third {number}", standing="third party")
    person = PersonFactory(**here)
    source = published(
        Source, **here, outlet=f"Outlet {number}", language="uk", derived_from=talks.source
    )
    held = published(
        Round,
        **here,
        track=TrackFactory(**here),
        title=f"Meeting {number}",
        status="held",
        held=times(f"{number} April 2024"),
    )
    published(Participation, **here, round=held, party=party, role="observer")
    file = {"content": b"a file", "size": 6, "name": "a.docx", "media_type": "text/plain"}
    ask_for_a_file(talks, state="waiting")
    ask_for_a_file(talks, state="done", **file)
    ask_for_a_file(talks, state="failed", reason="error")
    send_a_table(talks, state="checking")
    send_a_table(talks, state="checked")
    send_a_table(talks, state="checked", counts={"new": 1})
    send_a_table(talks, state="done", revision=1)
    send_a_table(talks, state="undone", revision=1, undone_in=2)
    send_a_table(talks, state="failed", reason="error", sheets=[])
    part = IssueFactory(**here, parent=talks.flow)
    term = TermFactory(**here, issue=talks.flow)
    TermFactory(**here, issue=part)
    paper = published_proposal(
        **here, title=f"Paper {number}", holders=[party], answer_by=on("2090"), round=held
    )
    clause = published_clause(proposal=paper, label="Whole", operator="any")
    published_clause(proposal=paper, parent=clause, label="Half")
    said = {**here, "user": talks.editor, "round": held, "stated": on("April 2024")}
    word = {"speaker": person, "basis": "official on the record", "source": talks.source}
    demand = record_demand(
        **said,
        issue=talks.flow,
        holders=[party],
        kind="demand",
        text=f"More water {number}",
        clause=clause,
        values=[{"term": talks.days, **days_of(number)}, {"term": term, **days_of(number)}],
        links=[{"relation": "after", "anchor_id": talks.asked.pk}],
        evidence=[word, {"source": source, "basis": "inference"}],
    )
    for target in (talks.asked_again, demand, paper):
        record_demand(
            **said,
            issue=talks.flow,
            holders=[talks.west],
            answer="noted",
            answers_id=target.pk,
            text="Noted.",
            evidence=[word],
        )
    record_demand(**said, issue=part, holders=[party], kind="claim", text="Part.", evidence=[word])
    record_demand(**said, holders=[party], kind="claim", text="All of it.", evidence=[word])
    claim = {**said, "issue": talks.flow, "kind": "claim"}
    dry = record_demand(
        **claim,
        holders=[party],
        text=f"It ran dry {number} times.",
        values=[{"term": talks.days, **days_of(number + more)} for more in (0, 9)],
        evidence=[word, {"source": source, "basis": "inference", "stance": "contradicts"}],
    )
    record_demand(
        **claim,
        holders=[talks.west],
        text=f"It never did {number}.",
        answers_id=dry.pk,
        answer="rejected",
        links=[{"relation": "contradicts", "anchor_id": demand.pk}],
        evidence=[word],
    )
    on_flow = {**here, "issue": talks.flow, "round": held}
    published_outcome(**on_flow, text=f"Settled {number}", reached=on("April 2024"))
    published_silence(**on_flow, party=party, looked_until=on("2 April 2024"))
    rivals = [{"term": talks.days, **days_of(days)} for days in (number, number + 9)]
    storm = {"title": f"Storm {number}", "happened": on("3 April 2024"), "values": rivals}
    published_event(**on_flow, **storm)
    published_event(**here, title=f"Thaw {number}", happened=None, expected=on("2091"))
