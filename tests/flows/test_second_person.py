"""An extension or a waiver that a second person has to grant."""

import logging
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State

from dunghan import clock
from dunghan.engine.context import Context
from dunghan.engine.explain import explain
from dunghan.engine.second_person import expire
from dunghan.store.audit import AUDIT, first_break
from dunghan.store.database import reading
from flows.second_person import second_person
from tests.flows.conftest import PLAN, PREFECT, carry_on, deployed

pytestmark = [*PREFECT, pytest.mark.usefixtures("prefect_api", "installation")]
ASKED = {
    "kind": "gia hạn", "plan": PLAN, "report": "annual", "period": "2018", "office": "026", "until": date(2030, 12, 20),
    "because": "lũ quét cuốn trôi hồ sơ", "asked_by": "Nguyễn Thị Hoa",
}  # fmt: skip
YES = {"decision": "đồng ý", "decided_by": "Trần Văn Sơn", "because": "đã kiểm tra, đúng là có lũ"}


class Asking:
    """A run that asks, as a worker runs it."""

    def __init__(self) -> None:
        self.id: Any = None

    async def ask(self, **form: Any) -> State[Any]:
        deployment = await deployed(second_person, "gia-han-mien")
        async with get_client() as client:
            given = {k: v for k, v in (ASKED | form).items() if v is not None}
            self.id = (await client.create_flow_run_from_deployment(deployment, parameters=given)).id
        return await carry_on(second_person, self.id)

    async def answer(self, **form: Any) -> State[Any]:
        async with get_client() as client:
            await client.resume_flow_run(self.id, run_input=YES | form)
        return await carry_on(second_person, self.id)


def trail(context: Context) -> list[tuple[str, str, str]]:
    """Who did what, and why; the chain is whole."""
    with reading(context.db) as connection:
        rows = connection.execute(AUDIT.select().order_by(AUDIT.c.seq)).all()
        assert first_break(connection) is None
    return [(row.who, row.what, row.why) for row in rows]


async def test_what_another_person_grants_is_done_and_on_record_with_both_names(installation: Context) -> None:
    run = Asking()
    asked = await run.ask()
    assert (asked.type.value, asked.name) == ("PAUSED", "Suspended")
    assert trail(installation) == [("Nguyễn Thị Hoa", "ask", ASKED["because"])], "nothing is done yet"
    granted = await run.answer()
    assert (granted.type.value, granted.name) == ("COMPLETED", "Granted")
    assert [(who, what) for who, what, _ in trail(installation)] == [
        ("Nguyễn Thị Hoa", "ask"), ("Trần Văn Sơn", "extend"), ("Trần Văn Sơn", "grant"),
    ]  # fmt: skip
    (event,) = explain(installation, f"{PLAN}/annual/2018/026", clock.now())["events"]
    assert (event["by"], event["until"]) == ("Trần Văn Sơn", "2030-12-20")
    assert "Nguyễn Thị Hoa" in event["because"] and "đã kiểm tra" in event["because"]
    again = await carry_on(second_person, run.id)
    assert len(trail(installation)) == 3, f"a run that is run again ({again.name}) changes nothing"


async def test_the_log_of_a_run_that_waits_for_somebody_holds_no_error() -> None:
    told: list[logging.LogRecord] = []
    ear = logging.Handler()
    ear.emit = told.append  # type: ignore[method-assign]
    logger = logging.getLogger("prefect.flow_runs")
    logger.addHandler(ear)
    try:
        await Asking().ask()
    finally:
        logger.removeHandler(ear)
    assert any(line.getMessage().startswith("Finished in state Suspended") for line in told)
    assert {line.levelname for line in told} == {"INFO"}


async def test_who_asks_cannot_grant_whatever_the_spelling(installation: Context) -> None:
    run = Asking()
    await run.ask(kind="miễn", until=None)
    himself = await run.answer(decided_by="nguyen thi  HOA")
    assert himself.name == "Suspended", "somebody else is waited for"
    assert len(trail(installation)) == 1
    refused = await run.answer(decision="từ chối", because="vẫn còn đối tượng")
    assert (refused.type.value, refused.name) == ("COMPLETED", "Refused")
    assert trail(installation)[1:] == [("Trần Văn Sơn", "refuse", "vẫn còn đối tượng")]


async def test_what_nobody_answers_in_time_expires_on_record(installation: Context) -> None:
    run = Asking()
    await run.ask(hours=2)
    assert expire(Context()) == []
    async with get_client() as client:
        waiting = (await client.read_flow_run(run.id)).state
    assert waiting and waiting.state_details.pause_timeout
    assert timedelta(hours=1.9) < waiting.state_details.pause_timeout - clock.now() <= timedelta(hours=2)
    with time_machine.travel(clock.now() + timedelta(hours=3), tick=True):
        assert [one.obligation for one in expire(Context())] == [f"{PLAN}/annual/2018/026"]
        assert expire(Context()) == []
    assert [what for _, what, _ in trail(installation)] == ["ask", "expire"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"until": None}, "Biểu mẫu còn thiếu"),
        ({"until": date(2018, 12, 1)}, "Ngày gia hạn phải sau hạn đang có hiệu lực."),
        ({"office": "0267"}, "Không có báo cáo nào như vậy"),
        ({"because": "   "}, "Biểu mẫu còn thiếu"),
    ],
    ids=["no day", "an earlier day", "no such office", "no reason"],
)
async def test_what_cannot_be_granted_is_told_at_once_and_asked_of_nobody(
    form: dict[str, Any], said: str, installation: Context
) -> None:
    asked = await Asking().ask(**form)
    assert asked.is_failed() and said in str(asked.message)
    assert trail(installation) == []
