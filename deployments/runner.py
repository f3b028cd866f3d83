"""The process that runs scheduled flows on this machine; ``dunghan serve`` starts it beside the server."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from prefect.client.orchestration import PrefectClient, get_client
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.runner import Runner

from deployments.automations import ensure
from deployments.catch_up import catch_up
from deployments.register import TELL, deployments
from deployments.serve import READY
from dunghan import clock
from dunghan.engine.context import Context

POLL_SECONDS = 2
"""How often it asks for runs: who clicks "Run" in the UI should not wait for long."""


class Finishing(Runner):
    """A runner that at SIGTERM takes no more runs, and ends when those that it has begun have ended.

    Prefect's own kills them at once, and pauses every schedule, which deletes the runs that fall into the outage.
    """

    def handle_sigterm(self, *_: Any, **__: Any) -> None:
        """Do as ``Runner.stop`` does, without cancelling what runs; leaving the runner then waits for it."""
        self.stopping = True
        if self._loop:
            self._loop.call_soon_threadsafe(self._take_no_more)

    def _take_no_more(self) -> None:
        if self.started:
            self._scheduled_run_poller.stopping = True
            self._loops_task_group.cancel_scope.cancel()


async def keep_pauses(client: PrefectClient, registered: Sequence[RunnerDeployment]) -> list[str]:
    """Leave paused what a coordinator has paused, which registering anew would resume. Returns the names of those."""
    for one in registered:
        with suppress(ObjectNotFound):  # it is new
            one.paused = (await client.read_deployment_by_name(f"{one.flow_name}/{one.name}")).paused
    return [one.name for one in registered if one.paused]


async def serve(registered: Sequence[RunnerDeployment]) -> None:
    """Register the deployments, catch up on what an outage left, and run what is scheduled until stopped."""
    runner = Finishing(name="dunghan", pause_on_shutdown=False, query_seconds=POLL_SECONDS)
    async with get_client() as client:
        if paused := await keep_pauses(client, registered):
            print(f"Paused in the UI, and left so: {', '.join(paused)}.", flush=True)
        ids = {one.name: await runner.aadd_deployment(one) for one in registered}
        await asyncio.to_thread(ensure, ids[TELL])
        if made := await catch_up(client, ids.values(), clock.now()):
            print(f"After an outage: {made} runs are made up for.", flush=True)
    print(READY, flush=True)
    await runner.start()


if __name__ == "__main__":
    asyncio.run(serve(deployments(Context())))
