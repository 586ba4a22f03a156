"""Files that mean no good are read within bounds or refused in words, and do nothing else."""

import io
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from negotiations.intake import child, reading, words
from negotiations.intake.given import Unreadable
from tests.intake.hostile import HOSTILE


@pytest.fixture
def listener() -> Iterator[tuple[str, list]]:
    """An address that files name, and the connections that came in there."""
    server = socket.create_server(("127.0.0.1", 0))
    came: list = []

    def wait() -> None:
        try:
            while True:
                link, whence = server.accept()
                came.append(whence)
                link.close()
        except OSError:
            return

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", came
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def test_there_are_sixty_and_each_has_a_name_of_its_own():
    assert len({hostile.name for hostile in HOSTILE}) == len(HOSTILE) >= 60


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_a_hostile_file_is_refused_in_words_or_read_as_a_harmless_text(
    hostile, listener, monkeypatch
):
    url, came = listener
    if hostile.seconds:
        monkeypatch.setattr(child, "MOST_SECONDS", hostile.seconds)
    peak = None
    try:
        ended = reading.run(io.BytesIO(hostile.make(url)), "")
        peak = ended.peak_bytes
        given = reading.taken(ended)
    except Unreadable as why:
        told = words.refusal(why)
        assert hostile.said
        assert hostile.said in told
    else:
        assert not hostile.said
        text = given.text(range(len(given.blocks)))
        assert hostile.gives in text
        assert len(text) < 1000
        assert "root:" not in text
    assert came == []
    # A file that is too large is given to nobody.
    assert peak is None or 0 < peak <= child.MOST_MEMORY
    assert not Path(tempfile.gettempdir(), "parley-was-here").exists()


def test_the_process_that_reads_can_neither_fetch_nor_run_nor_write(tmp_path):
    made = tmp_path / "made"
    code = f"""
import sys; sys.path.insert(0, {str(reading.ROOT)!r})
from negotiations.intake import child
child.bound(5); child.forswear()
import os, socket
for act in (lambda: socket.socket(), lambda: os.system("true"), lambda: open({str(made)!r}, "w"),
            lambda: os.fork(), lambda: os.execv("/bin/true", ["true"]), lambda: bytes(1 << 30)):
    try:
        act()
    except (PermissionError, MemoryError) as error:
        print(type(error).__name__)
    else:
        print("done")
"""
    said = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == [*["PermissionError"] * 5, "MemoryError"]
    assert not made.exists()


def test_a_process_that_only_waits_is_ended(monkeypatch):
    monkeypatch.setattr(reading, "MOST_SECONDS", 0.0)
    with pytest.raises(Unreadable) as why:
        reading.read_file(io.BytesIO(b"words"))
    assert why.value.code == "time"
