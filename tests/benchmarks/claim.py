"""Find and claim: the same 10,000 due among a million obligations, and among themselves alone.

What is timed, in this process: ``run_pass`` at the instant at which one rung of each of the 10,000 is due (find
them, decide, record the rungs, queue 10,001 messages), then ``outbox.claim`` until it gives no more (each batch a
compare-and-swap with a commit of its own). Nothing is sent. Before each, a dry run of the same pass warms the
caches, so that both sizes start alike. The other 990,000 lie in the same plan, with their history (``crowd``).

SQLite is copied from a file, PostgreSQL by CREATE DATABASE ... TEMPLATE, so that each turn starts
from the same state. PostgreSQL runs with its own defaults (fsync included), and both of its databases have been
vacuumed and analysed once, as autovacuum would; SQLite has not, since the product does not.

``python -m tests.benchmarks.claim sqlite|postgres FOLDER PORT TURNS``: FOLDER holds the world of 10,000 offices.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from dunghan import clock, outbox
from dunghan.engine.context import Context
from dunghan.engine.sweep import run_pass
from tests.benchmarks import postgres
from tests.benchmarks.crowd import crowd, enlarged, settle
from tests.benchmarks.plans import scans, watching
from tests.benchmarks.world import DUE, PLAN, World, play

DUE_ROWS, ALL_ROWS = 10_000, 1_000_000
Fresh = Callable[[str], Context]
"""A context on a fresh copy of the ``small`` or the ``large`` database."""


def find_and_claim(context: Context) -> dict[str, float]:
    """Seconds for the pass, for the claims, and for both."""
    run_pass(context, PLAN, DUE, dry_run=True)
    began = time.perf_counter()
    done = run_pass(context, PLAN, DUE)
    passed = time.perf_counter()
    claimed = 0
    while batch := claim_batch(context):
        claimed += batch
    ended = time.perf_counter()
    context.db.dispose()
    if done.reminders != DUE_ROWS or claimed != DUE_ROWS + 1:
        raise RuntimeError(f"not what is to be measured: {done}, {claimed} claimed")
    return {"pass_s": passed - began, "claim_s": ended - passed, "both_s": ended - began}


def claim_batch(context: Context) -> int:
    """Claim one batch as a sender does, and say how many messages it holds."""
    return len(outbox.claim(context.db, now=DUE, real=clock.now(), owner="bench", channels=["email"], plan=PLAN))


def slow_steps(context: Context) -> list[str]:
    """The statements of a pass and a claim that read a growing table from end to end."""
    with watching(context.db) as statements:
        run_pass(context, PLAN, DUE)
        claim_batch(context)
    return scans(Path(str(context.db.url.database)), statements)


@contextmanager
def _sqlite(world: World, port: int) -> Iterator[Fresh]:
    large = enlarged(world, ALL_ROWS, port)
    yield lambda which: world.context((large if which == "large" else world).copy("claimed"), port)


@contextmanager
def _postgres(world: World, port: int) -> Iterator[Fresh]:
    with postgres.server() as server:
        small = world.context(server.create("small"), port)
        play(small, DUE_ROWS)
        settle(small)
        small.db.dispose()
        large = world.context(server.create("large", template="small"), port)
        crowd(large, ALL_ROWS - DUE_ROWS, DUE_ROWS)
        settle(large)
        large.db.dispose()
        yield lambda which: world.context(server.create("claimed", template=which), port)


def main(where: str, folder: str, port: str, turns: str) -> None:
    """Take turns and print the medians."""
    world = World(Path(folder), DUE_ROWS)
    found: dict[str, list[dict[str, float]]] = {"small": [], "large": []}
    with {"sqlite": _sqlite, "postgres": _postgres}[where](world, int(port)) as fresh:
        for turn in range(int(turns)):
            for which in ("small", "large") if turn % 2 == 0 else ("large", "small"):
                found[which].append(find_and_claim(fresh(which)))
        slow = slow_steps(fresh("large")) if where == "sqlite" else []
    medians = {f"{which}_{part}": median(s[part] for s in spent) for which, spent in found.items() for part in spent[0]}
    sys.stdout.write(json.dumps(medians | {"scans": slow}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
