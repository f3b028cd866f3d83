"""What runs are called and tagged: as people speak of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dunghan.core.deadlines import deadlines
from dunghan.core.names import kind_name
from dunghan.core.periods import periods
from dunghan.engine.context import Context
from dunghan.engine.overview import province
from dunghan.store import facts
from models.plan import Plan
from models.timezone import local_day


def flow_name(plan: Plan) -> str:
    """``168-KH-UBND Hà Giang · báo cáo``: Prefect refuses ``/ % & < >`` in the names of flows and deployments."""
    return f"{plan.number.replace('/', '-')} {plan.place} · báo cáo"


def in_season(context: Context, plan: Plan, now: datetime) -> list[tuple[str, str]]:
    """The (period, report kind) pairs whose ladder may speak at ``now``, by the plan's dates and those set since."""
    ladder, today = context.catalog.ladder, local_day(now)
    first, last = today - timedelta(days=ladder.obliged[-1]), today - timedelta(days=ladder.obliged[0])
    found: list[tuple[str, str]] = []
    with context.reading() as connection:
        dates = facts.plan_facts(connection, plan.id).dates
    for report in plan.reports:
        for of in periods(plan, report, context.horizon(now)):
            days = deadlines(plan, report, of, context.catalog.calendar, dates).values()
            if any(d.last_day and first <= d.last_day <= last for d in days):
                found.append((of.key, report.kind))
    return found


def run_name(context: Context, plan: Plan, now: datetime) -> str:
    """``2018 · hằng năm + sơ kết · 07/12``; out of season just the plan and the day."""
    season = in_season(context, plan, now)
    day = f"{local_day(now):%d/%m}"
    if not season:
        return f"{plan.place} · ngoài mùa báo cáo · {local_day(now):%d/%m/%Y}"
    keys = list(dict.fromkeys(key for key, _ in season))
    kinds = list(dict.fromkeys(kind_name(kind) for _, kind in season))
    return f"{', '.join(keys)} · {' + '.join(kinds)} · {day}"


def tags(context: Context, plan: Plan, periods_open: Sequence[str] = ()) -> list[str]:
    """``plan:…``, ``province:…`` and one ``period:…`` for each period in season."""
    of = province(context, plan)
    name = of.code if of else plan.territory
    return [f"plan:{plan.id}", f"province:{name}", *(f"period:{key}" for key in periods_open)]
