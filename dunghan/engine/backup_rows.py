"""Rows of any revision's tables, out of one instant of the database and as lines that either database reads."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    event,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError

from dunghan.store import trouble
from dunghan.store.database import place
from models.instant import Instant
from models.migrations import HEAD
from models.tables import AuditRow

BATCH = 1000
"""Rows read or written at a time: no table is ever held whole."""

_VERSIONS = "alembic_version"


@contextmanager
def snapshot(db: Engine) -> Iterator[Connection]:
    """A transaction that sees one instant of the database, of whatever revision, and holds up nobody."""
    file = db.url.database
    if db.dialect.name == "sqlite" and file and file != ":memory:" and not Path(file).is_file():
        raise trouble.no_file(file)
    one: Any = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    options = one if db.dialect.name == "postgresql" else {}  # SQLite's journal gives every reader its own instant
    try:
        with db.connect().execution_options(**options) as connection, connection.begin():
            yield connection
    except DatabaseError as error:
        raise trouble.told(place(db), str(error.orig)) from error


def revision(connection: Connection) -> str | None:
    """The migration at which this database stands; None where it holds nothing of ours."""
    if not connection.dialect.has_table(connection, _VERSIONS):
        return None
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {_VERSIONS}"))  # noqa: S608 - our own name
    return found


def tables(connection: Connection) -> list[Table]:
    """The tables as they stand in this database; what is referred to comes first.

    At today's revision tables that are not ours are passed over. An older one's names nobody knows any more.
    """
    known = AuditRow.metadata.tables if revision(connection) == HEAD else None
    held = MetaData()
    event.listen(held, "column_reflect", _portable)
    held.reflect(connection, only=lambda name, _: name != _VERSIONS and (known is None or name in known))
    return list(held.sorted_tables)


def _portable(_: Any, __: Any, column: dict[str, Any]) -> None:
    """The types that mean the same on both databases. A null stays a null, and is no JSON text ``null``."""
    if isinstance(column["type"], DateTime):
        column["type"] = Instant()
    elif isinstance(column["type"], JSON):
        column["type"] = JSON(none_as_null=column["nullable"])


def rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """A table's rows, streamed in the order of their keys."""
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=BATCH)
    with connection.execute(query) as found:
        for row in found:
            yield dict(row._mapping)


def written(row: dict[str, Any]) -> bytes:
    """A row as one line of UTF-8; half a surrogate, which UTF-8 has no place for, as its JSON escape."""
    line = json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return line.encode("utf-8", "backslashreplace") + b"\n"


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"a backup has no way to write {type(value).__name__}")


Read = Callable[[Any], Any]
_READERS: tuple[tuple[type[Any], Read], ...] = (
    (Instant, datetime.fromisoformat),
    (Date, date.fromisoformat),
    (LargeBinary, base64.b64decode),
)
_AS_THEY_ARE = (String, Integer, Boolean, Float, JSON)


def reader(table: Table) -> Callable[[bytes], dict[str, Any]]:
    """What turns a line back into a row of this table. ValueError: the line is none of this table's."""
    names = set(table.c.keys())
    read = {column.name: found for column in table.c if (found := _reader_of(column))}

    def row(line: bytes) -> dict[str, Any]:
        read_in: Any = json.loads(line)
        if not isinstance(read_in, dict) or read_in.keys() != names:
            raise ValueError(f"a line of {table.name} has other columns than the table")
        cells: dict[str, Any] = read_in
        for name, convert in read.items():
            if cells[name] is not None:
                cells[name] = convert(cells[name])
        return cells

    return row


def _reader_of(column: Column[Any]) -> Read | None:
    for kind, convert in _READERS:
        if isinstance(column.type, kind):
            return convert
    if not isinstance(column.type, _AS_THEY_ARE):
        raise TypeError(f"a backup has no way to read {column}: give {column.type!r} one in {__name__}")
    return None
