"""What the write gate costs: transactions at once, with its triggers and without them.

Twenty processes do twenty transactions each: a row is added to a negotiation, 20 ms of work follow,
and a row is edited that all share. Every fourth transaction does so in two negotiations at once,
half of the writers in one order and half in the other. It is measured with the gate's triggers on
and with all of them off, in turns.
Prints the throughput of each turn and the ratio of the medians; exits with 1 where it is under the
pass mark. A deadlock, or anything else that fails, ends it with its error.

A gate that locked its head at the first write instead of at the end would keep all others waiting
while one works, and two of them would wait for each other for ever: that ends here in a deadlock.
"""

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.managers import SyncManager
from threading import Barrier

import psycopg
from psycopg import sql

WRITERS = 20
TRANSACTIONS = 20
IN_BOTH_EVERY = 4
WORK_SECONDS = 0.02
SHARED_ROWS = 5
TURNS = 5
#: The share of the throughput without the gate that is left with it, at the least.
PASS_MARK = 0.85

MOST_SECONDS = 300


@dataclass(frozen=True)
class Talks:
    """A negotiation with some rows that every writer edits."""

    negotiation: int
    tracks: list[int]


def prepare(web: psycopg.Connection, name: str) -> Talks:
    """Record a negotiation named ``name`` with its shared rows."""
    with web.transaction():
        negotiation = web.execute(
            "INSERT INTO negotiations_negotiation (slug, title, summary, visibility, review)"
            " VALUES (%s, %s, '', 'public', 'off') RETURNING id",
            [name, name],
        ).fetchall()[0][0]
        tracks = [track(web, negotiation, f"Shared {n}") for n in range(SHARED_ROWS)]
    return Talks(negotiation, tracks)


def track(web: psycopg.Connection, negotiation: int, name: str) -> int:
    """Record a track and return its number."""
    found = web.execute(
        "INSERT INTO negotiations_track (negotiation_id, name) VALUES (%s, %s) RETURNING id",
        [negotiation, name],
    )
    return found.fetchall()[0][0]


@contextmanager
def without_the_gate(owner: psycopg.Connection) -> Iterator[None]:
    """Have no trigger of a gated table fire inside the block, but for those of foreign keys."""
    tables = [row[0] for row in owner.execute("SELECT source::regclass::text FROM gate.gated")]

    def toggle(verb: str) -> None:
        with owner.transaction():
            for table in tables:
                owner.execute(
                    sql.SQL("ALTER TABLE {} {} TRIGGER USER").format(
                        sql.Identifier(table), sql.SQL(verb)
                    )
                )

    toggle("DISABLE")
    try:
        yield
    finally:
        toggle("ENABLE")


def work() -> None:
    """Keep a core busy, as a web worker does between what it asks of the database."""
    until = time.process_time() + WORK_SECONDS
    while time.process_time() < until:
        sum(range(10_000))


def write(url: str, both: tuple[Talks, Talks], writer: int, start: Barrier) -> None:
    """Do one writer's transactions, from the moment on that all are ready."""
    with psycopg.connect(url, autocommit=True) as web:
        start.wait(MOST_SECONDS)
        for number in range(TRANSACTIONS):
            name = f"{writer} {number} {time.time_ns()}"
            at = both if number % IN_BOTH_EVERY == 0 else both[number % 2 :][:1]
            with web.transaction():
                for talks in at if writer % 2 else reversed(at):
                    track(web, talks.negotiation, name)
                work()
                # In one order, as operations lock what they edit: the gate's locks are on trial.
                for talks in at:
                    web.execute(
                        "UPDATE negotiations_track SET name = %s WHERE id = %s",
                        [f"shared {name}", talks.tracks[number % SHARED_ROWS]],
                    )


def throughput(url: str, both: tuple[Talks, Talks], manager: SyncManager) -> float:
    """Return the transactions a second of all writers together."""
    start = manager.Barrier(WRITERS + 1)
    with ProcessPoolExecutor(WRITERS) as pool:
        done = [pool.submit(write, url, both, writer, start) for writer in range(WRITERS)]
        start.wait(MOST_SECONDS)
        begun = time.perf_counter()
        for each in done:
            each.result(MOST_SECONDS)
        return WRITERS * TRANSACTIONS / (time.perf_counter() - begun)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return 0 where the pass mark is reached, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS, help="how often each is measured")
    turns = parser.parse_args(arguments).turns
    url, owner_url = os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"]
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"],
        env={**os.environ, "DATABASE_URL": owner_url},
        check=True,
    )
    found: dict[str, list[float]] = {"with": [], "without": []}
    with (
        multiprocessing.Manager() as manager,
        psycopg.connect(owner_url, autocommit=True) as owner,
        psycopg.connect(url, autocommit=True) as web,
    ):
        for number in range(turns):
            both = (
                prepare(web, f"bench-{time.time_ns()}"),
                prepare(web, f"bench-{time.time_ns()}"),
            )
            for which in ("with", "without") if number % 2 else ("without", "with"):
                if which == "with":
                    found[which].append(throughput(url, both, manager))
                else:
                    with without_the_gate(owner):
                        found[which].append(throughput(url, both, manager))
    for which, rates in found.items():
        print(f"{which} the gate: " + ", ".join(f"{rate:.0f}" for rate in rates) + " a second")
    ratio = statistics.median(found["with"]) / statistics.median(found["without"])
    print(f"ratio {ratio:.2f}, pass mark {PASS_MARK}")
    return int(ratio < PASS_MARK)


if __name__ == "__main__":
    sys.exit(main())
