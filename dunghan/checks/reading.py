"""Reading one file in a process of its own: it may crash, hang or swell, and nothing here minds."""

import json
from pathlib import Path

from dunghan.checks import apart
from dunghan.checks.found import WALL_SECONDS, Found


def read(path: Path, seconds: float = WALL_SECONDS) -> Found:
    """What a file is and holds, by its content alone. What could not be read within the limits says ``too_much``."""
    try:
        told = apart.run("dunghan.checks", path, seconds)
    except apart.Ended as ended:
        return Found("", "too_much", str(ended))
    return Found(**json.loads(told))
