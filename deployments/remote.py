"""Trigger a plan's deployment on the Prefect server, and tell what became of the run."""

import re
from datetime import datetime
from typing import Any

from dunghan.engine import prefect_api
from dunghan.engine.context import Context
from dunghan.engine.views import stamp
from models.errors import ServerTrouble

PATIENCE_SECONDS = 600


def trigger(context: Context, plan_id: str, as_of: datetime | None) -> dict[str, Any]:
    """Run a plan's deployment and return the document of ``run --json``.

    Raises ServerTrouble where no server answers, the plan has no deployment, or the run failed; BadSettings where
    PREFECT_API_URL is no address.
    """
    api = prefect_api.api()  # before Prefect reads it

    import httpx
    from prefect.client.schemas.objects import FlowRun
    from prefect.deployments import run_deployment
    from prefect.exceptions import ObjectNotFound
    from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

    from deployments.register import deployment_name
    from flows.states import did_its_work

    plan = context.catalog.plan(plan_id)
    parameters: dict[str, Any] = {"plan": plan_id} | ({"as_of": as_of.isoformat()} if as_of else {})
    known: dict[Any, Any] = {PREFECT_API_URL: api.url} | ({PREFECT_API_AUTH_STRING: api.auth} if api.auth else {})
    try:
        with temporary_settings(set_defaults=known):  # or Prefect starts a server of its own
            run: FlowRun = run_deployment(  # type: ignore[assignment]  # we are not in a loop
                deployment_name(plan), parameters=parameters, timeout=PATIENCE_SECONDS, poll_interval=1,
                as_subflow=False,
            )  # fmt: skip
    except ObjectNotFound:
        raise ServerTrouble(
            f"The server at {api.url} knows no deployment of {plan_id}: "
            "`dunghan serve` registers them; or PREFECT_API_URL is not right."
        ) from None
    except (httpx.HTTPError, RuntimeError) as error:
        raise _told(api.url, error) from None
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


def _told(url: str, error: Exception) -> ServerTrouble:
    import httpx

    code = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else 0
    if code == 401:
        return ServerTrouble(f"The Prefect API at {url} lets nobody in without a password: {prefect_api.HOW_IN}.")
    what = f"HTTP {code}" if code else type(error).__name__
    return ServerTrouble(
        f"No Prefect API can be used at {url} ({what}): start one with `dunghan serve`, or set PREFECT_API_URL."
    )
