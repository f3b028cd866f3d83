"""Python's cycle collector, at rest where it would find nothing: in a sweep, and on a process's way out."""

import atexit
import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_resting = 0
_was_on = False


@contextmanager
def at_rest() -> Iterator[None]:
    """No search for cycles while the block runs, in whatever thread; what holds no cycle is freed at once as ever.

    A sixth of a nation's sweep goes into that search otherwise (tests/benchmarks). The last one out switches it on.
    """
    global _resting, _was_on  # noqa: PLW0603 - the collector is the process's as well
    with _lock:
        if _resting == 0:
            _was_on = gc.isenabled()
            gc.disable()
        _resting += 1
    try:
        yield
    finally:
        with _lock:
            _resting -= 1
            if _resting == 0 and _was_on:
                gc.enable()


def leave_quickly() -> None:
    """Let this process end without a last search through all that it has imported: half a second of every flow run.

    Imports make lasting objects by the hundred thousand, so while they go on it searches seldom as well.
    """
    gc.set_threshold(50_000, 20, 20)
    atexit.register(gc.freeze)
