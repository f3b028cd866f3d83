"""Writing reminders and the messages that carry them, in the transaction that decided them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, bindparam, literal_column, or_, select, update

from dunghan.store.bulk import insert_new
from dunghan.store.rows import among, fetch
from models.tables import AttemptRow, MessageRow, ReminderRow

MESSAGE: Table = MessageRow.__table__  # type: ignore[attr-defined]
REMINDER: Table = ReminderRow.__table__  # type: ignore[attr-defined]
ATTEMPT: Table = AttemptRow.__table__  # type: ignore[attr-defined]

UNSENT = ("queued", "retry")
WAITING: ColumnElement[bool] = MESSAGE.c.status.in_(literal_column(f"'{s}'") for s in (*UNSENT, "sending"))
"""What the partial index ``message_waiting`` holds, in its own words: by bound values no planner would know it."""


LONGEST_LEASE = timedelta(hours=1)
"""A lease that ends further ahead is of a clock that was set back since, and holds nothing up."""


class Held(NamedTuple):
    """The message in a slot."""

    id: int
    status: str


def held(connection: Connection, plan: str, day: date, kind: str, contacts: Collection[int]) -> dict[int, Held]:
    """The messages of one plan, day and kind to some contacts, by contact."""
    sql = (
        "SELECT contact_id, id, status FROM message WHERE plan = :plan AND day = :day AND kind = :kind "  # noqa: S608
        f"AND contact_id {among(connection, 'contacts')}"
    )
    rows = fetch(connection, sql, {"plan": plan, "day": day, "kind": kind, "contacts": list(contacts)})
    return {row.contact_id: Held(row.id, row.status) for row in rows}


def told_since(connection: Connection, plan: str, day: date, kind: str) -> set[int]:
    """The contacts who have a message of one plan and kind of that day or of a later one."""
    m = MESSAGE.c
    return set(connection.scalars(select(m.contact_id).where(m.plan == plan, m.day >= day, m.kind == kind)))


_UNTRIED = {"status": "queued", "attempts": 0, "answer": "", "subject": "", "body": ""}


def enqueue(connection: Connection, rows: Sequence[dict[str, Any]], alike: Mapping[str, Any]) -> int:
    """Queue the messages whose slot is free, and say how many are new. ``alike`` holds what all of them share."""
    return insert_new(connection, MESSAGE, rows, {**alike, **_UNTRIED})


class Unsent(NamedTuple):
    """A message that waits and that no sender has."""

    id: int
    contact_id: int
    day: date


class Carrier(NamedTuple):
    """The message that carries a contact's rungs, and its day."""

    id: int
    day: date


def unsent(connection: Connection, plan: str, kind: str, real: datetime) -> list[Unsent]:
    """A plan's messages of one kind that wait, or whose sender died with them in flight (by the ``real`` clock)."""
    m = MESSAGE.c
    query = select(m.id, m.contact_id, m.day).where(WAITING, m.plan == plan, m.kind == kind, _free(real))
    return [Unsent(*row) for row in connection.execute(query)]


def fate_unknown(real: datetime) -> ColumnElement[bool]:
    """It was being sent when its lease ended, or by a clock that was set back since: it may have arrived, or not."""
    m = MESSAGE.c
    return (m.status == "sending") & ~m.lease_until.between(real, real + LONGEST_LEASE)


def _free(real: datetime) -> ColumnElement[bool]:
    return or_(MESSAGE.c.status.in_(UNSENT), fate_unknown(real))


def supersede(connection: Connection, earlier: Sequence[Unsent], newer: Mapping[int, Carrier], real: datetime) -> int:
    """Withdraw unsent messages of earlier days to contacts who have a newer one of the kind; their reminders go along.

    After a gateway's outage an office gets one message, which carries all that the lost ones would have said; so
    it does where a sender died with one in flight. One that a sender took meanwhile is that sender's, and stays.
    """
    m = MESSAGE.c
    gone = 0
    for old in earlier:
        target = newer.get(old.contact_id)
        if target is None or old.day >= target.day:
            continue
        withdraw = update(MESSAGE).where(m.id == old.id, _free(real))
        told = {"status": "withdrawn", "answer": f"superseded by the message of {target.day}"}
        if not connection.execute(withdraw.values(lease_by=None, lease_until=None, **told)).rowcount:
            continue
        connection.execute(update(REMINDER).where(REMINDER.c.message_id == old.id).values(message_id=target.id))
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


def on_record(connection: Connection, obligations: Collection[str]) -> set[tuple[str, date, str]]:
    """What is on record of these obligations: (obligation, last day, rung)."""
    sql = f"SELECT obligation_id, last_day, rung FROM reminder WHERE obligation_id {among(connection, 'ids')}"  # noqa: S608
    rows = fetch(connection, sql, {"ids": list(obligations)}, days=("last_day",))
    return {(row.obligation_id, row.last_day, row.rung) for row in rows}


def last_digest(connection: Connection, plan: str, before: date) -> datetime | None:
    """When the plan's latest digest of an earlier day was decided."""
    query = select(MESSAGE.c.created_at)
    query = query.where(MESSAGE.c.plan == plan, MESSAGE.c.kind == "digest", MESSAGE.c.day < before)
    return connection.scalar(query.order_by(MESSAGE.c.day.desc()).limit(1))


def sent_on(connection: Connection, plan: str, day: date) -> bool:
    """Whether anything but receipts and what coordinators themselves are told has its slot on that day."""
    query = select(MESSAGE.c.id).where(MESSAGE.c.plan == plan, MESSAGE.c.day == day)
    query = query.where(MESSAGE.c.kind.not_in(("digest", "news", "receipt")))
    return connection.execute(query.limit(1)).first() is not None
