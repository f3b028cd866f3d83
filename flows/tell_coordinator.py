"""Telling the coordinator what an event said: by our own outbox, so never twice. An automation starts it."""

import asyncio
from datetime import datetime

from prefect import flow, get_run_logger, runtime, task
from prefect.cache_policies import NO_CACHE

from dunghan import clock
from dunghan.engine.delivery import deliver
from dunghan.engine.telling import tell
from flows.desk import desk, sit_down


@task(name="báo tin", task_run_name="bao tin", cache_policy=NO_CACHE)
async def queue_and_send(event_id: str, now: datetime) -> str | None:
    """Queue the news, and send what may leave."""
    plan = await asyncio.to_thread(tell, desk(), event_id, now)
    if plan:
        await asyncio.to_thread(deliver, desk(), now, plan)
    return plan


@flow(name="báo cán bộ đầu mối", flow_run_name="báo tin", persist_result=False)
async def tell_coordinator(event_id: str) -> None:
    """Tell a plan's coordinator what an event said, once.

    Args:
        event_id: Mã sự kiện dunghan.…, do tự động hóa điền vào.
    """
    sit_down()
    plan = await queue_and_send(event_id, runtime.flow_run.scheduled_start_time or clock.now())
    get_run_logger().info("Kế hoạch %s: đã xếp thư báo tin", plan) if plan else get_run_logger().info("Đã báo từ trước")
