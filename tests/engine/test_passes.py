"""A pass on real databases: done twice, at odd hours, after an outage, with a clock that goes back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import SQLModel

from dunghan.core.times import instant
from dunghan.engine.context import Context
from dunghan.engine.plan_actions import set_date
from dunghan.engine.sweep import Pass, run_pass
from dunghan.store.database import reading

PLAN = "ha-giang-168-2016"
ANNUAL, MIDTERM = f"{PLAN}/annual/2018/024", f"{PLAN}/midterm/2018/024"


def everything(db: Engine) -> dict[str, int]:
    """How many rows every table holds."""
    with reading(db) as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in SQLModel.metadata.tables.items()
        }


def test_the_same_pass_twice_says_nothing_new(
    context: Context, db: Engine, everyone: Callable[..., Any], daily: Callable[..., Any]
) -> None:
    everyone(PLAN, heads=True)
    first = run_pass(context, PLAN, instant("2018-12-07", "now"))
    held = everything(db)
    assert first.messages > 20 and first.opened > 600
    assert run_pass(context, PLAN, instant("2018-12-07", "now")) == Pass()
    assert run_pass(context, PLAN, instant("2018-12-07T17:59", "now")) == Pass()
    assert everything(db) == held


def test_two_passes_at_once_send_one_message_each(
    context: Context, everyone: Callable[..., Any], sent: Callable[..., Any]
) -> None:
    everyone(PLAN, heads=True)
    now = instant("2018-12-07", "now")
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: run_pass(context, PLAN, now), range(2)))
    assert min(done, key=lambda d: d.messages) == Pass()
    assert len(sent("reminder", "024")) == len(sent("digest")) == 1


def test_a_dry_run_counts_and_changes_nothing(context: Context, db: Engine, everyone: Callable[..., Any]) -> None:
    everyone(PLAN)
    held = everything(db)
    dry = run_pass(context, PLAN, instant("2018-12-07", "now"), dry_run=True)
    assert everything(db) == held
    assert run_pass(context, PLAN, instant("2018-12-07", "now")) == dry


def test_after_ten_days_of_outage_one_message_goes_out_and_the_missed_rungs_are_on_record(
    everyone: Callable[..., Any],
    mornings: Callable[..., Any],
    sent: Callable[..., Any],
    reasons: Callable[[str], dict[str, str]],
) -> None:
    everyone(PLAN)
    mornings(PLAN, "2018-11-23", "2018-11-30", "2018-12-11")
    days = [s.day for s in sent("reminder", "024")]
    assert days == ["2018-11-23", "2018-11-30", "2018-12-11"]
    assert sent("reminder", "024")[-1].carries == {(ANNUAL, "+1d"), (MIDTERM, "+1d")}
    assert reasons(ANNUAL) == {
        "-30d": "missed", "-14d": "first_notice", "-7d": "rung_due", "-3d": "missed", "-1d": "missed",
        "+1d": "caught_up",
    }  # fmt: skip


def test_a_rung_older_than_a_fortnight_is_not_caught_up(
    everyone: Callable[..., Any],
    daily: Callable[..., Any],
    sent: Callable[..., Any],
    reasons: Callable[[str], dict[str, str]],
) -> None:
    everyone(PLAN)
    daily(PLAN, "2018-07-02")
    assert sent() == []
    old = reasons(f"{PLAN}/annual/2017/024")
    assert set(old.values()) == {"expired"} and len(old) == 15


def test_a_clock_set_back_sends_nothing(
    everyone: Callable[..., Any], daily: Callable[..., Any], sent: Callable[..., Any]
) -> None:
    everyone(PLAN, heads=True)
    daily(PLAN, "2018-12-07")
    held = sent()
    daily(PLAN, "2018-12-06", "2018-11-09", "2018-12-07")
    assert sent() == held
    daily(PLAN, "2018-12-10")
    assert [s.day for s in sent("reminder", "024")] == ["2018-12-07", "2018-12-10"]


def test_a_pass_a_second_before_midnight_waits_for_the_morning_and_merges_with_its_message(
    everyone: Callable[..., Any], daily: Callable[..., Any], sent: Callable[..., Any]
) -> None:
    everyone(PLAN)
    daily(PLAN, "2018-12-06T23:59:59")
    (waiting,) = sent("reminder", "024")
    assert waiting.not_before == instant("2018-12-07T07:00", "t")
    assert waiting.carries == {(ANNUAL, "-3d"), (MIDTERM, "-3d")}
    daily(PLAN, "2018-12-07")
    (merged,) = sent("reminder", "024")
    assert {rung for _, rung in merged.carries} == {"-1d"}, "the -3d is merged into it"


def test_a_pass_on_friday_night_waits_for_monday_morning(
    everyone: Callable[..., Any], daily: Callable[..., Any], sent: Callable[..., Any]
) -> None:
    everyone(PLAN, heads=True)
    daily(PLAN, "2018-12-07T18:00", "2018-12-08T09:00", "2018-12-10")
    (only,) = sent("reminder", "024")
    assert only.not_before == instant("2018-12-10T07:00", "t")
    assert [s.day for s in sent("digest")] == ["2018-12-10"]


@pytest.mark.parametrize("time", ["2018-12-07T06:59:59", "2018-12-07T07:59:59"])
def test_before_eight_no_rung_of_the_day_has_come(
    time: str, everyone: Callable[..., Any], daily: Callable[..., Any], sent: Callable[..., Any]
) -> None:
    everyone(PLAN)
    daily(PLAN, "2018-12-06", time)
    assert [s.day for s in sent("reminder", "024")] == ["2018-12-06"]


def test_the_leap_day_of_2020_is_a_saturday_and_rests(
    everyone: Callable[..., Any], daily: Callable[..., Any], sent: Callable[..., Any]
) -> None:
    everyone(PLAN, heads=True)
    daily(PLAN, "2020-02-28")
    held = sent()
    daily(PLAN, "2020-02-29T08:00", "2020-02-29T23:59:59")
    assert sent() == held


def test_what_is_decided_late_the_same_day_goes_with_the_next_day_once_the_message_has_left(
    context: Context,
    everyone: Callable[..., Any],
    mornings: Callable[..., Any],
    daily: Callable[..., Any],
    sent: Callable[..., Any],
) -> None:
    """A contact gets one reminder a day, even where a date set at noon brings up another rung."""
    everyone(PLAN)
    mornings(PLAN, "2018-12-07")
    set_date(context, PLAN, "semiannual", "department", date(2018, 12, 14), because="họp giao ban", by="test")
    daily(PLAN, "2018-12-07T14:00")
    police = sent("reminder", "ha-giang.cong-an")
    assert [(s.day, s.status) for s in police] == [("2018-12-07", "delivered"), ("2018-12-10", "queued")]
    assert police[1].not_before == instant("2018-12-10T08:00", "t")
