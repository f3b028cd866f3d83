"""The automations: made once, and their news reaches the coordinator once."""

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prefect.client.schemas.objects import FlowRun

from deployments.automations import TOLD, ensure
from dunghan.core.times import instant
from dunghan.demo.mailbox import Mailbox, Received
from dunghan.engine import handing_in
from dunghan.engine.context import Context
from dunghan.engine.owed import Wanted, owed
from dunghan.engine.telling import tell
from dunghan.store.announcements import ANNOUNCEMENT
from dunghan.store.contacts import upsert
from dunghan.store.database import reading, writing
from flows.tell_coordinator import tell_coordinator
from models.contact import Contact
from tests.flows.conftest import PREFECT, Chain, carry_on, deployed

pytestmark = PREFECT
PLAN = "can-tho-115-2021"


def letter(mail: Received) -> EmailMessage:
    return message_from_bytes(mail.path.read_bytes(), policy=policy.default)  # type: ignore[arg-type,return-value]


async def automations() -> dict[str, Any]:
    async with get_client() as client:
        return {a.name: a for a in await client.read_automations()}


async def started(deployment: Any, least: int) -> list[FlowRun]:
    only = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[deployment]))
    async with get_client() as client:
        for _ in range(30):
            if len(found := await client.read_flow_runs(flow_run_filter=only)) >= least:
                break
            await asyncio.sleep(0.25)
    return found


async def test_they_are_made_once_and_one_that_was_switched_off_stays_off(prefect_api: None) -> None:
    deployment = await deployed(tell_coordinator, "bao-dau-moi")
    await asyncio.to_thread(ensure, deployment)
    assert set(TOLD) <= set(await automations())
    assert await asyncio.to_thread(ensure, deployment) == 0
    (first, *_) = TOLD
    async with get_client() as client:
        await client.pause_automation((await automations())[first].id)
    assert await asyncio.to_thread(ensure, deployment) == 0
    assert not (await automations())[first].enabled
    async with get_client() as client:
        await client.resume_automation((await automations())[first].id)


async def test_a_stage_that_is_complete_is_told_to_the_coordinator_once(
    chain: Chain, installation: Context, mailbox: Mailbox
) -> None:
    deployment = await deployed(tell_coordinator, "bao-dau-moi")
    await asyncio.to_thread(ensure, deployment)
    lead, when = installation.catalog.plan(PLAN).lead, instant("2021-06-01", "at")
    with writing(installation.db) as connection:
        upsert(connection, [Contact(lead, "Lê Thị Đầu Mối", "coordinator", email="dau-moi@can-tho.example")])
    await chain("2021-06-02T08:00", plan=PLAN)
    due = [s.one for s in list(owed(installation, Wanted(plan=PLAN, period="2021"), when)) if s.last_day]
    handing_in.submit_all(installation, [handing_in.HandedIn(one.id, when) for one in due], by="lan")
    before = len(await started(deployment, 0))
    await chain("2021-06-03T08:00", plan=PLAN)
    with reading(installation.db) as connection:
        rows = connection.execute(ANNOUNCEMENT.select().where(ANNOUNCEMENT.c.event == "dunghan.stage.completed")).all()
    runs = await started(deployment, before + len(rows))
    ours = [r for r in runs if r.parameters["event_id"] in {row.event_id for row in rows}]
    assert len(ours) == len(rows) == len({one.stage for one in due})
    morning = instant("2021-06-03T09:00", "now")
    for row in rows:
        assert tell(installation, row.event_id, morning) == PLAN
        assert tell(installation, row.event_id, morning) is None, "told already"
    assert (await carry_on(tell_coordinator, ours[0].id)).is_completed()
    await chain("2021-06-03T10:00", plan=PLAN)
    (mail,) = [m for m in mailbox.received if "Tin báo cáo" in str(letter(m)["Subject"])]
    assert mail.recipient == "dau-moi@can-tho.example"
    words = letter(mail).get_body(("plain",))
    assert words and words.get_content().count("đã nộp đủ") == len(rows), "one message carries them all"
