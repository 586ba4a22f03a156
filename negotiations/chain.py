"""Whether a negotiation's history is as it was sealed, and if not, which row was tampered with.

Three witnesses that do not know each other: the chain of changesets, whose hashes rest on each
other; each row's own hash; and with each row the hash of what was written of the same row before.
Whoever forges one is told by the others. Nothing here asks a database.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

#: In this order a changeset has short hashes of its fields.
FIELDS = ("user's number", "user", "reason", "database role", "time", "number of rows")
FIELD_BYTES = 4
#: In a changeset of more rows it is not looked which of them was added.
COMPARED_AT_MOST = 2000
NAMED_AT_MOST = 5


@dataclass(frozen=True)
class Sealed:
    """A changeset as it stands; ``line`` and ``fields`` are its JSON, as the gate hashes it."""

    pk: int
    revision: int
    line: str
    fields: tuple[str, ...]
    field_hashes: bytes
    rows: int | None
    hash: bytes
    who: str
    when: datetime | None


@dataclass(frozen=True)
class Before:
    """What was written of the same row before."""

    pk: int
    changeset: int
    hash: bytes
    revision: int | None = None
    who: str = ""
    when: datetime | None = None


@dataclass(frozen=True)
class Written:
    """A row of history as it stands; ``line`` is table, number, operation and image as JSON."""

    pk: int
    changeset: int
    negotiation: int
    table: str
    row: int
    line: str
    hash: bytes
    before: bytes | None
    previous: Before | None = None
    #: The hash of what was written before that.
    hash_before_previous: bytes | None = None

    @property
    def is_itself(self) -> bool:
        """Whether it has the hash that it was written with."""
        whole = f"[{self.pk}, {self.changeset}, {self.negotiation}, {self.line[1:]}"
        return hashlib.sha256(whole.encode()).digest() == self.hash


@dataclass(frozen=True)
class Finding:
    """What is not as it was sealed: ``what`` says it of the row, else of the changeset."""

    what: str
    table: str = ""
    row: int | None = None
    history: int | None = None
    revision: int | None = None
    who: str = ""
    when: datetime | None = None


class Walk:
    """Goes along a chain, changeset by changeset, and keeps no more than what it has found."""

    def __init__(self) -> None:
        self.changesets = self.rows = 0
        self.expected = 1
        self.stored = self.computed = b""
        self.is_known = True
        #: A changeset that was not sealed like this, though each of its rows has its own hash.
        self.doubtful: tuple[Sealed, list[Written]] | None = None
        #: The changesets of which rows are missing, by revision.
        self.short: dict[int, Sealed] = {}
        #: The hashes of rows that were found to be changed themselves.
        self.altered: set[bytes] = set()

    def changeset(self, sealed: Sealed, rows: Iterable[Written]) -> Iterator[Finding]:
        """Yield what is wrong with the next changeset and its rows."""
        self.changesets += 1
        if sealed.revision > self.expected:
            yield self._gap(sealed.revision - 1)
        seals = [hashlib.sha256(b + sealed.line.encode()) for b in (self.stored, self.computed)]
        some: list[tuple[Written, bytes]] = []
        is_altered, count = False, 0
        for row in rows:
            count += 1
            digest = hashlib.sha256(row.line.encode()).digest()
            for seal in seals:
                seal.update(digest)
            if count <= COMPARED_AT_MOST:
                some.append((replace(row, line=""), digest))
            if not row.is_itself:
                is_altered = True
                self.altered.add(row.hash)
                yield _of(sealed, "changed after it was written", row)
            else:
                yield from self._link(row, sealed.revision)
        self.rows += count
        own, other = (seal.digest() for seal in seals)
        follows_other = self.doubtful is not None and other == sealed.hash != own
        yield from self._doubt_settled(is_hash=follows_other)
        if fields := list(_changed_fields(sealed)):
            yield _of(sealed, f"the {' and the '.join(fields)} of the changeset was changed")
        elif count != sealed.rows:
            yield self._counted(sealed, some, count)
        elif not is_altered and self.is_known and sealed.hash not in (own, other):
            self.doubtful = (sealed, [row for row, _digest in some])
        self.expected = sealed.revision + 1
        self.computed = (other if follows_other else own) if self.is_known else sealed.hash
        self.stored = sealed.hash
        self.is_known = True

    def orphan(self, row: Written) -> Finding:
        """Return what is wrong with a row whose changeset is not there."""
        self.rows += 1
        what = f"its changeset (number {row.changeset}) is not in the chain"
        return Finding(what, row.table, row.row, row.pk)

    def end(self, revision: int | None, head: bytes) -> Iterator[Finding]:
        """Yield what is wrong with the head, which should be where the chain has come to."""
        last = self.expected - 1
        is_here = revision == last
        is_hash = is_here and head == self.computed
        yield from self._doubt_settled(is_hash=is_hash)
        if is_here:
            if head != self.stored and not is_hash:
                yield Finding("the hash of the head was changed", revision=last)
        elif revision is None:
            yield Finding("the head is missing; the chain has come to here", revision=last)
        elif revision > last:
            yield self._gap(revision)
        else:
            what = f"the head was set back from revision {last}"
            yield Finding(what, revision=revision)

    def unlike(self, table: str, row: int, last: Before | None, what: str) -> Iterator[Finding]:
        """Yield what is wrong with a row that is not as ``last``, the last written of it, has it.

        ``what``: the row is "gone", "unwritten" or "changed".
        """
        if last is not None and last.hash in self.altered:
            return
        if removed := self._removed(last):
            yield _of(removed, "the last that was written of it was removed", None, table, row)
            return
        words = {
            "gone": "taken out past the gate: the history does not know of it",
            "unwritten": "put in past the gate: the history does not know of it",
            "changed": "not as it was last written: the row was changed past the gate,"
            " or its history with its hashes",
        }[what]
        yield _at(last, words, table, row) if last else Finding(words, table, row)

    def _gap(self, until: int) -> Finding:
        self.is_known, self.doubtful = False, None
        first = self.expected
        what = "missing from the chain"
        if until > first:
            what = f"{what}, and so is all to revision {until}"
        return Finding(what, revision=first)

    def _link(self, row: Written, revision: int) -> Iterator[Finding]:
        """Yield what a row's word on the one before it tells of that."""
        previous = row.previous
        if row.before == (previous.hash if previous else None) or row.before in self.altered:
            return
        if previous is not None and (previous.revision or 0) > revision:
            return  # It was put in among others later: its changeset has more than were sealed.
        if previous is not None and row.before == row.hash_before_previous:
            yield _at(previous, "added to the history", row.table, row.row)
        elif removed := self._removed(previous, revision):
            what = f"removed from the history, where history {row.pk} comes next"
            yield _of(removed, what, None, row.table, row.row)
        elif previous is not None:
            what = "changed after it was written, with its own hash"
            yield _at(previous, what, row.table, row.row)
        else:
            what = "what was written of it before this is missing"
            yield Finding(what, row.table, row.row, row.pk)

    def _removed(self, after: Before | None, until: int | None = None) -> Sealed | None:
        """Return the changeset since then of which rows are missing, if there is just one."""
        first = after.revision or 0 if after else 0
        between = [
            sealed
            for revision, sealed in self.short.items()
            if first <= revision and (until is None or revision <= until)
        ]
        return between[0] if len(between) == 1 else None

    def _counted(self, sealed: Sealed, some: list[tuple[Written, bytes]], count: int) -> Finding:
        rows = sealed.rows or 0
        if count < rows:
            self.short[sealed.revision] = sealed
            return _of(sealed, f"{rows - count} of its {rows} rows removed from the history")
        if count == rows + 1 and count == len(some) and self.is_known:
            start = self.stored + sealed.line.encode()
            digests = [digest for _row, digest in some]
            for place, (row, _digest) in enumerate(some):
                rest = b"".join([*digests[:place], *digests[place + 1 :]])
                if hashlib.sha256(start + rest).digest() == sealed.hash:
                    return _of(sealed, "added to the history", row)
        return _of(sealed, f"has {count} rows where {rows} were sealed")

    def _doubt_settled(self, *, is_hash: bool) -> Iterator[Finding]:
        """Say of the changeset before what was changed, now that we see what was built on it."""
        if self.doubtful is None:
            return
        (doubtful, rows), self.doubtful = self.doubtful, None
        if is_hash:
            yield _of(doubtful, "the hash of the changeset was changed")
        elif len(rows) == 1:
            yield _of(doubtful, "changed after it was written, with its own hash", rows[0])
        else:
            told = ", ".join(f"{row.table} {row.row}" for row in rows[:NAMED_AT_MOST])
            more = ", …" if len(rows) > NAMED_AT_MOST else ""
            what = (
                f"one of its rows was changed after it was written, with its own hash: {told}{more}"
            )
            yield _of(doubtful, what)


def _changed_fields(sealed: Sealed) -> Iterator[str]:
    for place, text in enumerate(sealed.fields):
        hashed = sealed.field_hashes[place * FIELD_BYTES : (place + 1) * FIELD_BYTES]
        if hashlib.sha256(text.encode()).digest()[:FIELD_BYTES] != hashed:
            yield FIELDS[place]


def _of(
    sealed: Sealed | None, what: str, row: Written | None = None, table: str = "", number=None
) -> Finding:
    return Finding(
        what,
        row.table if row else table,
        row.row if row else number,
        row.pk if row else None,
        sealed.revision if sealed else None,
        sealed.who if sealed else "",
        sealed.when if sealed else None,
    )


def _at(place: Before, what: str, table: str, number: int) -> Finding:
    return Finding(what, table, number, place.pk, place.revision, place.who, place.when)
