"""What a run of ours does to the world, taken down to be done again without us: its mails, and its rows.

The rows are found by comparing the database before and after, so they are exactly those that the product writes,
whatever its tables look like. They come in two steps, as the product must take them: what stands in the database
before a mail leaves (never twice), and what is settled when it has left (never lost).
"""

import pickle
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from dunghan.engine.delivery import deliver
from dunghan.engine.sweep import run_pass
from tests.benchmarks.sink import Mail, Sink
from tests.benchmarks.world import DUE, PLAN, World

Rows = list[tuple[Any, ...]]


class Change(NamedTuple):
    """One statement for ``executemany``."""

    sql: str
    rows: Rows


class Recording(NamedTuple):
    """``before`` and ``after`` the mails: the changes, parents first."""

    mails: list[Mail]
    before: list[Change]
    after: list[Change]


def record(world: World, sink: Sink, into: Path) -> None:
    """Run ours once, in this process, against a keeping sink, and put the :class:`Recording` into a file."""
    file, queued = world.copy("recorded"), world.folder / "queued.db"
    context = world.context(file, sink.port)
    with sink.keeping() as mails:
        done = run_pass(context, PLAN, DUE)
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(queued)) as target:
            source.backup(target)
        sent = deliver(context, DUE, PLAN)
    context.db.dispose()
    found = Recording(mails, changes(world.template, queued), changes(queued, file))
    if (done.reminders, sent.delivered, len(mails)) != (world.offices, world.offices + 1, world.offices + 1):
        raise RuntimeError(f"the recorded run is not what is to be measured: {done}, {sent}, {len(mails)} mails")
    into.write_bytes(pickle.dumps(found))


def changes(before: Path, after: Path) -> list[Change]:
    """The statements that make the first database hold what the second holds; tables referred to come first."""
    with closing(sqlite3.connect(after)) as db:
        db.execute("ATTACH ? AS old", (str(before),))
        tables = [row[0] for row in db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
        ours = [t for t in tables if not t.startswith("sqlite_")]
        return [c for table in sorted(ours, key=lambda t: _depth(db, t)) for c in _of_table(db, table) if c.rows]


def _depth(db: sqlite3.Connection, table: str) -> int:
    parents = {row[2] for row in db.execute(f"PRAGMA main.foreign_key_list({table})")} - {table}
    return 1 + max((_depth(db, parent) for parent in parents), default=0)


def _of_table(db: sqlite3.Connection, table: str) -> list[Change]:
    described = db.execute(f"PRAGMA main.table_info({table})").fetchall()
    columns = [f'"{row[1]}"' for row in described]
    key = [f'"{row[1]}"' for row in described if row[5]] or columns
    same = " AND ".join(f"n.{k} IS o.{k}" for k in key)
    both = f"main.{table} n JOIN old.{table} o ON {same}"
    changed = [c for c in columns if db.execute(f"SELECT 1 FROM {both} WHERE n.{c} IS NOT o.{c} LIMIT 1").fetchone()]
    marks, where = ", ".join("?" * len(columns)), " AND ".join(f"{k} = ?" for k in key)
    gone = f"SELECT {_listed('o', key)} FROM old.{table} o LEFT JOIN main.{table} n ON {same} WHERE n.{key[0]} IS NULL"
    new = f"SELECT {_listed('n', columns)} FROM main.{table} n LEFT JOIN old.{table} o ON {same}"
    found = [
        Change(f"DELETE FROM {table} WHERE {where}", db.execute(gone).fetchall()),
        Change(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
            db.execute(f"{new} WHERE o.{key[0]} IS NULL").fetchall(),
        ),
    ]
    if changed:
        differs = " OR ".join(f"n.{c} IS NOT o.{c}" for c in changed)
        rows = db.execute(f"SELECT {_listed('n', [*changed, *key])} FROM {both} WHERE {differs}").fetchall()
        found.append(Change(f"UPDATE {table} SET {', '.join(f'{c} = ?' for c in changed)} WHERE {where}", rows))
    return found


def _listed(alias: str, columns: list[str]) -> str:
    return ", ".join(f"{alias}.{c}" for c in columns)
