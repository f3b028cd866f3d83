"""The mailroom: messages and their fate, as operators look at them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from dunghan import outbox
from dunghan.engine.context import Context
from dunghan.engine.views import stamp
from dunghan.store import contacts
from dunghan.store.contacts import CONTACT
from dunghan.store.database import reading, writing
from dunghan.store.messages import ATTEMPT, LONGEST_LEASE, MESSAGE, REMINDER, fate_unknown
from models.errors import UsageError

STATUSES = ("queued", "sending", "retry", "delivered", "rejected", "dead", "withdrawn")
UNKNOWN = "unknown"
"""To ask for messages whose sender died, or was too slow, between the gateway's answer and ours (docs/decisions)."""


def _row(context: Context, row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "plan": row.plan,
        "day": row.day.isoformat(),
        "kind": row.kind,
        "office": row.office,
        "contact": row.name,
        "channel": row.channel,
        "status": row.status,
        "attempts": row.attempts,
        "not_before": stamp(row.not_before),
        "retry_at": stamp(row.retry_at),
        "settled_at": stamp(row.settled_at),
        "unknown_since": stamp(row.lease_until) if _is_unknown(row, context.now()) else None,
        "message_id": row.message_id,
        "answer": row.answer,
    }


def _is_unknown(row: Any, real: datetime) -> bool:
    """What ``fate_unknown`` asks of the database, asked of a row."""
    return (
        row.status == "sending"
        and row.lease_until is not None
        and not (real <= row.lease_until <= real + LONGEST_LEASE)
    )


def listing(context: Context, plan: str | None, status: str | None, most: int) -> list[dict[str, Any]]:
    """The newest messages first. ``unknown_since`` is when a sender's lease ended without a word from it, or None."""
    if status is not None and status not in (*STATUSES, UNKNOWN):
        raise UsageError(f"No status is called {status!r}: write {', '.join((*STATUSES, UNKNOWN))}.")
    if plan is not None:
        context.catalog.plan(plan)
    m = MESSAGE.c
    query = select(MESSAGE, CONTACT.c.name).join(CONTACT, CONTACT.c.id == m.contact_id)
    query = query.where(m.plan == plan) if plan else query
    if status == UNKNOWN:
        query = query.where(fate_unknown(context.now()))
    elif status:
        query = query.where(m.status == status)
    with reading(context.db) as connection:
        rows = connection.execute(query.order_by(MESSAGE.c.id.desc()).limit(most))
        return [_row(context, row) for row in rows]


def one(context: Context, message: int) -> dict[str, Any]:
    """One message with its text, what it carries, and every attempt."""
    m, r, t = MESSAGE.c, REMINDER.c, ATTEMPT.c
    with reading(context.db) as connection:
        query = select(MESSAGE, CONTACT.c.name).join(CONTACT, CONTACT.c.id == m.contact_id)
        row = connection.execute(query.where(m.id == message)).first()
        if row is None:
            raise UsageError(f"There is no message {message}. See `dunghan outbox list`.")
        carried = connection.execute(select(r.obligation_id, r.rung, r.reason).where(r.message_id == message))
        tries = connection.execute(
            select(t.at, t.channel, t.outcome, t.detail).where(t.message_id == message).order_by(t.id)
        )
        return {
            **_row(context, row),
            "subject": row.subject,
            "body": row.body,
            "reminders": [{"obligation": c.obligation_id, "rung": c.rung, "reason": c.reason} for c in carried],
            "tries": [
                {"at": stamp(a.at), "channel": a.channel, "outcome": a.outcome, "detail": a.detail} for a in tries
            ],
        }


def notice_fate(context: Context, obligation: str) -> Literal["delivered", "waiting", "nobody", "failed"]:
    """What became of the newest notice about an obligation."""
    m, r = MESSAGE.c, REMINDER.c
    query = select(r.fired, m.status).join(MESSAGE, m.id == r.message_id, isouter=True)
    query = query.where(r.obligation_id == obligation, r.kind == "notice").order_by(r.id.desc()).limit(1)
    with reading(context.db) as connection:
        row = connection.execute(query).first()
    if row is None or not row.fired:
        return "nobody"
    if row.status == "delivered":
        return "delivered"
    return "failed" if row.status in ("rejected", "dead") else "waiting"


def again(context: Context, ids: Sequence[int] | None) -> int:
    """Queue these messages again, or all rejected and dead ones, from each contact's first address on."""
    m = MESSAGE.c
    wanted = m.status.in_(("rejected", "dead")) if ids is None else m.id.in_(ids)
    with writing(context.db) as connection:
        if ids is not None:
            known = set(connection.execute(select(m.id).where(m.id.in_(ids))).scalars())
            if missing := [i for i in ids if i not in known]:
                raise UsageError(f"There is no message {missing[0]}. See `dunghan outbox list`.")
        owner = {row.id: row.contact_id for row in connection.execute(select(m.id, m.contact_id).where(wanted))}
        people = contacts.by_id(connection, set(owner.values()))
        by_channel: dict[str, list[int]] = {}
        for message, contact in owner.items():
            if usable := context.usable(people[contact]):
                by_channel.setdefault(usable[0][0], []).append(message)
        return sum(outbox.retry(connection, found, channel) for channel, found in by_channel.items())
