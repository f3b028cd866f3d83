"""Publishing: what changed of a plan's tables and charts, as keyed artifacts in Vietnamese."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from prefect.artifacts import acreate_image_artifact, acreate_markdown_artifact, acreate_table_artifact

from dunghan.core.chart import data_uri
from dunghan.core.periods import period_name
from dunghan.engine import board
from dunghan.engine.board import Board
from dunghan.engine.context import Context
from dunghan.engine.counting import StageSum
from dunghan.engine.overview import overview, province
from models.plan import Plan
from models.timezone import local_day

TITLES = {
    "status": ("Tình hình nộp báo cáo theo cấp", "Không có kỳ báo cáo nào đang trong mùa."),
    "missing": ("Đơn vị còn thiếu báo cáo", "Không còn đơn vị nào thiếu báo cáo đến hạn."),
    "upcoming": ("Lịch sắp tới", "Không có hạn nào sắp tới."),
}
"""What each table is called, and what stands in its place where it is empty."""


async def publish_board(context: Context, plan: Plan, now: datetime) -> int:
    """Publish what changed since the last run.

    By period the status, the missing list and the chart of progress; the calendar of what comes next; the overview of
    the plan's province. Keys are ``plan-period-status``, ``-missing``, ``-progress``, ``plan-upcoming`` and
    ``province-CODE-overview``. Returns how many were made; what stands unchanged keeps its artifact, and the day on
    which it was made.
    """
    stale = await asyncio.to_thread(board.stale, context, plan, now)
    if not stale:
        return 0
    made = [_tables(context, plan, one, now) for one in stale] + [_chart(context, plan, one, now) for one in stale]
    sums = {one.period: one.sums for one in stale if one.period}
    counts = await asyncio.gather(*made, _overview(context, plan, sums, now))  # the server takes 25 ms for each
    await asyncio.to_thread(board.note_shown, context, plan, stale, now)
    return sum(counts)


async def _tables(context: Context, plan: Plan, one: Board, now: datetime) -> int:
    for name, rows in one.tables.items():
        title, nothing = TITLES[name]
        heading = _heading(context, title, plan, one.period, now)
        key = _key(plan.id, one.period, name)
        if rows:
            await acreate_table_artifact(rows, key=key, description=heading)
        else:
            await acreate_markdown_artifact(f"{heading}\n\n{nothing}", key=key, description=heading)
    return len(one.tables)


async def _chart(context: Context, plan: Plan, one: Board, now: datetime) -> int:
    if not one.chart:
        return 0
    heading = _heading(context, "Biểu đồ tiến độ", plan, one.period, now)
    key = _key(plan.id, one.period, "progress")
    await acreate_image_artifact(data_uri(one.chart), key=key, description=heading)
    return 1


async def _overview(context: Context, plan: Plan, sums: Mapping[str, Sequence[StageSum]], now: datetime) -> int:
    of = province(context, plan)
    if of is None:
        return 0
    found = await asyncio.to_thread(overview, context, of, now, {plan.id: sums})
    name = f"{found.name[:1].lower()}{found.name[1:]}"
    heading = f"**Toàn cảnh {name}** · {len(found.rows)} kế hoạch · {local_day(now):%d/%m/%Y}{_portal(context)}"
    parts = [heading, _table(found.rows)]
    if found.chart:
        parts.append(f"![Tiến độ các kế hoạch đang trong mùa báo cáo]({data_uri(found.chart)})")
    await acreate_markdown_artifact("\n\n".join(parts), key=_key("province", of.code, "overview"), description=heading)
    return 1


def _key(*parts: str) -> str:
    """Prefect takes small letters, digits and dashes."""
    return "-".join(part.lower().replace(".", "-") for part in parts if part)


def _heading(context: Context, title: str, plan: Plan, period: str, now: datetime) -> str:
    of_period = f", {period_name(period)}" if period else ""
    return f"**{title}** · {plan.label}{of_period} · {local_day(now):%d/%m/%Y}{_portal(context)}"


def _portal(context: Context) -> str:
    url = context.settings.portal_url
    return f" · [Cổng nộp báo cáo]({url})" if url else ""


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as a table in Markdown; numbers stand right."""
    first = rows[0]
    marks = ["--:" if isinstance(value, int) else "---" for value in first.values()]
    lines = [first.keys(), marks, *(row.values() for row in rows)]
    return "\n".join(f"| {' | '.join(str(cell).replace('|', '/') for cell in line)} |" for line in lines)
