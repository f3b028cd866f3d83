"""Reading one file in a process of its own: it may crash, hang or swell, and nothing here minds."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from dunghan.checks.found import WALL_SECONDS, Found

_AT_ONCE = threading.BoundedSemaphore(max(2, (os.cpu_count() or 2) // 2))
"""However many hand in at the same moment, so many files are read."""
_ALONE = {"LANG": "C.UTF-8", "PATH": os.defpath}
"""No setting of ours, and no secret, is there for it to see."""


def read(path: Path, seconds: float = WALL_SECONDS) -> Found:
    """What a file is and holds, by its content alone. What could not be read within the limits says ``too_much``."""
    command = [sys.executable, "-I", "-m", "dunghan.checks", str(path.resolve())]
    with _AT_ONCE:
        try:
            done = subprocess.run(
                command, env=_ALONE, capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            return Found("", "too_much")
    if done.returncode != 0:
        return Found("", "too_much", f"exit {done.returncode}")
    return Found(**json.loads(done.stdout))
