"""Registering for workers: every plan's deployment on a work pool; what stands there already is left as it is."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from prefect import __version__ as ours
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.responses import DeploymentResponse
from prefect.deployments.runner import RunnerDeployment
from prefect.types.entrypoint import EntrypointType

from deployments.automations import ensure
from deployments.pools import job_variables, require_pool
from deployments.reaching import reaching
from deployments.register import DAILY, TELL, deployments
from dunghan.engine.context import Context
from flows.national import NATIONAL, national
from models.errors import ServerTrouble

GONE = "kế hoạch đã gỡ"
"""The tag of a deployment that was paused since its plan is gone: when the plan comes back, so does its schedule."""

CHAIN = "flows.reporting_chain.reporting_chain"
PAGE = 200


class Done(NamedTuple):
    """What became of one deployment: ``created``, ``updated``, ``unchanged`` or ``paused``, and what or why."""

    name: str
    done: str
    what: str = ""


def deploy(context: Context, pool: str | None, nationwide: bool, prune: bool) -> list[Done]:
    """Register every deployment on a work pool; run again it changes nothing.

    1. Refuse what cannot work: a plan with faults, a server of another version, a pool that is not there.
    2. Create what is missing, and update what differs; a pause made in the UI stays.
    3. Bring the automations to what stands in the code.
    4. With ``prune``, pause what was registered for plans that are gone; their runs stay to be looked at.

    Raises ServerTrouble, BadSettings, BadFile.
    """
    found = wanted(context, nationwide)  # outside of a loop, in which Prefect's `to_deployment` is another function
    with reaching() as api:
        return asyncio.run(_deploy(found, api.url, pool, prune))


async def _deploy(found: Sequence[RunnerDeployment], url: str, pool: str | None, prune: bool) -> list[Done]:
    async with get_client() as client:
        _require_version(await client.api_version(), url)
        pool = await require_pool(client, pool, url)
        held, variables = await _held(client), job_variables(pool)
        done = [await _register(client, one, held.pop(one.full_name, None), pool, variables) for one in found]
        tell = next(one.full_name for one in found if one.name == TELL)
        if changed := await asyncio.to_thread(ensure, (await client.read_deployment_by_name(tell)).id):
            done.append(Done("automations", "updated", f"{changed} of them"))
        if prune:
            done += [await _retire(client, name, one) for name, one in held.items() if _is_ours(one, pool)]
    return done


def wanted(context: Context, nationwide: bool) -> list[RunnerDeployment]:
    """Every deployment, the national run among them. Nationwide it starts all plans, instead of their own schedules."""
    found = deployments(context)
    for one in found:
        if nationwide and one.entrypoint == CHAIN:
            one.schedules = []
    whole = RunnerDeployment.from_flow(
        national,
        name=NATIONAL,
        schedules=[DAILY] if nationwide else [],
        description="Chạy kế hoạch của mọi tỉnh, mỗi lúc vài kế hoạch, rồi lập một bảng toàn quốc.",
        entrypoint_type=EntrypointType.MODULE_PATH,
        concurrency_limit=1,
    )
    return [*found, whole]


def _require_version(theirs: str, url: str) -> None:
    if theirs.split(".")[:2] != ours.split(".")[:2]:
        raise ServerTrouble(
            f"The server at {url} is Prefect {theirs}, this is {ours}: start the server from this installation's own "
            "environment, or install the same version of dunghan on both."
        )


async def _held(client: PrefectClient) -> dict[str, DeploymentResponse]:
    """Every deployment that the server knows, by ``flow/deployment``."""
    flows: dict[Any, str] = {}
    found: list[DeploymentResponse] = []
    for offset in range(0, 100_000, PAGE):
        page = await client.read_flows(limit=PAGE, offset=offset)
        flows |= {flow.id: flow.name for flow in page}
        if len(page) < PAGE:
            break
    for offset in range(0, 100_000, PAGE):
        some = await client.read_deployments(limit=PAGE, offset=offset)
        found += some
        if len(some) < PAGE:
            break
    return {f"{flows.get(one.flow_id)}/{one.name}": one for one in found}


def _is_ours(held: DeploymentResponse, pool: str) -> bool:
    """Whether it is a plan's, registered here before: on this pool, or by ``dunghan serve``, which uses none."""
    return held.entrypoint == CHAIN and held.work_pool_name in (pool, None)


async def _register(
    client: PrefectClient, one: RunnerDeployment, held: DeploymentResponse | None, pool: str, variables: dict[str, Any]
) -> Done:
    new = _document(one, pool, variables)
    differs = [what for what, value in _stands(held).items() if value != new[what]] if held else []
    if held and not differs:
        return Done(one.full_name, "unchanged", "paused" if held.paused else "")
    before = {_plain(s): s.active for s in held.schedules} if held else {}
    back = held is not None and GONE in held.tags
    schedules = [
        DeploymentScheduleCreate(schedule=s.schedule, active=before.get(_plain(s), True))
        for s in one.schedules or ()
        if s.schedule
    ]
    await client.create_deployment(
        flow_id=await client.create_flow_from_name(one.flow_name or ""),
        name=one.name,
        version=one.version,
        schedules=schedules,
        concurrency_limit=one.concurrency_limit,
        parameters=new["parameters"],
        description=one.description,
        work_pool_name=pool,
        tags=one.tags,
        entrypoint=one.entrypoint,
        parameter_openapi_schema=new["form"],
        paused=held.paused and not back if held else False,
        pull_steps=[],  # the code is installed where the worker is
        enforce_parameter_schema=True,
        job_variables=variables,
    )
    if held is None:
        return Done(one.full_name, "created")
    return Done(one.full_name, "updated", ", ".join([*differs, *(["resumed"] if back else ())]))


def _document(one: RunnerDeployment, pool: str, variables: dict[str, Any]) -> dict[str, Any]:
    """What is compared with what stands on the server."""
    return {
        "pool": pool,
        "schedules": sorted(map(_plain, one.schedules or ())),
        "parameters": one.model_dump(mode="json", include={"parameters"})["parameters"],
        "tags": sorted(one.tags),
        "description": one.description or "",
        "form": one._parameter_openapi_schema.model_dump(mode="json", exclude_unset=True),
        "entrypoint": one.entrypoint,
        "runs at once": one.concurrency_limit,
        "job variables": variables,
    }


def _stands(held: DeploymentResponse) -> dict[str, Any]:
    limit = held.global_concurrency_limit
    return {
        "pool": held.work_pool_name,
        "schedules": sorted(map(_plain, held.schedules)),
        "parameters": held.parameters,
        "tags": sorted(held.tags),
        "description": held.description or "",
        "form": held.parameter_openapi_schema,
        "entrypoint": held.entrypoint,
        "runs at once": limit.limit if limit else None,
        "job variables": held.job_variables,
    }


def _plain(one: DeploymentSchedule | DeploymentScheduleCreate | Any) -> str:
    """A schedule as text, whether or not it is paused."""
    return str(one.schedule.model_dump_json())


async def _retire(client: PrefectClient, name: str, held: DeploymentResponse) -> Done:
    """Pause what nobody wants any more; what a coordinator had paused before is left as it is."""
    if held.paused:
        return Done(name, "unchanged", "its plan is gone, and it is paused")
    await client.pause_deployment(held.id)
    await client.update_deployment(held.id, DeploymentUpdate(tags=sorted({*held.tags, GONE})))
    return Done(name, "paused", "its plan is gone")


def counted(done: Sequence[Done]) -> Mapping[str, int]:
    """How many were created, updated, left unchanged and paused."""
    return {what: sum(one.done == what for one in done) for what in ("created", "updated", "unchanged", "paused")}
