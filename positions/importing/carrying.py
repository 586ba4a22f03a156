"""Writing what is planned, all of it in one changeset, or trying it out and taking it back."""

from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction

from negotiations.bulk import RowErrors, create_many, numbers_in
from negotiations.models import Content
from negotiations.operations import edit, operation
from positions.importing.drafts import Draft, Fate, targets
from positions.importing.kinds import LATER
from positions.importing.planning import Plan
from positions.operations import edit_record

Report = Callable[[int, int], None]


def try_out(plan: Plan, *, user, report: Report = lambda done, total: None) -> None:
    """Write a plan and take it back, to note what only the database finds wrong with it."""
    with transaction.atomic():
        carry_out_or_note(plan, user=user, reason="", report=report)
        transaction.set_rollback(True)


def carry_out_or_note(plan: Plan, *, user, reason: str, report: Report) -> bool:
    """Write a plan; where that is refused, note beside the rows why, and return False."""
    rows = list(_rows(plan))
    try:
        _carry_out(plan, rows, user=user, reason=reason, report=report)
    except RowErrors as refused:
        for place, error in refused.errors.items():
            _note(rows[place][0], error)
        return False
    except ValidationError as refused:
        by_number = {each.pk: draft for draft, each in rows if each.pk}
        by_number |= {draft.existing.pk: draft for draft in plan.drafts if draft.existing}
        named = [by_number[number] for number in numbers_in(refused) if number in by_number]
        if named:
            _note(named[0], refused)
        else:
            plan.problems += refused.messages
        return False
    return True


@operation
def _carry_out(plan: Plan, rows, *, user, reason: str, report: Report) -> None:
    changed = [draft for draft in plan.drafts if draft.fate is Fate.CHANGED]
    total = 2 * (len(rows) + len(changed))
    half = total // 2
    create_many(
        [row for _draft, row in rows],
        user=user,
        report=lambda done: report(half + done, total),
    )
    for place, draft in enumerate(changed, 1):
        try:
            _edit(draft, user=user)
        except ValidationError as error:
            raise RowErrors({_place(rows, draft): error}) from error
        report(half + len(rows) + place, total)
    for draft in plan.drafts:
        later = {name: targets(value) for name, value in draft.given.items() if name in LATER}
        if draft.is_new and any(later.values()):
            edit(draft.row, user=user, **_pointed(draft, later))


def _place(rows, draft: Draft) -> int:
    """Return a place for a draft of which nothing new is written, at the end of ``rows``."""
    rows.append((draft, draft.existing))
    return len(rows) - 1


def _edit(draft: Draft, *, user) -> None:
    """Change the record that a draft names, by the operations that pages call."""
    row = draft.existing
    fields = {
        name: targets(value)
        for name, value in draft.given.items()
        if name not in ("state", "text_hash")
    }
    if isinstance(row, Content):
        row = edit_record(row, user=user, version=row.version, **_pointed(draft, fields))
        state = draft.given.get("state", row.state)
        if state != row.state:
            edit(row, user=user, version=row.version, state=state)
    else:
        edit(row, user=user, **_pointed(draft, fields))


def _pointed(draft: Draft, fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields with numbers in place of rows where the model points to any kind of record."""
    found = {}
    for name, value in fields.items():
        field = draft.kind.field(name).of_model
        is_number = field.is_relation and not field.many_to_many
        found[field.attname if is_number else name] = value and value.pk if is_number else value
    return found


def _rows(plan: Plan) -> Iterator[tuple[Draft, Any]]:
    """Yield what is to be inserted, each row with the draft that it belongs to."""
    yielded = {id(draft.row) for draft in plan.drafts}
    for draft in plan.drafts:
        if not draft.is_new:
            continue
        yield draft, draft.row
        yield from ((draft, link) for link in _links(draft.row, draft.given))
        for part in draft.parts:
            for new in (getattr(part, "source", None), getattr(part, "speaker", None)):
                # A source that several rows describe alike comes with the first that is recorded.
                if new is not None and new._state.adding and id(new) not in yielded:
                    yielded.add(id(new))
                    yield draft, new
            yield draft, part
            yield from ((draft, link) for link in _links(part, {"choices": part_choices(part)}))


def part_choices(part: Any) -> list[Any]:
    """Return the choices that a value names."""
    return getattr(part, "chosen", [])


def _links(row: Any, given) -> Iterator[Any]:
    for field in row._meta.many_to_many:
        mine, theirs = field.m2m_field_name(), field.m2m_reverse_field_name()
        # By what they are, since a choice that is new has no number yet.
        for target in {id(each): each for each in targets(given.get(field.name, []))}.values():
            yield field.remote_field.through(
                **{"negotiation": row.negotiation, mine: row, theirs: target}
            )


def _note(draft: Draft, error: ValidationError) -> None:
    """Note beside a draft what was refused, in the columns that are meant."""
    named = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    columns = {column for field in draft.kind.fields for column in field.columns}
    for name, messages in named.items():
        for said in messages:
            draft.wrong(name if name in columns and name != NON_FIELD_ERRORS else "", said)
