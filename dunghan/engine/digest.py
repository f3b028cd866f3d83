"""The lead's digest: whether one is due today."""

from datetime import datetime

from sqlalchemy import Connection, exists, select

from dunghan.core import dispatch
from dunghan.engine.context import Context
from dunghan.engine.post import Post
from dunghan.store import contacts, messages
from dunghan.store.acts import DECISION, SUBMISSION
from dunghan.store.obligations import OBLIGATION
from models.plan import Plan
from models.timezone import local_day


def enqueue_digest(context: Context, connection: Connection, plan: Plan, now: datetime) -> int:
    """Queue the digest if something is sent today, or became overdue since the last one. Says how many are new."""
    slot = context.hours.next_slot(now, context.catalog.calendar)
    day = local_day(slot)
    since = dispatch.since_last_digest(
        messages.last_digest(connection, plan.id, day), now, context.catalog.ladder.reach_back_days
    )
    if not messages.sent_on(connection, plan.id, day) and not _became_overdue(connection, plan, since, now):
        return 0
    # A digest of a later day is there when the clock went back: what it told is not told again.
    readers = dispatch.digest_readers(contacts.book(connection, {plan.lead}), plan.lead, context.kinds)
    told = messages.told_since(connection, plan.id, day, "digest")
    post = Post(context, connection, plan, now)
    for reader in readers:
        if reader.id not in told:
            post.write_alone(reader, "digest")
    return post.send()


def _became_overdue(connection: Connection, plan: Plan, since: datetime, now: datetime) -> bool:
    owed, handed, decided = OBLIGATION.c, SUBMISSION.c, DECISION.c
    submitted = exists().where(handed.obligation_id == owed.id, handed.received_at <= now)
    waived = exists().where(decided.obligation_id == owed.id, decided.kind == "waive", decided.at <= now)
    newly = (owed.plan == plan.id, owed.late_at > since, owed.late_at <= now, owed.chased)
    return connection.execute(select(owed.id).where(*newly, ~submitted, ~waived).limit(1)).first() is not None
