"""Which changes were undone, which only undid others, and which of one's own is undone next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef

from negotiations.changes import gated_models
from negotiations.models import Changeset, History, Negotiation, Undoing
from negotiations.reversing import LEFT_ALONE, planned

#: So many of one's last changes are looked at for something that is left to undo.
LOOKED_AT = 10
#: Of a change with more rows than that something is taken to be left.
ROWS_LOOKED_AT = 200


def undone_by(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return what is undone now, each with what undid it last.

    The pairs are changesets that undid something, with what they undid. Undoing an undoing brings
    back what that had undone; so each of them makes one act hold or not, and the last one counts.
    """
    acts: dict[int, tuple[int, bool]] = {}
    last: dict[int, int] = {}
    for changeset, target in sorted(pairs):
        act, held = acts.setdefault(target, (target, True))
        acts[changeset] = act, not held
        last[act] = changeset
    return {
        number: last[act]
        for number, (act, holds) in acts.items()
        if act in last and holds != acts[last[act]][1]
    }


@dataclass(frozen=True)
class Undoings:
    """Of a negotiation's changesets: ``undid`` tells what each undid, ``undone`` by what each is.

    All are numbers of changesets.
    """

    undid: Mapping[int, int] = field(default_factory=dict)
    undone: Mapping[int, int] = field(default_factory=dict)


def undoings_of(negotiation: Negotiation, user) -> Undoings:
    """Return the undoings in a negotiation as far as ``user`` sees its changesets."""
    rows = Undoing.objects.visible_to(user).filter(subject=negotiation.pk)
    undid = dict(rows.values_list("changeset", "undone"))
    return Undoings(undid, undone_by(undid.items()))


def last_to_undo(
    negotiation: Negotiation, user, undoings: Undoings, *, before: int | None = None
) -> Changeset | None:
    """Return the user's newest change that is in force and is no undoing itself; None without any.

    ``before`` is a revision: only older ones are looked at.
    What only touched settings and members is left out, since no undoing does, and so is a change
    of which nothing is left. Another's later edit of the same rows does not hide a change: undoing
    it is refused with their name.
    """
    undoable = [name for name, model in gated_models().items() if model not in LEFT_ALONE]
    touching = History.objects.filter(changeset=OuterRef("pk"), table_name__in=undoable)
    own = Changeset.objects.visible_to(user).filter(negotiation=negotiation, user_id=user.pk)
    if before is not None:
        own = own.filter(revision__lt=before)
    own = own.exclude(pk__in=[*undoings.undid, *undoings.undone]).filter(Exists(touching))
    for each in own.select_related("negotiation").order_by("-revision")[:LOOKED_AT]:
        if (each.rows or 0) > ROWS_LOOKED_AT:
            return each
        if not planned(negotiation, each.revision or 0).is_empty:
            return each
    return None
