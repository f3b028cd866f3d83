"""What a message of news says to a coordinator: the stages that were completed, the messages that were given up."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from dunghan.core.names import stage_name
from dunghan.core.periods import period_name
from dunghan.engine import news
from dunghan.engine.context import Context
from dunghan.store import announcements
from dunghan.store.announcements import Announcement
from dunghan.store.messages import MESSAGE
from models.plan import Plan


def news_fields(context: Context, connection: Connection, plan: Plan, contact: int, day: date) -> dict[str, str]:
    """What the template pours in: all that was to be told by that day since the last news this contact got."""
    m = MESSAGE.c
    query = select(func.max(m.day)).where(m.contact_id == contact, m.plan == plan.id, m.kind == "news", m.day < day)
    got = connection.scalar(query.where(m.status == "delivered"))
    floor = day - timedelta(days=context.catalog.ladder.reach_back_days)
    told = announcements.told(connection, plan.id, max(got, floor) if got else floor, day)
    if not told:
        return {}
    return {"date": f"{day:%d/%m/%Y}", "news": "\n".join(f"- {line(plan, one)}" for one in told)}


def line(plan: Plan, one: Announcement) -> str:
    """One piece of news in Vietnamese."""
    held = one.payload
    if one.event == news.DEAD:
        return (
            f"{held['count']} thư không gửi được (bị từ chối {held['rejected']}, hết lượt thử {held['dead']}): "
            "xem bằng dunghan outbox list --status rejected, --status dead"
        )
    return f"{_place(plan, held)}: {_stage_news(one.event, held)}"


def _place(plan: Plan, held: dict[str, Any]) -> str:
    report = plan.report(held["report"])
    title = report.title if report else held["report"]
    return f"{title}, {period_name(held['period'])} · {stage_name(held['stage'])}"


def _stage_news(event: str, held: dict[str, Any]) -> str:
    if event == news.COMPLETED:
        return f"đã nộp đủ {held['submitted']}/{held['expected']} (đúng hạn {held['on_time']}, muộn {held['late']})"
    return f"lại còn thiếu {held['missing']}/{held['expected']}"
