"""Query plans: which statements of a piece of work read a growing table from end to end (SQLite)."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

_SMALL = ("plan_decision", "period", "office", "alembic_version", "sqlite_master", "sqlite_schema")
"""They hold a row per plan, report, import or decision on a plan, and do not grow with what is owed."""


@contextmanager
def watching(engine: Engine) -> Iterator[list[str]]:
    """Every statement, as SQLite itself sees it, that the engine's connections run while the block lasts."""
    said: list[str] = []

    @event.listens_for(engine, "checkout")
    def _taken(connection: Any, _: Any, __: Any) -> None:
        connection.set_trace_callback(said.append)

    try:
        yield said
    finally:
        event.remove(engine, "checkout", _taken)
        engine.dispose()  # so that no connection goes on telling
    said[:] = dict.fromkeys(s for s in said if re.match(r"\s*(SELECT|WITH|UPDATE|DELETE|INSERT)\b", s, re.IGNORECASE))
    if not said:
        raise RuntimeError("no statement was seen: the work does not go through SQLAlchemy's connections any more")


def scans(file: Path, statements: Sequence[str]) -> list[str]:
    """``SCAN ...: statement`` for each step that reads a table that grows, or an index of it, from end to end."""
    found: dict[str, None] = {}
    with closing(sqlite3.connect(file)) as db:
        for statement in statements:
            told = " ".join(statement.split())[:100]  # without most of its values: each once
            steps = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}")]
            found |= {f"{step}: {told}": None for step in steps if _scans(step)}
    return list(found)


def _scans(step: str) -> bool:
    """Whether a step goes through a growing table; ``500 CONSTANT ROWS`` and ``json_each`` are what it was given."""
    known = (*_SMALL, "json_each")
    return step.startswith("SCAN") and step.split()[1] not in known and not step.endswith(("ROW", "ROWS"))
