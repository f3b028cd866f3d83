"""On what it was measured: ratios travel, seconds do not."""

import os
import platform
import sqlite3
from importlib.metadata import version
from typing import Any


def facts() -> dict[str, Any]:
    """Cores, Python, versions, and how busy the machine was with other things."""
    packages = ("prefect", "apprise", "sqlalchemy", "psycopg")
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": [round(x, 2) for x in os.getloadavg()],
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in packages},
    }
