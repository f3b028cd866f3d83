"""A process of its own for one file: started here, and confined there before it opens the file."""

import os
import resource
import subprocess
import sys
import threading
from pathlib import Path

_AT_ONCE = threading.BoundedSemaphore(max(2, (os.cpu_count() or 2) // 2))
"""However many hand in at the same moment, so many files are read."""
_ALONE = {"LANG": "C.UTF-8", "PATH": os.defpath}
"""No setting of ours, and no secret, is there for it to see."""


class Ended(Exception):
    """The process did not finish: it took too long, or was stopped at a limit. The message says how it ended."""


def run(package: str, path: Path, seconds: float) -> bytes:
    """What a package's ``__main__`` prints about the file.

    Raises Ended after so many seconds of wall time, or when it is stopped at a limit.
    """
    command = [sys.executable, "-I", "-m", package, str(path.resolve())]
    with _AT_ONCE:
        try:
            done = subprocess.run(
                command, env=_ALONE, capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            raise Ended("") from None
    if done.returncode != 0:
        raise Ended(f"exit {done.returncode}")
    return done.stdout


def confine(memory: int, seconds: int) -> None:
    """From now on no more address space (bytes) and processor time than this, and no file written."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
