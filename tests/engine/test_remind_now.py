"""A coordinator's own reminder: once a day and contact, and only to whom one may remind."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, update

from dunghan import outbox
from dunghan.core.times import instant
from dunghan.engine import actions, handing_in, plan_actions
from dunghan.engine.context import Context
from dunghan.engine.letters import Writer
from dunghan.engine.remind_now import NobodyReachable, NothingToRemind, RemindedToday, remind_now
from dunghan.store import audit
from dunghan.store.database import reading, writing
from dunghan.store.messages import MESSAGE
from models.errors import DeadlineUndated
from tests.conftest import Introduce
from tests.engine.conftest import Postman, Sent

PLAN = "ha-giang-168-2016"
ONE = f"{PLAN}/annual/2018/ha-giang.so-y-te"
SentOf = Callable[..., list[Sent]]


@pytest.fixture
def opened(context: Context, introduce: Introduce, daily: Callable[..., None]) -> Context:
    """The period is open, one office has an officer; the clock stands between two rungs."""
    introduce("ha-giang.so-y-te")
    daily(PLAN, "2018-11-09")
    context.now.set("2018-12-04T09:00")  # type: ignore[attr-defined]
    return context


def remind(context: Context, obligation: str = ONE) -> int:
    return remind_now(context, obligation, by="Trần Thị A", because="bộ hỏi")


def test_it_goes_to_the_officer_at_once_and_says_who_asked_for_it(
    opened: Context, sent: SentOf, reasons: Callable[[str], dict[str, str]], postman: Postman
) -> None:
    assert remind(opened) == 1
    (message,) = [s for s in sent("reminder") if s.day == "2018-12-04"]
    assert message.carries >= {(ONE, "by-hand-2018-12-04")}
    assert reasons(ONE)["by-hand-2018-12-04"] == "by_hand"
    with reading(opened.db) as connection:
        (row,) = audit.of_subject(connection, ONE)
    assert (row.who, row.what, row.why, row.detail) == (
        "Trần Thị A", "remind_now", "bộ hỏi", {"reason": "by_hand", "messages": 1},
    )  # fmt: skip
    now = opened.now()
    ways = {"email": postman, "zalo": postman}
    done = outbox.deliver(opened.db, ways, Writer(opened, now), now=now, clock=opened.now, plan=PLAN)
    assert done.delivered == 1 and "Báo cáo hằng năm" in postman.letters[0].text


def test_twice_a_day_is_refused_and_the_next_day_is_another(opened: Context, sent: SentOf) -> None:
    remind(opened)
    with pytest.raises(RemindedToday):
        remind(opened)
    assert len([s for s in sent("reminder") if s.day == "2018-12-04"]) == 1
    opened.now.set("2018-12-05")  # type: ignore[attr-defined]
    assert remind(opened) == 1


def test_a_reminder_that_failed_today_goes_again_instead_of_a_second_one(
    opened: Context, sent: SentOf, db: Engine
) -> None:
    remind(opened)
    with writing(db) as connection:
        connection.execute(update(MESSAGE).values(status="rejected", attempts=3))
    assert remind(opened) == 1
    assert [s.status for s in sent("reminder") if s.day == "2018-12-04"] == ["queued"]


def test_one_withdrawn_today_leaves_today_with_this_reminder(
    opened: Context, sent: SentOf, postman: Postman, reasons: Callable[[str], dict[str, str]]
) -> None:
    remind(opened)
    with writing(opened.db) as connection:
        connection.execute(update(MESSAGE).where(MESSAGE.c.status == "queued").values(status="withdrawn", attempts=1))
    opened.now.set("2018-12-04T16:50")  # type: ignore[attr-defined]
    assert remind(opened) == 1
    with pytest.raises(RemindedToday):
        remind(opened)
    assert [(s.day, s.status) for s in sent("reminder") if s.day >= "2018-12-04"] == [("2018-12-04", "queued")]
    assert reasons(ONE)["by-hand-2018-12-04"] == "by_hand"
    now, ways = opened.now(), {"email": postman, "zalo": postman}
    assert outbox.deliver(opened.db, ways, Writer(opened, now), now=now, clock=opened.now, plan=PLAN).delivered == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_is_reminded_of_what_is_answered_promised_undated_or_paused(opened: Context, sent: SentOf) -> None:
    before = len(sent())
    with pytest.raises(NobodyReachable):
        remind(opened, f"{PLAN}/annual/2018/024")
    with pytest.raises(DeadlineUndated):
        remind(opened, f"{PLAN}/semiannual/2018-H2/ha-giang.cong-an")
    actions.acknowledge(opened, ONE, until=instant("2018-12-07", "x").date(), by="A")
    with pytest.raises(NothingToRemind, match="promised"):
        remind(opened)
    opened.now.set("2018-12-04T10:00")  # type: ignore[attr-defined]
    handing_in.submit(opened, ONE, nothing=True, by="A")
    with pytest.raises(NothingToRemind, match="submitted"):
        remind(opened)
    opened.now.set("2018-12-05")  # type: ignore[attr-defined]
    actions.give_back(opened, ONE, by="B", because="thiếu biểu 2")
    plan_actions.pause(opened, PLAN, because="bão", by="B")
    with pytest.raises(NothingToRemind, match="paused"):
        remind(opened)
    assert len(sent("reminder")) <= before and not any(
        rung.startswith("by-hand") for s in sent() for _, rung in s.carries
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_outside_of_working_hours_it_waits_for_them(opened: Context, sent: SentOf) -> None:
    opened.now.set("2018-12-07T20:00")  # type: ignore[attr-defined]
    assert remind(opened) == 1
    (message,) = [s for s in sent("reminder") if s.carries & {(ONE, "by-hand-2018-12-07")}]
    assert (message.day, message.not_before) == ("2018-12-10", instant("2018-12-10T07:00", "x"))
    with pytest.raises(RemindedToday):
        remind(opened)
