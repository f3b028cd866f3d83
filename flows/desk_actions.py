"""The coordinator's actions as runs: what the command line and the portal do, by a form of the Prefect UI.

A run that did what was asked ends green with one sentence; what cannot be done ends red with one that says why. Each
is a wrapper around the engine's one function, which puts it on record.
"""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from prefect import flow, get_run_logger, runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import Field

from dunghan.core.names import show, stage_name
from dunghan.engine import actions, handing_in, plan_actions
from dunghan.engine.context import Context
from dunghan.engine.delivery import deliver
from dunghan.engine.remind_now import remind_now as remind
from flows.desk import sit_down
from flows.plainly import ended
from models.errors import DunghanError
from models.timezone import VIETNAM

Said = Annotated[str, Field(min_length=2)]
_WRITTEN = {"because": "lý do", "by": "họ tên"}


def _run_name() -> str:
    """``gia hạn · ha-giang-168-2016/annual/2018/026``."""
    given = runtime.flow_run.parameters
    where = [given.get(name) for name in ("plan", "report", "period", "office", "stage")]
    return f"{runtime.flow_run.flow_name} · {'/'.join(str(part) for part in where if part)}"


async def _done(name: str, act: Callable[[Context], str], **written: str) -> State[Any]:
    """Do it in a thread, and end with what was done. What must be ``written`` and is blank is refused first."""
    for field, text in written.items():
        if not text.strip():
            return Failed(message=f"Chưa ghi {_WRITTEN[field]}, mà hồ sơ cần điều này.")
    try:
        said = await asyncio.to_thread(act, sit_down())
    except DunghanError as error:
        return ended(name, error)
    get_run_logger().info("%s", said)
    return Completed(message=said)


def _office(context: Context, office: str) -> str:
    return context.catalog.tree.title(office) if office in context.catalog.tree else office


@flow(name="ghi nhận báo cáo", flow_run_name=_run_name, persist_result=False)
async def record_submission(
    plan: str,
    report: str,
    period: str,
    office: Said,
    by: Said,
    received_at: datetime | None = None,
    nothing: bool = False,
    reference: str = "",
    note: str = "",
) -> State[Any]:
    """Record a report that came on paper or by the document system.

    Args:
        plan: Mã kế hoạch.
        report: Loại báo cáo trong kế hoạch.
        period: Kỳ báo cáo, như 2018 hoặc 2018-H1.
        office: Mã đơn vị, như 026; xem dunghan office list.
        by: Họ tên người ghi nhận.
        received_at: Lúc nhận được, giờ Việt Nam. Bỏ trống là bây giờ.
        nothing: Đơn vị báo không phát sinh.
        reference: Số văn bản, như 45/BC-UBND.
        note: Ghi chú. Tệp thì nộp ở cổng nộp báo cáo hoặc bằng dunghan submit.
    """

    def act(context: Context) -> str:
        at = received_at or context.now()
        at = at if at.tzinfo else at.replace(tzinfo=VIETNAM)
        one = handing_in.HandedIn(
            f"{plan}/{report}/{period}/{office}", at, nothing=nothing, reference=reference, note=note, via="prefect"
        )
        version = handing_in.submit_all(context, [one], by=by)[0]
        return f"Đã ghi nhận báo cáo của {_office(context, office)}, bản {version}."

    return await _done("submit", act, by=by)


@flow(name="trả lại báo cáo", flow_run_name=_run_name, persist_result=False)
async def return_report(plan: str, report: str, period: str, office: Said, because: Said, by: Said) -> State[Any]:
    """Return what was handed in, with a reason; the office is told at once.

    Args:
        plan: Mã kế hoạch.
        report: Loại báo cáo trong kế hoạch.
        period: Kỳ báo cáo, như 2018 hoặc 2018-H1.
        office: Mã đơn vị, như 026; xem dunghan office list.
        because: Vì sao trả lại; đơn vị đọc được câu này.
        by: Họ tên người quyết định.
    """

    def act(context: Context) -> str:
        actions.give_back(context, f"{plan}/{report}/{period}/{office}", by=by, because=because)
        return f"Đã trả lại báo cáo cho {_office(context, office)}. {_sent(context, plan)}"

    return await _done("return", act, because=because, by=by)


@flow(name="gia hạn", flow_run_name=_run_name, persist_result=False)
async def grant_extension(
    plan: str, report: str, period: str, office: Said, until: date, because: Said, by: Said
) -> State[Any]:
    """Give an office more time.

    Args:
        plan: Mã kế hoạch.
        report: Loại báo cáo trong kế hoạch.
        period: Kỳ báo cáo, như 2018 hoặc 2018-H1.
        office: Mã đơn vị, như 026; xem dunghan office list.
        until: Ngày cuối mới, tính cả ngày đó.
        because: Vì sao gia hạn. Được ghi vào hồ sơ.
        by: Họ tên người quyết định.
    """

    def act(context: Context) -> str:
        actions.extend(context, f"{plan}/{report}/{period}/{office}", until=until, by=by, because=because)
        return f"Đã gia hạn cho {_office(context, office)} đến hết {show(until)}."

    return await _done("extend", act, because=because, by=by)


@flow(name="miễn nộp", flow_run_name=_run_name, persist_result=False)
async def waive(plan: str, report: str, period: str, office: Said, because: Said, by: Said) -> State[Any]:
    """Release an office from an obligation.

    Args:
        plan: Mã kế hoạch.
        report: Loại báo cáo trong kế hoạch.
        period: Kỳ báo cáo, như 2018 hoặc 2018-H1.
        office: Mã đơn vị, như 026; xem dunghan office list.
        because: Vì sao miễn nộp. Được ghi vào hồ sơ.
        by: Họ tên người quyết định.
    """

    def act(context: Context) -> str:
        actions.waive(context, f"{plan}/{report}/{period}/{office}", by=by, because=because)
        return f"Đã miễn nộp cho {_office(context, office)}."

    return await _done("waive", act, because=because, by=by)


@flow(name="đặt hạn", flow_run_name=_run_name, persist_result=False)
async def set_date(plan: str, report: str, period: str, stage: str, day: date, because: Said, by: Said) -> State[Any]:
    """Fix the date that a plan's text left open, for a stage in one period.

    Args:
        plan: Mã kế hoạch.
        report: Loại báo cáo trong kế hoạch.
        period: Kỳ báo cáo, như 2018 hoặc 2018-H1.
        stage: Cấp nộp báo cáo.
        day: Ngày cuối, tính cả ngày đó.
        because: Căn cứ để đặt hạn, như một công văn. Được ghi vào hồ sơ.
        by: Họ tên người quyết định.
    """

    def act(context: Context) -> str:
        key, dated = plan_actions.set_date(context, plan, report, stage, day, because=because, by=by, key=period)
        return f"Đã đặt hạn kỳ {key} của {stage_name(stage)}: hết {show(day)}; {dated} đơn vị."

    return await _done("set-date", act, because=because, by=by)


@flow(name="nhắc ngay", flow_run_name=_run_name, persist_result=False)
async def remind_now(plan: str, report: str, period: str, office: Said, because: Said, by: Said) -> State[Any]:
    """Remind an office today, beside the ladder.

    Args:
        plan: Mã kế hoạch.
        report: Loại báo cáo trong kế hoạch.
        period: Kỳ báo cáo, như 2018 hoặc 2018-H1.
        office: Mã đơn vị, như 026; xem dunghan office list.
        because: Vì sao nhắc ngoài lịch. Được ghi vào hồ sơ.
        by: Họ tên người nhắc.
    """

    def act(context: Context) -> str:
        queued = remind(context, f"{plan}/{report}/{period}/{office}", by=by, because=because)
        return f"Đã xếp {queued} thư nhắc {_office(context, office)}. {_sent(context, plan)}"

    return await _done("remind", act, because=because, by=by)


def _sent(context: Context, plan: str) -> str:
    """Send what may leave now, and say how that went. What is done stays done where a gateway is at fault."""
    try:
        sent = deliver(context, context.now(), plan)
    except DunghanError as error:
        get_run_logger().warning("%s", error)
        return "Thư chưa gửi được; thư đã xếp hàng và sẽ được gửi lại."
    if sent.delivered:
        return f"Đã gửi {sent.delivered} thư."
    return "Thư sẽ đi trong giờ làm việc tới, khi gửi được."
