"""The terms of an issue as fields of a form: a value each, and rivals beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django import forms

from positions.models import Rank, Term, TermValue
from positions.termfields import as_fields, finer_names, value_fields, value_from


@dataclass(frozen=True)
class TermRow:
    """A term as a form shows it: its first value, what is finer about it, its rivals."""

    term: Term
    name: str
    value: forms.BoundField
    finer: tuple[forms.BoundField, ...]
    rivals: tuple[tuple[forms.BoundField, ...], ...]


def row_name(term: Term, number: int) -> str:
    """Return the name of the field for the first, second, … value of a term."""
    return f"term_{term.code}" if number == 1 else f"term_{term.code}.{number}"


class TermFields(forms.Form):
    """The values that a record gives for terms. Several values of one term are rivals."""

    def offer_terms(
        self, terms: Iterable[Term], values: Iterable[TermValue], data: Mapping | None, more: str
    ) -> None:
        """Add a field for each term; with more of them for its rivals.

        ``values`` are those there are; ``more`` names the field that asks for one rival more.
        Values of other terms are kept as they are.
        """
        self.terms = list(terms)
        of_term: dict[int, list[TermValue]] = {}
        for value in values:
            of_term.setdefault(value.term_id, []).append(value)
        self.shown: dict[int, int] = {}
        for term in self.terms:
            stored = of_term.pop(term.pk, [])
            first = row_name(term, 1)
            self.shown[term.pk] = max(1, len(stored), _typed(term, data)) + (more == first)
            for number in range(1, self.shown[term.pk] + 1):
                given = stored[number - 1] if number <= len(stored) else None
                self.fields.update(value_fields(term, row_name(term, number), given))
            if more == first:
                last = self.fields[row_name(term, self.shown[term.pk])]
                last.widget.attrs["autofocus"] = True
        self.other_values = [value for rest in of_term.values() for value in rest]

    def _names(self, term: Term) -> list[str]:
        return [row_name(term, number) for number in range(1, self.shown[term.pk] + 1)]

    @property
    def term_names(self) -> list[str]:
        """Return the names of all fields of terms."""
        return [
            each
            for term in self.terms
            for name in self._names(term)
            for each in (name, *finer_names(term, name))
        ]

    @property
    def term_rows(self) -> list[TermRow]:
        rows = []
        for term in self.terms:
            first, *rivals = self._names(term)
            finer, *of_rivals = (
                tuple(self[each] for each in finer_names(term, name)) for name in (first, *rivals)
            )
            beside = tuple(
                (self[name], *more) for name, more in zip(rivals, of_rivals, strict=True)
            )
            rows.append(TermRow(term, first, self[first], finer, beside))
        return rows

    @property
    def finer_open(self) -> bool:
        """Whether there are rivals, or something finer is said of a value."""
        plain = ("", None, False, Rank.NORMAL)
        return any(
            row.rivals or any(field.value() not in plain for field in row.finer)
            for row in self.term_rows
        )

    def values(self) -> list[dict]:
        """Return the fields of every value the record has then."""
        typed = [
            value_from(term, name, self.cleaned_data)
            for term in self.terms
            for name in self._names(term)
        ]
        return [row for row in typed if row] + [as_fields(value) for value in self.other_values]


def _typed(term: Term, data: Mapping | None) -> int:
    """Return for how many values of a term there are fields in what a browser sent."""
    number = 1
    while data is not None and f"{row_name(term, number + 1)}.rank" in data:
        number += 1
    return number
