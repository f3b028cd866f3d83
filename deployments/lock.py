"""One ``dunghan serve`` on the same data: a lock that ends with the process that holds it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from dunghan.engine.context import Context
from models.errors import ServerTrouble


@contextmanager
def only_one(context: Context, home: Path) -> Iterator[None]:
    """Hold what there may be only one of: Prefect's home, and our database, for as long as the block runs.

    Raises ServerTrouble, which names the process (or the database's client) that holds it.
    """
    url = context.db.url
    with _file(home / "serve.lock", f"Prefect's home {home}"):
        if url.get_backend_name() != "sqlite":
            with _advisory(context):
                yield
        elif url.database and url.database != ":memory:":
            with _file(Path(f"{url.database}.serve"), f"the database {url.database}"):
                yield
        else:
            yield


@contextmanager
def _file(path: Path, what: str) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    with os.fdopen(descriptor, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServerTrouble(_held(what, f"process {file.read().strip() or 'unknown'}")) from None
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield  # the file stays: removing it would let two hold two files of one name


@contextmanager
def _advisory(context: Context) -> Iterator[None]:
    """The same on PostgreSQL, by a lock of the session; it is given up if the server drops our connection."""
    with context.db.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended('dunghan serve', 0))")):
            raise ServerTrouble(_held("the database", f"a client from {connection.scalar(_HOLDER) or 'its own host'}"))
        yield


_HOLDER = text(
    "SELECT client_addr::text FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted "
    "AND (classid::bigint << 32) | objid::bigint = hashtextextended('dunghan serve', 0)"
)


def _held(what: str, who: str) -> str:
    return f"`dunghan serve` runs already on {what} ({who}): stop that one first, or serve from another folder."
