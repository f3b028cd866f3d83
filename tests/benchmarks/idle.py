"""An idle pass: what a look at a plan costs when nothing is due, with a thousand obligations open and with a million.

``python -m tests.benchmarks.idle SMALL_FOLDER SMALL_OFFICES SMALL_DATABASE LARGE_FOLDER ...`` prints as JSON the
medians of 50 passes of ``dunghan.engine.sweep.run_pass`` in this process, taken in turns, and the ``scans`` among
the query plans of its statements on the large database.
"""

import json
import sys
import time
from pathlib import Path
from statistics import median

from dunghan.engine.context import Context
from dunghan.engine.sweep import run_pass
from tests.benchmarks.plans import scans, watching
from tests.benchmarks.world import NONE_DUE, PLAN, World

PASSES = 50


def one_pass(context: Context) -> float:
    """Milliseconds for a pass that finds nothing."""
    began = time.perf_counter()
    done = run_pass(context, PLAN, NONE_DUE)
    spent = time.perf_counter() - began
    if any(done):
        raise RuntimeError(f"a pass with nothing due did something: {done}")
    return spent * 1000


def main(*words: str) -> None:
    """Take turns, then look at the plans."""
    few, many = (World(Path(f), int(n)).context(Path(db), 25) for f, n, db in (words[:3], words[3:]))
    for context in (few, many):
        one_pass(context)
    spent = [(one_pass(few), one_pass(many)) for _ in range(PASSES)]
    with watching(many.db) as statements:
        one_pass(many)
    found = {"small_ms": median(s for s, _ in spent), "large_ms": median(s for _, s in spent)}
    told = {"statements": len(statements), "scans": scans(Path(words[5]), statements)}
    sys.stdout.write(json.dumps(found | told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
