"""The nation as one flow: every province's plans started, so many at a time, and gathered into one table."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import Field

from dunghan import clock
from dunghan.engine.context import Context
from dunghan.engine.national import ProvinceSum, by_province, word
from flows.desk import desk, sit_down
from flows.fan_out import FanOut
from flows.plainly import plainly
from models.plan import Plan
from models.timezone import VIETNAM, local_day

NATIONAL = "toan-quoc"


def _moment(as_of: datetime | None) -> datetime:
    found = as_of or runtime.flow_run.scheduled_start_time or clock.now()
    return found if found.tzinfo else found.replace(tzinfo=VIETNAM)


def _run_name() -> str:
    given = runtime.flow_run.parameters.get("as_of")
    return (
        f"Toàn quốc · {local_day(_moment(datetime.fromisoformat(given) if isinstance(given, str) else given)):%d/%m/%Y}"
    )


@task(name="lập bảng toàn quốc", task_run_name="lap bang toan quoc", cache_policy=NO_CACHE)
async def gather(plans: list[Plan], now: datetime) -> list[ProvinceSum]:
    """Read from our record how every province stands."""
    return await asyncio.to_thread(by_province, desk(), plans, now)


@flow(name="toàn quốc · báo cáo", flow_run_name=_run_name, persist_result=False)
@plainly
async def national(
    as_of: datetime | None = None,
    at_once: Annotated[int, Field(ge=1, le=200)] = 8,
    patience_minutes: Annotated[int, Field(ge=1, le=600)] = 60,
) -> State[dict[str, Any]]:
    """Run every plan of every province once, and publish one national table.

    1. Start each plan's deployment, so many at a time; those of that day that are there already are not started again.
    2. Wait until they have ended; start once more what crashed.
    3. Publish the table from our own record.

    Args:
        as_of: Tính đến. Bỏ trống: giờ chạy theo lịch. Giờ Việt Nam.
        at_once: Số kế hoạch chạy cùng lúc.
        patience_minutes: Chờ tối đa bao nhiêu phút; kế hoạch nào chưa xong thì ghi rõ trong bảng.
    """
    log = get_run_logger()
    now, context = _moment(as_of), sit_down()
    plans = await asyncio.to_thread(lambda: list(context.catalog.plans()))
    log.info("Toàn quốc, tính đến %s: %d kế hoạch", f"{now.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}", len(plans))
    async with get_client() as client:
        fan = FanOut(client, plans, now, at_once)
        unfinished = await fan.run(timedelta(minutes=patience_minutes))
    log.info("Bắt đầu %d lượt chạy mới; %d lượt đã có từ trước trong ngày", fan.started, len(fan.runs) - fan.started)
    fates = {plan.id: _fate(fan, plan.id) for plan in plans}
    bad = [plan for plan, run in fan.runs.items() if plan in unfinished or not (run.state and run.state.is_completed())]
    for plan in bad:
        log.error("%s: %s", plan, fates[plan])
    for plan, why in fan.refused.items():
        log.warning("%s không chạy: %s", plan, why)

    found = await gather(plans, now)
    await _publish(context, found, fates, now)
    state = word(found)
    log.info("Kết quả: %s", state)
    said = f"{state}: started {fan.started}, ended {len(fan.runs) - len(bad)}, unfinished {len(bad)}"
    if bad:
        return Failed(name=f"Unfinished {len(bad)}", message=said)
    return Completed(name=state, message=said)


def _fate(fan: FanOut, plan: str) -> str:
    """What became of a plan's run, in the words of its own state."""
    if plan in fan.refused:
        return fan.refused[plan]
    run = fan.runs.get(plan)
    if run is None or run.state is None:
        return "chưa chạy"
    return (run.state.name or run.state.type.value) if run.state.is_final() else f"chưa xong ({run.state.name})"


async def _publish(context: Context, found: list[ProvinceSum], fates: dict[str, str], now: datetime) -> None:
    heading = f"**Tình hình nộp báo cáo toàn quốc** · {local_day(now):%d/%m/%Y}"
    rows: list[dict[str, Any]] = [
        {
            "Tỉnh, thành phố": context.catalog.tree.title(one.territory),
            "Phải nộp": one.expected,
            "Đã nộp": one.submitted,
            "Còn thiếu": one.missing,
            "Quá hạn": one.late,
            "Thư đã gửi": one.delivered,
            "Thư chưa gửi": one.unsent,
            "Lượt chạy": ", ".join(fates[plan] for plan in one.plans),
        }
        for one in sorted(found, key=lambda one: (-one.late, -one.missing, one.territory))
    ]
    if not rows:
        await acreate_markdown_artifact(f"{heading}\n\nChưa có kế hoạch nào.", key=f"{NATIONAL}-status")
        return
    whole = {name: sum(row[name] for row in rows) for name in list(rows[0])[1:-1]}
    total = {"Tỉnh, thành phố": f"Toàn quốc ({len(rows)})", **whole, "Lượt chạy": word(found)}
    await acreate_table_artifact([total, *rows], key=f"{NATIONAL}-status", description=heading)
