"""Where ours spends its time: the parts of one run in this process, each timed, then each under cProfile.

``python -m tests.benchmarks.profile_ours [OFFICES] [ROWS]``: the engine's author reads this; no figure comes from it.
"""

import cProfile
import pstats
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dunghan.engine import board, counting
from dunghan.engine.context import Context
from dunghan.engine.delivery import deliver
from dunghan.engine.sweep import open_only, run_pass
from tests.benchmarks.bench import clean_environment
from tests.benchmarks.sink import sink
from tests.benchmarks.world import DUE, NONE_DUE, PLAN, World, prepare

Part = tuple[str, Callable[[Context], Any]]


def _parts() -> list[Part]:
    return [
        ("catalogue", lambda c: (c.catalog.plan(PLAN), len(c.catalog.tree.codes))),
        ("open", lambda c: open_only(c, PLAN, DUE)),
        ("check", lambda c: counting.check_stage(c, PLAN, "commune", DUE)),
        ("idle pass", lambda c: run_pass(c, PLAN, NONE_DUE)),
        ("pass", lambda c: run_pass(c, PLAN, DUE)),
        ("deliver", lambda c: deliver(c, DUE, PLAN)),
        ("publish (rows)", lambda c: board.stale(c, c.catalog.plan(PLAN), DUE)),
        ("word", lambda c: counting.word(c, c.catalog.plan(PLAN), DUE)),
    ]


def main(offices: int = 12_600, rows: int = 30) -> None:
    """Time every part once, then profile pass and delivery."""
    clean_environment()
    with tempfile.TemporaryDirectory() as folder, sink() as taking:
        world = World(Path(folder) / "world", offices)
        prepare(world, taking.port)
        context = world.context(world.copy("profiled"), taking.port)
        for name, part in _parts():
            began = time.perf_counter()
            part(context)
            sys.stdout.write(f"{name:<16} {1000 * (time.perf_counter() - began):8.1f} ms\n")
        context, profile = world.context(world.copy("profiled"), taking.port), cProfile.Profile()
        for name, part in _parts():
            if name in ("pass", "deliver"):
                profile.runcall(part, context)
            else:
                part(context)
        pstats.Stats(profile, stream=sys.stdout).sort_stats("tottime").print_stats(rows)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
