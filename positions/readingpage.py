"""A source open for reading: its text on one side, on the other the records of a round."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.text import capfirst

from negotiations import ranges
from negotiations.models import Round, Source
from positions import sourcepage
from positions.models import Demand, Event, Outcome
from positions.roundpage import day_of, in_order
from positions.sourcepage import SourcePage


@dataclass(frozen=True)
class Line:
    """A record of the round in one line."""

    number: int
    kind: str
    who: str
    about: str
    text: str
    state: str


@dataclass(frozen=True)
class ReadingPage:
    """Everything that the reading pane shows; ``lines`` are what else the round has."""

    page: SourcePage
    round: Round | None
    rounds: tuple[Round, ...]
    lines: tuple[Line, ...]

    @property
    def source(self) -> Source:
        return self.page.source


def rounds_of(source: Source, user) -> list[Round]:
    """Return the rounds that the user may see beside a source, in order."""
    rows = Round.objects.visible_to(user).filter(negotiation=source.negotiation_id)
    return in_order(rows.exclude(state="retracted").select_related("track"))


def likely_round(source: Source, rounds: list[Round]) -> Round | None:
    """Return the last round that had begun when the source was published; None without a day."""
    day = ranges.latest(source.published) if source.published else None
    begun = [each for each in rounds if day and (its := day_of(each)) and its <= day]
    return begun[-1] if begun else None


def build(*, source: Source, user, round: Round | None, rounds: list[Round]) -> ReadingPage:
    """Return the reading pane of a source, which must be visible to ``user`` already."""
    page = sourcepage.build(source=source, user=user)
    resting = {row.record_id for each in page.resting for row in each.evidence}
    lines = _lines(round, user) if round else ()
    return ReadingPage(
        page=page,
        round=round,
        rounds=tuple(rounds),
        lines=tuple(line for line in lines if line.number not in resting),
    )


def _lines(round: Round, user) -> Iterator[Line]:
    """What was said, settled and happened at a round, in few words."""
    linked: Mapping[type, str] = {Demand: "holders", Outcome: "confirmed_by"}
    for model in (Demand, Outcome, Event):
        rows = model.objects.visible_to(user).filter(round=round).exclude(state="retracted")
        rows = rows.select_related("issue", *(["actor"] if model is Event else []))
        if model in linked:
            rows = rows.prefetch_related(linked[model])
        for row in rows.order_by("issue__order", "pk"):
            parties = getattr(row, linked[model]).all() if model in linked else [row.actor]
            yield Line(
                number=row.pk,
                kind=str(capfirst(row._meta.verbose_name)),
                who=", ".join(str(party) for party in parties if party),
                about=row.issue.name if row.issue else "",
                text=row.title if model is Event else row.text,
                state="" if row.state == "published" else str(row.get_state_display()),
            )
