"""The overview of a province: how each of its plans stands, in one table and one chart."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from dunghan.core import chart
from dunghan.core.deadlines import deadlines
from dunghan.core.periods import periods
from dunghan.engine.context import Context
from dunghan.engine.counting import StageSum, in_season, word_of
from dunghan.store import facts
from models.office import Office
from models.plan import Plan
from models.timezone import local_day

OUTCOMES = (
    ("đã nộp", "seagreen"),
    ("chưa đến hạn", "gold"),
    ("quá hạn", "firebrick"),
    ("miễn, chưa có hạn", "gainsboro"),
)
_SAID = {"On time": "đúng hạn", "Waiting": "đang chờ", "Overdue": "quá hạn"}


class Overview(NamedTuple):
    """A province's plans: its ``rows`` by plan, in Vietnamese, and the ``chart`` (SVG) of those in season, or ''."""

    code: str
    name: str
    rows: list[dict[str, Any]]
    chart: str


def province(context: Context, plan: Plan) -> Office | None:
    """The province in whose territory the plan holds; None where its territory is in no tree."""
    tree = context.catalog.tree
    found = tree.ever(plan.territory)
    while found and found.level != "province" and found.parent:
        found = tree.ever(found.parent)
    return found


def overview(
    context: Context, of: Office, now: datetime, known: Mapping[str, Mapping[str, Sequence[StageSum]]] | None = None
) -> Overview:
    """How every plan of a province stands at ``now``.

    What stands unchanged on the boards is not counted again, nor what is ``known``: sums by plan and period.
    """
    rows, bars = [], []
    for plan in context.catalog.plans():
        if province(context, plan) != of:
            continue
        found = in_season(context, plan, now, known=(known or {}).get(plan.id))
        rows.append(_row(context, plan, found, now))
        if found:
            bars.append(_bar(plan, found))
    title = f"{of.name}: các kế hoạch đang trong mùa báo cáo, {local_day(now):%d/%m/%Y}"
    return Overview(of.code, of.name, rows, chart.svg(title, bars, OUTCOMES) if bars else "")


def _row(context: Context, plan: Plan, found: list[StageSum], now: datetime) -> dict[str, Any]:
    name, _, count = word_of(found).rpartition(" ") if found else ("", "", "")
    state = f"{_SAID[name]} {count}" if name in _SAID else "đúng hạn" if found else "ngoài mùa báo cáo"
    coming = _next_day(context, plan, now)
    return {
        "Kế hoạch": plan.label,
        "Tình trạng": state,
        "Phải nộp": sum(s.expected for s in found),
        "Đã nộp": sum(s.submitted for s in found),
        "Còn thiếu": sum(s.missing for s in found),
        "Quá hạn": sum(s.overdue for s in found),
        "Hạn tới": f"{coming:%d/%m/%Y}" if coming else "chưa có hạn",
    }


def _bar(plan: Plan, found: list[StageSum]) -> chart.Bar:
    submitted, overdue = sum(s.submitted for s in found), sum(s.overdue for s in found)
    missing, expected = sum(s.missing for s in found), sum(s.expected for s in found)
    rest = expected - submitted - missing  # waived or undated: what is kept of a quiet board does not tell them apart
    return chart.Bar(plan.label, (submitted, missing - overdue, overdue, rest), submitted)


def _next_day(context: Context, plan: Plan, now: datetime) -> date | None:
    """The next last day that the plan names or that was set, however far ahead."""
    today = local_day(now)
    with context.reading() as connection:
        dates = facts.plan_facts(connection, plan.id).dates
    days = (
        due.last_day
        for report in plan.reports
        for of in periods(plan, report, context.horizon(now))
        for due in deadlines(plan, report, of, context.catalog.calendar, dates).values()
    )
    return min((day for day in days if day and day >= today), default=None)
