"""What was made of records, change by change, in words: the history of one, and of a changeset.

Those who write in a negotiation see all of it, with who and why. Everybody else sees the published
images of what is published now: what a draft said before it was published is no reader's business.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from negotiations.changes import deed_of, links, subject_of
from negotiations.models import Changeset, History, Negotiation, Record, State
from negotiations.models.base import numbered_models
from negotiations.rowimages import as_rows, typed
from negotiations.titles import pointers_of, rows_by_number
from positions.clausediff import Run, word_diff
from positions.liststates import Listing, listed_after
from positions.models import Evidence, PendingEdit, TermChoice
from positions.recordpages import HIDDEN, field_text

CHANGES_A_PAGE = 25
#: So many rows of one changeset are told; an import writes thousands.
ROWS_TOLD = 200
#: What an edit makes of records is told of them once it is approved.
APPROVED = PendingEdit.Stage.APPROVED
#: Where words stand in a text, which only machines read; the words themselves are told.
PLACES = frozenset({"start", "end", "prefix", "suffix", "text_hash"})
Subject = tuple[type[models.Model], int]
#: What was written of the lists that belong to a row, each by its table.
Lists = Mapping[tuple[Subject, str], Sequence[Listing]]


@dataclass(frozen=True)
class FieldChange:
    """What a field held before and holds after; ``runs`` are its words, if both have some."""

    label: str
    before: str
    after: str
    runs: tuple[Run, ...] = ()


@dataclass(frozen=True)
class Deed:
    """What became of one record in a change: ``word`` tells it, ``changes`` how."""

    kind: str
    pk: int
    title: str
    word: str
    changes: tuple[FieldChange, ...]
    has_page: bool = False


@dataclass(frozen=True)
class Step:
    """One change; ``who``, ``reason`` and ``revision`` are empty for those who only read."""

    when: datetime
    deeds: tuple[Deed, ...]
    who: str = ""
    reason: str = ""
    revision: int | None = None


def of_record(record: Record, user, number=1) -> tuple[Page, tuple[Step, ...]]:
    """Return a page of the changes of a record and of its parts, newest first, and what they did.

    ``record`` must be visible to the user already.
    """
    rows = History.objects.visible_to(user).of_record(record)
    if record.kind == Record.Kind.TERM:
        # A term is as public as its choices, which have no numbers of their own.
        sealed = History.objects.filter(changeset__revision__isnull=False)
        rows |= sealed.filter(table_name=TermChoice._meta.db_table, data__term_id=record.pk)
    sets = rows.order_by("-changeset_id").values_list("changeset_id", flat=True).distinct()
    page = Paginator(sets, CHANGES_A_PAGE).get_page(number)
    found = list(
        rows.filter(changeset__in=list(page)).with_row_before().select_related("changeset")
    )
    listed = History.objects.filter(_of_lists({subject_of(row) for row in found}))
    if _is_open(record.negotiation, user):
        # Who edits a list edits what it belongs to: its rows are in the same changesets.
        listed = listed.filter(changeset__in=list(page)).with_row_before()
        found += listed.select_related("changeset")
        listed = listed.none()
    found.sort(key=lambda row: (-row.changeset_id, row.pk))
    return page, tuple(_steps(found, record.negotiation, user, _as_listings(listed)))


def _is_open(negotiation: Negotiation, user) -> bool:
    """Whether the user sees all of the history, drafts included."""
    return Negotiation.objects.read_in_full_by(user).filter(pk=negotiation.pk).exists()


def _as_listings(rows: Iterable[History]) -> Lists:
    """Return what was written of lists: for each row that has some, by the table of the list."""
    found: dict[tuple[Subject, str], list[Listing]] = defaultdict(list)
    for row in rows:
        field = links()[row.table_name][1]
        target = row.data[f"{field.m2m_reverse_field_name()}_id"]
        listing = Listing(row.changeset_id, row.pk, row.row_id, target, row.operation != "D")
        found[subject_of(row), row.table_name].append(listing)
    return found


def _of_lists(subjects: Iterable[Subject]) -> models.Q:
    """Return the condition that a row of history is of a list that belongs to one of these rows."""
    numbers: dict[type[models.Model], list[int]] = defaultdict(list)
    for model, pk in subjects:
        numbers[model].append(pk)
    wanted = models.Q(pk__in=[])
    for table, (model, field) in links().items():
        if model in numbers:
            column = f"data__{field.m2m_column_name()}__in"
            wanted |= models.Q(table_name=table, **{column: numbers[model]})
    return wanted


def of_changeset(changeset: Changeset, user) -> Step:
    """Return what a changeset did, which must be visible to the user already."""
    rows = History.objects.visible_to(user).filter(changeset=changeset)
    found = rows.with_row_before().select_related("changeset").order_by("pk")[:ROWS_TOLD]
    steps = list(_steps(found, changeset.negotiation, user))
    return steps[0] if steps else _step(changeset, (), is_open=True)


def kept_for_review(changeset: Changeset, user) -> tuple[Deed, ...]:
    """Return what the edits change that a changeset kept for review, took back or sent back."""
    rows = History.objects.visible_to(user).filter(
        changeset=changeset, table_name=PendingEdit._meta.db_table
    )
    kept = {row.row_id: row.data["rows"] for row in rows if row.data["stage"] != APPROVED}
    return deeds_of([row for rows in kept.values() for row in rows], changeset.negotiation)


def _steps(
    rows: Iterable[History], negotiation: Negotiation, user, lists: Lists | None = None
) -> Iterator[Step]:
    rows = list(rows)
    is_open = _is_open(negotiation, user)
    told = _Told(rows, None if is_open else user, lists=lists)
    by_set: dict[Changeset, list[History]] = defaultdict(list)
    for row in rows:
        by_set[row.changeset].append(row)
    for changeset, its in by_set.items():
        if deeds := tuple(told.deeds(its)):
            yield _step(changeset, deeds, is_open=is_open)


def _step(changeset: Changeset, deeds: tuple[Deed, ...], *, is_open: bool) -> Step:
    when = cast(datetime, changeset.sealed)
    if not is_open:
        return Step(when, deeds)
    who = changeset.user_name or changeset.db_role
    return Step(when, deeds, who, changeset.reason or "", changeset.revision)


def deeds_of(rows: Sequence[Mapping[str, Any]], negotiation: Negotiation) -> tuple[Deed, ...]:
    """Return in words what becomes of rows, each with images ``before`` and ``after``.

    ``table`` and ``id`` say which row; the images are as the history holds them, None of no row.
    """
    written, images = [], {}
    rows = [row for row in rows if row["before"] or row["after"]]
    populated = as_rows(
        (row["table"], row[side]) for row in rows for side in ("before", "after") if row[side]
    )
    for number, row in enumerate(rows):
        operation = "I" if row["before"] is None else "D" if row["after"] is None else "U"
        image = History(
            pk=2 * number + 1,
            negotiation=negotiation,
            table_name=row["table"],
            row_id=row["id"],
            operation=operation,
            data=row["after"] or row["before"],
        )
        image.before, image.before_id = row["before"], None
        if row["before"]:
            image.before_id = 2 * number + 2
            images[image.before_id] = next(populated)
        images[image.pk] = next(populated) if row["after"] else images[image.before_id or 0]
        written.append(image)
    return tuple(_Told(written, images=images).deeds(written))


class _Told:
    """Puts rows of history into words, with one query for each kind of record that they name.

    A ``reader`` is told of what is published only: what a record pointed to is named if they may
    see it today. ``lists`` is all that was written of the lists of what they see.
    """

    def __init__(
        self,
        rows: Sequence[History],
        reader=None,
        *,
        images: Mapping[int, Any] | None = None,
        lists: Lists | None = None,
    ):
        self.reader = reader
        self.is_open = reader is None
        self.lists = lists or {}
        numbers = {row.pk for row in rows} | {row.before_id for row in rows if row.before_id}
        self.images = typed(History.objects.filter(pk__in=numbers)) if images is None else images
        self.titles = self._titles(rows)

    def deeds(self, rows: Sequence[History]) -> Iterator[Deed]:
        by_subject: dict[Subject, list[History]] = defaultdict(list)
        for row in rows:
            by_subject[subject_of(row)].append(row)
        for (model, pk), its in by_subject.items():
            own = [row for row in its if row.table_name == model._meta.db_table]
            if not own and not self.is_open:
                continue
            changes = [*self._own_changes(model, own), *self._link_changes(its)]
            changes += self._list_changes((model, pk), own)
            word = deed_of(own)
            if changes or word != _("edited"):
                yield Deed(
                    kind=str(model._meta.verbose_name),
                    pk=pk,
                    title=self.titles.get((model, pk)) or self._last_title(own),
                    word=word,
                    changes=tuple(changes),
                    has_page=(model, pk) in self.titles and model in numbered_models().values(),
                )

    def _last_title(self, own: Sequence[History]) -> str:
        """What is there no more is called as it was when it was last written."""
        return self._as_it_was(self.images[own[-1].pk]) if own else ""

    def _as_it_was(self, image) -> str:
        """What an image is called; what it points to goes by its words, and may be gone as well."""
        pointers: list[Any] = pointers_of(type(image))
        for field in pointers:
            number = getattr(image, field.attname)
            if number is not None and not field.is_cached(image):
                field.set_cached_value(image, self._called((field.related_model, number)))
        return str(image)

    def _called(self, target: Subject) -> str:
        model, pk = target
        gone = (each for each in self.images.values() if type(each) is model and each.pk == pk)
        if target not in self.titles and (image := next(gone, None)):
            return self._as_it_was(image)
        return self._name(target)

    def _own_changes(self, model, own: Sequence[History]) -> Iterator[FieldChange]:
        if not own:
            return
        first, last = own[0], own[-1]
        before = self._shown(first.before_id)
        after = None if last.operation == "D" else self.images[last.pk]
        for field in model._meta.concrete_fields:
            if field.name in HIDDEN - {"record"} or field.name == "state" or field.generated:
                continue
            if (model is Evidence and field.name in PLACES) or isinstance(field, models.JSONField):
                continue
            texts = [self._text(row, field) for row in (before, after)]
            if texts[0] != texts[1]:
                yield _change(capfirst(str(field.verbose_name)), *texts, is_prose=_is_prose(field))

    def _shown(self, number: int | None) -> Any:
        """The image before; for readers none that was not published yet."""
        image = self.images.get(number) if number else None
        is_public = getattr(image, "state", State.PUBLISHED) == State.PUBLISHED
        return image if self.is_open or is_public else None

    def _link_changes(self, rows: Sequence[History]) -> Iterator[FieldChange]:
        """Tell who or what was added to lists, such as the holders, and who was taken out."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in rows:
            if link := links().get(row.table_name):
                _model, field = link
                target = (field.related_model, row.data[f"{field.m2m_reverse_field_name()}_id"])
                kind = "removed" if row.operation == "D" else "added"
                label = capfirst(str(field.verbose_name))
                found[label].append((kind, self._name(target)))
        for label, names in found.items():
            yield FieldChange(label, "", "", _listed(names))

    def _list_changes(self, subject: Subject, own: Sequence[History]) -> Iterator[FieldChange]:
        """Tell readers what lists hold since a change, against what they could see of it before.

        What was put in and taken out while it was a draft is told by neither.
        """
        for (of, table), listings in self.lists.items():
            if of != subject or not own:
                continue
            field: Any = links()[table][1]
            change = own[-1].changeset_id
            after = listed_after(listings, change)
            was_public = self._shown(own[0].before_id) is not None
            before = listed_after(listings, change - 1) if was_public else frozenset()
            names = [
                (kind, self._name((field.related_model, number)))
                for kind, numbers in (("removed", before - after), ("added", after - before))
                for number in sorted(numbers)
            ]
            if names:
                yield FieldChange(capfirst(str(field.verbose_name)), "", "", _listed(names))

    def _text(self, row, field) -> str:
        if row is None:
            return ""
        if not field.is_relation:
            return field_text(row, field)
        number = getattr(row, field.attname)
        return "" if number is None else self._name((field.related_model, number))

    def _name(self, target: Subject) -> str:
        model, pk = target
        if model is not Record:
            return self.titles.get(target) or f"№ {pk}"
        named = next((m for m in numbered_models().values() if (m, pk) in self.titles), None)
        if named is None:
            return f"№ {pk}"
        return f"{capfirst(str(named._meta.verbose_name))} {pk}: {self.titles[named, pk]}"

    def _titles(self, rows: Sequence[History]) -> dict[Subject, str]:
        wanted: dict[type[models.Model], set[int]] = defaultdict(set)
        for row in rows:
            model, pk = subject_of(row)
            wanted[model].add(pk)
            if link := links().get(row.table_name):
                field: Any = link[1]
                number = row.data[f"{field.m2m_reverse_field_name()}_id"]
                wanted[field.related_model].add(number)
        for (_subject, table), listings in self.lists.items():
            target: Any = links()[table][1].related_model
            wanted[target].update(each.lists for each in listings)
        for image in self.images.values():
            for field in image._meta.concrete_fields:
                number = getattr(image, field.attname) if field.is_relation else None
                if number is not None and field.name != "negotiation":
                    wanted[field.related_model].add(number)
        records = Record.objects.all() if self.is_open else Record.objects.visible_to(self.reader)
        kinds = records.in_bulk(wanted.pop(Record, set()))
        for number, record in kinds.items():
            wanted[record.model].add(number)
        return {
            (model, pk): str(row)
            for model, numbers in wanted.items()
            if model is not Negotiation
            for pk, row in rows_by_number(model, numbers, reader=self.reader).items()
        }


def _listed(names: Sequence[tuple[str, str]]) -> tuple[Run, ...]:
    """Return what was put into a list or taken out, with commas between what fared alike."""
    following = [kind for kind, _name in names[1:]] + [""]
    return tuple(
        Run(kind, f"{name}, " if kind == after else f"{name} ")
        for (kind, name), after in zip(names, following, strict=True)
    )


def _is_prose(field: models.Field) -> bool:
    return isinstance(field, models.CharField | models.TextField) and not field.choices


def _change(label: str, before: str, after: str, *, is_prose: bool) -> FieldChange:
    runs = word_diff(before, after) if is_prose and before and after else ()
    return FieldChange(label, before, after, runs)
