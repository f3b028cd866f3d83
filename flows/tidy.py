"""The nightly sweep of the files: drafts never confirmed, what a crash left, raw mail past its time."""

import asyncio

from prefect import flow, get_run_logger

from dunghan.engine.leftovers import sweep
from flows.desk import sit_down
from flows.plainly import plainly


@flow(name="dọn kho", persist_result=False)
@plainly
async def tidy() -> None:
    """Remove what is nobody's; run again, or beside people who hand in, it takes nothing that is somebody's."""
    context = sit_down()
    done = await asyncio.to_thread(sweep, context, context.now())
    if any(done):
        get_run_logger().info(
            "Hết hạn lưu %d thư gốc; xóa %d tệp không thuộc hồ sơ nào (%d byte)", done.mails, done.files, done.size
        )
