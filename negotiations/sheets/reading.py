"""Reading a foreign table in a process of its own, and what could not be read in words."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile

from django.utils.translation import gettext_lazy

from negotiations.sheets.grid import Grid, Row, Unreadable

#: What may be sent.
MOST_BYTES = 20 * 1024 * 1024
SECONDS = 180
ROOT = Path(__file__).resolve().parents[2]

WORDS = {
    "rows": gettext_lazy("It has more than %(most)s rows. Split it into several files."),
    "columns": gettext_lazy("Row %(row)s has more than %(most)s columns."),
    "cell": gettext_lazy("A cell in row %(row)s is longer than %(most)s characters."),
    "characters": gettext_lazy("It has more than %(most)s characters. Split it."),
    "sheets": gettext_lazy("It has more than %(most)s sheets."),
    "csv": gettext_lazy("Row %(row)s is no CSV (%(why)s): is a quotation mark not closed?"),
    "encoding": gettext_lazy("Its letters are in no encoding we know. Save it as CSV in UTF-8."),
    "workbook": gettext_lazy("It is broken (%(why)s). Open it and save it again as XLSX."),
    "no_workbook": gettext_lazy("It is a packed file but no workbook. Send XLSX or CSV."),
    "other_office": gettext_lazy("It is of another office program. Save it as XLSX or CSV."),
    "unpacked": gettext_lazy("It would unpack to more than %(most)s MB, so it was not opened."),
    "locked": gettext_lazy("It is locked with a password. Save it without one."),
    "entities": gettext_lazy("It holds a definition of entities, which no workbook needs."),
    "old": gettext_lazy("It is an old or locked Excel file. Save it as XLSX without a password."),
    "memory": gettext_lazy("It needs too much memory. Split it, or save it as CSV."),
    "time": gettext_lazy("It takes too long to read. Split it, or save it as CSV."),
    "empty": gettext_lazy("There is nothing in it."),
    "size": gettext_lazy("It is larger than %(most)s MB."),
}
NOTES = {
    "encoding": gettext_lazy("Its letters were taken to be in %(said)s."),
    "merged": gettext_lazy(
        "It has merged cells: what stands in them counts for the first cell only."
    ),
}


def refusal(error: Unreadable) -> str:
    """Return in a sentence why a file cannot be read."""
    return str(WORDS[error.code] % error.told)


def note(code: str, said: str) -> str:
    """Return in a sentence what one should know of how a file was read."""
    return str(NOTES[code] % {"said": said})


def read(content: bytes, name: str) -> list[Grid]:
    """Return the sheets of a CSV or XLSX file that have something in them.

    Raises ``Unreadable``.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable("size", most=MOST_BYTES >> 20)
    with TemporaryFile() as given, TemporaryFile() as made:
        given.write(content)
        given.seek(0)
        try:
            done = subprocess.run(
                [sys.executable, "-m", "negotiations.sheets.child", name],
                cwd=ROOT,
                stdin=given,
                stdout=made,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Unreadable("time") from error
        if done.returncode:
            # Killed at one of its bounds, or without the memory to say so.
            raise Unreadable("time" if done.returncode == -9 else "memory")
        made.seek(0)
        grids = _grids(json.loads(line) for line in made)
    if not grids:
        raise Unreadable("empty")
    return grids


def _grids(lines: Iterable) -> list[Grid]:
    heads: list[dict] = []
    rows: list[list[Row]] = []
    for line in lines:
        if isinstance(line, list):
            rows[-1].append(Row(line[0], tuple(line[1:])))
        elif "unreadable" in line:
            raise Unreadable(line["unreadable"], **line["told"])
        else:
            heads.append(line)
            rows.append([])
    return [
        Grid(
            head["grid"],
            tuple(its),
            frozenset((row, place) for row, place in head["formulas"]),
            tuple((code, said) for code, said in head["notes"]),
        )
        for head, its in zip(heads, rows, strict=True)
        if its
    ]
