"""Which state a new record begins in: what its cell says, or what the operations would give it."""

from collections import defaultdict
from typing import Any

from negotiations.models import Content, Negotiation, Source, State
from positions.importing.drafts import Draft, targets
from positions.importing.lookups import Lookups
from positions.models import Evidence, Linkage, TermValue
from positions.reviewing import NEED_EVIDENCE

PARTS = (Evidence, Linkage, TermValue)


class States:
    """Decides the states of new rows: published with evidence where nobody reviews, else drafts."""

    def __init__(self, negotiation: Negotiation, lookups: Lookups, drafts: list[Draft]):
        self.lookups = lookups
        self.is_reviewed = negotiation.review == Negotiation.Review.REQUIRED
        #: The labels of records for which the file has evidence in a sheet of its own.
        self.witnessed: dict[str, bool] = defaultdict(bool)
        for draft in drafts:
            if draft.kind.model is Evidence:
                self.witnessed[draft.cells.get("record", "").strip().removesuffix(".0")] = True

    def decide(self, draft: Draft) -> None:
        """Give a draft's row, and what is recorded with it, their states."""
        row = draft.row
        if isinstance(row, Content) and "state" not in draft.given:
            row.state = self._first(draft)
        for part in draft.parts:
            part.state = row.state
            for new in getattr(part, "brings", ()):
                if isinstance(new, Source):
                    new.state = State.DRAFT if self.is_reviewed else State.PUBLISHED

    def _first(self, draft: Draft) -> Any:
        row = draft.row
        if isinstance(row, PARTS):
            record = targets(draft.given.get("record"))
            return getattr(record, "state", State.DRAFT)
        sources = [part.source for part in draft.parts if isinstance(part, Evidence)]
        has_evidence = bool(sources) or self.witnessed[draft.label] or not self._needs(draft)
        pointed = [targets(value) for value in draft.given.values() if not isinstance(value, list)]
        rests_on = [*pointed, *(s for s in sources if s.pk in self.lookups.rows)]
        ready = has_evidence and all(self._is_published(each) for each in rests_on)
        return State.DRAFT if self.is_reviewed or not ready else State.PUBLISHED

    @staticmethod
    def _needs(draft: Draft) -> bool:
        return draft.kind.model in NEED_EVIDENCE

    @staticmethod
    def _is_published(row: Any) -> bool:
        return getattr(row, "state", State.PUBLISHED) == State.PUBLISHED
