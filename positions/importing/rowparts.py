"""What one row of a template records besides itself: values of terms, a condition, evidence."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from negotiations.models import Person, Source
from positions.importing.cells import CellError, folded, read, short, split
from positions.importing.drafts import Draft, targets
from positions.importing.kinds import CONDITION, TERM_PREFIX, WITNESSED, Field, kind_of
from positions.importing.lookups import Lookups
from positions.models import Evidence, Linkage, Term, TermValue
from positions.placing import placed
from positions.termfields import UNGIVEN, field_for

#: What describes a source that is not there yet.
NEW_SOURCE = ("source_outlet", "source_title", "source_url", "source_published")


class RowParts:
    """Reads the columns that templates have beside those of exports.

    A source or a speaker that several rows describe alike is recorded once, with the first.
    """

    def __init__(self, lookups: Lookups, make):
        self.lookups, self.make = lookups, make
        self.described: dict[tuple[str, ...], list[Source]] = {}
        self.speakers: dict[str, Person] = {}

    def read(self, draft: Draft) -> None:
        """Give a draft its parts. Notes what is wrong with it."""
        kind = draft.kind
        for has_them, reads in (
            (kind.has_values, self._values),
            (kind.has_conditions, self._condition),
            (kind.has_evidence, self._evidence),
        ):
            if not has_them:
                continue
            try:
                reads(draft)
            except CellError as error:
                draft.wrong(error.column, error.why)

    def refuse(self, draft: Draft) -> None:
        """Note what a row of a record that is there gives besides it, and where that belongs."""
        kind = draft.kind
        sheets = [
            (kind.has_values, [n for n in draft.cells if n.startswith(TERM_PREFIX)], "term-values"),
            (kind.has_conditions, [n for n in draft.cells if n == CONDITION], "linkages"),
            (kind.has_evidence, [n for n in draft.cells if n in WITNESSED], "evidence"),
        ]
        for has_them, columns, sheet in sheets:
            if has_them and columns:
                said = _("It is there already: give this in a sheet “%(sheet)s”.")
                draft.wrong(columns[0], said % {"sheet": sheet})

    def _values(self, draft: Draft) -> None:
        for column in [name for name in draft.cells if name.startswith(TERM_PREFIX)]:
            code = column.removeprefix(TERM_PREFIX)
            term = next(term for term in self.lookups.terms if term.code == code)
            try:
                fields = _value(term, column, draft.cells[column])
            except ValidationError as error:
                draft.wrong(column, " ".join(error.messages))
                continue
            except CellError as error:
                draft.wrong(column, error.why)
                continue
            chosen = fields.pop("choices", [])
            value = self.make(TermValue, record=draft, term=term, **fields)
            value.chosen = chosen
            draft.parts.append(value)

    def _condition(self, draft: Draft) -> None:
        if condition := draft.cells.get(CONDITION, "").strip():
            relation = Linkage.Relation.ONLY_IF
            draft.parts.append(
                self.make(Linkage, record=draft, relation=relation, condition=condition)
            )

    def _evidence(self, draft: Draft) -> None:
        said = {name: draft.cells[name] for name in WITNESSED if name in draft.cells}
        if not said:
            return
        new: list[Any] = []
        fields: dict[str, Any] = {"source": self._source(said, new)}
        for name in ("basis", "capacity", "locator", "quote"):
            fields[name] = read(_of_evidence(name), said)
        fields["basis"] = fields["basis"] or Evidence.Basis.OUTLET
        if "speaker" in said:
            fields["speaker"] = self._speaker(said["speaker"], new)
        if "reported_by" in said:
            party = _of_evidence("reported_by").target
            found = self.lookups.by_code("reported_by", party, said["reported_by"])
            fields["reported_by"] = targets(found)
        try:
            fields = placed(fields)
        except ValidationError as error:
            raise CellError("quote", " ".join(error.messages)) from error
        evidence = self.make(Evidence, record=draft, **fields)
        evidence.brings = new
        draft.parts.append(evidence)

    def _source(self, said: dict[str, str], new: list[Any]) -> Source:
        """Return the source that a row names, or the new one that it describes."""
        named = said.get("source", "").strip()
        if named and not any(name in said for name in NEW_SOURCE):
            try:
                return targets(self.lookups.by_number("source", Source, named))
            except CellError as error:
                if not named.startswith(("http://", "https://")):
                    told = _("Describe a new one in source_outlet, source_title and source_url.")
                    raise CellError("source", f"{error.why} {told}") from error
                said = {**said, "source_url": named}
        described = {name: said[name].strip() for name in NEW_SOURCE if name in said}
        if not described:
            raise CellError("source", _("Name the source whose words or speaker you gave."))
        known = self._known(described)
        return known if known is not None else self._described(described, new)

    def _known(self, told: dict[str, str]) -> Source | None:
        """Return the source of the negotiation that is described just so."""
        called = told.get("source_url") or told.get("source_title") or ""
        for row in map(targets, self.lookups.named(Source).get(folded(called), [])):
            if all(folded(getattr(row, name.removeprefix("source_"))) == folded(text)
                   for name, text in told.items() if name != "source_published"):  # fmt: skip
                return row
        return None

    def _described(self, told: dict[str, str], new: list[Any]) -> Source:
        """Return the new source that a row describes, that of a row above where it is the same.

        Not every row need date it; two dates make two sources.
        """
        fields = {}
        for name in NEW_SOURCE:
            field = kind_of(Source).field(name.removeprefix("source_"))
            try:
                fields[field.name] = read(field, {field.name: told.get(name, "")})
            except CellError as error:
                raise CellError(name, error.why) from error
        host = urlsplit(fields["url"]).hostname or ""
        fields["outlet"] = fields["outlet"] or host.removeprefix("www.")
        if not fields["outlet"]:
            raise CellError("source_outlet", _("Name the outlet of the new source."))
        key = tuple(folded(fields[name]) for name in ("outlet", "title", "url"))
        for source in self.described.setdefault(key, []):
            if None in (source.published, fields["published"]):
                source.published = source.published or fields["published"]
                return source
            if source.published == fields["published"]:
                return source
        source = self.make(Source, **fields)
        self.described[key].append(source)
        new.append(source)
        return source

    def _speaker(self, text: str, new: list[Any]) -> Person:
        name = " ".join(text.split())
        found = self.lookups.named(Person).get(folded(name), [])
        if len(found) == 1:
            return targets(found[0])
        if found:
            raise CellError(
                "speaker",
                _("Several people are called “%(name)s”: give the number.") % {"name": short(name)},
            )
        if name.isdecimal():
            return targets(self.lookups.by_number("speaker", Person, name))
        by_surname = self._with_surname(name)
        if len(by_surname) == 1:
            return by_surname[0]
        if folded(name) not in self.speakers:
            self.speakers[folded(name)] = self.make(Person, name=name)
            new.append(self.speakers[folded(name)])
        return self.speakers[folded(name)]

    def _with_surname(self, name: str) -> list[Person]:
        """Return the people of the negotiation of whose names one word is the last."""
        found = {
            targets(person).pk: targets(person)
            for called, people in self.lookups.named(Person).items()
            for person in people
            if " " not in name and called.split()[-1:] == [folded(name)]
        }
        return list(found.values())


def _of_evidence(name: str) -> Field:
    return kind_of(Evidence).field(name)


def _value(term: Term, column: str, text: str) -> dict[str, Any]:
    """Return the fields of a value. Raises ``CellError`` and ``ValidationError``."""
    if term.kind in (Term.Kind.QUANTITY, Term.Kind.DATE):
        return dict(field_for(term).clean(text))
    ungiven = [status for status in UNGIVEN if folded(status) == folded(text)]
    if ungiven:
        return {"status": ungiven[0]}
    return {"choices": [_choice(term, column, part) for part in split(text)]}


def _choice(term: Term, column: str, text: str) -> Any:
    choices: Iterable[Any] = term.choices.all()
    for choice in choices:
        if folded(text) in (folded(choice.code), folded(choice.name)):
            return choice
    raise CellError(
        column,
        _("The term has no choice “%(text)s”; it has %(known)s.")
        % {"text": short(text), "known": ", ".join(choice.code for choice in choices)},
    )
