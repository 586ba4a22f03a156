"""What the rows of a file would become: drafts that are read, compared with what is there, checked.

Nothing is written here. ``carrying`` writes a plan in which nothing is wrong.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _

from negotiations import bulk
from negotiations.models import Negotiation, Record, Round, State
from negotiations.rowimages import tables_in_order
from negotiations.texts import hash_of
from positions.importing.cells import CellError, dated, read, split, whole
from positions.importing.comparing import Comparison
from positions.importing.drafts import Draft, targets
from positions.importing.kinds import LATER, TERM_PREFIX, Field, Kind, record_kind
from positions.importing.lookups import NAMED, Lookups
from positions.importing.matching import Sheet
from positions.importing.rowparts import RowParts
from positions.importing.states import States
from positions.models import Demand, Evidence, Term, TermChoice, TermValue
from positions.placing import placed

NUMBERS_AT_ONCE = 500
#: Columns that may hold numbers of records.
POINTING = frozenset({"number", "numbers"})


@dataclass
class Plan:
    """What a file would do to a negotiation."""

    negotiation: Negotiation
    drafts: list[Draft]
    #: What is wrong with no row in particular.
    problems: list[str] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        return bool(self.problems) or any(draft.problems for draft in self.drafts)


def planned(
    negotiation: Negotiation,
    user,
    sheets: Iterable[Sheet],
    *,
    again: bool = False,
    given: Mapping[str, str] | None = None,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Plan:
    """Return what the sheets of a file would become.

    ``again`` records what is there already once more. ``given`` are cells that every row has
    unless it has its own.
    """
    return _Planner(negotiation, user, list(sheets), again, given or {}, report).plan()


class _Planner:
    def __init__(self, negotiation, user, sheets: list[Sheet], again: bool, given, report):
        self.negotiation, self.user, self.again = negotiation, user, again
        self.sheets = [sheet for sheet in sheets if sheet.kind]
        self.given, self.report = given, report
        self.pool: list[int] = []
        self.lookups = Lookups(negotiation, user, set(self._numbers()))
        self.parts = RowParts(self.lookups, self.make)
        self.comparison = Comparison(negotiation, user, self.lookups)
        self.columns: dict[str, frozenset[str]] = {}

    def plan(self) -> Plan:
        drafts = [draft for sheet in self.sheets for draft in self._drafts(sheet)]
        self._number([draft for draft in drafts if not draft.is_skipped])
        self.states = States(self.negotiation, self.lookups, drafts)
        self.done, self.total = 0, len(drafts)
        for model in tables_in_order():
            mine = [d for d in drafts if d.kind.model is model and not d.is_skipped]
            if mine:
                self._read_all(mine[0].kind, mine)
        return Plan(self.negotiation, drafts, lacking(self.sheets, self.columns, drafts))

    def _numbers(self) -> Iterator[int]:
        """Yield the numbers of records that stand in the file."""
        for sheet in self.sheets:
            kind: Any = sheet.kind
            names = {f.name for f in kind.fields if f.sort in POINTING}
            names |= {"id", "source", "speaker"}
            places = [column.place for column in sheet.columns if column.name in names]
            for row in sheet.rows:
                for place in places:
                    text = row.cells[place].strip() if place < len(row.cells) else ""
                    if text.isascii() and text.isdecimal() and len(text) < 19:
                        yield int(text)
        for text in self.given.values():
            if text.isascii() and text.isdecimal() and len(text) < 19:
                yield int(text)

    def _drafts(self, sheet: Sheet) -> Iterator[Draft]:
        """Yield a draft for each row; those that name a record of ours are that record's."""
        kind: Any = sheet.kind
        columns = {column.name for column in sheet.columns if column.name} | set(self.given)
        self.columns[sheet.name] = frozenset(columns)
        dates = self._dates(kind)
        for row in sheet.rows:
            cells = {
                name: dated(text, sheet.first) if name in dates else text
                for name, text in {**self.given, **sheet.cells(row)}.items()
            }
            draft = Draft(kind, sheet.name, row.number, cells, None)
            if row.number in sheet.skipped:
                draft.is_skipped = True
                yield draft
                continue
            if kind.is_numbered:
                draft.label = cells.get("id", "").strip().removesuffix(".0")
            is_ours = cells.get("negotiation", self.negotiation.slug) == self.negotiation.slug
            if draft.label.isdecimal() and is_ours and len(draft.label) < 19:
                found = self.lookups.rows.get(int(draft.label))
                if found is not None and type(found) is kind.model:
                    draft.existing = found
            draft.row = draft.existing or self.make(kind.model)
            if draft.existing is None:
                self._fill_in(draft, columns)
            for column in sheet.columns:
                if column.name and (row.number, column.place) in sheet.formulas:
                    draft.wrong(
                        column.name, _("A formula stands here: put its result in its place.")
                    )
            if draft.label:
                first = self.lookups.labels.setdefault(draft.label, draft)
                if first is not draft:
                    told = {"number": draft.label, "row": first.number, "sheet": first.sheet}
                    said = _("The number %(number)s stands in row %(row)s of “%(sheet)s”, too.")
                    draft.wrong("id", said % told)
            yield draft

    def _dates(self, kind: Kind) -> frozenset[str]:
        """Return the columns in which dates stand."""
        sorts = ("dates", "day", "times")
        names = {name for f in kind.fields if f.sort in sorts for name in f.columns}
        terms = (term for term in self.lookups.terms if term.kind == Term.Kind.DATE)
        return frozenset({*names, "source_published", *(TERM_PREFIX + t.code for t in terms)})

    def _fill_in(self, draft: Draft, columns: Iterable[str]) -> None:
        """Give a new round what the form for one begins with, where no column says it."""
        if draft.kind.model is Round:
            for name, text in self.lookups.usual_round.items():
                if name not in columns:
                    draft.cells.setdefault(name, text)

    @staticmethod
    def _number(drafts: list[Draft]) -> None:
        """Have new records follow one another as they did where the file comes from."""
        labelled = [d for d in drafts if d.existing is None and d.label.isdecimal()]
        numbers = sorted(draft.row.pk for draft in labelled)
        for number, draft in zip(numbers, sorted(labelled, key=_label), strict=True):
            draft.row.pk = number

    def make(self, model, record: Draft | None = None, **fields) -> Any:
        """Return an unsaved row with a number, so that others can point to it."""
        if model is TermChoice:
            return model(negotiation=self.negotiation, **fields)
        if not self.pool:
            self.pool = bulk.numbers(NUMBERS_AT_ONCE)
        row = model(id=self.pool.pop(0), negotiation=self.negotiation, **fields)
        if record is not None:
            self._point(row, "record", record.row, Record)
        return row

    def _point(self, row: Any, name: str, target: Any, model: Any) -> None:
        if model is not Record or target is None:
            setattr(row, name, target)
        else:
            kind = record_kind(type(target))
            state = getattr(target, "state", State.PUBLISHED)
            setattr(row, name, bulk.stand_in(target, kind, state, self.negotiation))

    def _read_all(self, kind: Kind, drafts: list[Draft]) -> None:
        """Read the drafts of a kind, each after those of the same kind that it points to."""
        try:
            drafts = list(_pointed_to_first(kind, drafts))
        except CycleError as error:
            for place in error.args[1]:
                drafts[place].wrong("", _("What it points to leads back to itself."))
        for draft in drafts:
            self._read(draft)
            self.comparison.find_by_name(draft)
            self.lookups.add(draft)
            self.done += 1
            self.report(self.done, 2 * self.total)
        self.comparison.compare(kind, drafts, leaves_out=not self.again)
        for draft in drafts:
            if draft.is_new:
                self._fill(draft)
            elif not draft.problems and draft.changes:
                self._check_version(draft)

    def _read(self, draft: Draft) -> None:
        columns = self.columns[draft.sheet]
        of_row = str(getattr(draft.existing, "time_zone", "UTC"))
        zone = draft.cells.get("time_zone") or of_row
        for each in draft.kind.fields:
            is_there = any(name in columns or name in draft.cells for name in each.columns)
            if not is_there or (each.name == "state" and not draft.cells.get("state")):
                continue
            try:
                value = draft.given[each.name] = self._value(each, draft, zone)
            except CellError as error:
                draft.wrong(error.column, error.why)
            else:
                is_now = draft.existing is None and each.name not in LATER
                if is_now and not each.of_model.is_relation:
                    setattr(draft.row, each.name, value)
        if draft.existing is None:
            self.parts.read(draft)
        else:
            self.parts.refuse(draft)

    def _value(self, each: Field, draft: Draft, zone: str) -> Any:
        """Return what a field's cells say; what they point to may be a draft."""
        text = draft.cells.get(each.name, "")
        if each.sort == "codes":
            return [self._coded(each, draft, part) for part in split(text)]
        if each.sort in ("code", "number"):
            if not text.strip():
                return None
            if each.target is TermChoice:
                return self.lookups.choice(each.name, draft.given["term"], text)
            by = self.lookups.by_code if each.sort == "code" else self.lookups.by_number
            return by(each.name, each.target, text)
        return read(each, draft.cells, zone)

    def _coded(self, each: Field, draft: Draft, text: str) -> Any:
        if draft.kind.model is TermValue:
            if draft.given.get("term") is None:
                raise CellError(each.name, _("Say which term it is of."))
            return self.lookups.choice(each.name, draft.given["term"], text)
        return self.lookups.by_code(each.name, each.target, text)

    def _fill(self, draft: Draft) -> None:
        """Make the row of a draft what its cells say, and note what the model says against it."""
        row = draft.row
        for each in draft.kind.fields:
            is_pointer = each.sort in ("code", "number") and each.name not in LATER
            if is_pointer and each.name in draft.given:
                self._point(row, each.name, targets(draft.given[each.name]), each.target)
        if isinstance(row, Evidence):
            self._place(draft)
        self.states.decide(draft)
        for part in draft.parts:
            for new in getattr(part, "brings", ()):
                named = {name: f"source_{name}" for name in ("outlet", "title", "url", "published")}
                self._check(draft, new, named)
            self._check(draft, part, {})
        self._check(draft, row, {})
        # A paper that nobody owns up to may have none; of that the database tells.
        is_owned = isinstance(row, Demand) and row.kind != Demand.Kind.ASSESSMENT
        is_told = draft.given.get("holders") or any(p.column == "holders" for p in draft.problems)
        if is_owned and not is_told and row.clause_id is None:
            draft.wrong("holders", _("Say whose demand it is; only an assessment is nobody’s."))

    def _check(self, draft: Draft, row: Any, names: Mapping[str, str]) -> None:
        for name, errors in bulk.errors_of(row).items():
            for error in errors:
                is_empty = error.code in ("null", "blank", "required")
                said = _("Fill this in.") if is_empty else " ".join(error.messages)
                column = names.get(name, "" if name == NON_FIELD_ERRORS else name)
                if not any(problem.column == column for problem in draft.problems if column):
                    draft.wrong(column, said)

    def _place(self, draft: Draft) -> None:
        """Find the words of evidence in their source's text, unless it is told they are lost."""
        row = draft.row
        if row.text_hash and row.source_id and row.text_hash != hash_of(row.source.text):
            return
        names = ("quote", "prefix", "suffix", "start", "end", "source")
        if row.source_id is None:
            return
        try:
            found = placed({name: getattr(row, name) for name in names})
        except ValidationError as error:
            draft.wrong("quote", " ".join(error.messages))
            return
        for name, value in found.items():
            setattr(row, name, value)

    def _check_version(self, draft: Draft) -> None:
        """Note that a record was changed after the file was made."""
        text = draft.cells.get("version", "")
        now = getattr(draft.existing, "version", None)
        if not text or now is None:
            return
        try:
            if whole("version", text) < now:
                said = _("Somebody has changed it since this file was made: it is version %(now)s.")
                draft.wrong("version", said % {"now": now})
        except CellError as error:
            draft.wrong("version", error.why)


def lacking(
    sheets: Iterable[Sheet], columns: Mapping[str, frozenset[str]], drafts: list[Draft]
) -> list[str]:
    """Return what each sheet has no column for and every new row needs, instead of by row."""
    found = []
    for sheet in sheets:
        new = [d for d in drafts if d.sheet == sheet.name and d.existing is None and d.problems]
        for name, label in sheet.kind.columns().items() if sheet.kind and len(new) > 1 else ():
            if name in columns[sheet.name]:
                continue
            if all(any(p.column == name for p in draft.problems) for draft in new):
                for draft in new:
                    draft.problems = [p for p in draft.problems if p.column != name]
                told = {"sheet": sheet.name, "label": label}
                found.append(_("“%(sheet)s” has no column that is taken for “%(label)s”: "
                               "choose one below, or add it.") % told)  # fmt: skip
    return found


def _in_its_term(draft: Draft, name: str) -> str:
    """Return a name, of a choice with its term: codes of choices are those of one term only."""
    is_choice = draft.kind.model is TermChoice
    return f"{draft.cells.get('term', '').strip()}/{name}" if is_choice else name


def _label(draft: Draft) -> int:
    return int(draft.label)


def _pointed_to_first(kind: Kind, drafts: list[Draft]) -> Iterator[Draft]:
    """Yield drafts of a kind after those that their cells name by number, code or name."""
    within = [f for f in kind.fields if f.target in (kind.model, Record)]
    if not within:
        yield from drafts
        return
    named: dict[str, int] = {}
    for place, draft in enumerate(drafts):
        names = [draft.label]
        if kind.model in NAMED:
            names += [draft.cells.get(name, "").strip() for name in ("code", "title", "url")]
        for name in filter(None, names):
            named.setdefault(_in_its_term(draft, name), place)
    # All of them first, so that those that could come in any order keep the one of the file.
    order: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(range(len(drafts)), ()))
    for place, draft in enumerate(drafts):
        cells = (draft.cells.get(each.name, "").strip().removesuffix(".0") for each in within)
        wanted = {_in_its_term(draft, cell) for cell in cells}
        order.add(place, *({named[name] for name in wanted if name in named} - {place}))
    yield from (drafts[place] for place in order.static_order())
