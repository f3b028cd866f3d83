"""The way to an SMTP server: one connection for a few mails, some side by side for many."""

import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from dunghan.channels.outcome import Heard, Outcome, unheard
from dunghan.channels.pipelining import Mail
from dunghan.channels.smtp_lane import Health, Lane
from dunghan.channels.smtp_session import Relay

__all__ = ["Mail", "Relay", "SmtpPool"]

_WORTH = 50
"""Mails for which another connection is worth its opening."""


class SmtpPool:
    """Delivers batches over at most ``relay.connections`` connections, which it opens when needed and keeps.

    A text waits for its own go-ahead (RFC 2920), so a connection stands idle for a round trip a mail; a constant
    few of them fill that time, and no more mails than that are in flight at any instant.
    """

    def __init__(self, relay: Relay, monotonic: Callable[[], float] = time.monotonic) -> None:
        tls = None if relay.mode == "insecure" else _tls(relay.verify)
        self._relay = relay
        health = Health()
        self._lanes = [Lane(relay, tls, health, monotonic) for _ in range(relay.connections)]
        self._width = relay.connections
        """How many connections at once the server has let us have."""

    def deliver(self, sender: str, mails: Sequence[Mail], heard: Heard = unheard) -> list[Outcome]:
        """One outcome a mail, in order; raises nothing for a fault of the server or the network.

        1. A batch that is not worth a second connection goes over the first.
        2. The first is opened alone: a server that cannot be reached, or refuses our login, is asked once. Where it
           takes mails ahead of its answers (CHUNKING), all go over it.
        3. Each connection takes its share. The share of one that the server does not let us have goes over the first,
           and so many at once are not asked for again.
        """
        width = min(self._width, len(mails) // _WORTH)
        first = self._lanes[0]
        if width < 2:
            return first.deliver(sender, mails, heard)
        if wait := first.connect():
            return [wait] * len(mails)
        if first.ahead:
            return first.deliver(sender, mails, heard)
        shares = [mails[lane::width] for lane in range(width)]
        ears = [_of_a_share(heard, lane, width) for lane in range(width)]
        with ThreadPoolExecutor(width - 1, "smtp") as threads:
            others = [
                threads.submit(_over, lane, sender, share, ear)
                for lane, share, ear in zip(self._lanes[1:width], shares[1:], ears[1:], strict=True)
            ]
            mine = first.deliver(sender, shares[0], ears[0])
            answers: list[list[Outcome] | None] = [mine, *(other.result() for other in others)]
        outcomes: list[Outcome | None] = [None] * len(mails)
        for lane, answered in enumerate(answers):
            outcomes[lane::width] = first.deliver(sender, shares[lane], ears[lane]) if answered is None else answered
        if refused := answers.count(None):
            self._width = width - refused
        return [outcome for outcome in outcomes if outcome is not None]

    def close(self) -> None:
        """Take leave of the server, where connected."""
        for lane in self._lanes:
            lane.close()


def _tls(verify: bool) -> ssl.SSLContext:
    """One context for all connections: the system's certificates take 20 ms to read."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _of_a_share(heard: Heard, start: int, width: int) -> Heard:
    """Hears of every ``width``-th mail from the place ``start`` on."""
    return lambda place, outcome: heard(start + place * width, outcome)


def _over(lane: Lane, sender: str, mails: Sequence[Mail], heard: Heard) -> list[Outcome] | None:
    """The outcomes of a lane's share; None where it could not be opened, and nothing was handed over."""
    return None if lane.connect() else lane.deliver(sender, mails, heard)
