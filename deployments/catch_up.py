"""After an outage: of the runs that were missed or cut short one is made up for, now; the rest are told as skipped."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Cancelled, Crashed

GRACE = timedelta(minutes=1)
"""A run this late is simply about to be run."""

PAGE = 200


async def catch_up(client: PrefectClient, deployments: Iterable[UUID], now: datetime) -> int:
    """Clear up what an outage left, and return for how many deployments a run was made to catch up.

    A late run would judge by the time at which it should have run: a dozen of them would write to an office about
    yesterday, and at midnight. So for each deployment:

    1. What stands as running is told as crashed: nothing runs before we do, there is one of us.
    2. Scheduled runs whose time has passed are told as skipped. Those that a person asked for are left.
    3. If there were any of either, one run is made for the present; the ladder itself knows what it has missed.
    """
    made = 0
    for deployment in deployments:
        cut_short = [run async for run in _runs(client, deployment, StateType.RUNNING, StateType.PENDING)]
        missed = [
            run async for run in _runs(client, deployment, StateType.SCHEDULED)
            if run.auto_scheduled and run.expected_start_time and run.expected_start_time < now - GRACE
        ]  # fmt: skip
        for run in cut_short:
            await client.set_flow_run_state(run.id, Crashed(message="Máy dừng giữa chừng."))
        for run in missed:
            skipped: State[None] = Cancelled(name="Skipped", message="Lúc đó máy không chạy; đã có một lượt chạy bù.")
            await client.set_flow_run_state(run.id, skipped)
        if cut_short or missed:
            await client.create_flow_run_from_deployment(deployment)
            made += 1
    return made


async def _runs(client: PrefectClient, deployment: UUID, *states: StateType) -> AsyncIterator[FlowRun]:
    page = PAGE
    for offset in range(0, 100 * PAGE, PAGE):
        if page < PAGE:
            return
        found = await client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states)))),
            limit=PAGE,
            offset=offset,
        )
        page = len(found)
        for run in found:
            yield run
