"""Two versions of a text word by word, with what stayed the same shortened; plain computation.

Paragraphs are matched first and words only inside those that were changed, so that the time stays
bounded for texts of any length.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from positions.clausediff import Run, word_diff

#: So many paragraphs before and after a change are shown.
AROUND = 1
#: So many pairs of paragraphs, and of letters in those that differ, are compared; beyond that, one
#: stands for the other as a whole.
MOST_PAIRS = 4_000_000
MOST_LETTER_PAIRS = 50_000_000


#: What became of which items: the word, from where to where before, and after.
Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True)
class Piece:
    """Runs of words that follow each other, or ``skipped`` paragraphs that stayed the same."""

    runs: tuple[Run, ...] = ()
    skipped: int = 0


def compared(before: str, after: str) -> tuple[Piece, ...]:
    """Return what became of a text; nothing where it stayed the same."""
    if before == after:
        return ()
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return tuple(_shortened(list(_changed(old, new))))


def only_in(own: str, other: str) -> tuple[Piece, ...]:
    """Return ``own`` with what ``other`` does not say marked as added; nothing if they are alike.

    What only ``other`` says is left out.
    """
    pieces = (
        replace(piece, runs=tuple(run for run in piece.runs if run.kind != "removed"))
        for piece in compared(other, own)
    )
    return tuple(piece for piece in pieces if piece.runs or piece.skipped)


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Run]:
    """Yield a run for each paragraph that stayed, and runs of words for those that did not."""
    first = _same(old, new)
    last = _same(old[first:][::-1], new[first:][::-1])
    yield from (Run("kept", line) for line in old[:first])
    middle = old[first : len(old) - last], new[first : len(new) - last]
    yield from _matched(*middle)
    yield from (Run("kept", line) for line in old[len(old) - last :])


def _same(old: Sequence[str], new: Sequence[str]) -> int:
    """How many paragraphs from the first on are the same."""
    for at, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return at
    return min(len(old), len(new))


def _matched(old: Sequence[str], new: Sequence[str]) -> Iterator[Run]:
    codes: Sequence[Opcode] = [("replace", 0, len(old), 0, len(new))]
    if len(old) * len(new) <= MOST_PAIRS:
        codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    left = MOST_LETTER_PAIRS
    for tag, i, j, k, m in codes:
        if tag == "equal":
            yield from (Run("kept", line) for line in old[i:j])
            continue
        before, after = "".join(old[i:j]), "".join(new[k:m])
        left -= len(before) * len(after)
        whole = (Run("removed", before), Run("added", after))
        for run in word_diff(before, after) if left >= 0 else whole:
            if run.text:
                yield Run(f"{run.kind} inside", run.text)


def _shortened(runs: Sequence[Run]) -> Iterator[Piece]:
    """Put runs together, leaving out the paragraphs far from any change."""
    changed = [at for at, run in enumerate(runs) if run.kind != "kept"]
    near = {at + by for at in changed for by in range(-AROUND, AROUND + 1)}
    shown: list[Run] = []
    skipped = 0
    for at, run in enumerate(runs):
        if run.kind == "kept" and at not in near:
            skipped += bool(run.text.strip())
            continue
        if skipped:
            if shown:
                yield Piece(tuple(shown))
            yield Piece(skipped=skipped)
            shown, skipped = [], 0
        shown.append(Run(run.kind.removesuffix(" inside"), run.text))
    if shown:
        yield Piece(tuple(shown))
    if skipped:
        yield Piece(skipped=skipped)
