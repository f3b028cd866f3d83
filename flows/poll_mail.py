"""Looking into the mailbox: replies to reminders become submissions, what is uncertain waits for a person."""

import asyncio

from prefect import flow, get_run_logger

from dunghan.engine.incoming import poll
from flows.desk import sit_down
from flows.plainly import plainly


@flow(name="hộp thư đến", persist_result=False)
@plainly
async def poll_mail() -> None:
    """Take what is new in the mailbox; run again, nothing is taken twice."""
    context = sit_down()
    done = await asyncio.to_thread(poll, context, context.now())
    if any(done):
        get_run_logger().info(
            "Ghi nhận %d báo cáo, %d thư chờ xem, %d thư tự động, %d thư đã có",
            done.submitted, done.review, done.ignored, done.known,
        )  # fmt: skip
