"""The only way to write positions. Pages, the API, imports and the sample data call these."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from negotiations.models import Negotiation, Person, Record, Round, Source, State, Track
from negotiations.operations import create, edit, operation, remove, retract
from positions.models import Demand, Evidence, Linkage, TermValue
from positions.pendingedits import is_reviewed, keep
from positions.placing import carry, placed, replaced
from positions.reviewing import NEED_EVIDENCE, publish, send_back, submit

#: The fields of one row, by name.
Fields = Mapping[str, Any]
#: How an edit brings a record into a state.
STATE_STEPS = {
    State.PUBLISHED: publish,
    State.RETRACTED: retract,
    State.IN_REVIEW: submit,
    State.DRAFT: send_back,
}


@operation
def record_source(*, user, negotiation: Negotiation, reason: str = "", **fields) -> Source:
    """Record where something was published, and return the source.

    Raises ``ValidationError`` naming the fields at fault.
    """
    return create(
        Source,
        user=user,
        reason=reason,
        negotiation=negotiation,
        **{"state": _first_state(negotiation, True), **fields},
    )


@operation
def record_with_evidence(
    model,
    *,
    user,
    negotiation: Negotiation,
    evidence: Iterable[Fields] = (),
    values: Iterable[Fields] = (),
    links: Iterable[Fields] = (),
    state: str | None = None,
    reason: str = "",
    **fields,
):
    """Record a row of any content model with what hangs on it, and return it.

    ``evidence``, ``values`` and ``links`` are mappings of the fields of ``Evidence``,
    ``TermValue`` and ``Linkage`` without their record; a source or a speaker that is a mapping
    itself is recorded first. Without a ``state`` the record is published if it has the evidence
    it needs, points to nothing that is a draft, and the negotiation asks for no review; else it
    is a draft. What hangs on it shares its state. Raises ``ValidationError``.
    """
    evidence, values, links = list(evidence), list(values), list(links)
    if state is None:
        ready = bool(evidence) or model not in NEED_EVIDENCE
        is_held_back = _points_to_drafts(model, fields) or any(
            _points_to_drafts(Linkage, link) for link in links
        )
        state = _first_state(negotiation, ready and not is_held_back)
    shared = {"user": user, "reason": reason, "negotiation": negotiation, "state": state}
    record = create(model, **shared, **fields)
    for row in values:
        create(TermValue, record_id=record.pk, **shared, **row)
    for row in links:
        create(Linkage, record_id=record.pk, **shared, **row)
    _add_evidence(record, evidence, **shared)
    return record


def record_demand(*, user, negotiation: Negotiation, **fields) -> Demand:
    """Record what one or more parties put forward; see ``record_with_evidence``."""
    return record_with_evidence(Demand, user=user, negotiation=negotiation, **fields)


@operation
def record_first_round(*, user, negotiation: Negotiation, reason: str = "", **fields) -> Round:
    """Record a round of a negotiation that has no track yet, with its first one; return the round.

    Raises ``ValidationError``; see ``record_with_evidence``.
    """
    shared: dict[str, Any] = {"user": user, "negotiation": negotiation, "reason": reason}
    track = create(Track, **shared, name=_("Main track"))
    return record_with_evidence(Round, track=track, **shared, **fields)


@operation
def add_part(model, *, user, record: Record, reason: str = "", **fields):
    """Record evidence, a value or a linkage of a record that is there already, and return it.

    A new source and a new speaker are recorded first, as in ``record_with_evidence``. The part
    takes the record's state; on what is published and reviewed it is a draft. A draft that gains
    evidence is published where the negotiation asks for no review. Raises ``ValidationError``.
    """
    owner = record.model._default_manager.get(pk=record.pk)
    state = getattr(owner, "state", State.PUBLISHED)
    if state == State.PUBLISHED and is_reviewed(owner.negotiation):
        state = State.DRAFT
    shared = {"user": user, "reason": reason}
    fields = _with_new(fields, state, negotiation=owner.negotiation, **shared)
    if model is Evidence:
        fields = placed(fields)
    part = create(
        model, negotiation=owner.negotiation, record_id=record.pk, state=state, **shared, **fields
    )
    if model is Evidence and _publishable(owner, [part]):
        publish(owner, **shared)
        part.refresh_from_db()
    return part


@operation
def edit_record(
    row,
    *,
    user,
    version: int,
    values: Sequence[Fields] | None = None,
    links: Sequence[Fields] | None = None,
    evidence: Iterable[Fields] = (),
    state: str | None = None,
    reason: str = "",
    **fields,
):
    """Change a content record that still has ``version``, with what hangs on it; return it.

    ``values`` and ``links``, where given, are the complete new lists; what stays the same is left
    alone. ``evidence`` is added to what there is. ``state`` may publish, retract, send to review
    or back from it; without it a draft that gains evidence is published where the negotiation asks
    for no review. Where it does, an edit of what is published is kept for review, as the returned
    record's ``pending_edit``, and changes nothing before that is approved. Raises
    ``ValidationError``, and ``Conflict`` when somebody else has changed the record since
    ``version``.
    """
    evidence, shared = list(evidence), {"user": user, "reason": reason}
    parts = {"values": values, "links": links, "evidence": evidence}
    if state is None and row.state == State.PUBLISHED and is_reviewed(row.negotiation):
        return keep(
            row, version=version, act=lambda: _edited(row, version, parts, shared, fields), **shared
        )
    row = _edited(row, version, parts, shared, fields)
    if state is not None:
        return STATE_STEPS[State(state)](row, **shared)
    return publish(row, **shared) if _publishable(row, evidence) else row


def _edited(row, version: int, parts, shared, fields):
    values, links = parts["values"], parts["links"]
    fields = _with_new(fields, row.state, negotiation=row.negotiation, **shared)
    if isinstance(row, Evidence):
        fields = replaced(row, fields)
    former = row
    row = edit(row, version=version, **shared, **fields)
    if isinstance(row, Source) and row.text != former.text:
        carry(row, former.text, **shared)
    of_row = {"negotiation": row.negotiation, "record_id": row.pk}
    is_changed = False
    if values is not None:
        is_changed |= _replace(TermValue, values, ("term",), of_row, shared, row.state)
    if links is not None:
        is_changed |= _replace(Linkage, links, ("relation", "anchor"), of_row, shared, row.state)
    if is_changed and row.version == version:
        # Who edits the terms and who edits the text edit the same thing.
        row.version += 1
        row.save(update_fields=["version"])
    _add_evidence(row, parts["evidence"], state=row.state, negotiation=row.negotiation, **shared)
    return row


def edit_demand(demand: Demand, *, user, version: int, **fields) -> Demand:
    """Change a demand with what hangs on it; see ``edit_record``."""
    return edit_record(demand, user=user, version=version, **fields)


def _publishable(row, evidence: Sequence[Any]) -> bool:
    """Whether a row that has just gained evidence need be a draft no longer."""
    if not evidence or getattr(row, "state", None) != State.DRAFT:
        return False
    links = Linkage.objects.filter(record_id=row.pk).values("anchor_id")
    return _first_state(row.negotiation, True) == State.PUBLISHED and not (
        _points_to_drafts(type(row), vars(row))
        or any(_points_to_drafts(Linkage, link) for link in links)
    )


def _add_evidence(record, rows: Iterable[Fields], *, user, reason, negotiation, state) -> None:
    shared = {"user": user, "reason": reason, "negotiation": negotiation}
    for row in rows:
        fields = placed(_with_new(row, state, **shared))
        create(Evidence, record_id=record.pk, state=state, **shared, **fields)


def _with_new(fields: Fields, state: str, **shared) -> dict[str, Any]:
    """Return fields with a source and a speaker that are new recorded first.

    ``state`` is that of the evidence that will rest on them.
    """
    known = dict(fields)
    if isinstance(fields.get("source"), Mapping):
        published = {"state": state} if state == State.PUBLISHED else {}
        known["source"] = record_source(**shared, **{**published, **fields["source"]})
    if isinstance(fields.get("speaker"), Mapping):
        known["speaker"] = create(Person, **shared, **fields["speaker"])
    return known


def _replace(model, rows, key, of_record, shared, state) -> bool:
    """Make a record's rows of ``model`` the given ones, editing in place where ``key`` agrees.

    Return whether that changed anything.
    """
    old = list(model.objects.filter(**of_record).order_by("pk"))
    is_changed = False
    for row in rows:
        same = next((o for o in old if all(getattr(o, k) == row.get(k) for k in key)), None)
        if same is None:
            create(model, state=state, **shared, **of_record, **row)
            is_changed = True
        else:
            old.remove(same)
            edited = edit(same, version=same.version, **shared, **{**_blank(model), **row})
            is_changed |= edited.version != same.version
    for left_over in old:
        remove(left_over, **shared)
        is_changed = True
    return is_changed


def _blank(model) -> dict[str, Any]:
    """What an edited row holds where the new one says nothing."""
    blanks: dict[type, dict[str, Any]] = {
        TermValue: {
            "quantity": None,
            "dates": None,
            "choices": [],
            "quantifier": "",
            "others": False,
            "status": TermValue.Status.GIVEN,
            "approximate": False,
            "per": "",
        },
        Linkage: {"anchor": None, "condition": ""},
    }
    return blanks[model]


def _points_to_drafts(model, row: Fields) -> bool:
    """Whether a record that a row of a model points to is no published one."""
    fields = model._meta.concrete_fields
    pointers = [f for f in fields if f.related_model is Record or hasattr(f.related_model, "state")]
    numbers = [row.get(f.attname) or getattr(row.get(f.name), "pk", None) for f in pointers]
    pointed = Record.objects.filter(pk__in=[number for number in numbers if number])
    return any(numbers) and pointed.exclude(state=State.PUBLISHED).exists()


def _first_state(negotiation: Negotiation, ready: bool) -> State:
    if negotiation.review == Negotiation.Review.REQUIRED or not ready:
        return State.DRAFT
    return State.PUBLISHED
