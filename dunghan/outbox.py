"""The outbox: claim with a lease, send, settle.

Delivery is at least once: what was in flight at a crash goes again, under the same Message-ID.
"""

import os
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, case, func, insert, or_, select, update

from dunghan.channels.outcome import Delivered, Gateway, Letter, Outcome, Rejected, Retry
from dunghan.core.backoff import MOST_ATTEMPTS, delay
from dunghan.store.database import reading, writing
from dunghan.store.messages import ATTEMPT, MESSAGE, UNSENT, WAITING

BATCH = 500
LEASE = timedelta(minutes=10)
"""How long a claimed message belongs to its sender; after that it is taken for in flight at a crash."""


class Claimed(NamedTuple):
    """A message that is ours to send until its lease ends."""

    id: int
    contact_id: int
    office: str
    plan: str
    day: date
    kind: str
    channel: str
    message_id: str
    attempts: int


class Prepared(NamedTuple):
    """A message made ready: its letter and the channel to try after this one, or why it is not sent any more."""

    letter: Letter | None = None
    withdrawn: str = ""
    fallback: str | None = None


Compose = Callable[[Connection, Sequence[Claimed]], Mapping[int, Prepared]]


class Tally(NamedTuple):
    """What became of the messages of one delivery; ``kept`` wait for a gateway, or for their plan to be resumed."""

    delivered: int = 0
    retry: int = 0
    rejected: int = 0
    dead: int = 0
    withdrawn: int = 0
    kept: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """Both added up."""
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))


def claim(
    db: Engine,
    *,
    now: datetime,
    real: datetime,
    owner: str,
    channels: Sequence[str],
    plan: str | None,
    paused: Collection[str] = (),
) -> list[Claimed]:
    """Take up to a batch of messages that may leave, by one compare-and-swap; who comes second finds none of them.

    ``now`` is the run's time, ``real`` the real clock; ``paused`` plans are passed over. A message whose lease
    has ended was in flight when its sender died: its fate is unknown, and it is taken again.
    """
    m = MESSAGE.c
    waiting = m.status.in_(UNSENT) & (m.not_before <= now) & or_(m.retry_at.is_(None), m.retry_at <= real)
    orphaned = (m.status == "sending") & (m.lease_until < real)
    query = select(m.id).where(WAITING, or_(waiting, orphaned))
    query = query.where(m.channel.in_(channels)).order_by(case((m.kind == "digest", 1), else_=0), m.id).limit(BATCH)
    if plan is not None:
        query = query.where(m.plan == plan)
    if paused:
        query = query.where(m.plan.not_in(paused))
    columns = (m.id, m.contact_id, m.office, m.plan, m.day, m.kind, m.channel, m.message_id, m.attempts)
    with writing(db) as connection:
        if connection.dialect.name == "postgresql":
            query = query.with_for_update(skip_locked=True)
        taken = connection.execute(
            update(MESSAGE)
            .where(m.id.in_(query.scalar_subquery()))
            .values(status="sending", lease_by=owner, lease_until=real + LEASE, attempts=m.attempts + 1)
            .returning(*columns)
        ).all()
    return sorted((Claimed(*row) for row in taken), key=lambda c: (c.kind == "digest", c.id))


def deliver(
    db: Engine,
    gateways: Mapping[str, Gateway],
    compose: Compose,
    *,
    now: datetime,
    clock: Callable[[], datetime],
    plan: str | None = None,
    paused: Collection[str] = (),
) -> Tally:
    """Send what may leave, batch by batch.

    1. Claim a batch (committed before anything is sent).
    2. Compose it from the facts of this moment; what has been answered meanwhile is withdrawn.
    3. Send by each message's channel.
    4. Settle every message by its own outcome, and note the attempt.
    """
    owner = f"{os.getpid()}-{secrets.token_hex(4)}"
    total = Tally()
    channels = list(gateways)
    while claimed := claim(db, now=now, real=clock(), owner=owner, channels=channels, plan=plan, paused=paused):
        digests = [c for c in claimed if c.kind == "digest"]
        # A digest tells what became of the others, so those are settled before it is written.
        for group in ([c for c in claimed if c.kind != "digest"], digests):
            if group:
                total = total.plus(_send(db, gateways, compose, group, owner, clock))
    with reading(db) as connection:
        return total._replace(kept=_kept(connection, now, channels, plan, paused))


def _send(
    db: Engine,
    gateways: Mapping[str, Gateway],
    compose: Compose,
    claimed: Sequence[Claimed],
    owner: str,
    clock: Callable[[], datetime],
) -> Tally:
    with reading(db) as connection:
        prepared = compose(connection, claimed)
    outcomes: dict[int, Outcome] = {}
    for channel in {c.channel for c in claimed}:
        batch = [(c.id, letter) for c in claimed if c.channel == channel and (letter := prepared[c.id].letter)]
        if batch:
            answers = gateways[channel].send([letter for _, letter in batch])
            outcomes.update(zip((i for i, _ in batch), answers, strict=True))
    return _settle(db, claimed, prepared, outcomes, owner, clock())


def _settle(
    db: Engine,
    claimed: Sequence[Claimed],
    prepared: Mapping[int, Prepared],
    outcomes: Mapping[int, Outcome],
    owner: str,
    real: datetime,
) -> Tally:
    """Write down what became of each message. One whose lease was lost belongs to another by now and stays as it is."""
    rows: list[dict[str, Any]] = []
    attempts: list[dict[str, Any]] = []
    counts = {"delivered": 0, "retry": 0, "rejected": 0, "dead": 0, "withdrawn": 0}
    for one in claimed:
        ready = prepared[one.id]
        row = _fate(one, ready, outcomes.get(one.id), real)
        counts[row["status"] if row["status"] != "queued" else "retry"] += 1
        letter = ready.letter
        row |= {"_id": one.id, "subject": letter.subject if letter else "", "body": letter.text if letter else ""}
        rows.append(row)
        if letter:
            said = type(outcomes[one.id]).__name__.lower()
            attempts.append(
                {"message_id": one.id, "at": real, "channel": one.channel, "outcome": said, "detail": row["answer"]}
            )
    values: dict[str, Any] = {name: bindparam(f"b_{name}") for name in rows[0] if name != "_id"}
    statement = (
        update(MESSAGE)
        .where(MESSAGE.c.id == bindparam("_id"), MESSAGE.c.lease_by == owner, MESSAGE.c.status == "sending")
        .values(lease_by=None, lease_until=None, **values)
    )
    with writing(db) as connection:
        connection.execute(
            statement, [{(k if k == "_id" else f"b_{k}"): value for k, value in row.items()} for row in rows]
        )
        if attempts:
            connection.execute(insert(ATTEMPT), attempts)
    return Tally(**counts)


def _fate(one: Claimed, ready: Prepared, outcome: Outcome | None, real: datetime) -> dict[str, Any]:
    base: dict[str, Any] = {
        "channel": one.channel,
        "attempts": one.attempts,
        "retry_at": None,
        "settled_at": real,
        "answer": "",
    }
    match outcome:
        case None:
            return base | {"status": "withdrawn", "answer": ready.withdrawn}
        case Delivered(reference):
            return base | {"status": "delivered", "answer": reference}
        case Retry(why, after) if one.attempts < MOST_ATTEMPTS:
            wait = timedelta(seconds=delay(one.attempts, one.message_id, after))
            return base | {"status": "retry", "answer": why, "retry_at": real + wait, "settled_at": None}
        case Retry(why) | Rejected(why) if ready.fallback:
            move = {"status": "queued", "channel": ready.fallback, "attempts": 0, "settled_at": None}
            return base | move | {"answer": f"{one.channel}: {why}"}
        case Rejected(why):
            return base | {"status": "rejected", "answer": why}
        case Retry(why):
            return base | {"status": "dead", "answer": why}


def _kept(
    connection: Connection, now: datetime, channels: Sequence[str], plan: str | None, paused: Collection[str]
) -> int:
    m = MESSAGE.c
    query = select(func.count()).where(WAITING, m.status.in_(UNSENT), m.not_before <= now)
    query = query.where(or_(m.channel.not_in(channels), m.plan.in_(paused)))
    return int(connection.scalar(query.where(m.plan == plan) if plan else query) or 0)


def retry(connection: Connection, ids: Sequence[int], channel: str) -> int:
    """Queue rejected, dead or waiting messages again, at once, by a channel; says how many."""
    m = MESSAGE.c
    again = update(MESSAGE).where(m.id.in_(ids), m.status.in_(("rejected", "dead", "retry")))
    return connection.execute(
        again.values(status="queued", channel=channel, attempts=0, retry_at=None, settled_at=None)
    ).rowcount
