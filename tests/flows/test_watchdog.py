"""The watchdog, beside a real process that is killed."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL
from prefect.states import Running, Scheduled

from dunghan.engine.context import Context
from flows.reporting_chain import reporting_chain
from flows.watchdog import watchdog
from tests.flows.conftest import PLAN, PREFECT, deployed

pytestmark = PREFECT
MORNING = datetime(2018, 11, 9, 1, tzinfo=UTC)
WORKER = """
import asyncio, sys
from prefect.client.orchestration import get_client
from prefect.flow_engine import run_flow_async
from flows.reporting_chain import reporting_chain

async def main():
    async with get_client() as client:
        run = await client.read_flow_run(sys.argv[1])
    await run_flow_async(reporting_chain, run, parameters=run.parameters, return_type="state")

asyncio.run(main())
"""


async def state_of(run_id: Any) -> FlowRun:
    async with get_client() as client:
        return await client.read_flow_run(run_id)


async def until_running(run_id: Any, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        run = await state_of(run_id)
        if run.state and run.state.is_running():
            return
        assert process.poll() is None, "it ended before it was killed"
        await asyncio.sleep(0.1)
    raise AssertionError("it never began")


async def unfinished(deployment: Any) -> list[FlowRun]:
    async with get_client() as client:
        runs = await client.read_flow_runs(limit=200)
    return [r for r in runs if r.deployment_id == deployment and r.state and not r.state.is_final()]


async def test_a_run_whose_process_was_killed_is_marked_and_its_morning_is_run_again_once(
    prefect_api: None, installation: Context, tmp_path: Path
) -> None:
    deployment = await deployed(reporting_chain, PLAN)
    async with get_client() as client:
        lost = await client.create_flow_run_from_deployment(
            deployment, parameters={"plan": PLAN}, state=Scheduled(scheduled_time=MORNING)
        )
    with socket.create_server(("127.0.0.1", 0)) as mute:  # a gateway that takes the call and says nothing
        gateway = f"mailto://127.0.0.1:{mute.getsockname()[1]}?from=bao-cao@so-ldtbxh.example"
        process = subprocess.Popen(  # noqa: ASYNC220 - it is to be killed, not awaited
            [sys.executable, "-c", WORKER, str(lost.id)], cwd=tmp_path, stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "DUNGHAN_EMAIL_URL": gateway, "PREFECT_API_URL": str(PREFECT_API_URL.value())},
        )  # fmt: skip
        try:
            await until_running(lost.id, process)
            assert await watchdog(silent_seconds=60) == 0, "it lives"
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    await asyncio.sleep(2.5)
    assert await watchdog(silent_seconds=2) == 1
    marked = (await state_of(lost.id)).state
    assert marked and marked.is_crashed() and "đã biến mất" in str(marked.message)
    (again,) = await unfinished(deployment)
    assert datetime.fromisoformat(again.parameters["as_of"]) == MORNING
    assert await watchdog(silent_seconds=2) == 0
    async with get_client() as client:
        await client.set_flow_run_state(again.id, Running(), force=True)  # and nobody ever hears of it
    await asyncio.sleep(1.5)
    assert await watchdog(silent_seconds=1) == 1
    assert await unfinished(deployment) == [], "what was lost twice waits for the next morning"


async def test_what_others_run_on_the_same_server_is_left_alone(prefect_api: None, installation: Context) -> None:
    async with get_client() as client:
        other = await client.create_flow_run(reporting_chain, parameters={"plan": PLAN})  # of no deployment of ours
        await client.set_flow_run_state(other.id, Running(), force=True)
    await asyncio.sleep(1.2)
    assert await watchdog(silent_seconds=1) == 0
    run = await state_of(other.id)
    assert run.state and run.state.is_running()
    async with get_client() as client:
        await client.delete_flow_run(other.id)
