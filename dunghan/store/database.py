"""The database: open it, begin a transaction, migrate, and tell its troubles in one line."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DisconnectionError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool, StaticPool

from dunghan.store import trouble
from models.errors import BadSettings, DatabaseTrouble

_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "wal_autocheckpoint=8000")
"""The last: a large sweep's log, up to 32 MB, is folded into the file a few times, not at every other batch."""


def connect(url: str) -> Engine:
    """An engine for the URL; nothing is opened yet."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadSettings("DUNGHAN_DATABASE_URL cannot be read: write sqlite:///var/dunghan.db.") from None
    if parsed.get_backend_name() != "sqlite":
        # What the driver has to say of a lost connection comes as an error as well, which is told in one line.
        logging.getLogger("psycopg").setLevel(logging.ERROR)
        # Rows in a pipeline: SQLAlchemy's one long INSERT takes twice as long here, and counts no rows.
        return create_engine(parsed, pool_pre_ping=True, use_insertmanyvalues=False, hide_parameters=True)
    kept = parsed.database not in (None, "", ":memory:")
    engine = create_engine(
        parsed,
        connect_args={"timeout": trouble.BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,  # addresses stay out of tracebacks
        poolclass=QueuePool if kept else StaticPool,
    )

    @event.listens_for(engine, "connect")
    def _opened(connection: Any, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        record.info["file"] = _identity(parsed.database) if kept else None

    @event.listens_for(engine, "checkout")
    def _taken(_: Any, record: ConnectionPoolEntry, __: Any) -> None:
        # Opening anew each time costs a checkpoint at each close; a file put in the place of ours must not go unseen.
        if kept and record.info["file"] != _identity(parsed.database):
            raise DisconnectionError("another file has taken the database's place")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")

    return engine


def _identity(file: str | None) -> tuple[int, int] | None:
    """What tells a file from another one that is put in its place."""
    try:
        found = Path(file or "").stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def place(engine: Engine) -> str:
    """Where the database is, without its password."""
    return engine.url.render_as_string(hide_password=True)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads. Raises DatabaseMissing or DatabaseTrouble."""
    with _transaction(engine, writes=False) as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed at the end, rolled back by any error."""
    with _transaction(engine, writes=True) as connection:
        yield connection


@contextmanager
def _transaction(engine: Engine, writes: bool) -> Iterator[Connection]:
    _require_file(engine)
    try:
        with engine.connect().execution_options(writes=writes) as connection, connection.begin():
            _require_schema(connection)
            yield connection
    except IntegrityError:
        raise  # a constraint's answer is the caller's to read
    except (DatabaseError, sqlite3.Error) as error:  # the driver's own where rows are read from it
        raise _told(engine, error) from error


def _require_file(engine: Engine) -> None:
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and file != ":memory:" and not Path(file).is_file():
        raise trouble.no_file(file)


_CURRENT: WeakSet[Engine] = WeakSet()
"""Engines whose schema has been found to be ours."""


def _require_schema(connection: Connection) -> None:
    if connection.engine in _CURRENT:
        return
    known = connection.engine.dialect.has_table(connection, "alembic_version")
    version = connection.scalar(text("SELECT version_num FROM alembic_version")) if known else None
    trouble.require_version(version, place(connection.engine))
    _CURRENT.add(connection.engine)


def _told(engine: Engine, error: Exception) -> DatabaseTrouble:
    return trouble.told(place(engine), str(getattr(error, "orig", error)))


_ALONE_SECONDS = 60
"""How long to wait for another process that asks a gateway for a token: longer than that may take."""


@contextmanager
def alone(engine: Engine, name: str) -> Iterator[None]:
    """One holder of a name at a time, among all processes, while others may write. Raises DatabaseTrouble.

    On SQLite the lock is a file of its own beside the database, which itself has but one writer at a time.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SELECT pg_advisory_lock(hashtextextended(:name, 0))"), {"name": name})
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))"), {"name": name})
        return
    if engine.url.database in (None, "", ":memory:"):
        yield
        return
    held = sqlite3.connect(f"{engine.url.database}.lock", timeout=_ALONE_SECONDS, isolation_level=None)
    try:
        held.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        held.close()
        raise _told(engine, error) from error
    try:
        yield
    finally:
        held.close()


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to a revision, creating the SQLite file and its folder where they are missing."""
    from alembic import command
    from alembic.config import Config

    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", "models:migrations")
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            config.attributes["connection"] = connection
            (command.downgrade if revision == "base" else command.upgrade)(config, revision)
    except IntegrityError:
        raise  # a constraint's answer is the caller's to read
    except DatabaseError as error:
        raise _told(engine, error) from error


def lock_files(connection: Connection, *, alone: bool) -> None:
    """Keep those who name files and those who remove files that nobody names apart until this transaction ends.

    Many may name some at once (``alone`` is false), while nobody removes any. SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        connection.execute(text(f"SELECT {lock}(hashtextextended('files', 0))"))


def lock_plan(connection: Connection, plan: str) -> None:
    """One sweep of a plan at a time. SQLite's BEGIN IMMEDIATE already sees to that."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:plan, 0))"), {"plan": f"plan:{plan}"})
