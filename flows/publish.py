"""Publishing: the plan's tables as keyed artifacts, in Vietnamese."""

import asyncio
from datetime import datetime
from typing import Any

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from dunghan.engine import board
from dunghan.engine.context import Context
from dunghan.engine.digest_text import active
from dunghan.engine.owed import Wanted, owed
from models.plan import Plan
from models.timezone import local_day


def _gather(context: Context, plan: Plan, now: datetime) -> tuple[list[dict[str, Any]], ...]:
    current = active(context, owed(context, Wanted(plan=plan.id), now), now)
    return (
        board.status_rows(plan, current, now),
        board.missing_rows(context, plan, current, now),
        board.calendar_rows(context, plan, now),
    )


async def publish_board(context: Context, plan: Plan, now: datetime) -> int:
    """Create the three artifacts of a plan: status, who is missing, what comes next. Returns how many."""
    status, missing, coming = await asyncio.to_thread(_gather, context, plan, now)
    day = f"{local_day(now):%d/%m/%Y}"
    made = 0
    for key, rows, title, nothing in (
        ("status", status, "Tình hình nộp báo cáo theo cấp", "Không có kỳ báo cáo nào đang trong mùa."),
        ("missing", missing, "Đơn vị còn thiếu báo cáo", "Không còn đơn vị nào thiếu báo cáo đến hạn."),
        ("upcoming", coming, "Lịch sắp tới", "Không có hạn nào sắp tới."),
    ):
        heading = f"**{title}** · Kế hoạch {plan.label} · {day}"
        if rows:
            await acreate_table_artifact(rows, key=f"{plan.id}-{key}", description=heading)
        else:
            await acreate_markdown_artifact(f"{heading}\n\n{nothing}", key=f"{plan.id}-{key}", description=heading)
        made += 1
    return made
