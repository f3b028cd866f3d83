"""The one time zone of every deadline."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def at(day: date, when: time = time.min) -> datetime:
    """That day at that time in Vietnam.

    >>> at(date(2018, 12, 10)).isoformat()
    '2018-12-10T00:00:00+07:00'
    """
    return datetime.combine(day, when, tzinfo=VIETNAM)


def local_day(instant: datetime) -> date:
    """The day of an instant in Vietnam."""
    return instant.astimezone(VIETNAM).date()


def next_midnight(day: date) -> datetime:
    """The instant at which a day has ended."""
    return at(day + timedelta(days=1))
