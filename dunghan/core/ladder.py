"""The ladder laid against a last day: which rung falls on which working day."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from dunghan.core.calendar import WorkCalendar
from models.ladder import Ladder
from models.timezone import at


class Step(NamedTuple):
    """A rung and the instant at which it fires; ``held`` where the plan's issue kept it back until then."""

    rung: int
    at: datetime
    held: bool = False


@lru_cache(maxsize=4096)
def steps(ladder: Ladder, last_day: date, issued_on: date, calendar: WorkCalendar) -> tuple[Step, ...]:
    """Every rung with its instant, in ladder order.

    A rung on a day off moves to the working day before it while it stands before the deadline, and to
    the one after it when it stands behind. None falls before the first working day after the plan's issue.
    """
    first = calendar.next_working(issued_on)
    found = []
    for rung in ladder.obliged:
        day = last_day + timedelta(days=rung)
        day = calendar.this_or_previous(day) if rung <= 0 else calendar.this_or_next(day)
        found.append(Step(rung, at(max(day, first), ladder.fires_at), held=day < first))
    return tuple(found)
