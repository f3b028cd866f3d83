"""The outbox: claim with a lease, send, settle.

Delivery is at least once: what was in flight at a crash goes again, under the same Message-ID. By the journal that is
no more than the mails whose text was out and not answered: one a connection, or some where a large batch goes ahead of
its answers (``channels.chunking.AHEAD``).
"""

import os
import secrets
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, update

from dunghan import journal
from dunghan.channels.outcome import Gateway, Heard, Outcome
from dunghan.settling import Claimed, Compose, Prepared, Tally, recover, settle
from dunghan.store import queue
from dunghan.store.database import reading, writing
from dunghan.store.messages import MESSAGE
from dunghan.store.rows import as_is
from models.errors import DunghanError

__all__ = ["Claimed", "Compose", "LeaseLost", "Outcome", "Prepared", "Tally", "claim", "deliver", "recover", "retry"]

BATCH = 500
LEASE = timedelta(minutes=10)
"""How long a claimed message belongs to its sender; after that it is taken for in flight at a crash.

Who still sends renews it in time.
"""

IN_FLIGHT = 1
"""How many messages a killed sender may have sent, for each of its connections, that nobody here knows of.

A gateway that sends ahead of its answers says itself how many.
"""


class LeaseLost(DunghanError):
    """The sender was held up for longer than its lease, or the clock leapt, and another took over."""


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
    return list(map(as_is(Claimed), queue.take(connection, wanted, lease, BATCH)))


def deliver(
    db: Engine,
    gateways: Mapping[str, Gateway],
    compose: Compose,
    *,
    now: datetime,
    clock: Callable[[], datetime],
    plan: str | None = None,
    paused: Collection[str] = (),
    journals: Path | None = None,
) -> Tally:
    """Send what may leave, batch by batch. ``journals`` is the folder of this machine's senders, for ``recover``.

    1. Claim a batch (committed before anything is sent).
    2. Compose it from the facts of this moment; what has been answered meanwhile is withdrawn.
    3. Send by each message's channel; note each answer in the journal, and renew the lease in time.
    4. Settle every message by its own outcome, note the attempts, and claim the next batch in the same transaction.
       Where a channel broke, what was answered before is settled all the same.
    """
    owner = f"{os.getpid()}-{secrets.token_hex(4)}"
    total = recover(db, compose, journals, clock)
    wanted = queue.Wanted(now, clock(), list(gateways), plan, paused)
    with journal.opened(journals, owner) as notes:
        with writing(db) as connection:
            claimed = _claim(connection, wanted, owner)
        while claimed:
            with reading(db) as connection:
                prepared = compose(connection, claimed)
            batch = _Sending(db, owner, clock, notes, claimed, prepared)
            try:
                batch.send(gateways)
            except BaseException:
                with writing(db) as connection:
                    batch.settle(connection)
                raise
            wanted = wanted._replace(real=clock())
            with writing(db) as connection:
                total = total.plus(batch.settle(connection))
                claimed = _claim(connection, wanted, owner)
            notes.clear()
    with reading(db) as connection:
        return total._replace(kept=queue.kept(connection, wanted))


class _Sending:
    """A claimed batch on its way; gateways may answer from several threads at once."""

    def __init__(
        self,
        db: Engine,
        owner: str,
        clock: Callable[[], datetime],
        notes: journal.Journal,
        claimed: Sequence[Claimed],
        prepared: Mapping[int, Prepared],
    ) -> None:
        self._db, self._owner, self._clock, self._notes = db, owner, clock, notes
        self._claimed, self._prepared = claimed, prepared
        self._outcomes: dict[int, Outcome] = {}
        self._renew_at = clock() + LEASE / 3
        self._renewing = threading.Lock()

    def send(self, gateways: Mapping[str, Gateway]) -> None:
        """Send each channel's letters. What a gateway raises is raised; what it said before that is kept."""
        for channel in sorted({c.channel for c in self._claimed}):
            sent = [c for c in self._claimed if c.channel == channel and self._prepared[c.id].letter]
            letters = [letter for c in sent if (letter := self._prepared[c.id].letter)]
            if letters:
                answers = gateways[channel].send(letters, self._listener(sent))
                self._outcomes.update(zip((c.id for c in sent), answers, strict=True))

    def settle(self, connection: Connection) -> Tally:
        """Write down what became of each message that was answered or withdrawn."""
        told = [c for c in self._claimed if c.id in self._outcomes or self._prepared[c.id].letter is None]
        return settle(connection, told, self._prepared, self._outcomes, self._owner, self._clock())

    def _listener(self, sent: Sequence[Claimed]) -> Heard:
        clock, note, outcomes = self._clock, self._notes.note, self._outcomes

        def heard(place: int, outcome: Outcome) -> None:
            one = sent[place]
            note(one.key, outcome)
            outcomes[one.id] = outcome
            if clock() >= self._renew_at:
                self._renew()

        return heard

    def _renew(self) -> None:
        """Keep what is ours for another while. Raises LeaseLost where another sender has taken some of it."""
        m = MESSAGE.c
        mine = update(MESSAGE).where(m.lease_by == self._owner, m.status == "sending")
        with self._renewing:
            real = self._clock()
            if real < self._renew_at:
                return
            with writing(self._db) as connection:
                kept = connection.execute(mine.values(lease_until=real + LEASE)).rowcount
            if kept < len(self._claimed):
                raise LeaseLost("Sending took longer than a lease and another sender took over: it sends what is left.")
            self._renew_at = real + LEASE / 3


FAILED = ("rejected", "dead", "retry")
"""What a message stands as that did not get through, or not yet."""


def retry(connection: Connection, ids: Sequence[int], channel: str, standing: Sequence[str] = FAILED) -> int:
    """Queue messages that stand so again, at once, by a channel; says how many."""
    m = MESSAGE.c
    again = update(MESSAGE).where(m.id.in_(ids), m.status.in_(standing))
    return connection.execute(
        again.values(status="queued", channel=channel, attempts=0, retry_at=None, settled_at=None)
    ).rowcount
