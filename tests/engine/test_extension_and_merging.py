"""An extension counts from its grant on, and a waiting message says the latest of each obligation once."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from dunghan.core.times import instant
from dunghan.engine import actions
from dunghan.engine.context import Context
from dunghan.engine.sweep import run_pass
from dunghan.store.database import reading
from dunghan.store.messages import REMINDER

PLAN = "ha-giang-168-2016"
ONE = f"{PLAN}/annual/2018/026"


def at(text: str) -> datetime:
    return instant(text, "test")


def rungs(context: Context, obligation: str) -> list[tuple[date, str, bool, str]]:
    r = REMINDER.c
    query = select(r.last_day, r.rung, r.fired, r.reason).where(r.obligation_id == obligation, r.kind == "reminder")
    with reading(context.db) as connection:
        return [tuple(row) for row in connection.execute(query.order_by(r.id))]


def test_a_pass_before_an_extension_was_granted_goes_by_the_day_then_in_force(
    context: Context, everyone: Callable[..., Any]
) -> None:
    everyone(PLAN)
    run_pass(context, PLAN, at("2018-11-09"))
    actions.extend(context, ONE, until=date(2018, 12, 20), by="B", because="lũ", at=at("2018-12-08T09:00"))
    run_pass(context, PLAN, at("2018-12-06"))
    told = rungs(context, ONE)
    assert (date(2018, 12, 9), "-3d", True, "first_notice") in told or (
        date(2018, 12, 9),
        "-3d",
        True,
        "rung_due",
    ) in told
    assert not [row for row in told if row[0] == date(2018, 12, 20)]
    run_pass(context, PLAN, at("2018-12-10"))
    assert [row for row in rungs(context, ONE) if row[0] == date(2018, 12, 20) and row[2]] == []
    run_pass(context, PLAN, at("2018-12-13"))
    assert (date(2018, 12, 20), "-7d", True) in [row[:3] for row in rungs(context, ONE)]


def test_an_earlier_rung_in_a_message_that_still_waits_is_merged_into_the_later_one(
    context: Context, everyone: Callable[..., Any]
) -> None:
    everyone(PLAN)
    run_pass(context, PLAN, at("2018-12-06T19:00"))
    assert [row[1:] for row in rungs(context, ONE) if row[2]] == [("-3d", True, "first_notice")]
    run_pass(context, PLAN, at("2018-12-07"))
    fired = [row[1] for row in rungs(context, ONE) if row[2]]
    assert fired == ["-1d"]
    assert (date(2018, 12, 9), "-3d", False, "merged") in rungs(context, ONE)


def test_a_message_kept_without_a_gateway_hands_its_rung_on_as_merged(
    context: Context, everyone: Callable[..., Any]
) -> None:
    everyone(PLAN)
    run_pass(context, PLAN, at("2018-11-09"))
    run_pass(context, PLAN, at("2018-12-07"))
    assert [row[1] for row in rungs(context, ONE) if row[2]] == ["-1d"]
    assert (date(2018, 12, 9), "-30d", False, "merged") in rungs(context, ONE)
