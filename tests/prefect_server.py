"""Prefect servers for tests: on a database that was migrated once, for that takes a server longer than its start."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import prefect

from deployments import child, server

_CACHE = Path(__file__).parents[1] / ".pytest_cache"


def environment(**more: str) -> dict[str, str]:
    """This process's variables without those of an installation or of a Prefect profile."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("DUNGHAN_", "PREFECT_"))} | more


@contextmanager
def prefect_server(folder: Path, **more: str) -> Iterator[dict[str, str]]:
    """A server under ``folder`` while the block lasts; yields its settings, as ``server_settings`` makes them."""
    settings = server.server_settings(folder / "prefect", "127.0.0.1", server.free_port()) | more
    settle(Path(settings["PREFECT_HOME"]))
    running = server.start(settings, folder / "server.log")
    try:
        yield settings
    finally:
        child.stop(running)


def settle(home: Path) -> None:
    """Put an empty database of this Prefect into its folder, which is new."""
    home.mkdir(parents=True)
    shutil.copyfile(_migrated(), home / "prefect.db")


def _migrated() -> Path:
    """The database, made by the first process to ask, ever, of this version of Prefect."""
    _CACHE.mkdir(exist_ok=True)
    made = _CACHE / f"prefect-{prefect.__version__}.db"
    with (_CACHE / "prefect.lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        if not made.exists():
            with tempfile.TemporaryDirectory() as home:
                subprocess.run(
                    [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"], cwd=home, check=True,
                    env=environment(PREFECT_HOME=home, DO_NOT_TRACK="1"), capture_output=True, timeout=120,
                )  # fmt: skip
                new = Path(home) / "new.db"
                with closing(sqlite3.connect(f"{home}/prefect.db")) as connection:
                    connection.execute(f"VACUUM INTO '{new}'")  # with whatever its log still holds
                shutil.move(new, part := made.with_suffix(".part"))
            part.rename(made)
    return made
