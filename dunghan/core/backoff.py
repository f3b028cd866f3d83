"""When to try again: exponential back-off with a cap and a jitter that depends on the message alone."""

import hashlib

MOST_ATTEMPTS = 8
FIRST_SECONDS, CAP_SECONDS = 60.0, 3600.0
ASKED_CAP_SECONDS = 86_400.0
"""For how long a gateway may ask at most: its words must not put a message off beyond its day, or all calendars."""
_CAPPED_FROM = 32


def delay(attempts: int, seed: str, asked: float | None = None) -> float:
    """Seconds until the next try after ``attempts`` tries; never less than the gateway asked for, within a day.

    >>> [round(delay(n, "a") / FIRST_SECONDS, 1) for n in (1, 2, 3)]
    [1.1, 2.8, 4.7]
    """
    whole = min(CAP_SECONDS, FIRST_SECONDS * 2.0 ** (min(max(attempts, 1), _CAPPED_FROM) - 1))
    share = int.from_bytes(hashlib.sha256(f"{seed}:{attempts}".encode()).digest()[:4], "big") / 2**32
    return max(whole * (1 + share / 2), min(asked or 0.0, ASKED_CAP_SECONDS))
