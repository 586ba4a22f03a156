"""Undoing one changeset by a new one that does the reverse, from what the gate wrote down.

Rows that it added go, rows that it removed come back with their numbers, and of rows that it
changed the fields it changed get what they held before. What somebody did since is never lost:
where it stands in the way, nothing happens and the rows are named. The negotiation's own settings,
its members and whatever has no history are left alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from negotiations.changes import gated_models, links, subject_of
from negotiations.models import Changeset, History, Membership, Negotiation, Record, Undoing
from negotiations.models.base import numbered_models
from negotiations.operations import operation
from negotiations.past import at_revision
from negotiations.rowimages import (
    Image,
    Key,
    Pointer,
    by_model,
    delete,
    images_of,
    insert,
    pointers,
    run,
    table,
    tables_in_order,
    update,
)
from negotiations.titles import rows_by_number

#: What no reversal touches: what managers decide.
LEFT_ALONE = (Negotiation, Membership)
NAMED_AT_MOST = 5
TITLE_TOLD = 60
#: Of more obstacles than that it is not looked up who put them there.
TOLD_AT_MOST = 100


@dataclass(frozen=True)
class Row:
    """A row that a reversal touches, with the columns that change if it neither comes nor goes."""

    model: type[models.Model]
    pk: int
    columns: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """Return its model and number."""
        return self.model, self.pk

    @property
    def name(self) -> str:
        """Return what it is called without its words: "demand 23"."""
        return f"{self.model._meta.verbose_name} {self.pk}"

    @property
    def labels(self) -> tuple[str, ...]:
        """Return what people call the columns that change."""
        named = {f.column: str(f.verbose_name) for f in self.model._meta.concrete_fields}
        return tuple(named[column] for column in self.columns if column != "version")


@dataclass(frozen=True)
class Obstacle:
    """Why a row cannot go, change or come back: what it is (``row``), and who did what since."""

    row: Row
    why: str
    who: str = ""
    revision: int | None = None

    def __str__(self):
        if self.revision is None:
            return self.why
        return _("%(why)s (%(who)s, revision %(revision)s)") % {
            "why": self.why,
            "who": self.who,
            "revision": self.revision,
        }


@dataclass(frozen=True)
class Reversal:
    """What undoing a revision does, or what stands in its way."""

    negotiation: Negotiation
    revision: int
    going: tuple[Row, ...]
    returning: tuple[Row, ...]
    changing: tuple[Row, ...]
    obstacles: tuple[Obstacle, ...] = ()
    #: The images that rows get back.
    images: Mapping[Key, Image] = field(default_factory=dict, repr=False)
    #: Whether a row that changes still points to one that goes.
    lets_go: bool = field(default=False, repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing left to undo."""
        return not (self.going or self.returning or self.changing or self.obstacles)


def planned(negotiation: Negotiation, revision: int) -> Reversal:
    """Return what undoing a revision would do now.

    Raises ``ValidationError`` if the negotiation has no such revision.
    """
    changeset = _changeset(negotiation, revision)
    return _Plan(changeset, _touched(changeset)).made()


def reverse(negotiation: Negotiation, revision: int, *, user, reason: str = "") -> Reversal:
    """Undo what one changeset did, by a new changeset; return what was done.

    Raises ``ValidationError`` that names the rows somebody has changed since, or made others rest
    on, and who; if nothing is left to undo; and if what would come back breaks a rule by now.
    """
    reason = reason or _("Revision %(revision)s undone") % {"revision": revision}
    return _reverse(negotiation, revision, user=user, reason=reason)


@operation
def _reverse(negotiation: Negotiation, revision: int, *, user, reason: str) -> Reversal:
    changeset = _changeset(negotiation, revision)
    touched = _touched(changeset)
    for model, numbers in by_model(touched).items():
        run(f"SELECT id FROM {table(model)} WHERE id = ANY(%s) ORDER BY id FOR UPDATE", numbers)
    plan = _Plan(changeset, touched).made()
    if plan.is_empty:
        raise ValidationError(_("There is nothing left to undo."), code="nothing")
    if plan.obstacles:
        raise ValidationError(_refusal(plan.obstacles), code="changed_since")
    _carry_out(plan)
    _note_undoing(changeset)
    return plan


def _note_undoing(undone: Changeset) -> None:
    """Note that the changeset which is being written undoes another one."""
    ((written,),) = run(
        "SELECT max(id) FROM gate.changeset"
        " WHERE xid = pg_current_xact_id() AND negotiation_id = %s",
        undone.negotiation_id,
    )
    Undoing.objects.create(changeset=written, undone=undone.pk, subject=undone.negotiation_id)


def _refusal(obstacles: tuple[Obstacle, ...]) -> str:
    told = " ".join(f"{capfirst(str(each))}." for each in obstacles[:NAMED_AT_MOST])
    if len(obstacles) > NAMED_AT_MOST:
        told += " " + _("And %(count)s more.") % {"count": len(obstacles) - NAMED_AT_MOST}
    return _("Not undone: what was done since stands in the way. %(told)s") % {"told": told}


def _changeset(negotiation: Negotiation, revision: int) -> Changeset:
    found = Changeset.objects.filter(negotiation_id=negotiation.pk, revision=revision)
    changeset = found.select_related("negotiation").first()
    if changeset is None:
        raise ValidationError(_("There is no revision %(number)s.") % {"number": revision})
    return changeset


@dataclass(frozen=True)
class _Touch:
    """What a changeset did to a row, first and last, and whether somebody has written it since."""

    first: str
    last: str
    is_last: bool


def _touched(changeset: Changeset) -> dict[Key, _Touch]:
    """Return what a changeset wrote, in one query."""
    rows = run(
        "SELECT h.table_name, h.row_id, (array_agg(h.operation ORDER BY h.id))[1],"
        " (array_agg(h.operation ORDER BY h.id DESC))[1],"
        " NOT EXISTS (SELECT FROM negotiations_history later"
        "              WHERE later.negotiation_id = %s AND later.table_name = h.table_name"
        "                AND later.row_id = h.row_id AND later.id > max(h.id))"
        " FROM negotiations_history h WHERE h.changeset_id = %s"
        " GROUP BY h.table_name, h.row_id ORDER BY h.table_name, h.row_id",
        changeset.negotiation_id,
        changeset.pk,
    )
    known = {t: m for t, m in gated_models().items() if m not in LEFT_ALONE}
    return {(known[table], pk): _Touch(*rest) for table, pk, *rest in rows if table in known}


class _Plan:
    """Finds out what a reversal does. The images it compares all have today's columns."""

    def __init__(self, changeset: Changeset, touched: Mapping[Key, _Touch]):
        self.negotiation = changeset.negotiation
        self.revision = changeset.revision or 0
        self.touched = touched
        self.noted: list[_Noted] = []
        added = [k for k, did in touched.items() if did.first == "I" and did.last != "D"]
        removed = [k for k, did in touched.items() if did.first != "I" and did.last == "D"]
        changed = [k for k, did in touched.items() if did.first != "I" and did.last != "D"]
        since = [key for key in added if not touched[key].is_last]
        self.before = self._images_at(self.revision - 1, removed + changed)
        self.after = self._images_at(self.revision, changed + since)
        self.now = images_of(removed + changed + since)
        self.changes = {key: self._columns(key) for key in changed}
        self.returning = [key for key in removed if key not in self.now]
        self.going = [key for key in added if touched[key].is_last or self._may_go(key)]
        self.gone = frozenset(self.going)

    def made(self) -> Reversal:
        changing = [key for key, columns in self.changes.items() if columns]
        self._look_for_what_rests()
        self._look_for_what_is_gone([*self.returning, *changing])
        pointed = {self.now[key][f.column] for key in changing for f in pointers(key[0])}
        return Reversal(
            self.negotiation,
            self.revision,
            going=tuple(Row(*key) for key in self.going),
            returning=tuple(Row(*key) for key in self.returning),
            changing=tuple(Row(*key, self.changes[key]) for key in changing),
            obstacles=tuple(self._obstacles()),
            images={key: self.before[key] for key in [*self.returning, *changing]},
            lets_go=any(pk in pointed for _model, pk in self.going),
        )

    def _images_at(self, revision: int, keys: list[Key]) -> dict[Key, Image]:
        if not revision or not keys:
            return {}
        with at_revision(self.negotiation, revision):
            return images_of(keys)

    def _columns(self, key: Key) -> tuple[str, ...]:
        """Return which columns of a row get back what they held; note where that is refused."""
        before, after, now = self.before[key], self.after[key], self.now.get(key)
        columns = [c for c in before if c != "version" and before[c] != after[c]]
        if now is None:
            self._note(Row(*key, tuple(columns)), _("%(row)s is gone"))
            return ()
        lost = [c for c in columns if now[c] not in (before[c], after[c])]
        if lost:
            row = Row(*key, tuple(lost))
            self._note(row, _("%(row)s has been changed since: %(fields)s"), columns=lost)
        return tuple(c for c in columns if now[c] != before[c])

    def _may_go(self, key: Key) -> bool:
        """Whether a row that was added is there and, but for its version, as it was then."""
        if key not in self.now:
            if owner := self._owner_of_link(key):
                self._note(Row(*owner), _("%(row)s has been changed since"), by=key)
            return False
        differing = [
            c for c, v in self.now[key].items() if c != "version" and v != self.after[key][c]
        ]
        if differing:
            row = Row(*key, tuple(differing))
            self._note(row, _("%(row)s has been changed since: %(fields)s"), columns=differing)
        return True

    def _owner_of_link(self, key: Key) -> Key | None:
        """Return the row a link that is gone belonged to, if that is still there."""
        if link := links().get(key[0]._meta.db_table):
            owner, many = link
            number = self.after[key][many.m2m_column_name()]
            if owner._base_manager.filter(pk=number).exists():
                return owner, number
        return None

    def _look_for_what_rests(self) -> None:
        """Note the rows that point to one that goes, and neither go themselves nor let it go."""
        for model, numbers in by_model(self.going).items():
            for pointing in _fields_pointing_to(model):
                rows = pointing.model._base_manager.filter(**{f"{pointing.column}__in": numbers})
                for pk, target in rows.order_by("pk").values_list("pk", pointing.column):
                    key = (pointing.model, pk)
                    lets_go = pointing.column in self.changes.get(key, ())
                    if not lets_go and key not in self.gone:
                        why = _("%(other)s rests on %(row)s")
                        self._note(Row(model, target), why, by=key)

    def _look_for_what_is_gone(self, keys: Iterable[Key]) -> None:
        """Note the rows that would point to what is not there any more."""
        wanted: dict[Pointer, dict[int, Key]] = defaultdict(dict)
        for model, pk in keys:
            image = self.before[model, pk]
            for pointer in pointers(model):
                is_set = (model, pk) not in self.changes or pointer.column in self.changes[
                    model, pk
                ]
                if is_set and image[pointer.column] is not None:
                    wanted[pointer][image[pointer.column]] = (model, pk)
        back = {pk for _model, pk in self.returning}
        for pointer, targets in wanted.items():
            target = pointer.target
            there = target._base_manager.filter(pk__in=targets).values_list("pk", flat=True)
            for missing in sorted(set(targets) - set(there) - back):
                self._note(
                    Row(*targets[missing]),
                    _("%(row)s stood on %(other)s, which is gone"),
                    other=f"{target._meta.verbose_name} {missing}",
                    by=None if target is Record else (target, missing),
                )

    def _note(
        self, row: Row, why: str, *, by: Key | None = None, columns=(), other: str = ""
    ) -> None:
        """Note an obstacle; ``by`` is the row whose last writing tells who put it there."""
        self.noted.append(_Noted(row, why, by or (row.model, row.pk), tuple(columns), other))

    def _obstacles(self) -> Iterator[Obstacle]:
        """Yield what was noted, with who is behind it, in one query for all."""
        told = self.noted[:TOLD_AT_MOST]
        written = self._written([noted.by for noted in told])
        names = _names([key for noted in told for key in (noted.by, noted.row.key)], written)
        for noted in self.noted:
            history = written.get(noted.by, [])
            last = next((row for row in history if noted.is_about(row)), None)
            words = {
                "row": names.get(noted.row.key) or noted.row.name,
                "fields": ", ".join(noted.row.labels),
                "other": noted.other or names.get(noted.by) or Row(*noted.by).name,
            }
            changeset = last.changeset if last else None
            yield Obstacle(
                noted.row,
                noted.why % words,
                (changeset.user_name or changeset.db_role) if changeset else "",
                changeset.revision if changeset else None,
            )

    def _written(self, keys: Iterable[Key]) -> dict[Key, list[Any]]:
        """Return what was written of rows, the last first."""
        some = by_model(keys)
        if not some:
            return {}
        which = models.Q()
        for model, numbers in some.items():
            which |= models.Q(table_name=model._meta.db_table, row_id__in=numbers)
        rows = History.objects.filter(which, negotiation_id=self.negotiation.pk)
        found: dict[Key, list[Any]] = defaultdict(list)
        for row in rows.with_image_before().select_related("changeset").order_by("-pk"):
            found[gated_models()[row.table_name], row.row_id].append(row)
        return found


@dataclass(frozen=True)
class _Noted:
    """An obstacle before it is known who put it there."""

    row: Row
    why: str
    by: Key
    columns: tuple[str, ...]
    other: str

    def is_about(self, written: Any) -> bool:
        """Whether a writing changed one of the columns, or anything where none are named."""
        before = written.before or {}
        return not self.columns or any(
            written.data.get(column) != before.get(column) for column in self.columns
        )


def _names(keys: list[Key], written: Mapping[Key, list[Any]]) -> dict[Key, str]:
    """Return what people call rows, with their words if they are there; a link, what it is of."""
    subjects = {key: subject_of(written[key][0]) if written.get(key) else key for key in keys}
    called = {
        (model, pk): f"{Row(model, pk).name} “{Truncator(str(row)).chars(TITLE_TOLD)}”"
        for model, numbers in by_model(set(subjects.values())).items()
        for pk, row in rows_by_number(model, numbers).items()
    }
    return {key: called.get(about) or Row(*about).name for key, about in subjects.items()}


def _carry_out(plan: Reversal) -> None:
    """Write what is planned: a statement for each table, and for each set of columns."""
    # The composite keys between tables are looked at when all is done.
    run("SET CONSTRAINTS ALL DEFERRED")
    order = tables_in_order()
    if not plan.lets_go:
        _delete(plan, order)
    returning = by_model((row.model, row.pk) for row in plan.returning)
    for model in order:
        if model in returning:
            insert(model, [plan.images[model, pk] for pk in returning[model]])
    for (model, columns), rows in _alike(plan.changing).items():
        update(model, columns, [plan.images[model, row.pk] for row in rows])
    if plan.lets_go:
        _delete(plan, order)


def _alike(rows: Iterable[Row]) -> dict[tuple[type[models.Model], tuple[str, ...]], list[Row]]:
    alike = defaultdict(list)
    for row in rows:
        alike[row.model, row.columns].append(row)
    return alike


def _delete(plan: Reversal, order: list[type[models.Model]]) -> None:
    going = by_model((row.model, row.pk) for row in plan.going)
    for model in reversed(order):
        if model in going:
            delete(model, going[model])


def _fields_pointing_to(model: type[models.Model]) -> Iterator[Pointer]:
    targets = {model} | ({Record} if model in numbered_models().values() else set())
    for pointing in gated_models().values():
        for pointer in pointers(pointing):
            if pointer.target in targets:
                yield pointer
