"""The peak of a process's memory."""

import resource
import sys
from pathlib import Path


def peak_mb() -> float:
    """The most that this process has held, in MB (2**20).

    Linux keeps ``ru_maxrss`` over an exec: a child of a big parent would show the parent's. ``VmHWM`` is its own.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        found = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(found.split()[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 1024
