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

Convert = Callable[[Iterable[Any]], Iterable[Any]]


def insert_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows that are not there yet, and say how many were new. All rows have the keys of the first."""
    if not rows:
        return 0
    names = list(rows[0])
    marks = ", ".join([_mark(connection)] * len(names))
    sql = f"INSERT INTO {table.name} ({', '.join(map(_quoted, names))}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608
    return _run(connection, table, sql, names, rows)


def update_each(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], held: Mapping[str, str] | None = None
) -> int:
    """Update each row by its ``id`` to the other values it has, where it holds the values of ``held``.

    Says how many were found.
    """
    if not rows:
        return 0
    names = [name for name in rows[0] if name != "id"]
    mark = _mark(connection)
    put = ", ".join(f"{_quoted(name)} = {mark}" for name in names)
    where = " AND ".join(f"{_quoted(name)} = {mark}" for name in ("id", *(held or ())))
    sql = f"UPDATE {table.name} SET {put} WHERE {where}"  # noqa: S608 - our own columns
    return _run(connection, table, sql, [*names, "id"], rows, tuple((held or {}).values()))


def _run(
    connection: Connection,
    table: Table,
    sql: str,
    columns: Sequence[str],
    rows: Sequence[dict[str, Any]],
    more: tuple[str, ...] = (),
) -> int:
    """Run a statement with each row's values of ``columns``, converted as the driver wants them, and ``more``."""
    take = itemgetter(*columns) if len(columns) > 1 else lambda row: (row[columns[0]],)
    by_column: list[Iterable[Any]] = list(zip(*map(take, rows), strict=True))
    for place, name in enumerate(columns):
        if convert := _converter(connection, table, name):
            by_column[place] = convert(by_column[place])
    ready = list(zip(*by_column, *(repeat(value) for value in more)))  # noqa: B905 - what is repeated has no end
    return connection.exec_driver_sql(sql, ready, execution_options={"preserve_rowcount": True}).rowcount


def _mark(connection: Connection) -> str:
    return "%s" if connection.dialect.name == "postgresql" else "?"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _converter(connection: Connection, table: Table, name: str) -> Convert | None:
    kind = table.c[name].type
    on_sqlite = connection.dialect.name == "sqlite"
    if isinstance(kind, JSON):
        return partial(map, json.dumps)
    if isinstance(kind, Instant):
        return _remembering(_instant_text if on_sqlite else _aware)
    return _remembering(date.isoformat) if on_sqlite and isinstance(kind, Date) else None


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
