"""Trigger a plan's deployment on the Prefect server, and tell what became of the run."""

import re
from datetime import datetime
from typing import Any

from dunghan.engine.context import Context
from dunghan.engine.doctor import DEFAULT_API
from dunghan.engine.views import stamp
from models.errors import ServerTrouble

PATIENCE_SECONDS = 600


def trigger(context: Context, plan_id: str, as_of: datetime | None) -> dict[str, Any]:
    """Run a plan's deployment and return the document of ``run --json``.

    Raises ServerTrouble where no server answers, the plan has no deployment, or the run failed.
    """
    import httpx
    from prefect.client.schemas.objects import FlowRun
    from prefect.deployments import run_deployment
    from prefect.exceptions import ObjectNotFound
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from deployments.register import deployment_name

    plan = context.catalog.plan(plan_id)
    parameters: dict[str, Any] = {"plan": plan_id} | ({"as_of": as_of.isoformat()} if as_of else {})
    try:
        with temporary_settings(set_defaults={PREFECT_API_URL: DEFAULT_API}):  # or Prefect starts a server of its own
            run: FlowRun = run_deployment(  # type: ignore[assignment]  # we are not in a loop
                deployment_name(plan), parameters=parameters, timeout=PATIENCE_SECONDS, poll_interval=1,
                as_subflow=False,
            )  # fmt: skip
    except ObjectNotFound:
        raise ServerTrouble(f"The server knows no deployment of {plan_id}: `dunghan serve` registers them.") from None
    except (httpx.HTTPError, RuntimeError) as error:
        raise ServerTrouble(
            f"No Prefect API can be used ({type(error).__name__}): "
            "start one with `dunghan serve`, or set PREFECT_API_URL."
        ) from None
    state = run.state
    if state is None or not state.is_final():
        raise ServerTrouble(f"The run {run.name!r} has not ended after {PATIENCE_SECONDS} s: look at it in the UI.")
    message = state.message or ""
    counts = {name: int(number) for name, number in re.findall(r"\b([a-z]+) (\d+)\b", message.partition(": ")[2])}
    if state.is_failed() or state.is_crashed():
        raise ServerTrouble(
            f"The run {run.name!r} ended as {state.name}: {' '.join(message.split()) or 'see its log'}."
        )
    return {
        "plan": plan_id,
        "as_of": stamp(as_of or run.expected_start_time),
        **counts,
        "state": (state.name or "").rstrip("0123456789 "),
    }
