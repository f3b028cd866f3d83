"""The floor of any Prefect run: an async flow with two tasks that do nothing, in a process of its own.

Nothing that runs as a flow costs less; so no flow beats another by more than that one's time by this.
``python -m tests.benchmarks.prefect_empty``.
"""

import asyncio
import json
import sys

from prefect import flow, task
from prefect.cache_policies import NO_CACHE


@task(cache_policy=NO_CACHE)
async def nothing() -> int:
    """Do nothing."""
    return 0


@flow(persist_result=False)
async def empty() -> int:
    """Two tasks."""
    return await nothing() + await nothing()


def main() -> None:
    """Run it once."""
    state = asyncio.run(empty(return_state=True))  # type: ignore[call-overload]
    sys.stdout.write(json.dumps({"state": state.name, "flow_run": str(state.state_details.flow_run_id)}) + "\n")


if __name__ == "__main__":
    main()
