"""Starting codebooks: issues with their terms and choices, ready to be set up in a negotiation.

Each is a YAML file in ``codebook_files``: a title, a summary, and issues in order, each with code,
name, question, definition, the code of its parent, and terms (kind, unit, choices).
"""

import functools
import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext as _

from negotiations.conflicts import Conflict
from negotiations.memberships import start_negotiation
from negotiations.models import Negotiation
from negotiations.operations import (
    create,
    edit,
    operation,
    remove,
    version_of,
)
from positions.models import Issue, Term, TermChoice
from positions.models.issue import OVERALL

ISSUE_FIELDS = ("code", "name", "question", "definition")
#: Codes made from names are no longer than this, with room for a number in any code's field.
CODE_LENGTH = 25
#: What stands between words as a hyphen does; in an address it would else join them.
DASHES = re.compile("[\u2010-\u2015\u2212/]")
FOLDER = Path(__file__).parent / "codebook_files"


@dataclass(frozen=True)
class Codebook:
    """A starting codebook; ``issues`` are mappings as the file has them."""

    code: str
    title: str
    summary: str
    issues: tuple[Mapping[str, Any], ...]


@functools.cache
def codebooks() -> dict[str, Codebook]:
    """Return the starting codebooks by code."""
    found = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        issues = tuple(data["issues"])
        found[path.stem] = Codebook(path.stem, data["title"], data["summary"], issues)
    return found


@operation
def set_up(*, user, codebook: Codebook | None = None, reason: str = "", **fields) -> Negotiation:
    """Begin a negotiation that ``user`` manages, with a codebook; see ``start_negotiation``."""
    begun = start_negotiation(user=user, reason=reason, **fields)
    if codebook is not None:
        apply_codebook(user=user, negotiation=begun, codebook=codebook, reason=reason)
    return begun


@operation
def apply_codebook(
    *, user, negotiation: Negotiation, codebook: Codebook, reason: str = ""
) -> list[Issue]:
    """Set up the issues of a starting codebook with their terms; return those that are new.

    An issue whose code is taken is left as it is, and so is a term. Raises ``ValidationError``.
    """
    shared = {"user": user, "reason": reason, "negotiation": negotiation}
    issues = {issue.code: issue for issue in Issue.objects.filter(negotiation=negotiation)}
    terms = set(Term.objects.filter(negotiation=negotiation).values_list("code", flat=True))
    first = 1 + max((issue.order for issue in issues.values()), default=0)
    new = []
    for order, row in enumerate(codebook.issues, first):
        if row["code"] in issues:
            continue
        own = {
            name: row[name] for name in ("code", "name", "question", "definition") if name in row
        }
        parent = issues[row["parent"]] if "parent" in row else None
        issue = create(Issue, order=order, parent=parent, **shared, **own)
        issues[issue.code] = issue
        new.append(issue)
        for place, term in enumerate(row.get("terms", ()), 1):
            if term["code"] not in terms:
                _create_term(term, issue=issue, order=place, **shared)
    return new


def _create_term(row: Mapping[str, Any], **shared) -> None:
    own = {name: row[name] for name in ("code", "name", "kind", "unit") if name in row}
    term = create(Term, **shared, **own)
    shared = {"user": shared["user"], "reason": shared["reason"], "negotiation": term.negotiation}
    for choice in row.get("choices", ()):
        create(TermChoice, term=term, **shared, **choice)


def hyphenated(text: str) -> str:
    """Return a text as it stands in an address: "Aland–Beland" is "aland-beland"."""
    return slugify(DASHES.sub("-", text))


def free_code(model: type[models.Model], name: str, **scope) -> str:
    """Return a code made from a name that no other row of ``model`` in the scope has."""
    wanted = hyphenated(name)[:CODE_LENGTH].strip("-") or str(model._meta.verbose_name)
    taken = {OVERALL, *model._base_manager.filter(**scope).values_list("code", flat=True)}
    if wanted not in taken:
        return wanted
    return next(code for n in range(2, 10_000) if (code := f"{wanted}-{n}") not in taken)


@operation
def record_term(
    *,
    user,
    negotiation: Negotiation,
    choices: Sequence[str] = (),
    ordered: bool = False,
    reason: str = "",
    **fields,
) -> Term:
    """Record a term with its choices by name, and return it; see ``set_choices``."""
    shared = {"user": user, "reason": reason}
    term = create(Term, negotiation=negotiation, **shared, **fields)
    set_choices(term, names=choices, ordered=ordered, **shared)
    return term


@operation
def edit_term(
    term: Term,
    *,
    user,
    choices: Sequence[str],
    ordered: bool,
    version: int | None = None,
    reason: str = "",
    **fields,
) -> Term:
    """Change a term and its choices that still have ``version``, and return it.

    Raises ``ValidationError``, also if a value is of the old kind or names a choice that would go,
    and ``Conflict`` if somebody has changed the term or its choices; see ``term_version``.
    """
    shared = {"user": user, "reason": reason}
    current = edit(term, **shared)  # From here on it is ours.
    if version is not None and term_version(current) != version:
        raise Conflict(current)
    term = edit(current, **shared, **fields)
    set_choices(term, names=choices, ordered=ordered, **shared)
    return term


def term_version(term: Term) -> int:
    """Return what tells a state of a term and its choices from others."""
    choices = TermChoice.objects.filter(term=term)
    return functools.reduce(operator.xor, map(version_of, choices), version_of(term))


@operation
def set_choices(
    term: Term, *, user, names: Sequence[str], ordered: bool, reason: str = ""
) -> list[TermChoice]:
    """Give a term just these choices, in this order, beside the retired ones; return them.

    Choices are known by their names. ``ordered`` says whether their order means something. Raises
    ``ValidationError`` if a value names a choice that would go, or one of the names is retired.
    """
    shared = {"user": user, "reason": reason}
    every = list(TermChoice.objects.filter(term=term))
    old = {choice.name: choice for choice in every if choice.retired is None}
    retired = {choice.name for choice in every if choice.retired} - old.keys()
    if again := [name for name in names if name in retired]:
        raise ValidationError(
            {"choices": _("“%(name)s” is retired; bring it back first.") % {"name": again[0]}}
        )
    kept = []
    for place, name in enumerate(dict.fromkeys(names), 1):
        ordinal = place if ordered else None
        if choice := old.pop(name, None):
            kept.append(edit(choice, ordinal=ordinal, **shared))
            continue
        code = free_code(TermChoice, name, term=term)
        own = {"term": term, "code": code, "name": name, "ordinal": ordinal}
        kept.append(create(TermChoice, negotiation=term.negotiation, **shared, **own))
    for choice in old.values():
        remove(choice, **shared)
    return kept
