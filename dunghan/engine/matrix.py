"""The matrix of a period: office × report, held in memory between pages, brought up to date by what is new.

A page of 12,600 offices must not read 12,600 rows. A period is read once by each process; after that one query says
whether anything has happened to the plan, and what has is read alone.
"""

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from dunghan.core.names import plain
from dunghan.core.periods import matches, periods
from dunghan.core.state import standing, state
from dunghan.engine.context import Context
from dunghan.engine.counting import stages
from dunghan.store import cells, facts
from dunghan.store.cells import Mark, Short
from dunghan.store.database import reading
from models.errors import UnknownName
from models.obligation import Event, State
from models.plan import Plan

if TYPE_CHECKING:
    from sqlalchemy import Connection

PAGE = 100
"""Offices on a page."""
_KEPT = 12
"""Periods held in memory, the latest looked at."""

Column = tuple[str, str]
"""A report and one of its periods."""


class Cell(NamedTuple):
    """One obligation: where it stands apart from any date, its last day in force, and when it was first answered."""

    id: str
    stands: State | None
    last_day: date | None
    first_at: datetime | None

    def state(self, now: datetime) -> State:
        """Its state now."""
        return self.stands or state(self.last_day, (), now)


class Line(NamedTuple):
    """An office with its obligations by column; ``plain`` is what a search looks in."""

    office: str
    title: str
    stage: str
    plain: str
    cells: dict[Column, Cell]


class Matrix(NamedTuple):
    """A period of a plan: its columns in the plan's order, and its offices in chain order."""

    plan: Plan
    period: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    @property
    def stages(self) -> list[str]:
        """The stages that have offices here, in chain order."""
        return list(dict.fromkeys(line.stage for line in self.lines))


class Wish(NamedTuple):
    """Which offices to show; an empty part takes all. ``text`` is looked for in names and codes, marks or none."""

    stage: str = ""
    state: str = ""
    text: str = ""


class Shown(NamedTuple):
    """What a wish takes: its lines, and how many obligations there are by state before any state was wished for."""

    lines: list[Line]
    counts: Counter[State]


def choose(matrix: Matrix, wish: Wish, now: datetime) -> Shown:
    """The lines that a wish takes, and the counts."""
    by_day: dict[date | None, State] = {}
    states: list[State] = []
    found = []
    sought = plain(wish.text).casefold().split()
    for line in matrix.lines:
        if (wish.stage and line.stage != wish.stage) or not all(word in line.plain for word in sought):
            continue
        here = []
        for cell in line.cells.values():
            if cell.stands:
                here.append(cell.stands)
                continue
            if cell.last_day not in by_day:
                by_day[cell.last_day] = state(cell.last_day, (), now)
            here.append(by_day[cell.last_day])
        states += here
        if not wish.state or wish.state in here:
            found.append(line)
    return Shown(found, Counter(states))


class _Held(NamedTuple):
    matrix: Matrix
    mark: Mark
    ahead: frozenset[str]
    """Obligations with an event that has not come yet: looked at again."""


class Matrices:
    """The matrices of one process; used from several threads."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._held: OrderedDict[tuple[str, str], _Held] = OrderedDict()
        self._turn = threading.Lock()

    def of(self, plan: Plan, period: str) -> Matrix:
        """The matrix of a period as it stands now. Raises UnknownName where the plan has no such period."""
        now, key = self._context.now(), (plan.id, period)
        with self._turn, reading(self._context.db) as connection:
            held = self._held.get(key)
            mark = cells.mark(connection, plan.id)
            if held is None:
                held = self._read(connection, plan, period, mark, now)
            elif held.mark != mark or held.ahead:
                held = self._renewed(connection, held, mark, now) or self._read(connection, plan, period, mark, now)
            self._held[key] = held
            self._held.move_to_end(key)
            while len(self._held) > _KEPT:
                self._held.popitem(last=False)
        return held.matrix

    def read_ahead(self) -> None:
        """Read the latest opened period of each plan, as many as are kept, before anybody asks for it."""
        with reading(self._context.db) as connection:
            opened = cells.opened(connection)
        for plan in [plan for plan in self._context.catalog.plans() if plan.id in opened][:_KEPT]:
            self.of(plan, opened[plan.id][0])

    def _read(self, connection: "Connection", plan: Plan, period: str, mark: Mark, now: datetime) -> _Held:
        columns = columns_of(self._context, connection, plan, period)
        found: dict[str, dict[Column, Cell]] = {}
        where: dict[str, str] = {}
        ahead: set[str] = set()
        for report, key in columns:
            happened = _happened(connection, plan, report, key)
            for short in cells.of_period(connection, plan.id, report, key):
                events = happened.get(short.id, ())
                found.setdefault(short.office, {})[report, key] = _cell(short, events, now)
                where.setdefault(short.office, short.stage)
                if any(event.at > now for event in events):
                    ahead.add(short.id)
        order = {stage: place for place, stage in enumerate(stages(plan))}
        title = self._context.catalog.tree.title
        lines = [_line(office, title(office), where[office], row) for office, row in found.items()]
        lines.sort(key=lambda line: (order.get(line.stage, len(order)), line.office))
        return _Held(Matrix(plan, period, columns, tuple(lines)), mark, frozenset(ahead))

    def _renewed(self, connection: "Connection", held: _Held, mark: Mark, now: datetime) -> _Held | None:
        """The matrix with what is new since its mark.

        None where there is more to it than submissions and decisions: obligations were opened or dated anew. Each of
        those is counted as a change of its period and of the plan's calendar, which tells whether there was more.
        """
        matrix = held.matrix
        new = cells.touched(connection, matrix.plan.id, held.mark, mark)
        if mark.changes - held.mark.changes != 2 * len(new):
            return None
        ids = held.ahead.union(new)
        happened = facts.events_of_ids(connection, ids)
        places = {line.office: number for number, line in enumerate(matrix.lines)}
        lines = list(matrix.lines)
        ahead = {i for i in ids if any(event.at > now for event in happened.get(i, ()))}
        for short in cells.of_ids(connection, ids):
            column = (short.report, short.period)
            if column not in matrix.columns:
                if matches(matrix.period, short.period):
                    return None
                continue
            place = places.get(short.office)
            if place is None or column not in lines[place].cells:
                return None
            changed = lines[place].cells | {column: _cell(short, happened.get(short.id, ()), now)}
            lines[place] = lines[place]._replace(cells=changed)
        return _Held(matrix._replace(lines=tuple(lines)), mark, frozenset(ahead))


def _happened(connection: "Connection", plan: Plan, report: str, period: str) -> dict[str, list[Event]]:
    """What makes up the states of a period: every decision, and of the submissions the first and the last."""
    found: dict[str, list[Event]] = {}
    for one in cells.handed_in(connection, plan.id, report, period):
        found[one.obligation_id] = [Event(one.first, "submit"), Event(one.last, "submit")]
    for obligation, decided in facts.decisions_of_period(connection, plan.id, report, period).items():
        found.setdefault(obligation, []).extend(decided)
    return found


def _cell(short: Short, events: Sequence[Event], now: datetime) -> Cell:
    first = min((event.at for event in events if event.kind == "submit"), default=None)
    return Cell(short.id, standing(events, now), short.last_day, first)


def _line(office: str, title: str, stage: str, row: Mapping[Column, Cell]) -> Line:
    return Line(office, title, stage, f"{plain(title)} {office}".casefold(), dict(row))


def columns_of(context: Context, connection: "Connection", plan: Plan, period: str) -> tuple[Column, ...]:
    """The opened columns of a period: ``2018`` takes ``2018-H1`` as well. Raises UnknownName."""
    opened = facts.opened_periods(connection, plan.id)
    if period not in {key for _, key in opened}:
        known = {of.key for report in plan.reports for of in periods(plan, report, context.horizon(context.now()))}
        if period not in known:
            raise UnknownName("period", period, known)
    return tuple((report.id, key) for report in plan.reports for key in sorted(_matching(opened, report.id, period)))


def _matching(opened: Iterable[Column], report: str, period: str) -> list[str]:
    return [key for name, key in opened if name == report and matches(period, key)]
