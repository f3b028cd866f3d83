"""The story that the browser is shown: Hà Giang's season of 2018, a request for a second person, an action in vain.

``python -m tests.ui.story DAY…`` plays it in the environment's database and on the environment's Prefect server.
"""

import asyncio
import os
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from prefect.client.orchestration import get_client
from prefect.exceptions import Pause
from prefect.flow_engine import run_flow_async
from prefect.flows import load_flow_from_entrypoint

from deployments.register import deployments
from dunghan.demo.mailbox import Mailbox
from dunghan.demo.season import handing_in, people
from dunghan.engine.context import Context
from dunghan.engine.handing_in import HandedIn, submit_all
from dunghan.engine.owed import Wanted, owed
from dunghan.store import contacts
from dunghan.store.database import migrate, writing
from flows.farewell import say_farewell
from models.timezone import at

PLAN = "ha-giang-168-2016"
REQUEST: dict[str, Any] = {
    "kind": "gia hạn", "plan": PLAN, "report": "annual", "period": "2018", "office": "026", "until": "2030-12-20",
    "because": "lũ quét cuốn trôi hồ sơ", "asked_by": "Nguyễn Thị Hoa",
}  # fmt: skip
RETURN: dict[str, Any] = {
    "plan": PLAN, "report": "final", "period": "2020", "office": "026", "because": "thiếu biểu 2", "by": "Trần Thị A",
}  # fmt: skip
"""Nothing has been handed in for it."""


async def play(context: Context, made: dict[str, Any], days: list[str]) -> None:
    """Register deployments without schedules, run the chain at 08:00 of these days, ask for an extension, return."""
    ids = {}
    for name in (PLAN, "gia-han-mien", "return-report"):
        made[name].schedules = []
        ids[name] = await made[name].aapply()
    due = [s.one for s in owed(context, Wanted(plan=PLAN, period="2018"), at(date(2018, 11, 1)))]
    waiting = handing_in(due)
    for day in sorted(days):
        now = datetime.fromisoformat(f"{day}T01:00").replace(tzinfo=UTC)
        came = [HandedIn(one.obligation, one.at) for one in waiting if one.at <= now]
        waiting = [one for one in waiting if one.at > now]
        submit_all(context, came, by="Cán bộ văn thư")
        await _run(made[PLAN], ids[PLAN], plan=PLAN, as_of=now.isoformat())
    await _run(made["gia-han-mien"], ids["gia-han-mien"], **REQUEST)
    await _run(made["return-report"], ids["return-report"], **RETURN)


async def _run(deployment: Any, deployment_id: Any, **parameters: Any) -> None:
    async with get_client() as client:
        run = await client.create_flow_run_from_deployment(deployment_id, parameters=parameters)
    flow = load_flow_from_entrypoint(deployment.entrypoint).with_options(name=deployment.flow_name)
    with suppress(Pause):
        await run_flow_async(flow, run, parameters=run.parameters, return_type="state")


def _wait_for(api: str) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(f"{api}/health", timeout=2):
            return
        time.sleep(0.2)


def main() -> None:
    """Play the story."""
    with Mailbox(Path(os.environ["STORY_MAIL"])) as mailbox:
        os.environ["DUNGHAN_EMAIL_URL"] = f"mailto://127.0.0.1:{mailbox.port}?from=bao-cao@so-ldtbxh.ha-giang.example"
        context = Context()
        migrate(context.db)
        plan, tree = context.catalog.plan(PLAN), context.catalog.tree
        found = [s.one for s in owed(context, Wanted(plan=PLAN), context.now())]
        with writing(context.db) as connection:
            contacts.upsert(connection, people(plan, tree, (o.office for o in found if o.deadline.last_day)))
        made = {one.name: one for one in deployments(context)}
        _wait_for(os.environ["PREFECT_API_URL"])
        asyncio.run(play(context, made, sys.argv[1:]))
        say_farewell()


if __name__ == "__main__":
    main()
