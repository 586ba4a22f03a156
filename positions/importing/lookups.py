"""What cells point to: by number, code or name, in the negotiation or in the same file."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from negotiations.models import Negotiation, Party, Person, Record, Round, Source, Track
from negotiations.models.base import numbered_models
from positions.importing.cells import CellError, folded, short
from positions.importing.kinds import record_kind
from positions.models import Issue, Term, TermChoice

KNOWN_AT_MOST = 12


class Lookups:
    """Finds what ``user`` may see in the negotiation, and the drafts of the same file.

    A draft is found by the number that the file gives it, and by code or name once it is read.
    """

    def __init__(self, negotiation: Negotiation, user, numbers: Iterable[int]):
        self.negotiation, self.user = negotiation, user
        self.records = self._mine(Record).in_bulk(set(numbers))
        #: Drafts by the number that the file gives them.
        self.labels: dict[str, Any] = {}
        self.rows: dict[int, Any] = {}
        self._named: dict[Any, dict[str, list[Any]]] = {}
        self._load(self.records.values())

    def _mine(self, model) -> Any:
        rows = model.objects.visible_to(self.user).filter(negotiation=self.negotiation)
        return rows.order_by("pk")

    def _load(self, records: Iterable[Record]) -> None:
        by_kind: dict[str, list[int]] = {}
        for record in records:
            by_kind.setdefault(record.kind, []).append(record.pk)
        for kind, numbers in by_kind.items():
            for row in self._mine(numbered_models()[kind]).filter(pk__in=numbers):
                self.know(row, self.records[row.pk].state)

    def know(self, row: Any, state: str = "") -> Any:
        """Keep a row with its record, so that pointing to it needs no query."""
        if isinstance(row, TermChoice):
            return row
        kind = record_kind(type(row))
        state = state or getattr(row, "state", "published")
        row.negotiation = self.negotiation
        self.records[row.pk] = Record(
            id=row.pk, negotiation=self.negotiation, kind=kind, state=state
        )
        self.rows[row.pk] = row
        return row

    @cached_property
    def terms(self) -> list[Term]:
        return list(self._mine(Term).select_related("issue").prefetch_related("choices"))

    def named(self, model) -> dict[str, list[Any]]:
        """Return the rows of a model by what they may be called."""
        if model not in self._named:
            rows = self._mine(model)
            rows = rows.defer("text") if model is Source else rows
            found: dict[str, list[Any]] = {}
            for row in rows:
                known = row if model is TermChoice else self.rows.get(row.pk, row)
                for name in names_of(row):
                    found.setdefault(folded(name), []).append(known)
            self._named[model] = found
        return self._named[model]

    def add(self, draft: Any) -> None:
        """Let a draft be found by its code or name, now that it is read."""
        model = type(draft.row)
        if model in NAMED:
            for name in names_of(draft.row):
                known = self.named(model).setdefault(folded(name), [])
                if draft.target not in known and not draft.existing:
                    known.append(draft)

    def by_code(self, column: str, model: Any, text: str) -> Any:
        """Return the row or draft with a code, or a name. Raises ``CellError``."""
        return self._one(column, model, text, self.named(model).get(folded(text), []))

    def by_number(self, column: str, model: Any, text: str) -> Any:
        """Return what a number, or for some kinds a name, stands for. Raises ``CellError``."""
        clean = text.strip().removesuffix(".0")
        if clean in self.labels:
            return self._fitting(column, model, clean, self.labels[clean])
        known = self.rows.get(int(clean)) if clean.isdecimal() and len(clean) < 19 else None
        # People know rounds by the number that they have in their track.
        if known is not None and not (model is Round and type(known) is not Round):
            return self._fitting(column, model, clean, known)
        found = self.named(model).get(folded(text), []) if model in NAMED else []
        return self._one(column, model, text, found)

    def choice(self, column: str, term: Any, text: str) -> TermChoice:
        """Return a choice of a term by code or name. Raises ``CellError``."""
        known = [
            choice
            for choices in self.named(TermChoice).values()
            for choice in choices
            if _term_of(choice) == _row(term).pk
        ]
        found = [c for c in known if folded(text) in map(folded, names_of(_row(c)))]
        if not found:
            codes = ", ".join(dict.fromkeys(_row(choice).code for choice in known))
            raise CellError(
                column,
                _("The term has no choice “%(text)s”; it has %(known)s.")
                % {"text": short(text), "known": codes or _("none")},
            )
        return found[0]

    def _called(self, model: Any, name: str) -> str:
        """Return a folded name of a row as it is written."""
        names = names_of(_row(self.named(model)[name][0]))
        return next((each for each in names if folded(each) == name), name)

    @cached_property
    def usual_round(self) -> dict[str, str]:
        """Return the cells of a round that follow from those that there are."""
        tracks = [track.name for track in self._mine(Track)[:2]]
        latest = self._mine(Round).order_by("-held", "-pk").first()
        told = {"track": tracks[0]} if len(tracks) == 1 else {}
        return told | ({"time_zone": latest.time_zone} if latest else {})

    def _fitting(self, column: str, model: Any, text: str, found: Any) -> Any:
        if model is not Record and type(_row(found)) is not model:
            raise CellError(
                column,
                _("%(text)s is the number of a %(kind)s; here stands one of a %(wanted)s.")
                % {
                    "text": text,
                    "kind": type(_row(found))._meta.verbose_name,
                    "wanted": model._meta.verbose_name,
                },
            )
        return found

    def _one(self, column: str, model: Any, text: str, found: list[Any]) -> Any:
        distinct = list({id(_row(each)): each for each in found}.values())
        if len(distinct) == 1:
            return distinct[0]
        kind = model._meta.verbose_name
        if not distinct:
            raise CellError(column, self._unknown(model, kind, text))
        raise CellError(
            column,
            _("“%(text)s” may be any of several: give the number of the %(kind)s instead.")
            % {"text": short(text), "kind": kind},
        )

    def _unknown(self, model: Any, kind: str, text: str) -> str:
        said = _("There is no %(kind)s “%(text)s” here.") % {"kind": kind, "text": short(text)}
        if model not in (Party, Issue, Term, Track):
            return said
        rows = [_row(each) for found in self.named(model).values() for each in found]
        codes = sorted({str(getattr(row, "code", row)) for row in rows})
        if alike := get_close_matches(folded(text), self.named(model), n=1):
            said = f"{said} {_('Did you mean “%(name)s”?') % {'name': self._called(model, *alike)}}"
        known = ", ".join(codes[:KNOWN_AT_MOST]) + ("…" if len(codes) > KNOWN_AT_MOST else "")
        return f"{said} {_('There are: %(known)s.') % {'known': known}}" if codes else said


#: Models whose rows may be called by something else than their number.
NAMED = (Party, Issue, Term, TermChoice, Track, Person, Round, Source)


def names_of(row: Any) -> list[str]:
    """Return what a row may be called in a cell."""
    if isinstance(row, Source):
        whole = [row.url, row.title, f"{row.outlet}: {row.title}" if row.title else ""]
        return [name for name in whole if name]
    if isinstance(row, Round):
        return [row.title, *([str(row.number)] if row.number is not None else ())]
    if isinstance(row, Person):
        return [row.name, *row.aliases]
    if isinstance(row, Party):
        return [row.code, row.name, *row.aliases]
    return [name for name in (getattr(row, "code", ""), row.name) if name]


def _term_of(choice: Any) -> int | None:
    """Return the number of the term that a choice, or a draft of one, is of."""
    given = getattr(choice, "given", {})
    return _row(given["term"]).pk if given.get("term") else _row(choice).term_id


def _row(found: Any) -> Any:
    """Return the row that a draft stands for, or the row itself."""
    return getattr(found, "target", found)
