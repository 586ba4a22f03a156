"""What happens to a round, and who is seated at it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from negotiations.conflicts import Conflict
from negotiations.models import Delegate, Negotiation, Participation, Party, Person, Round, State
from negotiations.operations import create, edit, locked, operation, version_of


@operation
def hold_round(*, user, round: Round, version: int, held, reason: str = "", **fields) -> Round:
    """Record that a round was held, and when; return it.

    ``held`` is a range of instants; ``fields`` may give ``venue`` and ``duration``. Raises
    ``ValidationError``, and ``Conflict`` if the round has another version by now.
    """
    shared = {"user": user, "version": version, "reason": reason}
    return edit(round, **shared, status=Round.Status.HELD, held=held, **fields)


@operation
def postpone_round(*, user, round: Round, version: int, planned=None, reason: str = "") -> Round:
    """Record that a round was put off to ``planned``, or to no day yet (None); return it.

    Raises ``ValidationError``, and ``Conflict`` if the round has another version by now.
    """
    _not_held(round, version)
    shared = {"user": user, "version": version, "reason": reason}
    return edit(round, **shared, status=Round.Status.POSTPONED, planned=planned)


@operation
def cancel_round(*, user, round: Round, version: int, reason: str = "") -> Round:
    """Record that a round will not be held; return it. What was planned stays readable.

    Raises ``ValidationError``, and ``Conflict`` if the round has another version by now.
    """
    _not_held(round, version)
    return edit(round, user=user, version=version, reason=reason, status=Round.Status.CANCELLED)


def _not_held(round: Round, version: int) -> None:
    """Refuse what was held. Who did not see that it was is asked first what is to be kept."""
    current = locked(round)
    if version_of(current) != version:
        raise Conflict(current)
    if current.status == Round.Status.HELD:
        raise ValidationError(
            _("This round was held. If that is an error, edit its record instead.")
        )


@operation
def seat_delegate(
    *,
    user,
    round: Round,
    party: Party,
    person: Person | Mapping[str, Any],
    capacity: str = "",
    is_head: bool | None = None,
    attended: bool | None = True,
    reason: str = "",
) -> Delegate:
    """Put a person on a delegation's list, and return the row.

    A ``person`` that is a mapping of fields is somebody new, who is recorded first. Raises
    ``ValidationError``.
    """
    shared: dict[str, Any] = {"user": user, "reason": reason, "negotiation": round.negotiation}
    if isinstance(person, Mapping):
        person = create(Person, **shared, **person)
    return create(
        Delegate,
        **shared,
        state=_state(round),
        round=round,
        party=party,
        person=person,
        capacity=capacity,
        is_head=is_head,
        attended=attended,
    )


@operation
def seat_again(
    *,
    user,
    round: Round,
    participations: Iterable[Participation] = (),
    delegates: Iterable[Delegate] = (),
    reason: str = "",
) -> list[Participation | Delegate]:
    """Give parties the roles, and people the seats, that they had at another round.

    The rows given are those of the other round; head and capacity are kept, but
    for notes on that one meeting. Whether somebody
    attends is unknown until the round is held. Returns the new rows. Raises ``ValidationError``.
    """
    shared = {
        "user": user,
        "reason": reason,
        "negotiation": round.negotiation,
        "state": _state(round),
        "round": round,
    }
    attended = True if round.status == Round.Status.HELD else None
    roles = [
        create(Participation, **shared, party=row.party, role=row.role) for row in participations
    ]
    seats = [
        create(
            Delegate,
            **shared,
            party=row.party,
            person=row.person,
            capacity=row.lasting_capacity,
            is_head=row.is_head,
            attended=attended,
        )
        for row in delegates
    ]
    return [*roles, *seats]


def _state(round: Round) -> State:
    """What is recorded of a round that readers see is seen with it, unless it asks for review."""
    reviewed = round.negotiation.review == Negotiation.Review.REQUIRED
    public = round.state == State.PUBLISHED and not reviewed
    return State.PUBLISHED if public else State.DRAFT
