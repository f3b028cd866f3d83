"""The mailroom: messages and their fate, as operators look at them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from dunghan import outbox
from dunghan.engine.context import Context
from dunghan.engine.views import stamp
from dunghan.store.contacts import CONTACT
from dunghan.store.database import reading, writing
from dunghan.store.messages import ATTEMPT, MESSAGE, REMINDER
from models.errors import UsageError

STATUSES = ("queued", "sending", "retry", "delivered", "rejected", "dead", "withdrawn")


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
        "orphaned": row.status == "sending" and row.lease_until is not None and row.lease_until < context.now(),
        "message_id": row.message_id,
        "answer": row.answer,
    }


def listing(context: Context, plan: str | None, status: str | None, most: int) -> list[dict[str, Any]]:
    """The newest messages first."""
    if status is not None and status not in STATUSES:
        raise UsageError(f"No status is called {status!r}: write {', '.join(STATUSES)}.")
    if plan is not None:
        context.catalog.plan(plan)
    query = select(MESSAGE, CONTACT.c.name).join(CONTACT, CONTACT.c.id == MESSAGE.c.contact_id)
    query = query.where(MESSAGE.c.plan == plan) if plan else query
    query = query.where(MESSAGE.c.status == status) if status else query
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


def again(context: Context, ids: Sequence[int] | None) -> int:
    """Queue these messages again, or all rejected and dead ones."""
    with writing(context.db) as connection:
        if ids is None:
            failed = select(MESSAGE.c.id).where(MESSAGE.c.status.in_(("rejected", "dead")))
            ids = list(connection.execute(failed).scalars())
        return outbox.retry(connection, ids)
