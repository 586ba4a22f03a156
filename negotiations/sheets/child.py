"""The process that reads one foreign table, within bounds that it sets itself first.

The file comes on standard input; what was read goes to standard output as lines of JSON.
"""

import json
import resource
import sys
from typing import Any

#: The process's whole address space, its seconds on a processor, what it may write.
MOST_MEMORY, MOST_SECONDS, MOST_OUTPUT = 768 << 20, 120, 512 << 20
_ZIP, _OLE = b"PK", bytes.fromhex("d0cf11e0a1b11ae1")


def bound() -> None:
    """Set the bounds; they cannot be lifted again."""
    for which, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_FSIZE, MOST_OUTPUT),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(which, (most, most))


def main(name: str) -> None:
    """Read the file ``name`` from standard input and write what is in it."""
    bound()
    content = sys.stdin.buffer.read()
    from negotiations.sheets import csvgrids, xlsxgrids  # Within the bounds, too.
    from negotiations.sheets.grid import Unreadable

    try:
        if content.startswith(_OLE):
            raise Unreadable("old")
        is_book = content.startswith(_ZIP)
        grids = (xlsxgrids if is_book else csvgrids).read(content, name)
    except Unreadable as error:
        _write({"unreadable": error.code, "told": error.told})
        return
    except MemoryError:
        _write({"unreadable": "memory", "told": {}})
        return
    for grid in grids:
        formulas = sorted(grid.formulas)
        _write({"grid": grid.name, "formulas": formulas, "notes": grid.notes})
        for row in grid.rows:
            _write([row.number, *row.cells])


def _write(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
