"""One SMTP connection, kept open between batches, and what becomes of a batch when the server fails it."""

import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from dunghan.channels import chunking, pipelining
from dunghan.channels.outcome import Heard, Outcome, Retry, unheard
from dunghan.channels.pipelining import Loss, Mail, Offered
from dunghan.channels.smtp_meaning import Unwilling, timed_out, wait_for
from dunghan.channels.smtp_session import Relay, Session, open_session

_IDLE_LIMIT = 60.0
"""Seconds; servers hang up on idle clients after some minutes."""
_BARREN_LIMIT = 2
_NO_CONNECTION = "no connection to {where}: "
_LOST = "connection to {where} lost: "


class Lane:
    """Delivers batches over one connection, which it opens when needed and keeps; safe to share between threads."""

    def __init__(
        self, relay: Relay, tls: ssl.SSLContext | None, health: "Health", monotonic: Callable[[], float]
    ) -> None:
        self._relay = relay
        self._tls = tls
        self._health = health
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._used = 0.0
        self._fresh = False
        """Whether the connection was opened and nothing has gone over it yet."""
        self._cautious = False
        """Whether mails go one at a time, since some that went together were lost together."""

    @property
    def ahead(self) -> bool:
        """Whether this connection is open and takes mails ahead of its answers: then a second one gains nothing."""
        return self._session is not None and not self._cautious and chunking.offered(self._session)

    def connect(self) -> Retry | None:
        """Open the connection if there is none; what all mails wait for if that fails."""
        stop = time.monotonic() + self._relay.budget + self._relay.reply_timeout
        with self._lock:
            if self._session is not None:
                return None
            return self._health.dead(self._monotonic()) or self._open(stop)

    def _open(self, stop: float) -> Retry | None:
        try:
            self._session = self._session or open_session(self._relay, self._tls, stop)
        except (OSError, ValueError) as fault:
            return self._dead(fault, wait_for(fault, self._relay, _NO_CONNECTION))
        self._used, self._fresh = self._monotonic(), True
        return None

    def deliver(self, sender: str, mails: Sequence[Mail], heard: Heard = unheard) -> list[Outcome]:
        """One outcome a mail, in order; raises nothing for a fault of the server or the network.

        1. Take the open connection, or open one; if that fails, all that are left wait.
        2. Hand mails over until all are answered or the connection is lost. A mail whose text was in flight then
           waits, for its fate is unknown; one that was not handed over yet goes first over the next connection.
        3. Go on over a new connection. Two in a row that were lost before they answered for any mail end the batch,
           and so does its budget: the rest waits, without a time-out for each.
        4. Leave a server alone for ``rest`` seconds that timed out, or where an operator must mend something.

        A batch takes at most ``budget + reply_timeout`` seconds, and the time-outs of one attempt to connect.
        """
        batch = _Batch(mails, heard)
        with self._lock:
            begun = self._monotonic()
            stop = time.monotonic() + self._relay.budget + self._relay.reply_timeout

            def in_time() -> bool:
                return self._monotonic() - begun < self._relay.budget

            while batch.known < len(mails):
                if dead := self._health.dead(self._monotonic()):
                    return batch.give_up(dead)
                if not in_time():
                    return batch.give_up(self._slow(batch))
                if hopeless := self._over_one_connection(sender, batch, in_time, stop):
                    return batch.give_up(hopeless)
        return batch.outcomes

    def close(self) -> None:
        """Take leave of the server, if connected."""
        with self._lock:
            if self._session is not None:
                self._session.leave()
                self._session = None

    def _over_one_connection(
        self, sender: str, batch: "_Batch", in_time: Callable[[], bool], stop: float
    ) -> Retry | None:
        """Hand over what one connection takes; returns what all the rest waits for, if there is no use in another."""
        kept = self._kept(stop)
        hopeless = self._open(stop)
        session = self._session
        if session is None:
            return hopeless
        before, left = batch.known, batch.left
        many = self.ahead and len(batch) >= chunking.WORTH
        together = [offered for offered in left if not offered[1].alone] if many else []
        try:
            if together:
                loss = chunking.converse(session, sender, together, in_time, batch.note)
            else:
                loss = pipelining.converse(session, sender, left, in_time, batch.note)
        except BaseException:
            self._discard()
            raise
        self._used, self._fresh = self._monotonic(), False
        if loss is None:
            return None
        self._discard()
        self._cautious = self._cautious or len(loss.in_flight) > 1
        wait = wait_for(loss.fault, self._relay, _LOST)
        useless = batch.lose(loss, wait, fruitful=kept or batch.known > before)
        return self._dead(loss.fault, wait) if useless else None

    def _kept(self, stop: float) -> bool:
        """Whether there is a connection from before that still answers, and only what it is asked."""
        session = self._session
        if session is not None and self._fresh:
            return False
        if session is not None and not session.pending and self._monotonic() - self._used <= _IDLE_LIMIT:
            session.limit, session.until = self._relay.connect_timeout, stop
            with suppress(OSError):
                if session.rset()[0] == 250 and not session.pending:
                    session.limit = self._relay.reply_timeout
                    return True
        self._discard()
        return False

    def _dead(self, fault: Exception, wait: Retry) -> Retry:
        if self._relay.rest and (timed_out(fault) or wait.after):
            self._health.found_dead(wait, self._monotonic() + self._relay.rest)
        return wait

    def _slow(self, batch: "_Batch") -> Retry:
        relay = self._relay
        took = f"{relay.host}:{relay.port} answered for {batch.known} letters in {relay.budget:g} s"
        return Retry(f"{took}: the rest goes in the next round", counts=False)

    def _discard(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


class Health:
    """What the lanes to one server have found out about it."""

    def __init__(self) -> None:
        self._wait: Retry | None = None
        self._until = 0.0

    def found_dead(self, wait: Retry, until: float) -> None:
        """Let everybody wait until a monotonic time."""
        self._until, self._wait = until, wait

    def dead(self, now: float) -> Retry | None:
        """What all mails wait for, while the server is left alone."""
        return self._wait if now < self._until else None


class _Batch:
    """The mails of one ``deliver``, and what became of them so far."""

    def __init__(self, mails: Sequence[Mail], heard: Heard) -> None:
        self._mails, self._heard = mails, heard
        self._outcomes: dict[int, Outcome] = {}
        self._barren = 0
        """Connections in a row that were lost before they answered for any mail."""
        self._unheard: list[int] = []
        """The mails that these were lost with before their text was sent."""

    def __len__(self) -> int:
        return len(self._mails)

    @property
    def known(self) -> int:
        """How many mails have an outcome."""
        return len(self._outcomes)

    @property
    def left(self) -> list[Offered]:
        """The mails without an outcome, with their places."""
        return [(place, mail) for place, mail in enumerate(self._mails) if place not in self._outcomes]

    @property
    def outcomes(self) -> list[Outcome]:
        """One outcome a mail, once all are known."""
        return [self._outcomes[place] for place in range(len(self._mails))]

    def note(self, place: int, outcome: Outcome) -> None:
        """A mail's answer."""
        self._outcomes[place] = outcome
        self._heard(place, outcome)

    def lose(self, loss: Loss, wait: Retry, fruitful: bool) -> bool:
        """What a lost connection leaves of the mails at hand; says whether there is no use in another connection.

        What was in flight waits, for its fate is unknown. A mail that was not is offered again, unless it was
        the connection's first: then it may be what the server stumbles over, and must not stop the others.
        """
        if fruitful:
            self._barren, self._unheard = 0, []
        else:
            self._barren += 1
        if isinstance(loss.fault, Unwilling) and not fruitful:
            return True
        waiting = list(loss.in_flight)
        if not waiting and not fruitful:
            waiting = [self.left[0][0]]
            self._unheard += waiting
        self._outcomes |= dict.fromkeys(waiting, Retry(wait.why, wait.after))
        return self._barren == _BARREN_LIMIT

    def give_up(self, wait: Retry) -> list[Outcome]:
        """All outcomes: what was not handed over waits, and that was no try of it."""
        self._outcomes |= dict.fromkeys([*self._unheard, *(place for place, _ in self.left)], wait)
        return self.outcomes
