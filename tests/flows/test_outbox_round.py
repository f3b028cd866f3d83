"""The round of the outbox between the daily runs."""

from datetime import datetime, timedelta

import time_machine

from dunghan.demo.mailbox import Mailbox
from dunghan.engine.context import Context
from dunghan.engine.mailroom import listing
from flows.outbox_round import outbox_round
from models.timezone import VIETNAM
from tests.flows.conftest import DISTRICTS, PREFECT, Chain, run_scheduled

pytestmark = PREFECT


async def test_what_failed_for_a_while_goes_out_by_a_later_round(
    chain: Chain, installation: Context, mailbox: Mailbox
) -> None:
    refused = f"can-bo@{DISTRICTS[0]}.example"
    mailbox._refusals = {refused: "451 4.7.1 try later"}
    morning = await chain("2018-11-09T08:00")
    assert (morning.counts["delivered"], morning.counts["retry"]) == (11, 1)
    (waiting,) = listing(installation, None, "retry", 10)
    mailbox._refusals = {}
    ten = datetime(2018, 11, 9, 10, tzinfo=VIETNAM)
    await run_scheduled(outbox_round, ten)
    assert len(mailbox.received) == 11, "its back-off, by the real clock, has not passed"
    with time_machine.travel(datetime.fromisoformat(waiting["retry_at"]) + timedelta(minutes=1), tick=True):
        run = await run_scheduled(outbox_round, ten)
    assert run.state.is_completed()
    assert min(task.name for task in run.tasks) == "bao su kien" and len(run.tasks) == 2
    assert [r.recipient for r in mailbox.received].count(refused) == 1
    assert listing(installation, None, "retry", 10) == []


async def test_a_round_at_night_sends_nothing(chain: Chain, installation: Context, mailbox: Mailbox) -> None:
    await chain("2018-11-09T19:00")
    await run_scheduled(outbox_round, datetime(2018, 11, 9, 22, tzinfo=VIETNAM))
    assert mailbox.received == []
    await run_scheduled(outbox_round, datetime(2018, 11, 12, 7, 10, tzinfo=VIETNAM))
    assert len(mailbox.received) == 12


async def test_a_round_with_nothing_to_send_ends_well(chain: Chain, installation: Context, mailbox: Mailbox) -> None:
    state = await outbox_round(return_state=True)
    assert state.is_completed()
    assert mailbox.received == []
