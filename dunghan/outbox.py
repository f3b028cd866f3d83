"""The outbox: claim with a lease, send, settle.

Delivery is at least once: what was in flight at a crash goes again, under the same Message-ID.
"""

import os
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, update

from dunghan.channels.outcome import Delivered, Gateway, Letter, Outcome, Rejected, Retry
from dunghan.core.backoff import MOST_ATTEMPTS, delay
from dunghan.store import queue
from dunghan.store.database import reading, writing
from dunghan.store.messages import MESSAGE

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
    """Take up to a batch of messages that may leave; who comes second finds none of them.

    ``now`` is the run's time, ``real`` the real clock; ``paused`` plans are passed over. A message whose lease
    has ended was in flight when its sender died: its fate is unknown, and it is taken again.
    """
    with writing(db) as connection:
        return _claim(connection, queue.Wanted(now, real, channels, plan, paused), owner)


def _claim(connection: Connection, wanted: queue.Wanted, owner: str) -> list[Claimed]:
    lease = queue.Lease(owner, wanted.real + LEASE)
    return [Claimed(*row) for row in queue.take(connection, wanted, lease, BATCH)]


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
    4. Settle every message by its own outcome, note the attempts, and claim the next batch in the same transaction.
    """
    owner = f"{os.getpid()}-{secrets.token_hex(4)}"
    total = Tally()
    wanted = queue.Wanted(now, clock(), list(gateways), plan, paused)
    with writing(db) as connection:
        claimed = _claim(connection, wanted, owner)
    while claimed:
        with reading(db) as connection:
            prepared = compose(connection, claimed)
        outcomes = _send(gateways, claimed, prepared)
        wanted = wanted._replace(real=clock())
        with writing(db) as connection:
            total = total.plus(_settle(connection, claimed, prepared, outcomes, owner, wanted.real))
            claimed = _claim(connection, wanted, owner)
    with reading(db) as connection:
        return total._replace(kept=queue.kept(connection, wanted))


def _send(
    gateways: Mapping[str, Gateway], claimed: Sequence[Claimed], prepared: Mapping[int, Prepared]
) -> dict[int, Outcome]:
    outcomes: dict[int, Outcome] = {}
    for channel in {c.channel for c in claimed}:
        batch = [(c.id, letter) for c in claimed if c.channel == channel and (letter := prepared[c.id].letter)]
        if batch:
            answers = gateways[channel].send([letter for _, letter in batch])
            outcomes.update(zip((i for i, _ in batch), answers, strict=True))
    return outcomes


def _settle(
    connection: Connection,
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
        letter = prepared[one.id].letter
        row = _fate(one, prepared[one.id], outcomes.get(one.id), real)
        counts[row["status"] if row["status"] != "queued" else "retry"] += 1
        row |= {"id": one.id, "subject": letter.subject if letter else "", "body": letter.text if letter else ""}
        rows.append(row)
        if letter:
            said = type(outcomes[one.id]).__name__.lower()
            attempts.append(
                {"message_id": one.id, "at": real, "channel": one.channel, "outcome": said, "detail": row["answer"]}
            )
    queue.settle(connection, rows, attempts, owner)
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
        case Retry(why, after, counts) if one.attempts < MOST_ATTEMPTS or not (counts or ready.fallback):
            # Where the gateway as a whole is of no use, nobody has judged the letter, and it does not die of that.
            wait = timedelta(seconds=delay(one.attempts, one.message_id, after))
            return base | {"status": "retry", "answer": why, "retry_at": real + wait, "settled_at": None}
        case Retry(why) | Rejected(why) if ready.fallback:
            move = {"status": "queued", "channel": ready.fallback, "attempts": 0, "settled_at": None}
            return base | move | {"answer": f"{one.channel}: {why}"}
        case Rejected(why):
            return base | {"status": "rejected", "answer": why}
        case Retry(why):
            return base | {"status": "dead", "answer": why}


def retry(connection: Connection, ids: Sequence[int], channel: str) -> int:
    """Queue rejected, dead or waiting messages again, at once, by a channel; says how many."""
    m = MESSAGE.c
    again = update(MESSAGE).where(m.id.in_(ids), m.status.in_(("rejected", "dead", "retry")))
    return connection.execute(
        again.values(status="queued", channel=channel, attempts=0, retry_at=None, settled_at=None)
    ).rowcount
