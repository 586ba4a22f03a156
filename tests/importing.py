"""Importing in tests: a file's bytes planned, tried out and written as the worker does it."""

import csv
import io

from negotiations.sheets.reading import read
from positions.importing.carrying import carry_out_or_note, try_out
from positions.importing.lookups import Lookups
from positions.importing.matching import matched
from positions.importing.planning import Plan, planned


def csv_of(*lines) -> bytes:
    """A CSV file with these lines."""
    file = io.StringIO()
    csv.writer(file).writerows(lines)
    return file.getvalue().encode()


def sheets_of(negotiation, user, content: bytes, name: str = "", **options):
    terms = Lookups(negotiation, user, ()).terms
    is_csv = not content.startswith(b"PK")
    return matched(read(content, name or "file"), terms, file_name=name, is_csv=is_csv, **options)


def plan_of(negotiation, user, content: bytes, name: str = "", *, again=False, **options) -> Plan:
    """Plan a file, and try it out where nothing is wrong so far."""
    sheets = sheets_of(negotiation, user, content, name, **options)
    plan = planned(negotiation, user, sheets, again=again)
    if not plan.has_errors:
        try_out(plan, user=user)
    return plan


def imported(negotiation, user, content: bytes, name: str = "", *, again=False, **options) -> Plan:
    """Import a file in which nothing is wrong, and return what was done."""
    sheets = sheets_of(negotiation, user, content, name, **options)
    plan = planned(negotiation, user, sheets, again=again)
    assert not plan.has_errors, said(plan)
    assert carry_out_or_note(
        plan, user=user, reason="Import of a file", report=lambda done, total: None
    ), said(plan)
    return plan


def said(plan: Plan) -> list[tuple]:
    """What is wrong: row, column, why."""
    wrong = [(d.number, p.column, p.why) for d in plan.drafts for p in d.problems]
    return wrong + [("", "", problem) for problem in plan.problems]


def fates(plan: Plan) -> list[str]:
    return [str(draft.fate) for draft in plan.drafts]
