"""Writing a codebook to a table and reading it in again: what changes is shown before it is saved.

All of a table is written, or nothing. Nothing is deleted because a table does not name it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from negotiations.models import Negotiation
from negotiations.operations import create, edit, operation
from negotiations.tables import Table
from positions.codebooktable import (
    CHOICE,
    COLUMNS,
    ISSUE,
    RETIRED,
    TERM,
    Comparison,
    Entry,
    Problem,
    compare,
    lines,
)
from positions.models import Issue, Term, TermChoice, TermValue

MODELS: Mapping[str, Any] = {ISSUE: Issue, TERM: Term, CHOICE: TermChoice}
#: The columns that are called otherwise in a model.
FIELD_OF = {"part_of": "parent"}
WIDTHS = (16, 16, 16, 32, 40, 60)

#: The rows of a codebook by what they are and their codes.
Rows = dict[tuple[str, tuple[str, ...]], Any]


class Refused(ValidationError):
    """A table cannot be taken as it is; ``comparison`` has the problems."""

    def __init__(self, comparison: Comparison):
        super().__init__([f"{p.line}, {p.column}: {p.why}" for p in comparison.problems])
        self.comparison = comparison


class _Rehearsed(Exception):
    """Everything would have been written."""

    def __init__(self, comparison: Comparison):
        super().__init__()
        self.comparison = comparison


def entries_of(*, negotiation: Negotiation, user) -> list[Entry]:
    """Return all of a codebook: each issue before its terms, each term before its choices."""
    return [_entry(kind, key, row) for (kind, key), row in _rows(negotiation, user).items()]


def table(*, negotiation: Negotiation, user) -> Table:
    """Return a codebook as a table that can be read in again."""
    entries = entries_of(negotiation=negotiation, user=user)
    issues = {e.key[0]: e.fields["issue"] for e in entries if e.kind == TERM}
    return Table(_("Codebook"), COLUMNS, lines(entries, issues), widths=WIDTHS)


@operation
def take_in(
    *, user, negotiation: Negotiation, entries: Sequence[Entry], reason: str = ""
) -> Comparison:
    """Add and change what a table says, and return what that was.

    Raises ``Refused`` with every problem there is, and then changes nothing.
    """
    rows = _rows(negotiation, user)
    comparison = compare(entries, [_entry(kind, key, row) for (kind, key), row in rows.items()])
    problems = [*comparison.problems, *_kinds_in_use(comparison, rows)]
    if not problems:
        shared = {"user": user, "reason": reason}
        problems = list(_Writer(negotiation, rows, shared).write(comparison))
    if problems:
        raise Refused(replace(comparison, problems=tuple(problems)))
    return comparison


def rehearse(*, user, negotiation: Negotiation, entries: Sequence[Entry]) -> Comparison:
    """Return what taking a table in would do, with every problem there is; write nothing."""
    try:
        _rehearse(user=user, negotiation=negotiation, entries=entries)
    except _Rehearsed as rehearsed:
        return rehearsed.comparison
    except Refused as refused:
        return refused.comparison
    raise AssertionError("A rehearsal ends in one of the two.")


@operation
def _rehearse(*, user, negotiation: Negotiation, entries, reason: str = "") -> None:
    raise _Rehearsed(take_in(user=user, negotiation=negotiation, entries=entries))


def _rows(negotiation: Negotiation, user) -> Rows:
    def mine(model):
        return model.objects.visible_to(user).filter(negotiation=negotiation)

    issues = mine(Issue).select_related("parent", "merged_into")
    terms = list(mine(Term).select_related("issue", "merged_into"))
    choices = list(mine(TermChoice).select_related("term", "merged_into"))
    found: Rows = {}

    def add_terms(of: int | None) -> None:
        for term in terms:
            if term.issue_id != of:
                continue
            found[TERM, (term.code,)] = term
            for choice in choices:
                if choice.term_id == term.pk:
                    found[CHOICE, (term.code, choice.code)] = choice

    for issue in issues:
        found[ISSUE, (issue.code,)] = issue
        add_terms(issue.pk)
    add_terms(None)
    return found


def _entry(kind: str, key: tuple[str, ...], row: Any) -> Entry:
    retired = {
        "retired": row.retired,
        "retired_because": row.retired_because,
        "merged_into": _code(row.merged_into),
    }
    own: dict[str, Any] = {"name": row.name}
    if kind == ISSUE:
        own |= {
            "question": row.question,
            "definition": row.definition,
            "part_of": _code(row.parent),
            "order": row.order,
        }
    elif kind == TERM:
        own |= {"issue": _code(row.issue), "kind": row.kind, "unit": row.unit, "order": row.order}
    else:
        own["order"] = row.ordinal
    return Entry(kind, key, {**own, **retired})


def _code(row: Any) -> str | None:
    return row.code if row is not None else None


def _kinds_in_use(comparison: Comparison, rows: Rows) -> Iterator[Problem]:
    """Refuse another kind for terms that values were given for already."""
    changing = {
        rows[TERM, change.entry.key].pk: change.entry
        for change in comparison.changed
        if change.entry.kind == TERM and "kind" in change.columns
    }
    given = TermValue.objects.filter(term__in=changing).order_by().values_list("term_id", flat=True)
    for number in given.distinct():
        why = _("Values of another kind have been recorded for it.")
        mend = _("Leave the kind, or define a new term.")
        yield Problem(changing[number].line, "kind", why, mend)


class _Writer:
    """Writes the rows of a table, and finds all that is refused."""

    def __init__(self, negotiation: Negotiation, rows: Rows, shared: Mapping[str, Any]):
        self.negotiation, self.rows, self.shared = negotiation, rows, shared
        self.failed: set[tuple[str, tuple[str, ...]]] = set()

    def write(self, comparison: Comparison) -> Iterator[Problem]:
        """Write issues before their parts and terms, and retire last; yield what is refused."""
        added = set(map(id, comparison.added))
        touched = [*comparison.added, *(change.entry for change in comparison.changed)]
        for entry in _in_order(touched):
            yield from self._try(entry, self._plain(entry), is_new=id(entry) in added)
        retiring = [entry for entry in comparison.added if entry.fields.get("retired")]
        retiring += [
            c.entry for c in comparison.changed if not c.columns.keys().isdisjoint(RETIRED)
        ]
        for entry in reversed(_in_order(retiring)):
            fields = {c: v for c, v in entry.fields.items() if c in RETIRED}
            if (entry.kind, entry.key) not in self.failed:
                yield from self._try(entry, self._filled(entry, fields), is_new=False)

    def _plain(self, entry: Entry) -> dict[str, Any]:
        fields = {c: v for c, v in entry.fields.items() if c not in RETIRED}
        if entry.kind == CHOICE and "order" in fields:
            fields["ordinal"] = fields.pop("order")
        return self._filled(entry, fields)

    def _filled(self, entry: Entry, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return fields by the model's names, with rows in place of codes."""
        scopes = {"part_of": ISSUE, "issue": ISSUE, "merged_into": entry.kind}
        filled = {}
        for column, value in fields.items():
            if column in scopes and value is not None:
                scope = entry.key[:-1] if column == "merged_into" else ()
                value = self.rows.get((scopes[column], (*scope, value)))
            filled[FIELD_OF.get(column, column)] = value
        return filled

    def _try(self, entry: Entry, fields: dict[str, Any], *, is_new: bool) -> Iterator[Problem]:
        at = entry.kind, entry.key
        try:
            with transaction.atomic():
                if is_new:
                    self.rows[at] = self._create(entry, fields)
                else:
                    self.rows[at] = edit(self.rows[at], **self.shared, **fields)
        except ValidationError as error:
            self.failed.add(at)
            yield from _problems(entry, error)

    def _create(self, entry: Entry, fields: dict[str, Any]):
        own = {"negotiation": self.negotiation, "code": entry.key[-1]}
        if entry.kind == CHOICE:
            term = self.rows.get((TERM, entry.key[:1]))
            if term is None:
                raise ValidationError({"term": _("Its term could not be added.")})
            own["term"] = term
        return create(MODELS[entry.kind], **self.shared, **own, **fields)


def _problems(entry: Entry, error: ValidationError) -> Iterator[Problem]:
    columns = {"parent": "part_of", "ordinal": "order", "code": entry.kind, NON_FIELD_ERRORS: ""}
    named = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, messages in named.items():
        for message in messages:
            yield Problem(entry.line, columns.get(name, name), message, _("Correct this row."))


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return issues before their parts, then terms, then choices; else as they stood."""
    entries = list(entries)
    issues = {entry.key[0]: entry for entry in entries if entry.kind == ISSUE}

    def depth(entry: Entry) -> int:
        steps, code = 0, entry.fields.get("part_of")
        while code in issues and steps < len(issues):
            steps, code = steps + 1, issues[code].fields.get("part_of")
        return steps

    rank = {ISSUE: 0, TERM: 1, CHOICE: 2}
    return sorted(entries, key=lambda e: (rank[e.kind], depth(e) if e.kind == ISSUE else 0, e.line))
