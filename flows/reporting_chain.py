"""One plan's reporting chain as a flow: short, re-runnable, and never waiting for a deadline."""

import asyncio
from datetime import datetime
from typing import Any

from prefect import flow, get_run_logger, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Failed

from dunghan import clock
from dunghan.core.names import plain, stage_name
from dunghan.engine import counting, news
from dunghan.engine.counting import StageSum, word
from dunghan.engine.delivery import deliver
from dunghan.engine.run import Ran
from dunghan.engine.sweep import Pass, decide_only, open_only
from dunghan.outbox import Tally
from flows import names
from flows.announce import announce
from flows.desk import desk, sit_down
from flows.plainly import plainly
from flows.publish import publish_board
from flows.states import final
from models.errors import DunghanError
from models.timezone import VIETNAM, local_day


@task(name="mở kỳ báo cáo", task_run_name="mo ky bao cao", cache_policy=NO_CACHE)
async def open_periods(plan: str, now: datetime) -> int:
    """Open every period that has begun."""
    return await asyncio.to_thread(open_only, desk(), plan, now)


def _check_name() -> str:
    # The timeline's font has no Vietnamese letters: names of task runs go without marks.
    return f"kiem tra: {plain(stage_name(runtime.task_run.parameters['stage']))}"


@task(name="kiểm tra", task_run_name=_check_name, cache_policy=NO_CACHE)
async def check_stage(plan: str, stage: str, now: datetime) -> StageSum:
    """Check what one stage has handed in."""
    return await asyncio.to_thread(counting.check_stage, desk(), plan, stage, now)


@task(name="quyết định và xếp hàng", task_run_name="quyet dinh va xep hang", cache_policy=NO_CACHE)
async def decide_and_enqueue(plan: str, now: datetime, dry_run: bool) -> Pass:
    """Decide which rungs fire, and queue their messages in the same transaction."""
    return await asyncio.to_thread(decide_only, desk(), plan, now, dry_run)


@task(name="gửi", task_run_name="gui thu", cache_policy=NO_CACHE)
async def deliver_messages(plan: str, now: datetime) -> Tally:
    """Send what may leave, by batches over open connections."""
    return await asyncio.to_thread(deliver, desk(), now, plan)


@task(name="công bố", task_run_name="cong bo", cache_policy=NO_CACHE)
async def publish(plan: str, now: datetime) -> int:
    """Publish those tables that the coordinator watches and that changed."""
    context = desk()
    return await publish_board(context, context.catalog.plan(plan), now)


@task(name="báo sự kiện", task_run_name="bao su kien", cache_policy=NO_CACHE)
async def tell_news(plan: str, now: datetime) -> int:
    """Note what came in or failed, and tell all news as events."""
    context = desk()
    held = context.catalog.plan(plan)
    await asyncio.to_thread(news.note_incoming, context, held, now)
    return await announce(context, held, get_run_logger())


def _moment(as_of: datetime | None) -> datetime:
    """The run's ``now``, fixed once: the parameter, else the scheduled time, else the clock."""
    found = as_of or runtime.flow_run.scheduled_start_time or clock.now()
    return found if found.tzinfo else found.replace(tzinfo=VIETNAM)


def _run_name() -> str:
    given = runtime.flow_run.parameters
    as_of = given.get("as_of")
    now = _moment(datetime.fromisoformat(as_of) if isinstance(as_of, str) else as_of)
    try:
        context = sit_down()
        return names.run_name(context, context.catalog.plan(given["plan"]), now)
    except DunghanError:  # the flow meets it again and fails by it; raised here, the run would hang as Pending
        return f"{given['plan']} · {local_day(now):%d/%m/%Y}"


@flow(name="reporting-chain", flow_run_name=_run_name, persist_result=False)
@plainly
async def reporting_chain(plan: str, as_of: datetime | None = None, dry_run: bool = False) -> State[dict[str, Any]]:
    """Run a plan's chain once.

    1. Open the periods that have begun.
    2. Check every stage.
    3. Decide, and enqueue in the same transaction.
    4. Deliver.
    5. Publish what changed.
    6. Tell what is news, as events.

    Args:
        plan: Mã kế hoạch, như ha-giang-168-2016.
        as_of: Tính đến. Bỏ trống: giờ chạy theo lịch. Giờ Việt Nam.
        dry_run: Chạy thử: chỉ tính, không ghi và không gửi gì.
    """
    log = get_run_logger()
    now = _moment(as_of)
    context = sit_down()
    held = await asyncio.to_thread(context.catalog.plan, plan)
    await _tag(names.tags(context, held, sorted({key for key, _ in names.in_season(context, held, now)})))
    log.info("Kế hoạch %s, tính đến %s", held.label, f"{now.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}")

    opened = 0 if dry_run else await open_periods(plan, now)
    if opened:
        log.info("Mở kỳ mới: %d nghĩa vụ báo cáo", opened)
    for checked in await asyncio.gather(*(check_stage(plan, stage, now) for stage in counting.stages(held))):
        if checked.expected:
            log.info("%s", checked.line)
    done = (await decide_and_enqueue(plan, now, dry_run))._replace(opened=opened)
    log.info(
        "Nhắc %d lượt trong %d thư; %d bậc không nhắc (lý do xem dunghan explain)",
        done.reminders, done.messages, done.skipped,
    )  # fmt: skip
    sent = Tally() if dry_run else await deliver_messages(plan, now)
    _tell(log, sent)
    if not dry_run:
        await publish(plan, now)
        await tell_news(plan, now)

    state = await asyncio.to_thread(word, context, held, now)
    log.info("Kết quả: %s", state)
    said = _said(Ran(plan, now, done, sent, state).document)
    if sent.dead:
        return Failed(name=f"Undelivered {sent.dead}", message=said)
    return final(state, said, context.settings.state_colours)


def _tell(log: Any, sent: Tally) -> None:
    if any(sent):
        log.info("Gửi được %d, thử lại %d, bị từ chối %d", sent.delivered, sent.retry, sent.rejected)
    if sent.kept:
        log.warning("%d thư còn giữ lại: chưa có cổng gửi, hoặc ngoài giờ làm việc", sent.kept)
    if sent.dead or sent.rejected:
        log.error(
            "%d thư không gửi được: dunghan outbox list --status dead, --status rejected", sent.dead + sent.rejected
        )


def _said(document: dict[str, Any]) -> str:
    """The run's counts in one line, which ``run --remote`` reads back."""
    counts = {name: value for name, value in document.items() if isinstance(value, int)}
    return f"{document['state']}: " + ", ".join(f"{name} {value}" for name, value in counts.items())


async def _tag(tags: list[str]) -> None:
    """Tag this run with what it is about."""
    run_id = runtime.flow_run.id
    if run_id is None:
        return
    async with get_client() as client:
        await client.update_flow_run(run_id, tags=sorted({*(runtime.flow_run.tags or ()), *tags}))
