"""Writing reminders and the messages that carry them, in the transaction that decided them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, bindparam, literal_column, or_, select, tuple_, update

from dunghan.store.obligations import insert_new
from models.tables import AttemptRow, MessageRow, ReminderRow

MESSAGE: Table = MessageRow.__table__  # type: ignore[attr-defined]
REMINDER: Table = ReminderRow.__table__  # type: ignore[attr-defined]
ATTEMPT: Table = AttemptRow.__table__  # type: ignore[attr-defined]

UNSENT = ("queued", "retry")
WAITING: ColumnElement[bool] = MESSAGE.c.status.in_(literal_column(f"'{s}'") for s in (*UNSENT, "sending"))
"""What the partial index ``message_waiting`` holds, in its own words: by bound values no planner would know it."""


class Slot(NamedTuple):
    """The place of a message: one per contact, plan, day and kind."""

    contact_id: int
    kind: str
    day: date


def taken(connection: Connection, plan: str, since: date) -> dict[Slot, str]:
    """The slots of a plan that are taken from a day on, with their messages' status."""
    query = select(MESSAGE.c.contact_id, MESSAGE.c.kind, MESSAGE.c.day, MESSAGE.c.status)
    query = query.where(MESSAGE.c.plan == plan, MESSAGE.c.day >= since)
    return {Slot(row.contact_id, row.kind, row.day): row.status for row in connection.execute(query)}


def enqueue(connection: Connection, rows: Sequence[dict[str, Any]]) -> int:
    """Queue the messages whose slot is free, and say how many are new."""
    return insert_new(connection, MESSAGE, rows)


def ids(connection: Connection, plan: str, since: date) -> dict[Slot, int]:
    """The message id of every slot of a plan from a day on."""
    query = select(MESSAGE.c.id, MESSAGE.c.contact_id, MESSAGE.c.kind, MESSAGE.c.day)
    query = query.where(MESSAGE.c.plan == plan, MESSAGE.c.day >= since)
    return {Slot(row.contact_id, row.kind, row.day): row.id for row in connection.execute(query)}


def supersede(connection: Connection, plan: str, slots: Collection[Slot], real: datetime) -> int:
    """Withdraw unsent messages of earlier days to contacts who get a new one of the kind; their reminders go along.

    After a gateway's outage an office gets one message, which carries all that the lost ones would have said; so
    it does where a sender died with one in flight (its lease has ended by the ``real`` clock). One that a sender
    took meanwhile is that sender's, and stays.
    """
    m = MESSAGE.c
    target = ids(connection, plan, min((s.day for s in slots), default=date.max))
    free = or_(m.status.in_(UNSENT), (m.status == "sending") & (m.lease_until < real))
    query = select(m.id, m.contact_id, m.kind, m.day).where(m.plan == plan, WAITING, free)
    newer = {(s.contact_id, s.kind): s for s in slots}
    gone = 0
    for row in connection.execute(query).all():
        slot = newer.get((row.contact_id, row.kind))
        if slot is None or row.day >= slot.day or slot not in target:
            continue
        withdraw = update(MESSAGE).where(m.id == row.id, free)
        told = {"status": "withdrawn", "answer": f"superseded by the message of {slot.day}"}
        if not connection.execute(withdraw.values(lease_by=None, lease_until=None, **told)).rowcount:
            continue
        connection.execute(update(REMINDER).where(REMINDER.c.message_id == row.id).values(message_id=target[slot]))
        gone += 1
    return gone


def merge_earlier(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Where a waiting message carries an earlier rung of an obligation that now fires again, that rung is merged."""
    r = REMINDER.c
    earlier = (
        update(REMINDER)
        .where(r.message_id == bindparam("_message"), r.obligation_id == bindparam("_obligation"), r.fired)
        .where(r.kind == "reminder", r.rung != bindparam("_rung"))
        .values(fired=False, reason="merged")
    )
    firing = [
        {"_message": row["message_id"], "_obligation": row["obligation_id"], "_rung": row["rung"]}
        for row in rows
        if row["fired"] and row["kind"] == "reminder"
    ]
    if firing:
        connection.execute(earlier, firing)


def remind(connection: Connection, rows: Sequence[dict[str, Any]]) -> int:
    """Record rungs, fired or not; what is on record already stays as it is."""
    return insert_new(connection, REMINDER, rows)


def on_record(
    connection: Connection, rungs: Collection[tuple[str, date, str]]
) -> set[tuple[str, date, str, int | None]]:
    """Which of these (obligation, last day, rung) are on record already, with their contact."""
    found: set[tuple[str, date, str, int | None]] = set()
    keys = list(rungs)
    columns = (REMINDER.c.obligation_id, REMINDER.c.last_day, REMINDER.c.rung)
    for start in range(0, len(keys), 5000):
        query = select(*columns, REMINDER.c.contact_id).where(tuple_(*columns).in_(keys[start : start + 5000]))
        found.update((r.obligation_id, r.last_day, r.rung, r.contact_id) for r in connection.execute(query))
    return found


def last_digest(connection: Connection, plan: str, before: date) -> datetime | None:
    """When the plan's latest digest of an earlier day was decided."""
    query = select(MESSAGE.c.created_at)
    query = query.where(MESSAGE.c.plan == plan, MESSAGE.c.kind == "digest", MESSAGE.c.day < before)
    return connection.scalar(query.order_by(MESSAGE.c.day.desc()).limit(1))


def sent_on(connection: Connection, plan: str, day: date) -> bool:
    """Whether anything but a digest has its slot on that day."""
    query = select(MESSAGE.c.id).where(MESSAGE.c.plan == plan, MESSAGE.c.day == day, MESSAGE.c.kind != "digest")
    return connection.execute(query.limit(1)).first() is not None
