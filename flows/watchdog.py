"""The watchdog: runs whose process vanished are marked as crashed, and a plan's morning that was lost is run again."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from prefect import flow, get_run_logger
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events.filters import EventFilter, EventNameFilter, EventOccurredFilter, EventResourceFilter
from prefect.settings import get_current_settings
from prefect.states import Crashed

from dunghan import clock
from dunghan.engine.second_person import expire
from flows.desk import sit_down
from models.timezone import VIETNAM

MOST = 200
"""How many unfinished runs one look takes; the oldest first."""
WITHOUT_HEARTBEAT = timedelta(hours=2)
"""How long a run may take where heartbeats are switched off."""
OURS = "flows."
CHAIN, NATIONAL = "flows.reporting_chain.", "flows.national."
AGAIN = "watchdog-"


def patience() -> timedelta:
    """How long a run may be silent: three heartbeats, and some time for the server to store them."""
    beat = get_current_settings().flows.heartbeat_frequency
    return timedelta(seconds=3 * beat + 30) if beat else WITHOUT_HEARTBEAT


@flow(name="canh gác", persist_result=False)
async def watchdog(silent_seconds: int | None = None) -> int:
    """Find what died in silence.

    1. Runs of ours that are unfinished and whose process has not been heard of: mark them as crashed.
    2. Where such a run was a plan's, or the whole country's, run it once more for its own instant, so that its
       reminders still go out today.
    3. Requests for a second person that nobody answered in time: on record as expired.

    Args:
        silent_seconds: Sau bao nhiêu giây im lặng thì coi là đã mất. Bỏ trống: ba nhịp tim.
    """
    log, context = get_run_logger(), sit_down()
    quiet = timedelta(seconds=silent_seconds) if silent_seconds else patience()
    lost = 0
    async with get_client() as client:
        for run, deployment in await _unfinished(client, clock.now() - quiet):
            if await _heard_since(client, run, clock.now() - quiet):
                continue
            await _mark(client, run)
            lost += 1
            again = await _run_again(client, run, deployment)
            log.warning("Lượt chạy %s đã biến mất: đánh dấu Crashed%s", run.name, ", chạy lại" if again else "")
    for request in await asyncio.to_thread(expire, context):
        log.warning("Không ai trả lời đề nghị của %s cho %s", request.asked_by, request.obligation)
    return lost


async def _unfinished(client: PrefectClient, before: datetime) -> list[tuple[FlowRun, DeploymentResponse]]:
    """Our runs that have been in an unfinished state since before an instant, each with its deployment."""
    types = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
    only = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=types)))
    runs = await client.read_flow_runs(flow_run_filter=only, limit=MOST)
    stuck = [run for run in runs if run.state and run.state.timestamp < before and run.deployment_id]
    return await _with_deployments(client, stuck)


async def _with_deployments(client: PrefectClient, runs: Sequence[FlowRun]) -> list[tuple[FlowRun, DeploymentResponse]]:
    found = []
    for run in runs:
        assert run.deployment_id
        deployment = await client.read_deployment(run.deployment_id)
        if (deployment.entrypoint or "").startswith(OURS):  # a server may serve others: theirs are not ours to judge
            found.append((run, deployment))
    return found


async def _heard_since(client: PrefectClient, run: FlowRun, since: datetime) -> bool:
    beats = EventFilter.model_validate(
        {
            "occurred": EventOccurredFilter.model_validate({"since": since}),
            "event": EventNameFilter(name=["prefect.flow-run.heartbeat"]),
            "resource": EventResourceFilter(id=[f"prefect.flow-run.{run.id}"]),
        }
    )
    return bool((await client.read_events(beats, limit=1)).events)


async def _mark(client: PrefectClient, run: FlowRun) -> None:
    assert run.state
    last = f"{run.state.timestamp.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"
    said = (
        f"Tiến trình của lượt chạy này đã biến mất (bắt đầu lúc {last}, từ lâu không còn nhịp tim). "
        "Không mất gì: hồ sơ nằm trong cơ sở dữ liệu, lượt chạy sau làm tiếp và không gửi hai lần."
    )
    await client.set_flow_run_state(run.id, Crashed(message=said), force=True)


async def _run_again(client: PrefectClient, run: FlowRun, deployment: DeploymentResponse) -> bool:
    """Run a plan's lost run once more, judged at its own instant; what was lost twice waits for the next morning.

    So with the national run; a plan's run that belongs to one is that one's to start again.
    """
    if not (deployment.entrypoint or "").startswith((CHAIN, NATIONAL)) or (run.idempotency_key or "").startswith(AGAIN):
        return False
    if run.parent_task_run_id:
        return False
    as_of = run.parameters.get("as_of") or (run.expected_start_time or clock.now()).isoformat()
    await client.create_flow_run_from_deployment(
        deployment.id, parameters=run.parameters | {"as_of": as_of}, idempotency_key=f"{AGAIN}{run.id}"
    )
    return True
