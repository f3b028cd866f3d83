"""The work pools of ``prefect.yaml``, and the one that a deployment is to go to."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.workers.process import ProcessWorker

from models.errors import ServerTrouble

DEFAULT = "dunghan"
FILE = Path(__file__).with_name("prefect.yaml")


def job_variables(pool: str) -> dict[str, Any]:
    """What ``prefect.yaml`` gives the runs of a pool of that name; nothing for a pool that it does not describe."""
    described = yaml.safe_load(FILE.read_text(encoding="utf-8"))["definitions"]["work_pools"].values()
    return next((one["job_variables"] for one in described if one["name"] == pool), {})


async def require_pool(client: PrefectClient, pool: str | None, url: str) -> str:
    """The pool's name. Ours, of type process, is made where it is missing; of another, ServerTrouble says how to."""
    name = pool or DEFAULT
    try:
        await client.read_work_pool(name)
    except ObjectNotFound:
        if name != DEFAULT:
            known = ", ".join(sorted(one.name for one in await client.read_work_pools())) or "none"
            raise ServerTrouble(
                f"The server at {url} has no work pool {name!r} (it has: {known}): make it with "
                f"`prefect work-pool create {name} --type process`, or leave --pool out for the pool {DEFAULT!r}."
            ) from None
        template = ProcessWorker.get_default_base_job_template()
        with suppress(ObjectAlreadyExists):  # a worker that starts now makes it too
            await client.create_work_pool(WorkPoolCreate(name=name, type="process", base_job_template=template))
    return name
