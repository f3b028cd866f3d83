"""A round of the outbox between the daily runs: what failed for a while goes out on the same day."""

import asyncio
from datetime import datetime

from prefect import flow, get_run_logger, runtime, task
from prefect.cache_policies import NO_CACHE

from dunghan import clock
from dunghan.engine import news
from dunghan.engine.delivery import deliver
from dunghan.outbox import Tally
from flows.announce import announce
from flows.desk import desk, sit_down
from flows.plainly import plainly
from models.errors import DunghanError


@task(name="gửi thư chờ", cache_policy=NO_CACHE)
async def deliver_waiting(now: datetime) -> Tally:
    """Send what may leave, of every plan."""
    return await asyncio.to_thread(deliver, desk(), now)


@task(name="báo sự kiện", task_run_name="bao su kien", cache_policy=NO_CACHE)
async def tell_news(now: datetime) -> int:
    """Tell what came in or failed since the last look, of every plan whose file can be read."""
    context, told = desk(), 0
    for name in context.catalog.plan_files:
        try:
            plan = context.catalog.plan(name)
        except DunghanError:  # its own run says so; it holds up nobody else's news
            continue
        await asyncio.to_thread(news.note_incoming, context, plan, now)
        told += await announce(context, plan, get_run_logger())
    return told


@flow(name="hộp thư đi", persist_result=False)
@plainly
async def outbox_round() -> None:
    """Send what waits in the outbox, and tell what came in since the last run.

    What waits are retries whose time has come, and notices queued since.
    """
    sit_down()
    now = runtime.flow_run.scheduled_start_time or clock.now()
    sent = await deliver_waiting(now)
    if any(sent):
        get_run_logger().info(
            "Gửi được %d, thử lại %d, bị từ chối %d, còn giữ %d", sent.delivered, sent.retry, sent.rejected, sent.kept
        )
    if told := await tell_news(now):
        get_run_logger().info("Báo %d sự kiện", told)
