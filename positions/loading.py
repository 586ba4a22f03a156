"""Loads a negotiation from a folder of YAML files, through the operations that forms use.

Each file maps collections (``parties``, ``issues``, ``demands``, …) to lists of rows, and one of
them has the ``negotiation``. How the rows fall into files, and their order, is the writer's choice.

* A row gives the fields of its model by name. Dates and quantities are written as in a form:
  ``2 June 2025``, ``by 30 June 2025``, ``2–3``, ``at most 100``, ``about 18``.
* ``key`` names a row inside the folder. Pointers are keys or codes; a choice is its code.
* Rows may stand inside the row they belong to: see ``INSIDE``. There ``links`` are linkages and
  ``values`` the values of terms. ``evidence`` may stand inside any row but itself.
* ``order``, where a model has it, is the place in the list unless given.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.contrib.postgres.fields import ArrayField, DateRangeField, DateTimeRangeField
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from negotiations import ranges
from negotiations.models import (
    Content,
    Delegate,
    Negotiation,
    Participation,
    Party,
    Person,
    Record,
    Round,
    Source,
    State,
    Track,
)
from negotiations.models.fields import QuantityField
from negotiations.operations import create, operation
from positions.models import (
    Clause,
    Demand,
    Event,
    Evidence,
    Issue,
    Linkage,
    Outcome,
    Proposal,
    Silence,
    Term,
    TermChoice,
    TermValue,
)
from positions.operations import record_demand, record_source, record_with_evidence

COLLECTIONS: dict[str, type[models.Model]] = {
    "parties": Party,
    "people": Person,
    "tracks": Track,
    "sources": Source,
    "issues": Issue,
    "terms": Term,
    "rounds": Round,
    "proposals": Proposal,
    "demands": Demand,
    "outcomes": Outcome,
    "events": Event,
    "silences": Silence,
}
#: What may stand inside a row: the collection, its model, its field that points to the row.
INSIDE: dict[type[models.Model], dict[str, tuple[type[models.Model], str]]] = {
    Round: {"participations": (Participation, "round"), "delegates": (Delegate, "round")},
    Issue: {"terms": (Term, "issue")},
    Term: {"choices": (TermChoice, "term")},
    Proposal: {"clauses": (Clause, "proposal")},
    Clause: {"clauses": (Clause, "parent"), "demands": (Demand, "clause")},
    Demand: {"values": (TermValue, "record"), "links": (Linkage, "record")},
    Outcome: {"values": (TermValue, "record"), "links": (Linkage, "record")},
    Event: {"values": (TermValue, "record")},
}


class LoadError(Exception):
    """A folder cannot be loaded; the message names the file, the row and the field at fault."""


def load(folder: Path, *, user, reason: str = "") -> Negotiation:
    """Record the negotiation that the files of ``folder`` describe, all of it or nothing.

    ``user`` is who records it. Raises ``LoadError``.
    """
    rows = _Reader(folder).read()
    try:
        return _record_all(rows=rows, user=user, reason=reason)
    except ValidationError as error:
        raise LoadError(f"{folder.name}: {_in_words(error)}") from error


@operation
def _record_all(*, rows: list["_Row"], user, reason: str) -> Negotiation:
    return _Loader(rows, user).load()


@dataclass(eq=False)
class _Row:
    """One row as written, with where it stands and, once it is recorded, its record."""

    model: type[models.Model]
    data: dict[str, Any]
    place: str
    order: int
    owner: "tuple[str, _Row] | None" = None
    evidence: list["_Row"] = field(default_factory=list)
    underway: bool = False
    record: Any = None

    def wrong(self, message: str, name: str = "") -> LoadError:
        return LoadError(": ".join(part for part in (self.place, name, message) if part))

    @property
    def handles(self) -> list[str]:
        """Return the names by which others point to this row."""
        names = [self.data.get("key"), self.data.get("code")]
        if self.model is TermChoice and self.owner:
            names = [f"{self.owner[1].data.get('code')}.{names[1]}"]
        return [name for name in names if name]


class _Yaml(yaml.SafeLoader):
    """YAML that refuses a field given twice, where the standard loader drops the first."""

    def construct_mapping(self, node, deep=False):
        names = [key.value for key, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"“{name}” is given twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


class _Reader:
    """Takes the files apart into rows, without looking at what the fields hold."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.rows: list[_Row] = []

    def read(self) -> list[_Row]:
        """Return all rows, the negotiation first."""
        files = sorted(self.folder.glob("*.yaml"))
        if not files:
            raise LoadError(f"{self.folder} holds no .yaml file.")
        for file in files:
            self._file(file)
        found = [row for row in self.rows if row.model is Negotiation]
        if len(found) != 1:
            raise LoadError(f"{self.folder} describes {len(found)} negotiations, not one.")
        return found + [row for row in self.rows if row.model is not Negotiation]

    def _file(self, file: Path) -> None:
        try:
            content = yaml.load(file.read_text("utf-8"), Loader=_Yaml)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise LoadError(f"{file.name}: {error}") from error
        if not isinstance(content, dict):
            raise LoadError(f"{file.name}: it must map collections to lists of rows.")
        for name, rows in content.items():
            if name == "negotiation":
                self._rows(Negotiation, [rows], f"{file.name}, negotiation")
            elif name in COLLECTIONS:
                self._rows(COLLECTIONS[name], rows, f"{file.name}, {name}")
            else:
                known = ", ".join(["negotiation", *COLLECTIONS])
                raise LoadError(f"{file.name}: there is no collection “{name}”; there are {known}.")

    def _rows(self, model, rows, place, owner=None) -> list[_Row]:
        if not isinstance(rows, list):
            raise LoadError(f"{place}: a list of rows is expected.")
        return [self._row(model, data, place, number, owner) for number, data in enumerate(rows, 1)]

    def _row(self, model, data, place, number, owner) -> _Row:
        place = f"{place} {number}" if model is not Negotiation else place
        if not isinstance(data, dict):
            raise LoadError(f"{place}: a row of fields is expected.")
        data = dict(data)
        if name := data.get("key") or data.get("code"):
            place = f"{place.split(',')[0]}, {name}"
        row = _Row(model, data, place, number, owner)
        if model is Evidence:
            return row
        self.rows.append(row)
        for name, (inner, pointer) in INSIDE.get(model, {}).items():
            self._rows(inner, data.pop(name, []), f"{place}, {name}", (pointer, row))
        rows = data.pop("evidence", [])
        row.evidence = self._rows(Evidence, rows, f"{place}, evidence", ("record", row))
        return row


class _Loader:
    """Records rows, each after those it points to."""

    def __init__(self, rows: list[_Row], user):
        self.rows, self.user = rows, user
        self.named: dict[tuple[type[models.Model], str], _Row] = {}
        self.keyed: dict[str, _Row] = {}
        for row in rows:
            for handle in row.handles:
                if self.named.setdefault((row.model, handle), row) is not row:
                    raise row.wrong(f"“{handle}” names another row already.")
            key = row.data.get("key")
            if key and self.keyed.setdefault(key, row) is not row:
                raise row.wrong(f"the key is taken: {self.keyed[key].place}.")

    def load(self) -> Negotiation:
        self.negotiation = self._record(self.rows[0])
        # Choices that have no ordinal stand in the order in which they are recorded.
        for row in self.rows:
            if row.model is TermChoice:
                self._record(row)
        # Linkages may run in circles, and a source may be evidence of itself: both come later.
        for row in self.rows:
            if row.model is not Linkage:
                self._record(row)
        for row in self.rows:
            if row.model is Linkage:
                self._record(row)
            elif not _has_evidence_from_the_start(row.model):
                for each in row.evidence:
                    self._evidence(row, each)
        return self.negotiation

    def _record(self, row: _Row):
        """Return the row's record, made now if it was not."""
        if row.record is None:
            if row.underway:
                raise row.wrong("it points to itself by way of other rows.")
            row.underway = True
            fields = {**self._fields(row), **self._owner(row)}
            try:
                row.record = self._write(row, fields)
            except ValidationError as error:
                raise row.wrong(_in_words(error)) from error
        return row.record

    def _write(self, row: _Row, fields: dict[str, Any]):
        if row.model is Negotiation:
            return create(Negotiation, user=self.user, **fields)
        fields |= {"user": self.user, "negotiation": self.negotiation}
        if row.model is Source:
            return record_source(**fields)
        if not _has_evidence_from_the_start(row.model):
            return create(row.model, **fields)
        fields["evidence"] = [self._fields(each) for each in row.evidence]
        if row.model is Demand:
            return record_demand(**fields)
        return record_with_evidence(row.model, **fields)

    def _evidence(self, row: _Row, each: _Row) -> None:
        state = getattr(row.record, "state", State.PUBLISHED)
        fields = {"record_id": row.record.pk, "state": state, **self._fields(each)}
        try:
            create(Evidence, user=self.user, negotiation=self.negotiation, **fields)
        except ValidationError as error:
            raise each.wrong(_in_words(error)) from error

    def _owner(self, row: _Row) -> dict[str, Any]:
        """Return the fields that follow from where the row stands."""
        if row.owner is None:
            return {}
        pointer, owner = row.owner
        record = self._record(owner)
        if pointer == "record":
            return {"record_id": record.pk, "state": record.state}
        if pointer == "parent":
            return {"parent": record, "proposal": record.proposal}
        return {pointer: record}

    def _fields(self, row: _Row) -> dict[str, Any]:
        """Return the fields of a row as its model takes them."""
        known = {f.name: f for f in (*row.model._meta.fields, *row.model._meta.many_to_many)}
        for name in ("id", "negotiation", "version", row.owner[0] if row.owner else ""):
            known.pop(name, None)
        fields: dict[str, Any] = {}
        for name, value in row.data.items():
            if name == "key":
                continue
            if name not in known:
                there_are = ", ".join([*known, *INSIDE.get(row.model, ())])
                raise row.wrong(f"there is no such field here; there are {there_are}.", name)
            try:
                fields |= self._field(row, known[name], value)
            except ranges.UnclearRange as error:
                raise row.wrong(str(error), name) from error
        if "order" in known:
            fields.setdefault("order", row.order)
        if row.model is Evidence and fields.get("quote") and fields.get("source"):
            fields.setdefault("language", fields["source"].language)
        return fields

    def _field(self, row: _Row, field: models.Field, value) -> dict[str, Any]:
        name = field.name
        if value is None:
            return {name: None}
        if isinstance(field, models.ManyToManyField | ArrayField):
            if not isinstance(value, list):
                raise row.wrong("a list is expected.", name)
            if isinstance(field, ArrayField):
                return {name: [self._text(row, name, each) for each in value]}
            return {name: [self._pointed(row, field, each) for each in value]}
        if field.related_model is Record:
            return {f"{name}_id": self._pointed(row, field, value).pk}
        if field.related_model:
            return {name: self._pointed(row, field, value)}
        if isinstance(field, QuantityField):
            quantity, about = ranges.without_about(str(value))
            if about and row.model is not TermValue:
                raise row.wrong("only the value of a term may be “about” something.", name)
            approximate = {"approximate": True} if about else {}
            return {name: ranges.parse_quantity(quantity), **approximate}
        if isinstance(field, DateRangeField):
            return {name: ranges.parse_dates(str(value))}
        if isinstance(field, DateTimeRangeField):
            return {name: ranges.parse_times(str(value), row.data.get("time_zone", "UTC"))}
        if isinstance(field, models.CharField | models.TextField):
            return {name: self._text(row, name, value)}
        return {name: value}

    def _pointed(self, row: _Row, field, value):
        """Return the record that a key or code names."""
        handle = self._text(row, field.name, value)
        if field.related_model is Record:
            found = self.keyed.get(handle)
            there_are = list(self.keyed)
        else:
            scope = f"{row.data.get('term')}." if field.related_model is TermChoice else ""
            found = self.named.get((field.related_model, scope + handle))
            there_are = [
                name.removeprefix(scope)
                for model, name in self.named
                if model is field.related_model and name.startswith(scope)
            ]
        if found is None:
            raise row.wrong(
                f"nothing here is called “{handle}”; there are {', '.join(there_are) or 'none'}.",
                field.name,
            )
        return self._record(found)

    @staticmethod
    def _text(row: _Row, name: str, value) -> str:
        if not isinstance(value, str):
            raise row.wrong(f"{value!r} is no text; put it in quotation marks.", name)
        return value


def _has_evidence_from_the_start(model: type[models.Model]) -> bool:
    return issubclass(model, Content) and model is not Source


def _in_words(error: ValidationError) -> str:
    """Return what an operation objects to in one line, field by field."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return "; ".join(
        " ".join(messages) if name == NON_FIELD_ERRORS else f"{name}: {' '.join(messages)}"
        for name, messages in error.message_dict.items()
    )
