"""The board: the tables that coordinators watch, as plain rows in Vietnamese."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from dunghan.core import dispatch
from dunghan.core.ladder import steps
from dunghan.core.names import stage_name
from dunghan.core.periods import period_name
from dunghan.core.tally import Owed, count, tally
from dunghan.engine.context import Context
from dunghan.engine.digest_text import active
from dunghan.engine.owed import Standing, Wanted, owed
from dunghan.store import contacts
from dunghan.store.database import reading
from dunghan.store.messages import REMINDER
from models.plan import Plan
from models.timezone import VIETNAM, local_day

_STATES = {
    "undated": "chưa có hạn",
    "upcoming": "sắp tới",
    "open": "đang mở",
    "due_soon": "sắp đến hạn",
    "overdue": "quá hạn",
    "submitted": "đã nộp",
    "returned": "bị trả lại",
    "accepted": "đã duyệt",
    "waived": "được miễn",
}


class StageCheck(NamedTuple):
    """What a check of one stage found among the obligations on whose ladder something may happen."""

    stage: str
    expected: int
    submitted: int
    missing: int
    overdue: int

    @property
    def line(self) -> str:
        """One line for the run's log."""
        late = f", trong đó quá hạn {self.overdue}" if self.overdue else ""
        count = f"phải nộp {self.expected}, đã nộp {self.submitted}, còn thiếu {self.missing}"
        return f"{stage_name(self.stage)}: {count}{late}"


def check_stage(context: Context, plan_id: str, stage: str, now: datetime) -> StageCheck:
    """Check one stage: who has handed in what is due about now, and who has not."""
    found = active(context, owed(context, Wanted(plan=plan_id, stage=stage), now), now)
    counted = count(stage, map(_countable, found), now)
    return StageCheck(stage, counted.expected, counted.submitted, counted.missing, counted.overdue)


def _countable(s: Standing) -> Owed:
    return Owed(s.one.report, s.one.period.key, s.one.stage, s.one.office, s.one.deadline.last_day, s.events)


def stages(plan: Plan) -> list[str]:
    """Every stage that the plan's chains have, in chain order."""
    return list(dict.fromkeys(link.stage for report in plan.reports for link in report.chain))


def status_rows(plan: Plan, found: Iterable[Standing], now: datetime) -> list[dict[str, Any]]:
    """Stage × outcome, one row each."""
    titles = {r.id: r.title for r in plan.reports}
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
        for (report, key), counted in tally(map(_countable, found), now).items()
        for s in counted
    ]


def missing_rows(context: Context, plan: Plan, found: Sequence[Standing], now: datetime) -> list[dict[str, Any]]:
    """Who is missing, with the deadline and its basis, the last reminder, and whether anybody can be reached."""
    owing = [s for s in found if s.state in ("open", "due_soon", "overdue", "returned")]
    titles = {r.id: r.title for r in plan.reports}
    r = REMINDER.c
    with reading(context.db) as connection:
        book = contacts.book(connection, {s.one.office for s in owing})
        query = select(r.obligation_id, func.max(r.decided_at)).where(
            r.fired, r.kind == "reminder", r.decided_at <= now
        )
        query = query.where(r.obligation_id.startswith(f"{plan.id}/")).group_by(r.obligation_id)
        reminded = {row[0]: row[1] for row in connection.execute(query)}
    rows = []
    for s in owing:
        last = reminded.get(s.one.id)
        reached = dispatch.officers(book, s.one.office, context.kinds)
        rows.append(
            {
                "Đơn vị": context.catalog.tree.title(s.one.office),
                "Ngày cuối": f"{s.last_day:%d/%m/%Y}" if s.last_day else "",
                "Tình trạng": _STATES[s.state],
                "Nhắc gần nhất": f"{last.astimezone(VIETNAM):%d/%m/%Y}" if last else "chưa nhắc",
                "Liên hệ": "có" if reached else "KHÔNG CÓ",
                "Báo cáo": f"{titles.get(s.one.report, s.one.report)}, {period_name(s.one.period.key)}",
                "Cấp": stage_name(s.one.stage),
                "Căn cứ": f"{s.one.clause or ''} ({s.one.deadline.basis or 'chưa có hạn'})",
            }
        )
    return rows


def calendar_rows(context: Context, plan: Plan, now: datetime, most: int = 40) -> list[dict[str, Any]]:
    """What comes next: each stage's coming reminders and last days, and what has no date yet."""
    today = local_day(now)
    rules = context.catalog
    coming: dict[tuple[str, str, str, Any], int] = {}
    undated: dict[tuple[str, str, str], int] = {}
    for s in owed(context, Wanted(plan=plan.id), now):
        chain = (s.one.report, s.one.period.key, s.one.stage)
        if s.state == "undated":
            undated[chain] = undated.get(chain, 0) + 1
        elif s.last_day and s.state in ("upcoming", "open", "due_soon") and s.one.chased:
            coming[*chain, s.last_day] = coming.get((*chain, s.last_day), 0) + 1
    titles = {r.id: r.title for r in plan.reports}
    rows = []
    for (report, key, stage, last), offices in sorted(coming.items(), key=lambda kv: kv[0][3]):
        laid = [s.at for s in steps(rules.ladder, last, plan.issued_on, rules.calendar) if local_day(s.at) >= today]
        rows.append(
            {
                "Ngày cuối": f"{last:%d/%m/%Y}",
                "Cấp": stage_name(stage),
                "Số đơn vị": offices,
                "Lần nhắc tới": f"{laid[0]:%d/%m/%Y}" if laid else "",
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
