"""Trigger a plan's deployment on the Prefect server, and tell what became of the run."""

import re
from datetime import datetime
from typing import Any

from deployments.reaching import reaching
from dunghan.engine.context import Context
from dunghan.engine.views import stamp
from models.errors import ServerTrouble

PATIENCE_SECONDS = 600


def trigger(context: Context, plan_id: str, as_of: datetime | None) -> dict[str, Any]:
    """Run a plan's deployment and return the document of ``run --json``.

    Raises ServerTrouble where no server answers, the plan has no deployment, or the run failed; BadSettings where
    PREFECT_API_URL is no address.
    """
    plan = context.catalog.plan(plan_id)
    parameters: dict[str, Any] = {"plan": plan_id} | ({"as_of": as_of.isoformat()} if as_of else {})
    with reaching() as api:  # before Prefect is imported, which would quote all of .env over a wrong address
        from prefect.client.schemas.objects import FlowRun
        from prefect.deployments import run_deployment
        from prefect.exceptions import ObjectNotFound

        from deployments.register import deployment_name
        from flows.states import did_its_work

        try:
            run: FlowRun = run_deployment(  # type: ignore[assignment]  # we are not in a loop
                deployment_name(plan), parameters=parameters, timeout=PATIENCE_SECONDS, poll_interval=1,
                as_subflow=False,
            )  # fmt: skip
        except ObjectNotFound:
            raise ServerTrouble(
                f"The server at {api.url} knows no deployment of {plan_id}: `dunghan serve` registers them, or "
                "`dunghan deploy` for workers; or PREFECT_API_URL is not right."
            ) from None
    state = run.state
    if state is None or not state.is_final():
        raise ServerTrouble(f"The run {run.name!r} has not ended after {PATIENCE_SECONDS} s: look at it in the UI.")
    message = state.message or ""
    counts = {name: int(number) for name, number in re.findall(r"\b([a-z]+) (\d+)\b", message.partition(": ")[2])}
    if not did_its_work(state):
        raise ServerTrouble(
            f"The run {run.name!r} ended as {state.name}: {' '.join(message.split()) or 'see its log'}."
        )
    return {
        "plan": plan_id,
        "as_of": stamp(as_of or run.expected_start_time),
        **counts,
        "state": (state.name or "").rstrip("0123456789 "),
    }
