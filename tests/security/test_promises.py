"""Each promise of docs/security.md has a command, and each command has tests to run."""

import re
import shlex
import subprocess
import sys

import pytest

from config.postgres_home import CLONE

PAGE = CLONE / "docs" / "security.md"
ROW = re.compile(r"\| (?P<promise>[^|]+) \| `(?P<command>make (bench|prove OF=[^`|]+))` \|")


def commands() -> dict[str, list[str]]:
    """Return the tests that each promise names, by its words; none where it is measured."""
    _frame, _title, table = PAGE.read_text().partition("the command that shows it\n")
    rows = [line for line in table.splitlines() if line.startswith("| ") and "promise" not in line]
    found = [ROW.fullmatch(row) for row in rows]
    assert all(found), [row for row, match in zip(rows, found, strict=True) if not match]
    return {
        match["promise"]: [
            name
            for word in shlex.split(match["command"])[2:]
            for name in word.removeprefix("OF=").split()
        ]
        for match in found
        if match
    }


def test_every_promise_names_tests_that_are_there():
    promised = commands()
    assert len(promised) > 12
    named = sorted({name for names in promised.values() for name in names})
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--collect-only",
            "--quiet",
            "-p",
            "no:cacheprovider",
            *named,
        ],
        cwd=CLONE,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stdout[-2000:]
    collected = ended.stdout.splitlines()
    for name in named:
        assert any(re.match(rf"{re.escape(name)}(::|\[|$)", line) for line in collected), name


@pytest.mark.parametrize(
    ("command", "runs"),
    [
        ("prove OF=tests/security/test_logs.py", "-m pytest --quiet tests/security/test_logs.py"),
        ("bench", "-m bench.gate"),
    ],
)
def test_the_command_runs_what_it_names(command, runs):
    said = subprocess.run(
        ["make", "--dry-run", *command.split()],
        cwd=CLONE,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert runs in said
