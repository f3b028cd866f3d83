"""Who is written to: an obligation's own officers, and with two of the rungs the superior one level up."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple, Protocol

from dunghan.core.calendar import WorkCalendar
from models.contact import Contact, Role
from models.ladder import Ladder
from models.timezone import VIETNAM, at

_UPWARD: tuple[Role, ...] = ("leader", "coordinator", "officer")


class Duty(Protocol):
    """The part of an obligation that says whom to write to."""

    @property
    def office(self) -> str:
        """The office that owes."""
        ...

    @property
    def to(self) -> Sequence[str]:
        """Its recipients, the first one first."""
        ...

    @property
    def through(self) -> str | None:
        """The office through which it reports, if any."""
        ...


class Superior(NamedTuple):
    """An office to tell, and the roles to look for there, first come first served."""

    office: str
    roles: tuple[Role, ...]


Book = Mapping[str, Sequence[Contact]]
"""The contacts of every office that has any."""


def reachable(book: Book, office: str, roles: Sequence[Role], kinds: frozenset[str]) -> list[Contact]:
    """The contacts of the first of these roles that has someone with a usable address."""
    people = [c for c in book.get(office, ()) if c.addresses(kinds)]
    for role in roles:
        if found := [c for c in people if c.role == role]:
            return found
    return []


def officers(book: Book, office: str, kinds: frozenset[str]) -> list[Contact]:
    """Whom a reminder goes to: every officer of the owing office who can be reached."""
    return reachable(book, office, ("officer",), kinds)


def digest_readers(book: Book, lead: str, kinds: frozenset[str]) -> list[Contact]:
    """Who reads the digest: the lead's coordinator, its officer where there is none."""
    return reachable(book, lead, ("coordinator", "officer"), kinds)


def superior(duty: Duty, lead: str, rung: int, ladder: Ladder, ministries: frozenset[str]) -> Superior | None:
    """Whom an escalation goes to: the ``through`` office, else the first recipient; one level up, never further.

    The lead's own first escalation stays in the house, its second goes to its recipient. A ministry is
    never written to automatically.
    """
    second = rung == ladder.escalate_second
    if duty.office == lead and not second:
        return Superior(lead, ("leader", "coordinator"))
    up = (None if duty.office == lead else duty.through) or (duty.to[0] if duty.to else None)
    if up is None or up in ministries:
        return None
    if second:
        return Superior(up, _UPWARD)
    return Superior(up, ("coordinator", "officer") if up == lead else ("officer", "coordinator"))


class WorkHours(NamedTuple):
    """When messages may leave on a working day: from ``start`` until just before ``end``."""

    start: time = time(7)
    end: time = time(18)

    def next_slot(self, now: datetime, calendar: WorkCalendar) -> datetime:
        """``now`` if messages may leave now, else the next instant at which they may.

        >>> from datetime import date
        >>> WorkHours().next_slot(at(date(2018, 12, 7), time(20)), WorkCalendar()).isoformat()
        '2018-12-10T07:00:00+07:00'
        """
        local = now.astimezone(VIETNAM)
        today = local.date()
        if calendar.is_working(today):
            if self.start <= local.time() < self.end:
                return now
            if local.time() < self.start:
                return at(today, self.start)
        return at(calendar.next_working(today), self.start)

    def day_after(self, slot: datetime, calendar: WorkCalendar, fires_at: time) -> datetime:
        """The slot of the next working day: a contact gets one message a day of a kind."""
        return at(calendar.next_working(slot.astimezone(VIETNAM).date()), max(self.start, fires_at))


def since_last_digest(previous: datetime | None, now: datetime, reach_back_days: int) -> datetime:
    """From when on a digest tells what became overdue: the last digest, but no further back than the ladder."""
    floor = now - timedelta(days=reach_back_days)
    return max(previous, floor) if previous else floor
