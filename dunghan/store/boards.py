"""Boards: which periods have changed since coordinators were last shown them, and the counts they were shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.tables import BoardRow

BOARD: Table = BoardRow.__table__  # type: ignore[attr-defined]
CALENDAR = ""
"""The period under which a plan's calendar of what comes next is kept."""


class Mark(NamedTuple):
    """How one board stands: how often it changed, and what was last shown of it."""

    changes: int = 0
    shown: int = -1
    shown_at: datetime | None = None
    fresh_until: datetime | None = None
    published: bool = False
    sums: tuple[dict[str, Any], ...] = ()

    def fresh(self, now: datetime) -> bool:
        """Whether what was shown is what would be shown now: nothing happened, and time alone changed no state."""
        if self.shown != self.changes or self.shown_at is None or now < self.shown_at:
            return False
        return self.fresh_until is None or now < self.fresh_until


NEVER_SHOWN = Mark()
_EMPTY: dict[str, Any] = {"shown": -1, "published": False, "sums": []}


def changed(connection: Connection, plan: str, periods: Iterable[str]) -> None:
    """Note that something happened to these periods of a plan, and so to its calendar."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    new = dialect.insert(BOARD)
    new = new.on_conflict_do_update(index_elements=["plan", "period"], set_={"changes": BOARD.c.changes + 1})
    for period in sorted({CALENDAR, *periods}):  # in one order, so that no two writers wait for each other
        connection.execute(new, {"plan": plan, "period": period, "changes": 1, **_EMPTY})


def obligation_changed(connection: Connection, obligation_id: str) -> None:
    """Note that something happened to the period of one obligation."""
    plan, _, period, _ = obligation_id.split("/")
    changed(connection, plan, (period,))


def all_changed(connection: Connection) -> None:
    """Note that something happened which any board may show, as a new contact."""
    connection.execute(update(BOARD).values(changes=BOARD.c.changes + 1))


def marks(connection: Connection, plan: str) -> dict[str, Mark]:
    """Every board of a plan by its period."""
    b = BOARD.c
    query = select(b.period, b.changes, b.shown, b.shown_at, b.fresh_until, b.published, b.sums)
    rows = connection.execute(query.where(b.plan == plan))
    return {
        row.period: Mark(row.changes, row.shown, row.shown_at, row.fresh_until, row.published, tuple(row.sums))
        for row in rows
    }


def note_shown(connection: Connection, plan: str, period: str, mark: Mark) -> None:
    """Record what was shown of a board as of its ``changes``-th change; what happened meanwhile stays to be shown."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    held = mark._asdict() | {"sums": list(mark.sums)}
    row = {name: value for name, value in held.items() if name != "changes"}
    new = dialect.insert(BOARD).on_conflict_do_update(index_elements=["plan", "period"], set_=row)
    connection.execute(new, {"plan": plan, "period": period, **held})
