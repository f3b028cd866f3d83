"""A crowd of open obligations around a world's own: as many as asked for, in the same plan, with their history.

They are loaded by plain SQL from a row that the engine wrote, into 80 other periods of the plan. Every one is open and
unanswered and has its next rung in the future (half of them are weeks overdue), so that they fill every index that a
pass looks at; and each has been reminded once, by a message that was delivered. Nothing of them is ever due.
"""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Column, Connection, Date, Integer, MetaData, Table, text

from dunghan.engine.context import Context
from dunghan.store.database import writing
from dunghan.store.messages import MESSAGE, REMINDER
from dunghan.store.obligations import OBLIGATION
from models.instant import Instant
from models.timezone import local_day
from tests.benchmarks.world import DUE, PLAN, World

_DAYS = 1_000
_PERIODS = 80


def place(world: World) -> World:
    """Where the same world stands with a crowd around it: in a database beside its own."""
    return World(world.folder, world.offices, "crowd")


def enlarged(world: World, total: int, port: int) -> World:
    """The same world with ``total`` obligations, made once."""
    large = place(world)
    if not large.ready:
        growing = world.copy("growing")
        context = world.context(growing, port)
        crowd(context, total - world.offices, world.offices)
        context.db.dispose()
        growing.rename(large.template)
    return large


def crowd(context: Context, count: int, contacts: int) -> None:
    """Add ``count`` obligations, and for each a reminder and a message to one of the first ``contacts`` contacts."""
    with writing(context.db) as connection:
        _lay_out(connection)
        base = int(connection.scalar(text("SELECT max(id) FROM message")) or 0)
        given = {"count": count, "contacts": contacts, "base": base, "plan": PLAN}
        for statement in _statements():
            connection.execute(text(statement), given)
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT setval(pg_get_serial_sequence('message', 'id'), max(id)) FROM message"))
            connection.execute(text("DROP TABLE spread"))


def settle(context: Context) -> None:
    """What autovacuum does on PostgreSQL within minutes of such a load. SQLite gets none, as in the product."""
    if context.db.dialect.name == "postgresql":
        with context.db.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _lay_out(connection: Connection) -> None:
    """A table of days: every SQL reckons dates in a way of its own, so Python does it."""
    spread = Table(
        "spread", MetaData(), Column("k", Integer, primary_key=True), Column("next_at", Instant),
        Column("late_at", Instant), Column("last_day", Date), Column("past", Date), prefixes=["TEMPORARY"],
    )  # fmt: skip
    spread.create(connection)
    rows = []
    for k in range(_DAYS):
        coming = DUE + timedelta(days=2 + k % 60)
        late = DUE - timedelta(days=20 + k % 40) if k % 2 else coming + timedelta(days=3)
        past = local_day(DUE) - timedelta(days=30 + k)
        rows.append({"k": k, "next_at": coming, "late_at": late, "last_day": local_day(late), "past": past})
    connection.execute(spread.insert(), rows)


_KEY = f"CAST(1900 + i % {_PERIODS} AS TEXT)"
_ID = f"CAST(:plan AS TEXT) || '/annual/' || {_KEY} || '/y' || CAST(i AS TEXT)"
_FATE = {"last_day": "s.last_day", "late_at": "s.late_at", "deadline": "s.late_at", "next_at": "s.next_at"}
_MESSAGE_ID = ":base + 1 + i"


def _statements() -> Iterator[str]:
    yield (
        "INSERT INTO period (plan, report, period, opened_at, expected) "
        "SELECT plan, report, CAST(1900 + s.k AS TEXT), opened_at, expected "
        f"FROM period CROSS JOIN spread s WHERE s.k < {_PERIODS}"
    )
    contact = "1 + i % :contacts"
    yield _many(OBLIGATION, f"i % {_DAYS}", _FATE | {"id": _ID, "period": _KEY, "office": "'y' || CAST(i AS TEXT)"})
    mail = {"id": _MESSAGE_ID, "contact_id": contact, "message_id": "'crowd-' || CAST(i AS TEXT)"}
    yield _many(MESSAGE, "i / :contacts", mail | {"day": "s.past", "body": "''"})
    rung = {"id": "", "obligation_id": _ID, "last_day": "s.last_day", "rung": "'-7d'"}
    yield _many(REMINDER, f"i % {_DAYS}", rung | {"contact_id": contact, "message_id": _MESSAGE_ID})


def _many(table: Table, day: str, own: dict[str, str]) -> str:
    """Copies of the table's first row, but for some columns; ``day`` picks the line of ``spread``."""
    names = [c.name for c in table.columns if own.get(c.name) != ""]
    values = ", ".join(own.get(name, f'o."{name}"') for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    return (
        f"INSERT INTO {table.name} ({quoted}) "
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :count - 1) "
        f"SELECT {values} FROM n JOIN spread s ON s.k = {day} "
        f"CROSS JOIN (SELECT * FROM {table.name} ORDER BY id LIMIT 1) o"
    )
