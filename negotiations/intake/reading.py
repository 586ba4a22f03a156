"""Starting the process that reads a foreign file, and taking what it read.

The server never parses what somebody uploaded: whatever a file does to its reader happens to a
process that is bounded and thrown away.
"""

import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from config.uploads import MOST_BYTES
from negotiations.intake import child
from negotiations.intake.cleaning import clean
from negotiations.intake.given import Given, Unreadable, from_json
from negotiations.intake.sniffing import HEAD, is_html
from negotiations.texts import LONGEST

log = logging.getLogger(__name__)

#: So long a reader may take, however little of that it is on a processor.
MOST_SECONDS = 30.0
#: So many files are read at a time by one server process; others wait, at most so long.
AT_ONCE = 2
LONGEST_WAIT = 45.0
#: Why a reader was broken off, by its exit code: SIGKILL and SIGXCPU for too much time; SIGABRT and
#: SIGSEGV, with which libraries in C give up where they get no memory, or no stack.
BROKEN_OFF = {-9: "time", -24: "time", -6: "memory", -11: "memory"}
ROOT = Path(__file__).resolve().parents[2]

_turns = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Ended:
    """How a reader ended: its exit code, negative for a signal, and the most memory it held."""

    code: int
    peak_bytes: int
    answer: bytes
    said: str


def read_file(file: BinaryIO) -> Given:
    """Read an uploaded file, whatever its name says it is.

    Raises ``Unreadable`` with the reason; see ``words.refusal``.
    """
    return taken(run(file, ""))


def read_pasted(text: str) -> Given:
    """Read what was pasted: a page's HTML where it looks like that, else plain text.

    Raises ``Unreadable``.
    """
    data = clean(text).encode()
    with tempfile.TemporaryFile() as file:
        file.write(data)
        return taken(run(file, "html" if is_html(data[:HEAD]) else "text"))


def taken(ended: Ended) -> Given:
    """Return what a process read; raises ``Unreadable`` where it was broken off or refused."""
    if ended.said:
        log.info("A file could not be read; the process ended with %s.", ended.code)
    if ended.code:
        raise Unreadable(BROKEN_OFF.get(ended.code, "broken"))
    answer = json.loads(ended.answer)
    if "unreadable" in answer:
        code, told = answer["unreadable"]
        raise Unreadable(code, **told)
    return from_json(answer["given"])


def run(file: BinaryIO, asked: str) -> Ended:
    """Let a process of its own read a file from its beginning, and return how that ended.

    ``asked`` is "text" or "html" where that is known. Raises ``Unreadable`` for a file that is too
    large, or where too many others are being read.
    """
    if file.seek(0, os.SEEK_END) > MOST_BYTES:
        raise Unreadable("large", most=MOST_BYTES // (1024 * 1024))
    if not _turns.acquire(timeout=LONGEST_WAIT):
        raise Unreadable("busy")
    try:
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as answer, \
                tempfile.TemporaryFile() as said:  # fmt: skip
            return _run(_on_disk(file, source), answer, said, asked)
    finally:
        _turns.release()


def _run(source: BinaryIO, answer: IO[bytes], said: IO[bytes], asked: str) -> Ended:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r});"
    code += " from negotiations.intake.child import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", code, asked, str(LONGEST), str(child.MOST_SECONDS)],
        stdin=source,
        stdout=answer,
        stderr=said,
        env={"LC_ALL": "C.UTF-8", "PATH": os.defpath},
        cwd="/",
        start_new_session=True,
    )
    peak = _wait(process)
    answer.seek(0)
    said.seek(0)
    return Ended(
        process.returncode,
        peak,
        answer.read(child.MOST_OUTPUT),
        said.read(4000).decode(errors="replace").strip(),
    )


def _wait(process: subprocess.Popen) -> int:
    """Wait for a reader, kill it when its time is up, and return the most memory that it held."""
    ends = time.monotonic() + MOST_SECONDS
    peak = 0
    while True:
        peak = max(peak, _peak(process.pid))
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            if time.monotonic() > ends:
                process.kill()
        else:
            return peak


def _peak(pid: int) -> int:
    """Return the most memory that a process has held so far, where the system tells.

    What ``wait4`` tells counts the server's own as well, from before the reader began.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _on_disk(file: BinaryIO, source: BinaryIO) -> BinaryIO:
    """Return a file at its beginning that another process can read."""
    file.seek(0)
    while chunk := file.read(1 << 16):
        source.write(chunk)
    source.seek(0)
    return source
