"""What is told as events: once, bounded, and from our own record."""

import asyncio
import logging
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.events.filters import EventFilter, EventNameFilter, EventRelatedFilter
from prefect.settings import PREFECT_API_URL, temporary_settings

from deployments.server import free_port
from dunghan.core.times import instant
from dunghan.demo.mailbox import Mailbox
from dunghan.engine import actions, handing_in
from dunghan.engine.context import Context
from dunghan.engine.owed import Wanted, owed
from dunghan.store.announcements import ANNOUNCEMENT
from dunghan.store.database import reading
from flows.announce import announce
from models.timezone import VIETNAM
from tests.flows.conftest import DISTRICTS, PLAN, PREFECT, Chain

pytestmark = PREFECT


async def told(run_id: Any, least: int = 0) -> list[Any]:
    """The events of ours that are related to a run; the server stores them a moment after it has taken them."""
    wanted = EventFilter(
        event=EventNameFilter(prefix=["dunghan."]), related=EventRelatedFilter(id=[f"prefect.flow-run.{run_id}"])
    )
    async with get_client() as client:
        for _ in range(60):
            found = (await client.read_events(wanted, limit=50)).events
            if len(found) >= least:
                break
            await asyncio.sleep(0.25)
    return list(found)


def noted(context: Context, event: str = "") -> list[Any]:
    with reading(context.db) as connection:
        rows = connection.execute(ANNOUNCEMENT.select().order_by(ANNOUNCEMENT.c.key)).all()
    return [row for row in rows if row.event.startswith(f"dunghan.{event}")]


async def test_overdue_offices_make_one_event_a_stage_and_last_day(chain: Chain, installation: Context) -> None:
    run = await chain("2018-12-12T08:00")
    late = noted(installation, "obligation.overdue")
    assert 3 <= len(late) <= 10
    (communes,) = [r for r in late if r.payload["stage"] == "commune" and r.payload["report"] == "annual"]
    assert communes.payload["last_day"] == "2018-12-03"
    assert communes.payload["count"] == 193 == len(communes.payload["offices"]) + communes.payload["more"]
    events = await told(run.run.id, len(late))
    assert Counter(str(e.id) for e in events) == Counter(row.event_id for row in noted(installation))
    (event,) = [e for e in events if str(e.id) == communes.event_id]
    assert event.event == "dunghan.obligation.overdue"
    assert event.resource["prefect.resource.id"] == f"dunghan.stage.{PLAN}/annual/2018/commune"
    assert event.resource["dunghan.plan"] == PLAN
    related = {r["prefect.resource.role"]: r["prefect.resource.id"] for r in event.related}
    assert (related["plan"], related["province"]) == (f"dunghan.plan.{PLAN}", "dunghan.province.02")
    assert ".example" not in str([e.payload for e in events]), "no address"


async def test_a_second_run_tells_nothing_twice(chain: Chain, installation: Context) -> None:
    first = await chain("2018-12-12T08:00")
    before = {row.event_id for row in noted(installation)}
    again = await chain("2018-12-12T09:00")
    assert {row.event_id for row in noted(installation)} == before
    assert len(await told(first.run.id, len(before))) == len(before)
    assert await told(again.run.id) == []


async def test_a_stage_that_has_answered_is_completed_and_one_returned_opens_it_again(
    chain: Chain, installation: Context
) -> None:
    plan, when = "can-tho-115-2021", instant("2021-06-01", "at")
    await chain("2021-06-08T08:00", plan=plan)
    assert noted(installation, "stage") == []
    due = [s.one for s in list(owed(installation, Wanted(plan=plan, period="2021"), when)) if s.last_day]
    handing_in.submit_all(installation, [handing_in.HandedIn(one.id, when) for one in due], by="lan")
    await chain("2021-06-09T08:00", plan=plan)
    stages = {one.stage for one in due}
    done = noted(installation, "stage.completed")
    assert {row.payload["stage"] for row in done} == stages
    assert sum(row.payload["submitted"] for row in done) == len(due)
    received = noted(installation, "submission.received")
    assert {row.payload["stage"] for row in received} == stages
    assert sum(row.payload["count"] for row in received) == len(due)
    actions.give_back(installation, due[0].id, by="lan", because="thiếu biểu 2", at=instant("2021-06-09T10:00", "at"))
    await chain("2021-06-10T08:00", plan=plan)
    (opened,) = noted(installation, "stage.reopened")
    assert opened.payload["stage"] == due[0].stage
    (decided,) = noted(installation, "decision.recorded")
    assert [i["kind"] for i in decided.payload["items"]] == ["return"]
    handing_in.submit(installation, due[0].id, received_at=instant("2021-06-10T09:00", "at"), by="lan")
    await chain("2021-06-11T08:00", plan=plan)
    assert len(noted(installation, "stage.completed")) == len(stages) + 1, "its second completion is news again"
    assert len(noted(installation, "submission.received")) == len(received) + 1


async def test_messages_that_were_given_up_are_told_once(chain: Chain, installation: Context, mailbox: Mailbox) -> None:
    mailbox._refusals = {f"can-bo@{code}.example": "550 5.1.1 no such mailbox" for code in DISTRICTS[:2]}
    await chain("2018-11-09T08:00")
    await chain("2018-11-09T09:00")
    (dead,) = noted(installation, "message.dead")
    assert (dead.payload["count"], dead.payload["rejected"], dead.payload["dead"]) == (2, 2, 0)
    assert {m["office"] for m in dead.payload["messages"]} == set(DISTRICTS[:2])
    assert "can-bo" not in str(dead.payload)


async def test_news_waits_where_the_event_stream_cannot_be_used(
    chain: Chain, installation: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Noted in one run and told by a later one, with the id and the instant that were noted."""
    await chain("2018-12-12T08:00", dry_run=True)
    assert noted(installation) == [], "a dry run notes nothing"
    from dunghan.engine import board, news
    from dunghan.engine.sweep import run_pass

    now, plan = instant("2018-12-12", "now"), installation.catalog.plan(PLAN)
    run_pass(installation, PLAN, now)
    board.note_shown(installation, plan, board.stale(installation, plan, now), now)
    before = news.pending(installation, plan, 200)
    assert before
    with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{free_port()}/api"}):
        assert await announce(installation, plan, logging.getLogger(__name__)) == 0
    assert news.pending(installation, plan, 200) == before
    run = await chain("2018-12-12T09:00")
    events = await told(run.run.id, len(before))
    assert {(str(e.id), e.occurred) for e in events} == {(a.event_id, a.noted_at) for a in before}


async def test_what_was_on_record_long_before_is_no_news(chain: Chain, installation: Context) -> None:
    import time_machine

    with time_machine.travel(datetime(2019, 1, 2, tzinfo=VIETNAM), tick=True):
        at = datetime(2018, 12, 4, tzinfo=VIETNAM)
        handing_in.submit(Context(), f"{PLAN}/annual/2018/024", received_at=at, by="lan")
    await chain("2018-12-07T08:00")
    assert noted(installation, "submission.received") == []
    handing_in.submit(
        installation, f"{PLAN}/annual/2018/026", received_at=datetime.now(VIETNAM) - timedelta(days=300), by="lan"
    )
    await chain("2018-12-07T09:00")
    (new,) = noted(installation, "submission.received")
    assert [i["obligation"] for i in new.payload["items"]] == [f"{PLAN}/annual/2018/026"]
