"""A round of the outbox between the daily runs: what failed for a while goes out on the same day."""

import asyncio
from datetime import datetime

from prefect import flow, get_run_logger, runtime, task
from prefect.cache_policies import NO_CACHE

from dunghan import clock
from dunghan.engine.delivery import deliver
from dunghan.outbox import Tally
from flows.desk import desk, sit_down


@task(name="gửi thư chờ", cache_policy=NO_CACHE)
async def deliver_waiting(now: datetime) -> Tally:
    """Send what may leave, of every plan."""
    return await asyncio.to_thread(deliver, desk(), now)


@flow(name="hộp thư đi", persist_result=False)
async def outbox_round() -> None:
    """Send what waits in the outbox: retries whose time has come, and notices queued since the last run."""
    sit_down()
    now = runtime.flow_run.scheduled_start_time or clock.now()
    sent = await deliver_waiting(now)
    if any(sent):
        get_run_logger().info(
            "Gửi được %d, thử lại %d, bị từ chối %d, còn giữ %d", sent.delivered, sent.retry, sent.rejected, sent.kept
        )
