"""A start after an outage, or after a pause by hand. Here beside the flows for the sake of their Prefect server."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import SetStateStatus
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.states import Pending, Running, Scheduled

from deployments.catch_up import catch_up
from deployments.runner import keep_pauses
from dunghan import clock
from flows.outbox_round import outbox_round
from tests.flows.conftest import PREFECT

pytestmark = PREFECT


@pytest.fixture
async def client(prefect_api: None) -> AsyncIterator[PrefectClient]:
    async with get_client() as opened:
        yield opened


@pytest.fixture
async def rounds(client: PrefectClient) -> UUID:
    """A deployment that should have run every ten minutes of the last hour."""
    flow = await client.create_flow(outbox_round)
    every = DeploymentScheduleCreate(schedule=CronSchedule(cron="*/10 * * * *", timezone="Asia/Ho_Chi_Minh"))
    made = await client.create_deployment(
        flow, f"round-{clock.now().timestamp()}".replace(".", "-"), schedules=[every], concurrency_limit=1
    )
    now = clock.now()
    await client.request(
        "POST", "/deployments/{id}/schedule", path_params={"id": made},
        json={"start_time": (now - timedelta(hours=1)).isoformat(), "end_time": now.isoformat(), "min_runs": 0},
    )  # fmt: skip
    return made


async def _runs(client: PrefectClient, deployment: UUID) -> dict[UUID, FlowRun]:
    only = DeploymentFilter(id=DeploymentFilterId(any_=[deployment]))
    return {run.id: run for run in await client.read_flow_runs(deployment_filter=only)}


def _at(run: FlowRun) -> datetime:
    assert run.expected_start_time
    return run.expected_start_time


async def test_of_what_was_missed_one_run_is_made_for_the_present(client: PrefectClient, rounds: UUID) -> None:
    now = clock.now()
    before = await _runs(client, rounds)
    missed = [run.id for run in before.values() if _at(run) < now - timedelta(minutes=1)]
    assert len(missed) >= 5
    by_hand = await client.create_flow_run_from_deployment(
        rounds, state=Scheduled(scheduled_time=now - timedelta(minutes=7))
    )

    assert await catch_up(client, [rounds], now) == 1
    after = await _runs(client, rounds)
    assert {after[run].state_name for run in missed} == {"Skipped"}
    (made,) = [run for run in after.values() if run.id not in before and run.id != by_hand.id and _due(run, now)]
    assert abs(_at(made) - now) < timedelta(minutes=1), "it judges by the time at which it runs"
    asked = after[by_hand.id].state
    assert asked and asked.is_scheduled(), "what a person asked for is still to be done"

    assert await catch_up(client, [rounds], clock.now()) == 0, "once is enough"


def _due(run: FlowRun, now: datetime) -> bool:
    return _at(run) < now + timedelta(minutes=1)


async def test_a_run_that_died_with_its_machine_is_told_and_holds_nothing_up(
    client: PrefectClient, rounds: UUID
) -> None:
    await catch_up(client, [rounds], clock.now())  # nothing but what follows
    for run in (await _runs(client, rounds)).values():
        if run.state_name == "Scheduled":
            await client.delete_flow_run(run.id)
    died = await client.create_flow_run_from_deployment(rounds)
    for state in (Pending(), Running()):
        assert (await client.set_flow_run_state(died.id, state)).status == SetStateStatus.ACCEPT

    assert await catch_up(client, [rounds], clock.now()) == 1
    after = await _runs(client, rounds)
    assert after[died.id].state_name == "Crashed"
    (next_one,) = [run for run in after.values() if run.state_name == "Scheduled" and not run.auto_scheduled]
    answered = await client.set_flow_run_state(next_one.id, Pending())
    assert answered.status == SetStateStatus.ACCEPT, "the dead one no longer holds the only place"


async def test_what_a_coordinator_has_paused_stays_paused(client: PrefectClient) -> None:
    def registered() -> RunnerDeployment:
        every = CronSchedule(cron="*/10 * * * *", timezone="Asia/Ho_Chi_Minh")
        return RunnerDeployment(
            name="paused-by-hand", flow_name="hộp thư đi", entrypoint="flows.outbox_round.outbox_round",
            schedules=[DeploymentScheduleCreate(schedule=every)],
        )  # fmt: skip

    new = registered()
    assert await keep_pauses(client, [new]) == []
    made = await new.aapply()
    assert not (await client.read_deployment(made)).paused
    await client.pause_deployment(made)

    again = registered()
    assert await keep_pauses(client, [again]) == ["paused-by-hand"]
    assert await again.aapply() == made
    assert (await client.read_deployment(made)).paused
    await client.delete_deployment(made)
