"""Which rows of a file are in the negotiation already, and what the others would change there."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from negotiations.models import Negotiation
from negotiations.texts import normal
from positions.importing.cells import folded
from positions.importing.drafts import Draft, shown, targets
from positions.importing.kinds import LOOKED_UP_BY, NATURAL, Kind
from positions.importing.lookups import Lookups
from positions.models import TermValue

#: What tells nothing about whether two rows say the same.
UNTOLD = frozenset({"state", "text_hash", "order"})


class Comparison:
    """Compares drafts of one kind after the other with the rows that ``user`` may see."""

    def __init__(self, negotiation: Negotiation, user, lookups: Lookups):
        self.negotiation, self.user, self.lookups = negotiation, user, lookups
        self.known: dict[str, dict[tuple[Any, ...], Any]] = {}
        self.linked: dict[tuple[int, str], frozenset[int]] = {}

    def compare(self, kind: Kind, drafts: list[Draft], *, leaves_out: bool) -> None:
        """Find for each draft the row that it is, or says again, and what it would change of it."""
        self._load_links(kind, [draft.existing for draft in drafts if draft.existing is not None])
        for draft in drafts:
            if draft.existing is not None:
                draft.changes = [
                    (draft.kind.field(name).label, self._before(draft, name), shown(value))
                    for name, value in draft.given.items()
                    if not self._is_same(draft.existing, draft, name)
                ]
        if leaves_out:
            self._leave_out_twins(drafts)
            if kind.name in LOOKED_UP_BY:
                self._leave_out_known(kind, drafts)

    def _before(self, draft: Draft, name: str) -> str:
        many = draft.kind.field(name).of_model.many_to_many
        value = getattr(draft.existing, name)
        return shown(list(value.all()) if many else value)

    def find_by_name(self, draft: Draft) -> None:
        """Find the row that a draft of the codebook, or a party or person, is by its code or name.

        To be asked before others can point to the draft.
        """
        fields = NATURAL.get(draft.kind.name)
        if not fields or draft.existing is not None:
            return
        if draft.kind.name not in self.known:
            self.known[draft.kind.name] = self._rows_by_name(draft.kind, fields)
        key = tuple(_comparable(targets(draft.given.get(name))) for name in fields)
        if key in self.known[draft.kind.name]:
            draft.existing = self.lookups.know(self.known[draft.kind.name][key])

    def _rows_by_name(self, kind: Kind, fields: Iterable[str]) -> dict[tuple[Any, ...], Any]:
        columns = [kind.field(name).of_model.attname for name in fields]
        return {
            tuple(_comparable(getattr(row, each)) for each in columns): row
            for rows in self.lookups.named(kind.model).values()
            for row in rows
            if not isinstance(row, Draft)
        }

    def _load_links(self, kind: Kind, rows: list[Any]) -> None:
        """Load which rows the many-to-many fields of ``rows`` name, in a query for each field."""
        for each in kind.model._meta.many_to_many:
            mine, theirs = each.m2m_field_name(), each.m2m_reverse_field_name()
            links = each.remote_field.through._base_manager
            found = defaultdict(set)
            numbers = [row.pk for row in rows]
            pairs = links.filter(**{f"{mine}__in": numbers}).values_list(
                f"{mine}_id", f"{theirs}_id"
            )
            for pk, target in pairs:
                found[pk].add(target)
            for pk in numbers:
                self.linked[pk, each.name] = frozenset(found[pk])

    def _is_same(self, row: Any, draft: Draft, name: str) -> bool:
        value = targets(draft.given[name])
        field = draft.kind.field(name).of_model
        if field.many_to_many:
            return self.linked[row.pk, name] == {each.pk for each in value}
        if field.is_relation:
            return getattr(row, field.attname) == (value.pk if value is not None else None)
        now = getattr(row, name)
        if name == "text_hash":
            return True
        return now == (normal(value) if name == "text" and kind_is_source(draft) else value)

    def _leave_out_twins(self, drafts: list[Draft]) -> None:
        """Leave out the rows that say just what one above them says."""
        seen: dict[Any, Draft] = {}
        for draft in drafts:
            if draft.existing is not None or draft.problems:
                continue
            said = {k: v for k, v in draft.cells.items() if k not in ("id", "version")}
            if draft.label:
                # Two rows of an export that have numbers of their own are two records.
                continue
            first = seen.setdefault(frozenset(said.items()), draft)
            if first is not draft:
                draft.twin, draft.is_left_out = first, True

    def _leave_out_known(self, kind: Kind, drafts: list[Draft]) -> None:
        """Leave out the rows that say what a record says already."""
        name = LOOKED_UP_BY[kind.name]
        new = [d for d in drafts if d.is_new and not d.problems and name in d.given]
        values = [targets(draft.given[name]) for draft in new]
        field = kind.field(name).of_model
        keys = {each.pk if field.is_relation else each for each in values if each is not None}
        rows = kind.model.objects.visible_to(self.user).filter(
            negotiation=self.negotiation, **{f"{name}__in": keys}
        )
        candidates = defaultdict(list)
        for row in rows.exclude(state="retracted").order_by("pk") if keys else ():
            candidates[getattr(row, field.attname)].append(row)
        found = [row for its in candidates.values() for row in its]
        self._load_links(kind, found)
        values_of = self._values(found) if kind.has_values else {}
        taken: set[int] = set()
        for draft, value in zip(new, values, strict=True):
            for row in candidates[value.pk if field.is_relation and value else value]:
                # Of two records that say the same, two rows mean one each.
                if row.pk not in taken and self._says(row, draft, values_of):
                    taken.add(row.pk)
                    draft.existing, draft.is_left_out = self.lookups.know(row), True
                    break

    def _says(self, row: Any, draft: Draft, values_of) -> bool:
        told = [name for name in draft.given if name not in UNTOLD]
        if not all(self._is_same(row, draft, name) for name in told):
            return False
        wanted = {_value_key(part) for part in draft.parts if isinstance(part, TermValue)}
        return wanted <= values_of.get(row.pk, set())

    def _values(self, rows: list[Any]) -> dict[int, set[Any]]:
        """Return the values of records, comparable, by record."""
        found = defaultdict(set)
        numbers = [row.pk for row in rows]
        values: Any = TermValue.objects.filter(record__in=numbers).prefetch_related("choices")
        for value in values:
            value.chosen = list(value.choices.all())
            found[value.record_id].add(_value_key(value))
        return found


def _value_key(value: Any) -> Any:
    choices = frozenset(choice.pk for choice in value.chosen)
    return (value.term_id, value.quantity, value.dates, value.status, choices)


def kind_is_source(draft: Draft) -> bool:
    """Whether a draft's long text is kept in the one form that texts of sources have."""
    return draft.kind.name == "sources"


def _comparable(value: Any) -> Any:
    if hasattr(value, "_meta"):
        return value.pk
    return folded(value) if isinstance(value, str) else value
