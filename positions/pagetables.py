"""What the pages of movement, conditions, answers and claims show, each as a table."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from negotiations import ranges
from negotiations.models import Party
from negotiations.tables import Table
from positions.answerrecord import AnswersPage
from positions.claimsrecord import ClaimsPage
from positions.comparisontable import move_text
from positions.conditions import ConditionsPage
from positions.ledger import Ledger
from positions.models import Issue
from positions.recordwords import when_of

MOVEMENT = (
    "since",
    "until",
    "until_round",
    "issue",
    "party",
    "movement",
    "before",
    "after",
    "coded",
    "measured",
    "in_words",
    "text",
    "given_meanwhile",
)
CONDITIONS = (
    "record",
    "text",
    "parties",
    "issues",
    "relation",
    "anchor",
    "on",
    "anchor_issues",
    "since",
    "met",
    "state",
    "due",
    "due_earliest",
    "due_latest",
    "in_deadlock",
)
ANSWERS = (
    "thread",
    "open",
    "entry",
    "id",
    "kind",
    "text",
    "parties",
    "issues",
    "follows",
    "after",
    "when",
    "when_earliest",
    "when_latest",
    "days_least",
    "days_most",
    "stands",
    "in_words",
)
CLAIMS = (
    "verdict",
    "ground",
    "issue",
    "claim_1",
    "text_1",
    "parties_1",
    "claim_2",
    "text_2",
    "parties_2",
    "source",
    "quote",
)
COUNTS = (
    "id",
    "kind",
    "text",
    "issue",
    "parties",
    "term",
    "term_name",
    "value",
    "rank",
    "sources",
    "independent_sources",
    "excluded_by",
    "outlier",
    "outlets",
)


def movement(ledger: Ledger) -> Table:
    """Return a line for every move of every party, the newest section first."""
    return _table(_("Movement"), MOVEMENT, _movement(ledger), text=60, in_words=40)


def conditions(page: ConditionsPage) -> Table:
    """Return a line for everything that waits for something."""
    return _table(_("Conditions"), CONDITIONS, _conditions(page), text=60, on=60)


def answers(page: AnswersPage) -> Table:
    """Return a line for every step of every thread, and for every answer that is missing.

    ``entry`` is *step*, or the kind of blank; what is missing has the number of what it is to. What
    is in no thread comes last.
    """
    return _table(_("Answers"), ANSWERS, _answers(page), text=60, in_words=40)


def claims(page: ClaimsPage) -> Table:
    """Return a line for every pair of claims, and for every source that contradicts one."""
    return _table(_("Claims"), CLAIMS, _claims(page), text_1=60, text_2=60, quote=60)


def counts(page: ClaimsPage) -> Table:
    """Return a line for every value of every fact that has several."""
    return _table(_("Counts"), COUNTS, _counts(page), text=60, value=30)


def _table(
    name: str, columns: tuple[str, ...], lines: Iterable[dict[str, Any]], **widths: int
) -> Table:
    return Table(
        name,
        columns,
        ([line.get(column) for column in columns] for line in lines),
        [widths.get(column, 0) for column in columns],
    )


def _movement(ledger: Ledger) -> Iterator[dict[str, Any]]:
    for section in ledger.sections:
        for row in section.rows:
            given = [
                f"{gift.party.code}: {move_text(gift.line)} № {statement.demand.pk}"
                for gift in row.gifts
                for statement in gift.line.replacing
            ]
            for move in row.moves:
                yield {
                    "since": section.since.day,
                    "until": section.until.day,
                    "until_round": section.until.round.pk if section.until.round else None,
                    "issue": row.issue.code if row.issue else "",
                    "party": row.party.code,
                    "movement": str(move.label),
                    "before": [statement.demand.pk for statement in move.before],
                    "after": [statement.demand.pk for statement in move.after],
                    "coded": str(move.move.coded or ""),
                    "measured": move.move.measured,
                    "in_words": move_text(move),
                    "text": [statement.demand.text for statement in move.replacing],
                    "given_meanwhile": given,
                }


def _conditions(page: ConditionsPage) -> Iterator[dict[str, Any]]:
    for each in page.conditions:
        due = each.deadline
        yield {
            "record": each.record.pk,
            "text": each.text,
            "parties": _codes(each.parties),
            "issues": _issues(each.issues),
            "relation": each.relation,
            "anchor": each.anchor,
            "on": each.on,
            "anchor_issues": _issues(each.anchor_issues),
            "since": each.since,
            "met": bool(each.met),
            "state": each.state,
            "due": due.text if due else "",
            "due_earliest": due.earliest if due else None,
            "due_latest": due.latest if due else None,
            "in_deadlock": each.blocked,
        }


def _answers(page: AnswersPage) -> Iterator[dict[str, Any]]:
    for thread in page.threads:
        shared = {"thread": thread.start.record.pk, "open": thread.open}
        for shown in thread.steps:
            when, days = when_of(shown.record), shown.step.days
            yield {
                **shared,
                "entry": "step",
                "id": shown.record.pk,
                "kind": shown.record_kind,
                "text": shown.title,
                "parties": _codes(shown.parties),
                "issues": _issues(thread.issues),
                "follows": str(shown.step.follows or ""),
                "after": shown.step.after,
                "when": shown.when,
                "when_earliest": ranges.earliest(when) if when else None,
                "when_latest": ranges.latest(when) if when else None,
                "days_least": days.low if days else None,
                "days_most": days.high if days else None,
                "stands": shown.stands,
                "in_words": shown.fate,
            }
        for missing in thread.waits:
            days = missing.wait.days
            yield {
                **shared,
                "entry": str(missing.wait.blank),
                "parties": [missing.party.code],
                "issues": _issues(thread.issues),
                "after": missing.wait.about,
                "days_least": days.low if days else None,
                "days_most": days.high if days else None,
                "in_words": missing.text,
            }
    for record in page.not_coded:
        yield {
            "open": True,
            "entry": "not coded",
            "after": record.pk,
            "text": str(record),
        }


def _claims(page: ClaimsPage) -> Iterator[dict[str, Any]]:
    for pair in page.pairs:
        one, other = pair.first.statement, pair.second.statement
        yield {
            "verdict": str(pair.verdict),
            "ground": pair.ground_text,
            "issue": pair.issue.code if pair.issue else "",
            "claim_1": one.demand.pk,
            "text_1": one.demand.text,
            "parties_1": _codes(one.holders),
            "claim_2": other.demand.pk,
            "text_2": other.demand.text,
            "parties_2": _codes(other.holders),
        }
    for each in page.contradicted:
        said = each.claim.statement
        for against in each.against:
            row = against.evidence
            yield {
                "verdict": str(row.stance),
                "ground": list(against.gives),
                "issue": said.demand.issue.code if said.demand.issue else "",
                "claim_1": said.demand.pk,
                "text_1": said.demand.text,
                "parties_1": _codes(said.holders),
                "source": str(row.source),
                "quote": row.quote,
            }


def _counts(page: ClaimsPage) -> Iterator[dict[str, Any]]:
    for fact in page.facts:
        for term in fact.terms:
            for given in term.values:
                yield {
                    "id": fact.record.pk,
                    "kind": fact.record_kind,
                    "text": fact.title,
                    "issue": fact.record.issue.code if fact.record.issue else "",
                    "parties": _codes(fact.parties),
                    "term": term.term.code,
                    "term_name": term.term.name,
                    "value": given.value.text,
                    "rank": given.value.row.rank,
                    "sources": len({row.source_id for row in given.evidence}),
                    "independent_sources": given.weight.independent,
                    "excluded_by": given.weight.against,
                    "outlier": given.weight.outlier,
                    "outlets": list(dict.fromkeys(row.source.outlet for row in given.evidence)),
                }


def _codes(parties: Iterable[Party]) -> list[str]:
    return [party.code for party in parties]


def _issues(issues: Iterable[Issue]) -> list[str]:
    return [issue.code for issue in issues]
