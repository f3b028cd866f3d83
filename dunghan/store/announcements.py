"""Announcements: what is to be told as events, and what has been told."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, select, update

from dunghan.store.bulk import insert_new
from models.tables import AnnouncementRow

ANNOUNCEMENT: Table = AnnouncementRow.__table__  # type: ignore[attr-defined]


class Announcement(NamedTuple):
    """One event as it will be told, today and by every later try: the same id, instant and payload."""

    key: str
    event_id: str
    plan: str
    event: str
    noted_at: datetime
    payload: dict[str, Any]
    covers: Sequence[int] = ()
    upto: int | None = None
    told_on: date | None = None


def note(connection: Connection, new: Sequence[Announcement]) -> int:
    """Note what is not noted yet, by its key; says how many were new."""
    rows = [one._asdict() | {"covers": list(one.covers), "emitted_at": None} for one in new]
    return insert_new(connection, ANNOUNCEMENT, rows)


def _read(row: Any) -> Announcement:
    return Announcement(*(getattr(row, name) for name in Announcement._fields))


def pending(connection: Connection, plan: str, most: int) -> list[Announcement]:
    """What has not been told, the oldest first."""
    a = ANNOUNCEMENT.c
    query = select(ANNOUNCEMENT).where(a.plan == plan, a.emitted_at.is_(None)).order_by(a.noted_at, a.key).limit(most)
    return [_read(row) for row in connection.execute(query)]


def by_event_id(connection: Connection, event_id: str) -> Announcement | None:
    """The announcement that an event told."""
    row = connection.execute(select(ANNOUNCEMENT).where(ANNOUNCEMENT.c.event_id == event_id)).first()
    return _read(row) if row else None


def note_emitted(connection: Connection, keys: Sequence[str], at: datetime) -> None:
    """Record that the server has these."""
    connection.execute(update(ANNOUNCEMENT).where(ANNOUNCEMENT.c.key.in_(keys)).values(emitted_at=at))


def count(connection: Connection, plan: str, prefix: str) -> int:
    """How many announcements of a plan have a key that begins so."""
    a = ANNOUNCEMENT.c
    query = select(func.count()).where(a.plan == plan, func.substr(a.key, 1, len(prefix)) == prefix)
    return int(connection.scalar(query) or 0)


def latest(connection: Connection, plan: str, event: str) -> int:
    """The last submission or decision that this kind of announcement told of; 0 for none."""
    a = ANNOUNCEMENT.c
    return int(connection.scalar(select(func.max(a.upto)).where(a.plan == plan, a.event == event)) or 0)


def covered(connection: Connection, plan: str, event: str, since: datetime) -> frozenset[int]:
    """The attempts that announcements since an instant told of."""
    a = ANNOUNCEMENT.c
    query = select(a.covers).where(a.plan == plan, a.event == event, a.noted_at >= since)
    return frozenset(number for row in connection.execute(query) for number in row.covers)


def tell_on(connection: Connection, key: str, day: date) -> bool:
    """Record the day of the message that tells a coordinator; False where one tells already."""
    a = ANNOUNCEMENT.c
    put = update(ANNOUNCEMENT).where(a.key == key, a.told_on.is_(None)).values(told_on=day)
    return connection.execute(put).rowcount == 1


def told(connection: Connection, plan: str, after: date, until: date) -> list[Announcement]:
    """What messages of these days (``after`` itself not) tell, in the order in which it happened."""
    a = ANNOUNCEMENT.c
    query = select(ANNOUNCEMENT).where(a.plan == plan, a.told_on > after, a.told_on <= until)
    return [_read(row) for row in connection.execute(query.order_by(a.noted_at, a.key))]
