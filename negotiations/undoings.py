"""Which changes were undone, which only undid others, and which of one's own is undone next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from negotiations.changes import gated_models
from negotiations.models import Changeset, History, Negotiation, Undoing
from negotiations.reversing import LEFT_ALONE
from negotiations.rowimages import run

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

    def act_of(self, number: int) -> int:
        """Return which act a changeset undid or did again; itself if it is one."""
        while number in self.undid:
            number = self.undid[number]
        return number

    def undoes(self, number: int) -> bool:
        """Whether a changeset undid an act: undoing that in turn does the act again."""
        is_undoing = False
        while number in self.undid:
            number, is_undoing = self.undid[number], not is_undoing
        return is_undoing


def undoings_of(negotiation: Negotiation, user) -> Undoings:
    """Return the undoings in a negotiation as far as ``user`` sees its changesets."""
    rows = Undoing.objects.visible_to(user).filter(subject=negotiation.pk)
    undid = dict(rows.values_list("changeset", "undone"))
    return Undoings(undid, undone_by(undid.items()))


def last_to_undo(
    negotiation: Negotiation,
    user,
    undoings: Undoings,
    *,
    before: int | None = None,
    among: Q | None = None,
) -> Changeset | None:
    """Return the user's newest change that is in force and is no undoing itself; None without any.

    ``before`` is a revision: only older ones are looked at. ``among`` is a condition on changesets.
    What only touched settings and members is left out, since no undoing does, and so is a change
    of which nothing is left. Another's later edit of the same rows does not hide a change: undoing
    it is refused with their name. Asks as often for many changes as for one.
    """
    touching = History.objects.filter(changeset=OuterRef("pk"), table_name__in=_undoable())
    own = Changeset.objects.visible_to(user).filter(negotiation=negotiation, user_id=user.pk)
    if before is not None:
        own = own.filter(revision__lt=before)
    if among is not None:
        own = own.filter(among)
    own = own.exclude(pk__in=[*undoings.undid, *undoings.undone]).filter(Exists(touching))
    latest = list(own.select_related("negotiation").order_by("-revision")[:LOOKED_AT])
    small = [each.pk for each in latest if (each.rows or 0) <= ROWS_LOOKED_AT]
    nothing_left = set(small) - _something_left(small)
    return next((each for each in latest if each.pk not in nothing_left), None)


def _undoable() -> list[str]:
    """Return the tables that an undoing touches."""
    return [name for name, model in gated_models().items() if model not in LEFT_ALONE]


def _something_left(changesets: list[int]) -> set[int]:
    """Return those of which a row still is there, is still gone, or holds what they wrote.

    In one query, from the history alone: of each row the image before them, their last, and the
    newest of all. What a reversal would really do is for ``reversing.planned`` to say.
    """
    rows = run(
        """
        WITH touch AS (
          SELECT changeset_id, negotiation_id, table_name, row_id,
                 min(id) AS first, max(id) AS last
            FROM negotiations_history
           WHERE changeset_id = ANY(%s) AND table_name = ANY(%s)
           GROUP BY changeset_id, negotiation_id, table_name, row_id
        )
        SELECT DISTINCT touch.changeset_id
          FROM touch
          JOIN negotiations_history begun ON begun.id = touch.first
          JOIN negotiations_history ended ON ended.id = touch.last
          CROSS JOIN LATERAL (
            SELECT h.operation, h.data FROM negotiations_history h
             WHERE (h.negotiation_id, h.table_name, h.row_id)
                 = (touch.negotiation_id, touch.table_name, touch.row_id)
             ORDER BY h.id DESC LIMIT 1) now
          LEFT JOIN LATERAL (
            SELECT h.data FROM negotiations_history h
             WHERE (h.negotiation_id, h.table_name, h.row_id)
                 = (touch.negotiation_id, touch.table_name, touch.row_id)
               AND h.id < touch.first
             ORDER BY h.id DESC LIMIT 1) before ON true
         WHERE CASE
                 WHEN begun.operation = 'I' THEN ended.operation <> 'D' AND now.operation <> 'D'
                 WHEN ended.operation = 'D' OR now.operation = 'D' THEN now.operation = 'D'
                 ELSE EXISTS (
                   SELECT FROM jsonb_each(before.data) held
                    WHERE held.key <> 'version'
                      AND held.value <> ended.data -> held.key
                      AND held.value <> now.data -> held.key)
               END
        """,
        changesets,
        _undoable(),
    )
    return {number for (number,) in rows}
