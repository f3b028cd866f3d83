"""Publishing: what changed of a plan's tables, as keyed artifacts in Vietnamese."""

import asyncio
from datetime import datetime

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from dunghan.core.periods import period_name
from dunghan.engine import board
from dunghan.engine.context import Context
from models.plan import Plan
from models.timezone import local_day

TITLES = {
    "status": ("Tình hình nộp báo cáo theo cấp", "Không có kỳ báo cáo nào đang trong mùa."),
    "missing": ("Đơn vị còn thiếu báo cáo", "Không còn đơn vị nào thiếu báo cáo đến hạn."),
    "upcoming": ("Lịch sắp tới", "Không có hạn nào sắp tới."),
}
"""What each table is called, and what stands in its place where it is empty."""


async def publish_board(context: Context, plan: Plan, now: datetime) -> int:
    """Publish what changed since the last run: status and missing list by period, the calendar of what comes next.

    Keys are ``plan-period-status``, ``plan-period-missing`` and ``plan-upcoming``. Returns how many were made; what
    stands unchanged keeps its artifact, and the day on which it was made.
    """
    stale = await asyncio.to_thread(board.stale, context, plan, now)
    made = 0
    for one in stale:
        for name, rows in one.tables.items():
            title, nothing = TITLES[name]
            of_period = f", kỳ {period_name(one.period)}" if one.period else ""
            heading = f"**{title}** · Kế hoạch {plan.label}{of_period} · {local_day(now):%d/%m/%Y}"
            key = "-".join(part for part in (plan.id, one.period.lower(), name) if part)
            if rows:
                await acreate_table_artifact(rows, key=key, description=heading)
            else:
                await acreate_markdown_artifact(f"{heading}\n\n{nothing}", key=key, description=heading)
            made += 1
    if stale:
        await asyncio.to_thread(board.note_shown, context, plan, stale)
    return made
