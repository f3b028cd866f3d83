"""Did the reminders help: when reports came in, against the rungs that went out and the last days."""

import threading
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from dunghan.engine.context import Context
from dunghan.engine.matrix import Column, Matrix
from dunghan.store import cells
from dunghan.store.cells import Fired
from dunghan.store.database import reading
from models.timezone import local_day

SOON = timedelta(days=3)
"""What comes within this time after a rung counts as its answer."""
_KEPT = 12
"""Columns held in memory, the latest looked at."""


class RungAnswer(NamedTuple):
    """How many offices a rung went to, and how many of them handed in for the first time within three days."""

    rung: str
    sent: int
    answered: int

    @property
    def share(self) -> float:
        """The part that answered, from 0 to 1."""
        return self.answered / self.sent if self.sent else 0.0


class Response(NamedTuple):
    """One period of a report. ``came`` and ``reminded`` count first submissions and reminded offices by day."""

    expected: int
    handed_in: int
    on_time: int
    after_rung: int
    """First submissions within three days after the latest rung that went to that office."""
    unasked: int
    """First submissions of offices that no rung had gone to yet."""
    rungs: tuple[RungAnswer, ...]
    came: dict[date, int]
    reminded: dict[date, int]
    last_days: tuple[date, ...]
    """The last days in force, the most frequent first."""


class Asked(NamedTuple):
    """The reminders of one column: how many went out by rung and by day, and those of each obligation in order."""

    sent: Counter[str]
    by_day: Counter[date]
    of_one: dict[str, list[tuple[datetime, str]]]


class Responses:
    """The responses of one process: reminders are read again only when a rung has come on record since."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._asked: OrderedDict[tuple[str, Column], tuple[int, Asked]] = OrderedDict()
        self._turn = threading.Lock()

    def of(self, matrix: Matrix, column: Column) -> Response:
        """The response of one column of a matrix."""
        return response(matrix, column, self._reminders(matrix.plan.id, column))

    def _reminders(self, plan: str, column: Column) -> Asked:
        key = plan, column
        with self._turn, reading(self._context.db) as connection:
            newest = cells.newest_reminder(connection)
            held = self._asked.get(key)
            if held is None or held[0] != newest:
                held = newest, asked(cells.fired(connection, plan, *column))
            self._asked[key] = held
            self._asked.move_to_end(key)
            while len(self._asked) > _KEPT:
                self._asked.popitem(last=False)
        return held[1]


def asked(fired: Iterable[Fired]) -> Asked:
    """The reminders of one column, which come in the order of their time."""
    found = Asked(Counter(), Counter(), defaultdict(list))
    for one in fired:
        found.sent[one.rung] += 1
        found.by_day[local_day(one.at)] += 1
        found.of_one[one.obligation_id].append((one.at, one.rung))
    return found


def response(matrix: Matrix, column: Column, reminders: Asked) -> Response:
    """The response of one column of a matrix to its reminders.

    A submission answers the latest rung before it, if that is no more than three days back.
    """
    here = [line.cells[column] for line in matrix.lines if column in line.cells]
    came: Counter[date] = Counter()
    answered: Counter[str] = Counter()
    on_time = unasked = 0
    for cell in here:
        if cell.first_at is None:
            continue
        day = local_day(cell.first_at)
        came[day] += 1
        on_time += cell.last_day is None or day <= cell.last_day
        rung = _latest(reminders.of_one.get(cell.id, ()), cell.first_at)
        if rung is None:
            unasked += 1
        elif cell.first_at - rung[0] <= SOON:
            answered[rung[1]] += 1
    days = Counter(cell.last_day for cell in here if cell.last_day)
    return Response(
        expected=len(here),
        handed_in=sum(came.values()),
        on_time=on_time,
        after_rung=sum(answered.values()),
        unasked=unasked,
        rungs=tuple(RungAnswer(r, reminders.sent[r], answered[r]) for r in sorted(reminders.sent, key=_place)),
        came=dict(came),
        reminded=dict(reminders.by_day),
        last_days=tuple(day for day, _ in days.most_common()),
    )


def _place(rung: str) -> tuple[int, str]:
    """Where a rung stands on the ladder; reminders by hand come last."""
    return (int(rung[:-1]), "") if rung[0] in "+-" else (1000, rung)


def _latest(rungs: Sequence[tuple[datetime, str]], before: datetime) -> tuple[datetime, str] | None:
    """The last of an obligation's rungs that went out by then."""
    found = None
    for rung in rungs:
        if rung[0] > before:
            break
        found = rung
    return found
