"""Reading rows by plain SQL, from SQLAlchemy's connection or, since a listing must start fast, from SQLite's own."""

import json
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from dunghan.store import trouble

if TYPE_CHECKING:
    from sqlalchemy import Connection, TextClause

    Source = Connection | sqlite3.Connection

FILE = "sqlite:///"
Make = Callable[[Sequence[Any]], Any]
T = TypeVar("T")


def as_is(kind: type[T]) -> Callable[[Sequence[Any]], T]:
    """What makes a named tuple of a row whose cells are its fields already: half the time of its ``_make``."""
    return cast(Callable[[Sequence[Any]], T], partial(tuple.__new__, kind))


def sqlite_file(url: str) -> str | None:
    """The file of a SQLite URL, or None where the database is another."""
    file = url.removeprefix(FILE)
    return file if url.startswith(FILE) and file and file != ":memory:" and "?" not in file else None


@contextmanager
def reading_file(file: str) -> Iterator[sqlite3.Connection]:
    """A read-only transaction on a SQLite file, without importing SQLAlchemy (0.15 s of CPU)."""
    if not Path(file).is_file():
        raise trouble.no_file(file)
    place = FILE + file
    try:
        with closing(sqlite3.connect(file, timeout=trouble.BUSY_SECONDS, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
            trouble.require_version(found[0] if found else None, place)
            yield connection
    except sqlite3.Error as error:
        raise trouble.told(place, str(error)) from error


def fetch(
    source: "Source",
    sql: str,
    values: Mapping[str, Any],
    *,
    days: tuple[str, ...] = (),
    instants: tuple[str, ...] = (),
    make: Make | None = None,
) -> list[Any]:
    """Rows with their columns as attributes, or what ``make`` makes of a row's cells.

    ``days`` and ``instants`` name the columns that hold such.

    Values are named ``:so`` in the statement. SQLite's are read as the driver gives them, whoever connects: a
    statement's typed columns cost more than the rows.
    """
    if isinstance(source, sqlite3.Connection):
        return _from_sqlite(source, sql, values, days, instants, make)
    return _from_sqlalchemy(source, sql, values, days, instants, make)


def run(connection: "Connection", sql: str, values: Mapping[str, Any]) -> None:
    """Write by one statement, with values as ``fetch`` takes them: so one ``UPDATE`` reaches a whole list of rows."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(sql, _all_bound(values))
    else:
        connection.execute(_timed(sql, values), dict(values))


def _from_sqlalchemy(
    source: "Connection",
    sql: str,
    values: Mapping[str, Any],
    days: tuple[str, ...],
    instants: tuple[str, ...],
    make: Make | None,
) -> list[Any]:
    if source.dialect.name == "sqlite":
        found = source.exec_driver_sql(sql, _all_bound(values))
        with closing(found):
            return _parsed(tuple(found.keys()), found.cursor.fetchall(), days, instants, make)
    from sqlalchemy import Date

    from models.instant import Instant

    typed = _timed(sql, values).columns(**dict.fromkeys(days, Date), **dict.fromkeys(instants, Instant))
    rows = source.execute(typed, dict(values))
    return list(map(make, rows)) if make else list(rows)


def _timed(sql: str, values: Mapping[str, Any]) -> "TextClause":
    """The statement with the types of the days and instants that it is given."""
    from sqlalchemy import Date, bindparam, text

    from models.instant import Instant

    timed = [
        bindparam(name, type_=Instant if isinstance(value, datetime) else Date)
        for name, value in values.items()
        if isinstance(value, date)
    ]
    return text(sql).bindparams(*timed)


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    return date.fromisoformat(text)


def as_day(value: Any) -> Any:
    """A day of a row that was fetched without naming its days: SQLite holds text, PostgreSQL gives the day itself."""
    return _day(value) if isinstance(value, str) else value


@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def among(source: "Source", name: str) -> str:
    """The condition that a column's value is in the list of that name: one statement, however long the list."""
    if isinstance(source, sqlite3.Connection) or source.dialect.name == "sqlite":
        return f"IN (SELECT value FROM json_each(:{name}))"  # noqa: S608
    return f"= ANY(:{name})"


def _bound(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"  # as SQLAlchemy stores it
    return value.isoformat() if isinstance(value, date) else value


def _all_bound(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _bound(value) for name, value in values.items()}


@lru_cache
def _row_type(names: tuple[str, ...]) -> Callable[..., Any]:
    return as_is(namedtuple("Row", names))


def _from_sqlite(
    source: sqlite3.Connection,
    sql: str,
    values: Mapping[str, Any],
    days: tuple[str, ...],
    instants: tuple[str, ...],
    make: Make | None,
) -> list[Any]:
    cursor = source.execute(sql, _all_bound(values))
    return _parsed(tuple(column[0] for column in cursor.description), cursor, days, instants, make)


def _parsed(
    names: tuple[str, ...],
    raw_rows: Iterable[Sequence[Any]],
    days: tuple[str, ...],
    instants: tuple[str, ...],
    make: Make | None,
) -> list[Any]:
    make = make or _row_type(names)
    parsers = [(i, _day if n in days else _instant) for i, n in enumerate(names) if n in (*days, *instants)]
    if not parsers:
        return list(map(make, raw_rows))
    found = []
    for raw in raw_rows:
        cells = list(raw)
        for index, parse in parsers:
            if cells[index] is not None:
                cells[index] = parse(cells[index])
        found.append(make(cells))
    return found
