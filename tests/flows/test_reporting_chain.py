"""One run of a plan's chain, as a coordinator sees it in the Prefect UI."""

import logging
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from dunghan.core.backoff import MOST_ATTEMPTS
from dunghan.core.times import instant
from dunghan.demo.mailbox import Mailbox
from dunghan.engine import handing_in, plan_actions
from dunghan.engine.context import Context
from dunghan.engine.mailroom import listing
from dunghan.store import contacts
from dunghan.store.database import writing
from dunghan.store.messages import MESSAGE
from flows.reporting_chain import reporting_chain
from flows.states import did_its_work
from models.contact import Contact
from models.timezone import VIETNAM
from tests.flows.conftest import DISTRICTS, PLAN, PREFECT, Chain, run_scheduled

pytestmark = PREFECT


async def test_a_morning_in_the_season_sends_each_district_one_message(chain: Chain, mailbox: Mailbox) -> None:
    run = await chain("2018-11-09T08:00")
    assert run.state.is_completed()
    assert run.state.name and run.state.name.startswith("Waiting ")
    assert sorted(r.recipient for r in mailbox.received) == sorted(
        [*(f"can-bo@{code}.example" for code in DISTRICTS), "dau-moi@so-ldtbxh.example"]
    )
    assert (run.counts["messages"], run.counts["delivered"]) == (12, 12)
    assert run.counts["reminders"] == 22, "both reports of each district"


async def test_the_run_is_named_and_tagged_as_people_speak_of_it(chain: Chain) -> None:
    run = await chain("2018-12-07T08:00")
    assert run.run.name == "2018 · hằng năm + sơ kết · 07/12"
    assert set(run.run.tags) == {f"plan:{PLAN}", "province:02", "period:2018"}
    out_of_season = await chain("2018-07-02T08:00")
    assert out_of_season.run.name == "Hà Giang · ngoài mùa báo cáo · 02/07/2018"
    assert out_of_season.state.name == "On time"


async def test_a_date_that_a_coordinator_set_makes_a_season(chain: Chain, installation: Context) -> None:
    day = instant("2020-12-10", "day").date()
    plan_actions.set_date(
        installation, "binh-thuan-687-2020", "annual", "district", day, because="công văn 12", by="anh Sơn"
    )
    run = await chain("2020-12-03T08:00", plan="binh-thuan-687-2020")
    assert run.run.name == "2020 · hằng năm · 03/12"
    assert "period:2020" in run.run.tags


async def test_late_agencies_make_no_failed_run(chain: Chain) -> None:
    run = await chain("2018-12-12T08:00")
    assert run.state.name and run.state.name.startswith("Overdue ")
    assert run.state.is_completed() and not run.state.is_failed()


async def test_by_default_colours_are_about_the_run_and_on_request_about_the_plan(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUNGHAN_STATE_COLOURS", "plan")
    for as_of, name, colour in (
        ("2018-07-02", "On time", "COMPLETED"),
        ("2018-11-09", "Waiting", "CRASHED"),
        ("2018-12-12", "Overdue", "FAILED"),
    ):
        run = await chain(f"{as_of}T08:00")
        assert (str(run.state.name).rstrip("0123456789 "), run.state.type.value) == (name, colour)
        assert did_its_work(run.state) and run.counts["dead"] == 0


async def test_messages_that_died_make_a_failed_run(chain: Chain, installation: Context, mailbox: Mailbox) -> None:
    mailbox._refusals = {f"can-bo@{DISTRICTS[0]}.example": "451 4.7.1 try later"}
    await chain("2018-11-09T08:00")
    with writing(installation.db) as connection:
        waiting = MESSAGE.update().where(MESSAGE.c.status == "retry")
        assert connection.execute(waiting.values(attempts=MOST_ATTEMPTS - 1, retry_at=None)).rowcount == 1
    run = await chain("2018-11-09T09:00")
    assert (run.state.name, run.state.is_failed()) == ("Undelivered 1", True)
    assert not did_its_work(run.state)
    assert run.counts["dead"] == 1


async def test_running_twice_sends_nothing_twice(chain: Chain, mailbox: Mailbox) -> None:
    await chain("2018-11-09T08:00")
    before = len(mailbox.received)
    again = await chain("2018-11-09T08:00")
    assert len(mailbox.received) == before
    assert {again.counts[n] for n in ("opened", "reminders", "messages", "delivered")} == {0}


async def test_what_was_handed_in_meanwhile_is_not_asked_for(
    chain: Chain, installation: Context, mailbox: Mailbox
) -> None:
    await chain("2018-11-09T08:00")
    for report in ("annual", "midterm"):
        at = datetime(2018, 11, 20, tzinfo=VIETNAM)
        handing_in.submit(installation, f"{PLAN}/{report}/2018/{DISTRICTS[0]}", received_at=at, by="lan")
    await chain("2018-11-23T08:00")
    sent = [r.recipient for r in mailbox.received]
    assert sent.count(f"can-bo@{DISTRICTS[0]}.example") == 1
    assert sent.count(f"can-bo@{DISTRICTS[1]}.example") == 2


async def test_an_as_of_without_zone_is_vietnam_s(chain: Chain, story: list[logging.LogRecord]) -> None:
    assert (await chain("2018-11-09T07:59")).counts["messages"] == 0
    assert (await chain("2018-11-09T01:00+00:00")).counts["messages"] == 12
    told = [r.getMessage() for r in story if "tính đến" in r.getMessage()]
    assert told == [
        "Kế hoạch 168/KH-UBND Hà Giang, tính đến 07:59 ngày 09/11/2018",
        "Kế hoạch 168/KH-UBND Hà Giang, tính đến 08:00 ngày 09/11/2018",
    ]


async def test_a_dry_run_changes_and_sends_nothing(chain: Chain, installation: Context, mailbox: Mailbox) -> None:
    run = await chain("2018-11-09T08:00", dry_run=True)
    assert run.counts["messages"] == 12 and run.counts["delivered"] == 0
    assert mailbox.received == []
    assert listing(installation, None, None, 10) == []


async def test_there_is_one_task_a_stage_and_as_many_as_before_with_more_offices(
    chain: Chain, installation: Context
) -> None:
    small = await chain("2018-11-09T08:00", tasks_at_least=10)
    names = sorted(t.name for t in small.tasks)
    assert names == [
        "bao su kien", "cong bo", "gui thu", "kiem tra: Cap huyen", "kiem tra: Cap xa", "kiem tra: Co quan thuong truc",
        "kiem tra: So, ban, nganh", "kiem tra: To chuc, doan the", "mo ky bao cao", "quyet dinh va xep hang",
    ]  # fmt: skip
    tree = installation.catalog.tree
    communes = [o.code for o in tree if o.level == "commune" and o.parent in DISTRICTS]
    with writing(installation.db) as connection:
        contacts.upsert(connection, [Contact(c, f"Cán bộ {c}", email=f"can-bo@{c}.example") for c in communes])
    large = await chain("2018-11-23T08:00", tasks_at_least=10)
    assert large.counts["delivered"] > len(communes) > 190
    assert sorted(t.name for t in large.tasks) == names


async def test_the_log_tells_the_story_in_a_dozen_lines_without_naming_offices(
    chain: Chain, story: list[logging.LogRecord]
) -> None:
    await chain("2018-12-12T08:00")
    lines = [r.getMessage() for r in story]
    ours = [line for line in lines if not line.startswith(("Beginning", "Finished", "Created", "View"))]
    assert 5 <= len(ours) <= 14, ours
    whole = "\n".join(lines)
    for absent in ("UBND huyện", "UBND xã", "/2018/0", ".example"):
        assert absent not in whole
    order = ["tính đến", "Mở kỳ mới", "Cấp huyện", "Nhắc ", "Gửi được", "Kết quả: Overdue"]
    places = [next(i for i, line in enumerate(ours) if word in line) for word in order]
    assert all(a < b for a, b in pairwise(places))


async def test_without_a_database_the_run_fails_and_says_what_to_do(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUNGHAN_DATABASE_URL", "sqlite:///none.db")
    run = await chain("2018-11-09T08:00")
    assert run.state.is_failed()
    assert "dunghan init" in str(run.state.message)
    assert run.run.name == f"{PLAN} · 09/11/2018"


async def test_a_plan_that_nobody_knows_ends_the_run_with_the_nearest(chain: Chain) -> None:
    run = await chain("2018-11-09T08:00", plan="ha-giang-168-2017")
    assert run.state.is_cancelled() and run.state.name == "Plan removed"
    assert PLAN in str(run.state.message)


async def test_a_scheduled_run_judges_at_its_scheduled_time(chain: Chain, installation: Context) -> None:
    """A worker that picks a run up late must not shift the day it is about."""
    run = await run_scheduled(reporting_chain, datetime(2018, 11, 9, 1, tzinfo=UTC), plan=PLAN)
    assert run.run.name == "2018 · hằng năm + sơ kết · 09/11"
    assert run.counts["messages"] == 12
