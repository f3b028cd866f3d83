"""The rows of the tables that coordinators watch, in Vietnamese."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from dunghan.core import chart, dispatch
from dunghan.core.ladder import steps
from dunghan.core.names import stage_name
from dunghan.core.periods import period_name
from dunghan.core.state import OPEN_DAYS, last_day, state
from dunghan.core.tally import StageCount, tally
from dunghan.engine.context import Context
from dunghan.engine.counting import countable, ended, stages
from dunghan.engine.owed import Standing, stand
from dunghan.store import contacts
from dunghan.store.alike import Alike, eventful, quiet
from dunghan.store.messages import REMINDER
from models.obligation import OWING, State
from models.plan import Plan
from models.timezone import VIETNAM, local_day

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_MISSING = 500
"""How many offices a missing list names; a longer one is read by nobody, and costs what it is long."""
_STATES: Mapping[State, str] = {
    "open": "đang mở",
    "due_soon": "sắp đến hạn",
    "overdue": "quá hạn",
    "returned": "bị trả lại",
}


def _titles(plan: Plan) -> dict[str, str]:
    return {r.id: r.title for r in plan.reports}


def status_rows(plan: Plan, found: Iterable[Alike], now: datetime) -> list[dict[str, Any]]:
    """Stage × outcome, one row each."""
    titles = _titles(plan)
    return [
        {
            "Báo cáo": titles.get(report, report),
            "Kỳ": period_name(key),
            "Cấp": stage_name(s.stage),
            "Phải nộp": s.expected,
            "Đã nộp": s.submitted,
            "Đúng hạn": s.on_time,
            "Muộn": s.late,
            "Còn thiếu": s.missing,
            "Quá hạn": s.overdue,
            "Được miễn": s.waived,
            "Chưa có hạn": s.undated,
        }
        for (report, key), counted in tally(map(countable, found), now).items()
        for s in _in_chain_order(plan, counted)
    ]


def _in_chain_order(plan: Plan, counted: Iterable[StageCount]) -> list[StageCount]:
    order = stages(plan)
    return sorted(counted, key=lambda s: order.index(s.stage) if s.stage in order else len(order))


def progress(plan: Plan, period: str, found: Iterable[Alike], now: datetime) -> str:
    """The chart of a period's progress as SVG: a bar for each stage of each report."""
    titles = _titles(plan)
    bars = []
    for (report, _), counted in tally(map(countable, found), now).items():
        bars += [
            chart.Bar(titles.get(report, report)),
            *(chart.bar(stage_name(s.stage), s) for s in _in_chain_order(plan, counted)),
        ]
    return chart.svg(f"{plan.label}, {period_name(period)}, đến {local_day(now):%d/%m/%Y}", bars)


def missing_rows(
    context: Context,
    connection: "Connection",
    plan: Plan,
    found: Sequence[Alike],
    now: datetime,
    most: int = MOST_MISSING,
) -> list[dict[str, Any]]:
    """Who is missing, the longest overdue first: deadline and basis, last reminder, whether anybody can be reached."""
    owing: list[Standing] = []
    for report, period in dict.fromkeys((a.report, a.period) for a in found):
        happened = any(a.events for a in found if (a.report, a.period) == (report, period))
        owing += _owing(context, connection, plan, report, period, now, most, happened)
    owing = sorted(owing, key=lambda s: (s.last_day or s.one.period.ends_on, s.one.id))[:most]
    rows = list(_named(context, connection, plan, owing, now))
    more = sum(a.many for a in found if state(a.last_day, a.events, now) in OWING) - len(rows)
    if more > 0:
        rows.append(dict.fromkeys(rows[0], "") | {"Đơn vị": f"… và {more} đơn vị nữa: dunghan status {plan.id}"})
    return rows


def _owing(
    context: Context,
    connection: "Connection",
    plan: Plan,
    report: str,
    period: str,
    now: datetime,
    most: int,
    happened: bool,
) -> Iterator[Standing]:
    since, until = ended(context, now), local_day(now) + timedelta(days=OPEN_DAYS)
    for one in quiet(connection, plan.id, report, period, since, until, most):
        yield stand(one, (), now)
    for one, events in eventful(connection, plan.id, report, period) if happened else ():
        standing = stand(one, events, now)
        if standing.state in OWING and standing.last_day and standing.last_day >= since:
            yield standing


def _named(
    context: Context, connection: "Connection", plan: Plan, owing: Sequence[Standing], now: datetime
) -> Iterator[dict[str, Any]]:
    titles = _titles(plan)
    book = contacts.book(connection, {s.one.office for s in owing})
    reminded = _reminded(connection, [s.one.id for s in owing], now)
    for s in owing:
        last = reminded.get(s.one.id)
        reached = dispatch.officers(book, s.one.office, context.kinds)
        yield {
            "Đơn vị": context.catalog.tree.title(s.one.office),
            "Ngày cuối": f"{s.last_day:%d/%m/%Y}" if s.last_day else "",
            "Tình trạng": _STATES[s.state],
            "Nhắc gần nhất": f"{last.astimezone(VIETNAM):%d/%m/%Y}" if last else "chưa nhắc",
            "Liên hệ": "có" if reached else "KHÔNG CÓ",
            "Báo cáo": f"{titles.get(s.one.report, s.one.report)}, {period_name(s.one.period.key)}",
            "Cấp": stage_name(s.one.stage),
            "Căn cứ": f"{s.one.clause or ''} ({s.one.deadline.basis or 'chưa có hạn'})",
        }


def _reminded(connection: "Connection", ids: Sequence[str], now: datetime) -> dict[str, datetime]:
    """When each obligation was last reminded of."""
    r = REMINDER.c
    query = select(r.obligation_id, func.max(r.decided_at)).group_by(r.obligation_id)
    query = query.where(r.fired, r.kind == "reminder", r.decided_at <= now)
    return {row[0]: row[1] for row in connection.execute(query.where(r.obligation_id.in_(ids)))}


def next_rung(context: Context, plan: Plan, last: date, now: datetime) -> date | None:
    """The day of the next reminder of a last day, today included."""
    laid = steps(context.catalog.ladder, last, plan.issued_on, context.catalog.calendar)
    return next((day for step in laid if (day := local_day(step.at)) >= local_day(now)), None)


def calendar_rows(
    context: Context, plan: Plan, found: Iterable[Alike], now: datetime, most: int = 40
) -> list[dict[str, Any]]:
    """What comes next: each stage's coming reminders and last days, and what has no date yet."""
    titles = _titles(plan)
    coming: dict[tuple[str, str, str, Any], int] = {}
    undated: dict[tuple[str, str, str], int] = {}
    for one in found:
        chain = (one.report, one.period, one.stage)
        stands, last = state(one.last_day, one.events, now), last_day(one.last_day, one.events, now)
        if stands == "undated":
            undated[chain] = undated.get(chain, 0) + one.many
        elif last and stands in ("upcoming", "open", "due_soon") and one.chased:
            coming[*chain, last] = coming.get((*chain, last), 0) + one.many
    rows = []
    for (report, key, stage, last), offices in sorted(coming.items(), key=lambda kv: kv[0][3]):
        reminded = next_rung(context, plan, last, now)
        rows.append(
            {
                "Ngày cuối": f"{last:%d/%m/%Y}",
                "Cấp": stage_name(stage),
                "Số đơn vị": offices,
                "Lần nhắc tới": f"{reminded:%d/%m/%Y}" if reminded else "",
                "Báo cáo": f"{titles.get(report, report)}, {period_name(key)}",
            }
        )
    for (report, key, stage), offices in undated.items():
        rows.append(
            {
                "Ngày cuối": "chưa có hạn",
                "Cấp": stage_name(stage),
                "Số đơn vị": offices,
                "Lần nhắc tới": "không nhắc",
                "Báo cáo": f"{titles.get(report, report)}, {period_name(key)}",
            }
        )
    return rows[:most]
