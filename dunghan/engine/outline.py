"""The outline of a report: a Word file to write on, with the plan's own words about what is to be reported."""

from io import BytesIO
from typing import TYPE_CHECKING

from dunghan.core.names import show
from dunghan.core.periods import period_name
from dunghan.core.state import last_day
from dunghan.engine.context import Context
from dunghan.engine.owed import find
from dunghan.store import facts
from dunghan.store.database import reading
from models.plan import Plan, Task

if TYPE_CHECKING:
    from docx.document import Document

_ALWAYS = ("Khó khăn, vướng mắc và nguyên nhân", "Kiến nghị, đề xuất", "Phương hướng kỳ tới")


def outline(context: Context, obligation_id: str) -> bytes:
    """A docx for one obligation: who reports what for which period by which clause, and a section for each task.

    It names the plan's number and the period, which the check of what is handed in looks for.
    """
    from docx import Document

    with reading(context.db) as connection:
        plan, one, _ = find(context, connection, obligation_id)
        events = facts.events_of(connection, obligation_id)
    report, title = plan.report(one.report), context.catalog.tree.title
    last = last_day(one.deadline.last_day, events, context.now())
    named, period = report.title if report else one.report, period_name(one.period.key)
    document = Document()
    document.core_properties.title = f"{named}, {period}"
    document.core_properties.author = title(one.office)
    document.add_paragraph(title(one.office).upper())
    document.add_paragraph("Số: ……/BC-……")
    document.add_heading("BÁO CÁO", 0)
    document.add_paragraph(f"{named}, {period}, theo Kế hoạch số {plan.number} của {plan.place}: “{plan.title}”")
    document.add_paragraph(f"Kính gửi: {', '.join(title(code) for code in one.to) or title(plan.lead)}")
    if one.quote:
        document.add_paragraph(f"Căn cứ điểm {one.clause}: “{one.quote}”")
    document.add_paragraph(f"Hạn nộp: hết {show(last)}" if last else "Hạn nộp: chưa có hạn")
    _sections(document, plan, one.office)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _sections(document: "Document", plan: Plan, office: str) -> None:
    document.add_heading("I. Kết quả thực hiện", 1)
    for number, task in enumerate(_tasks(plan, office), start=1):
        document.add_heading(f"{number}. Nhiệm vụ tại điểm {task.clause}", 2)
        document.add_paragraph(f"“{task.quote}”")
        document.add_paragraph("……")
        for target in plan.targets:
            if target.id in task.targets:
                document.add_paragraph(f"Chỉ tiêu: {target.quote}: kết quả ……", style="List Bullet")
    for numeral, heading in zip(("II", "III", "IV"), _ALWAYS, strict=True):
        document.add_heading(f"{numeral}. {heading}", 1)
        document.add_paragraph("……")


def _tasks(plan: Plan, office: str) -> list[Task]:
    """The tasks that the plan gives to this office by name; all of them where it names it in none."""
    own = [task for task in plan.tasks if office in task.offices]
    return own or list(plan.tasks)
