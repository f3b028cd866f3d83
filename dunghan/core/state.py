"""The state of an obligation, its timeliness, and what silences its ladder: pure functions of (facts, now)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from models.ladder import Silences
from models.obligation import Event, State
from models.timezone import local_day, next_midnight

Timeliness = Literal["on_time", "late", "missing"]

OPEN_DAYS, DUE_SOON_DAYS = 30, 7


def known(events: Iterable[Event], now: datetime) -> list[Event]:
    """The events that have happened by now, in order."""
    return sorted((e for e in events if e.at <= now), key=lambda e: e.at)


def last_day(stored: date | None, events: Iterable[Event], now: datetime) -> date | None:
    """The last day in force: the latest extension's, else the stored one."""
    extended = [e.until for e in known(events, now) if e.kind == "extend"]
    return extended[-1] if extended else stored


def standing(events: Iterable[Event], now: datetime) -> Literal["submitted", "returned", "accepted", "waived"] | None:
    """Where the obligation stands apart from any date. A submission after acceptance leaves it accepted."""
    found: Literal["submitted", "returned", "accepted", "waived"] | None = None
    for event in known(events, now):
        match event.kind:
            case "submit" if found != "accepted":
                found = "submitted"
            case "return":
                found = "returned"
            case "accept":
                found = "accepted"
            case "waive":
                found = "waived"
    return found


def state(stored: date | None, events: Sequence[Event], now: datetime) -> State:
    """The one state of an obligation.

    >>> from models.timezone import at
    >>> [state(date(2018, 12, 9), [], at(date(2018, m, d))) for m, d in ((11, 8), (11, 9), (12, 2), (12, 10))]
    ['upcoming', 'open', 'due_soon', 'overdue']
    """
    if (stands := standing(events, now)) is not None:
        return stands
    last = last_day(stored, events, now)
    if last is None:
        return "undated"
    if now >= next_midnight(last):
        return "overdue"
    today = local_day(now)
    if today >= last - timedelta(days=DUE_SOON_DAYS):
        return "due_soon"
    return "open" if today >= last - timedelta(days=OPEN_DAYS) else "upcoming"


def timeliness(stored: date | None, events: Sequence[Event], now: datetime) -> Timeliness:
    """That of the first submission, against the last day in force; a return does not make it late.

    What has no date cannot be late.
    """
    first = next((e for e in known(events, now) if e.kind == "submit"), None)
    if first is None:
        return "missing"
    last = last_day(stored, events, now)
    return "on_time" if last is None or first.at < next_midnight(last) else "late"


def silence(events: Iterable[Event], at: datetime) -> Silences | None:
    """Why nothing was to be sent at an instant, or None."""
    match standing(events, at):
        case "submitted":
            return "already_submitted"
        case "accepted":
            return "accepted"
        case "waived":
            return "waived"
    promised: date | None = None
    for event in known(events, at):
        if event.kind == "acknowledge":
            promised = event.until
        elif event.kind == "submit":
            promised = None  # the promise is redeemed; a return begins anew
    return "acknowledged" if promised and local_day(at) <= promised else None
