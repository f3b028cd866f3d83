"""The board: what coordinators watch of a plan; only what changed since it was last shown is computed again."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from dunghan.core.state import last_day
from dunghan.engine.board_rows import calendar_rows, missing_rows, next_rung, progress, status_rows
from dunghan.engine.context import Context
from dunghan.engine.counting import StageSum, active, begun, fresh_until, gather, sums
from dunghan.engine.news import note_stages
from dunghan.store import boards
from dunghan.store.alike import Alike
from dunghan.store.boards import CALENDAR, NEVER_SHOWN, Mark
from dunghan.store.database import lock_plan, reading, writing
from models.plan import Plan
from models.timezone import at, local_day, next_midnight

if TYPE_CHECKING:
    from sqlalchemy import Connection

Rows = list[dict[str, Any]]


class Board(NamedTuple):
    """One period of a plan as it is to be shown, or (where ``period`` is empty) its calendar.

    ``tables`` are the rows to publish, by name: none for a period that is out of season and was never published.
    ``found`` is what is in season of the period, ``sums`` its counts by stage.
    ``chart`` is the period's progress as SVG; empty where there is nothing to show. ``found`` is what is in season.
    """

    period: str
    tables: dict[str, Rows]
    mark: Mark
    chart: str = ""
    found: Sequence[Alike] = ()
    sums: Sequence[StageSum] = ()


def stale(context: Context, plan: Plan, now: datetime) -> list[Board]:
    """Every board of a plan that would be shown otherwise than it was, computed anew; the calendar comes last."""
    with reading(context.db) as connection:
        marks = boards.marks(connection, plan.id)
        due = [(p, m) for p in begun(context, plan, now) if not (m := marks.get(p, NEVER_SHOWN)).fresh(now)]
        calendar = marks.get(CALENDAR, NEVER_SHOWN)
        if calendar.fresh(now):
            return [
                _period(context, connection, plan, p, m, list(gather(context, connection, plan, now, p)), now)
                for p, m in due
            ]
        everything = list(gather(context, connection, plan, now))
        shown = [
            _period(context, connection, plan, p, m, [one for one in everything if one.period == p], now)
            for p, m in due
        ]
        return [*shown, _calendar(context, plan, calendar, everything, now)]


def note_shown(context: Context, plan: Plan, shown: Iterable[Board], now: datetime) -> None:
    """Record that these boards were shown, and what is news among what changed, in one transaction."""
    with writing(context.db) as connection:
        lock_plan(connection, plan.id)
        for one in shown:
            note_stages(context, connection, plan, one.found, now)
            boards.note_shown(connection, plan.id, one.period, one.mark)


def _period(
    context: Context,
    connection: "Connection",
    plan: Plan,
    period: str,
    mark: Mark,
    everything: Sequence[Alike],
    now: datetime,
) -> Board:
    found = [one for one in everything if active(context, one, now)]
    tables, chart = {}, ""
    if found or mark.published:  # what changes after the season is shown as well
        tables["status"] = status_rows(plan, found or everything, now)
        tables["missing"] = missing_rows(context, connection, plan, found, now)
        chart = progress(plan, period, found or everything, now)
    counted = sums(found, now)
    held = tuple(s._asdict() for s in counted)
    turn = fresh_until(context, everything, now)
    return Board(period, tables, Mark(mark.changes, mark.changes, now, turn, bool(tables), held), chart, found, counted)


def _calendar(context: Context, plan: Plan, mark: Mark, found: Sequence[Alike], now: datetime) -> Board:
    turns = {at(date(local_day(now).year + 1, 1, 1)), *_rungs(context, plan, found, now)}  # another year is listed then
    if turn := fresh_until(context, found, now):
        turns.add(turn)
    tables = {"upcoming": calendar_rows(context, plan, found, now)}
    return Board(CALENDAR, tables, Mark(mark.changes, mark.changes, now, min(turns), True))


def _rungs(context: Context, plan: Plan, found: Iterable[Alike], now: datetime) -> Iterable[datetime]:
    """When the next reminder that the calendar shows has passed, for every last day."""
    for last in {last_day(a.last_day, a.events, now) for a in found}:
        if last and (day := next_rung(context, plan, last, now)):
            yield next_midnight(day)
