"""Rows pasted from a spreadsheet into a round: the same reading as of a file, at once."""

import csv
import io
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from negotiations import ranges
from negotiations.models import Party, Round
from negotiations.sheets.grid import Counter, Grid, Row, Unreadable
from negotiations.sheets.reading import refusal
from positions.importing.carrying import carry_out_or_note, try_out
from positions.importing.matching import Sheet, matched
from positions.importing.planning import Plan, planned
from positions.importing.working import problems_of
from positions.models import Term
from positions.roundpage import day_of

#: More than that is a file to import.
MOST_LINES = 200
#: What the columns hold where no header says it.
WITHOUT_HEADER = ("issue", "text", "stated", "firmness", "source", "basis", "quote", "speaker")


@dataclass(frozen=True)
class Line:
    """A pasted line as it would become, with what is wrong in it."""

    number: int
    fate: str
    shown: list[tuple[str, str]]
    problems: list[list[str]]


class Pasted:
    """What was pasted for a party at a round. Raises ``ValidationError`` for what is no table."""

    def __init__(self, text: str, *, round: Round, party: Party, user):
        self.round, self.party, self.user = round, party, user
        self.sheet = self._sheet(text)
        self.plan = self._planned()
        if not self.plan.has_errors:
            try_out(self.plan, user=user)

    def _planned(self) -> Plan:
        given = {"holders": self.party.code, "kind": "demand", "round": str(self.round.pk)}
        if day := day_of(self.round):
            given["stated"] = ranges.date_text(ranges.day(day))
        return planned(self.round.negotiation, self.user, [self.sheet], given=given)

    def _sheet(self, text: str) -> Sheet:
        rows = _rows(text)
        mine = Term.objects.visible_to(self.user).filter(negotiation=self.round.negotiation_id)
        terms = list(mine.order_by("order", "code"))
        with_header = self._matched(rows, terms)
        if any(column.name == "text" for column in with_header.columns):
            return with_header
        wide = max(len(row.cells) for row in rows)
        names = WITHOUT_HEADER[:wide] if wide > 1 else ("text",)
        return self._matched([Row(0, names), *rows], terms)

    @staticmethod
    def _matched(rows: list[Row], terms: list[Term]) -> Sheet:
        (sheet,) = matched([Grid("", tuple(rows))], terms, kind="demands")
        return sheet

    @property
    def lines(self) -> list[Line]:
        return [
            Line(draft.number, str(draft.fate), draft.shown, list(problems_of(draft, self.sheet)))
            for draft in self.plan.drafts
        ]

    @property
    def adds(self) -> int:
        """Return how many demands would be recorded."""
        return sum(1 for draft in self.plan.drafts if draft.is_new)

    @property
    def can_be_saved(self) -> bool:
        return bool(self.adds) and not self.plan.has_errors

    def save(self) -> bool:
        """Record all of it in one changeset, or nothing; return whether it was recorded."""
        # What was tried out is not what is saved: its rows bear numbers that were given away.
        self.plan = self._planned()
        reason = _("Rows pasted at %(round)s") % {"round": self.round.title}
        return self.can_be_saved and carry_out_or_note(
            self.plan, user=self.user, reason=reason, report=lambda done, total: None
        )


def _rows(text: str) -> list[Row]:
    """Return the lines of what a spreadsheet puts on the clipboard: tabs between the cells."""
    counter, rows = Counter(), []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter="\t"), 1):
            if row := counter.take(number, cells):
                rows.append(row)
    except Unreadable as error:
        raise ValidationError(refusal(error)) from error
    except csv.Error as error:
        raise ValidationError(_("This is no table: %(why)s.") % {"why": error}) from error
    if not rows:
        raise ValidationError(_("Paste the rows of a spreadsheet here."))
    if len(rows) > MOST_LINES + 1:
        raise ValidationError(
            _("More than %(most)s lines are a file to import.") % {"most": MOST_LINES}
        )
    return rows
