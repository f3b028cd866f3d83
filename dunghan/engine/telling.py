"""Telling a coordinator of news: one message a day through the outbox, whoever asks for it, and however often."""

from datetime import datetime

from sqlalchemy import func, select

from dunghan.core import dispatch
from dunghan.engine.context import Context
from dunghan.engine.post import Post
from dunghan.store import announcements, contacts
from dunghan.store.database import lock_plan, writing
from dunghan.store.messages import MESSAGE, UNSENT
from models.errors import UsageError


def tell(context: Context, event_id: str, now: datetime) -> str | None:
    """Queue the news that an event told, for the lead's coordinator; returns the plan, or None where it is told.

    What waits for the same day goes in one message. Raises UsageError where our record knows no such event.
    """
    with writing(context.db) as connection:
        one = announcements.by_event_id(connection, event_id)
        if one is None:
            raise UsageError(f"event_id: our record knows no event {event_id}: see docs/events.md.")
        plan = context.catalog.plan(one.plan)
        lock_plan(connection, plan.id)
        readers = dispatch.digest_readers(contacts.book(connection, {plan.lead}), plan.lead, context.kinds)
        if one.told_on or not readers:
            return None
        post = Post(context, connection, plan, now)
        for reader in readers:
            post.write_alone(reader, "news")
        post.send()
        m = MESSAGE.c
        waiting = select(func.max(m.day)).where(m.plan == plan.id, m.kind == "news", m.status.in_(UNSENT))
        day = connection.scalar(waiting.where(m.contact_id.in_([reader.id for reader in readers])))
        return plan.id if day and announcements.tell_on(connection, one.key, day) else None
