"""Writing many rows with little ado: plain tuples to the driver, since a statement's typed values cost more than it.

What a column's type would do to each value is done here, for the types that our tables have.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import repeat
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Connection, Date, Table

from models.instant import Instant

Rows = Sequence[dict[str, Any]]
Column = tuple[str, Iterable[Any]]
Convert = Callable[[Iterable[Any]], Iterable[Any]]


def insert_new(connection: Connection, table: Table, rows: Rows, alike: Mapping[str, Any] | None = None) -> int:
    """Insert the rows that are not there yet, and say how many were new.

    All rows have the keys of the first, and the values of ``alike`` besides.
    """
    if not rows:
        return 0
    columns = [*_own(rows, rows[0]), *_shared(rows, alike or {})]
    names = ", ".join(_quoted(name) for name, _ in columns)
    marks = ", ".join([_mark(connection)] * len(columns))
    sql = f"INSERT INTO {table.name} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608 - our own columns
    return _run(connection, table, sql, columns)


def update_each(
    connection: Connection, table: Table, rows: Rows, alike: Mapping[str, Any], held: Mapping[str, Any]
) -> int:
    """Update each row by its ``id`` to the other values it has and to those of ``alike``, where it holds ``held``.

    Says how many were found.
    """
    if not rows:
        return 0
    put = [*_own(rows, [name for name in rows[0] if name != "id"]), *_shared(rows, alike)]
    where = [*_own(rows, ["id"]), *_shared(rows, held)]
    mark = _mark(connection)
    new, old = ([f"{_quoted(name)} = {mark}" for name, _ in columns] for columns in (put, where))
    sql = f"UPDATE {table.name} SET {', '.join(new)} WHERE {' AND '.join(old)}"  # noqa: S608 - our own columns
    return _run(connection, table, sql, [*put, *where])


def _own(rows: Rows, names: Iterable[str]) -> list[Column]:
    return [(name, map(itemgetter(name), rows)) for name in names]


def _shared(rows: Rows, values: Mapping[str, Any]) -> list[Column]:
    return [(name, repeat(value, len(rows))) for name, value in values.items()]


def _run(connection: Connection, table: Table, sql: str, columns: Sequence[Column]) -> int:
    """Run a statement with each row's values, converted as the driver wants them."""
    converted = [_converter(connection, table, name)(values) for name, values in columns]
    ready = list(zip(*converted, strict=True))
    return connection.exec_driver_sql(sql, ready, execution_options={"preserve_rowcount": True}).rowcount


def _mark(connection: Connection) -> str:
    return "%s" if connection.dialect.name == "postgresql" else "?"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _converter(connection: Connection, table: Table, name: str) -> Convert:
    kind = table.c[name].type
    on_sqlite = connection.dialect.name == "sqlite"
    if isinstance(kind, JSON):
        return partial(map, json.dumps)
    if isinstance(kind, Instant):
        return _remembering(_instant_text if on_sqlite else _aware)
    return _remembering(date.isoformat) if on_sqlite and isinstance(kind, Date) else iter


def _instant_text(instant: datetime) -> str:
    return f"{_aware(instant).astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"  # as SQLAlchemy stores it


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone: every stored instant needs one")
    return instant


def _remembering(convert: Callable[[Any], Any]) -> Convert:
    """The same value comes row after row: it is converted once. None stays None."""

    def remembered(values: Iterable[Any]) -> Iterable[Any]:
        found, last, ready = [], None, None
        for value in values:
            if value is not last:
                last, ready = value, None if value is None else convert(value)
            found.append(ready)
        return found

    return remembered
