"""Reading with an end in sight: an answer as a whole has its time and its size, however its bytes drip in."""

import socket
import time
from collections.abc import Callable

LONGEST = 65_536
"""Bytes of one answer, whatever the protocol; RFC 5321, 4.5.3.1.5 allows a reply line 512."""
_CHUNK = 8192


class TooLong(OSError):
    """The other side goes on and on."""


class Patience:
    """Reads from a socket what belongs to one answer, for so many seconds in all.

    A socket's own time-out starts anew with every byte, so a server that drips would hold a sender for ever. The
    common case costs nothing: the time-out is set anew only where an answer comes in pieces, or the end is near.
    """

    def __init__(self, sock: socket.socket, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._sock = sock
        self._monotonic = monotonic
        self._standing = sock.gettimeout()
        self._limit = self._until = 0.0
        self._left = 0
        self._first = True

    def begin(self, limit: float, stop: float = float("inf"), longest: int = LONGEST) -> None:
        """What is read from now on is another answer: whole within ``limit`` seconds, and ``longest`` bytes.

        ``stop`` is the monotonic time by which it must be there as well.
        """
        now = self._monotonic()
        self._until = min(now + limit, stop)
        self._limit = min(limit, stop - now)
        self._left, self._first = longest, True

    def receive(self, most: int = _CHUNK) -> bytes:
        """The next bytes; none at the end. Raises ``TimeoutError`` and ``TooLong``."""
        left = self._limit if self._first else self._until - self._monotonic()
        self._first = False
        if left <= 0:
            raise TimeoutError("timed out")
        if left != self._standing:
            self._sock.settimeout(left)
            self._standing = left
        if self._left <= 0:
            raise TooLong("the answer is too long")
        data = self._sock.recv(min(most, self._left))
        self._left -= len(data)
        return data
