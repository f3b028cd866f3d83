"""Boards: what coordinators are shown is computed again where something changed, and nowhere else."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunghan.core.tally import Owed, count
from dunghan.core.times import instant
from dunghan.engine import actions, board, counting, handing_in, plan_actions
from dunghan.engine.board_rows import missing_rows
from dunghan.engine.context import Context
from dunghan.engine.owed import Wanted, owed
from dunghan.engine.sweep import run_pass
from dunghan.store import contacts
from dunghan.store.database import reading, writing
from models.contact import Contact
from models.errors import DunghanError
from models.timezone import at as midnight

PLAN = "ha-giang-168-2016"


def at(text: str) -> Any:
    return instant(text, "at")


def shown(context: Context, when: str, plan: str = PLAN) -> list[str]:
    """Show what is stale at an instant; says the periods, '' for the calendar."""
    held = context.catalog.plan(plan)
    stale = board.stale(context, held, at(when))
    board.note_shown(context, held, stale, at(when))
    return [one.period for one in stale]


@pytest.fixture
def season(context: Context, introduce: Any) -> Context:
    """The morning of 10 December 2018, swept and shown."""
    introduce("024", "026")
    run_pass(context, PLAN, at("2018-12-10"))
    assert {"2018", ""} <= set(shown(context, "2018-12-10"))
    return context


def test_a_quiet_second_look_computes_nothing(season: Context) -> None:
    assert shown(season, "2018-12-10") == []
    assert shown(season, "2018-12-10T17:00") == []


def test_a_day_without_a_rung_computes_nothing(season: Context) -> None:
    run_pass(season, PLAN, at("2018-12-18"))
    assert "2018" in shown(season, "2018-12-18")
    run_pass(season, PLAN, at("2018-12-19"))
    assert shown(season, "2018-12-19") == []


CHANGES: dict[str, Callable[[Context], Any]] = {
    "a submission": lambda c: handing_in.submit(
        c, f"{PLAN}/annual/2018/024", received_at=at("2018-12-10T09:00"), by="a"
    ),
    "a waiver": lambda c: actions.waive(c, f"{PLAN}/annual/2018/024", by="a", because="x", at=at("2018-12-10T09:00")),
    "an extension": lambda c: actions.extend(
        c, f"{PLAN}/annual/2018/024", until=date(2018, 12, 30), by="a", because="x", at=at("2018-12-10T09:00")
    ),
    "a rung": lambda c: run_pass(c, PLAN, at("2018-12-12")),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_happens_to_a_period_makes_it_and_the_calendar_stale(season: Context, what: str) -> None:
    CHANGES[what](season)
    assert shown(season, "2018-12-12") == ["2018", ""]
    assert shown(season, "2018-12-12") == []


def test_what_happens_to_another_plan_makes_nothing_stale(season: Context) -> None:
    other = "can-tho-115-2021"
    run_pass(season, other, at("2021-06-01"))
    assert shown(season, "2018-12-10T09:00") == []
    assert "2021" in shown(season, "2021-06-01", other)


def test_a_new_contact_may_change_who_can_be_reached_everywhere(season: Context) -> None:
    with writing(season.db) as connection:
        contacts.upsert(connection, [Contact("027", "Cán bộ mới", email="moi@027.example")])
    assert {"2018", ""} <= set(shown(season, "2018-12-10T09:00"))


def test_a_date_set_for_a_period_to_come_makes_the_calendar_alone_stale(season: Context) -> None:
    plan_actions.set_date(
        season, PLAN, "semiannual", "department", date(2019, 6, 28), because="họp", by="B", key="2019-H1"
    )
    assert shown(season, "2018-12-10T09:00") == [""]


def test_time_alone_turns_states_and_so_makes_boards_stale(season: Context) -> None:
    assert shown(season, "2018-12-14T23:59") == [""], "a rung of the calendar has passed, no state has turned"
    assert shown(season, "2018-12-15T00:00") == ["2018", ""], "the lead's last day, 14 December, is over"


def test_a_clock_that_went_back_shows_what_stood_then(season: Context) -> None:
    assert "2018" in shown(season, "2018-12-03")
    assert "2018" in shown(season, "2018-12-10")


def test_a_season_that_ended_is_shown_no_more_but_for_what_still_comes_in(season: Context) -> None:
    assert "2018" in shown(season, "2019-03-01")
    assert "2018" not in shown(season, "2019-03-02")
    handing_in.submit(season, f"{PLAN}/annual/2018/024", received_at=at("2019-03-03"), by="a")
    held = season.catalog.plan(PLAN)
    (late,) = [one for one in board.stale(season, held, at("2019-03-04")) if one.period == "2018"]
    districts = [r for r in late.tables["status"] if r["Cấp"] == "Cấp huyện" and r["Muộn"]]
    assert [(r["Phải nộp"], r["Đã nộp"]) for r in districts] == [(11, 1)]


def test_a_period_that_was_never_in_season_is_computed_once_and_not_published(context: Context) -> None:
    plan = context.catalog.plan("binh-thuan-687-2020")
    run_pass(context, plan.id, at("2021-07-01"))
    stale = board.stale(context, plan, at("2021-07-01"))
    assert [one.period for one in stale] == ["2020", "2021", ""]
    assert [sorted(one.tables) for one in stale] == [[], [], ["upcoming"]]
    board.note_shown(context, plan, stale, at("2021-07-01"))
    assert board.stale(context, plan, at("2021-07-02")) == []


def test_what_changes_while_a_board_is_being_shown_is_shown_next_time(season: Context) -> None:
    held = season.catalog.plan(PLAN)
    CHANGES["a submission"](season)
    stale = board.stale(season, held, at("2018-12-10T10:00"))
    CHANGES["a waiver"](season)
    board.note_shown(season, held, stale, at("2018-12-10T10:00"))
    assert shown(season, "2018-12-10T11:00") == ["2018", ""]


def test_a_missing_list_longer_than_anybody_reads_says_how_many_more(context: Context) -> None:
    now, plan = at("2018-12-12"), context.catalog.plan(PLAN)
    run_pass(context, PLAN, now)
    with reading(context.db) as connection:
        found = [a for a in counting.gather(context, connection, plan, now, "2018") if counting.active(context, a, now)]
        whole = missing_rows(context, connection, plan, found, now)
        *named, more = missing_rows(context, connection, plan, found, now, most=10)
    assert len(whole) == sum(a.many for a in found) == 434
    days = [tuple(reversed(row["Ngày cuối"].split("/"))) for row in whole]
    assert days == sorted(days), "the longest overdue first"
    assert named == whole[:10]
    assert more["Đơn vị"] == f"… và 424 đơn vị nữa: dunghan status {PLAN}"


def _by_hand(context: Context, now: Any) -> dict[str, tuple[int, ...]]:
    """The sums of every stage, from each obligation alone."""
    first = counting.ended(context, now)
    everything = owed(context, Wanted(plan=PLAN), now)
    found = [s for s in everything if s.last_day and s.last_day >= first and now >= midnight(s.one.opens_on)]
    stages: dict[str, list[Any]] = {}
    for s in found:
        stages.setdefault(s.one.stage, []).append(s)
    sums = {}
    for stage, of in stages.items():
        each = [
            Owed(s.one.report, s.one.period.key, s.one.stage, s.one.office, s.one.deadline.last_day, s.events)
            for s in of
        ]
        c = count(stage, each, now)
        states = [s.state for s in of if s.one.chased]
        waiting = sum(state in ("open", "due_soon", "returned") for state in states)
        sums[stage] = (c.expected, c.submitted, c.missing, c.overdue, waiting, states.count("overdue"))
    return sums


def _by_groups(context: Context, now: Any) -> dict[str, tuple[int, ...]]:
    plan = context.catalog.plan(PLAN)
    checked = [counting.check_stage(context, PLAN, stage, now) for stage in counting.stages(plan)]
    return {c.stage: tuple(c[1:]) for c in checked if c.expected}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_counting_by_groups_is_counting_one_by_one(context: Context, data: st.DataObject) -> None:
    now = at("2018-11-01") + timedelta(hours=data.draw(st.integers(0, 24 * 90)))
    run_pass(context, PLAN, now)
    for _ in range(data.draw(st.integers(1, 6))):
        one = f"{PLAN}/{data.draw(st.sampled_from(['annual', 'midterm']))}/2018/{data.draw(st.sampled_from(OFFICES))}"
        when = at("2018-11-01") + timedelta(hours=data.draw(st.integers(0, 24 * 90)))
        with suppress(DunghanError):  # what is not possible changes nothing
            data.draw(st.sampled_from(ACTS))(context, one, when)
        if data.draw(st.booleans()):
            shown(context, now.isoformat())
        assert _by_groups(context, now) == _by_hand(context, now)


OFFICES = ("024", "026", "027", "00688", "ha-giang.so-y-te", "ha-giang.so-ldtbxh")
ACTS: list[Callable[[Context, str, Any], Any]] = [
    lambda c, one, when: handing_in.submit(c, one, received_at=when, by="a"),
    lambda c, one, when: actions.give_back(c, one, by="a", because="x", at=when),
    lambda c, one, when: actions.accept(c, one, by="a", at=when),
    lambda c, one, when: actions.waive(c, one, by="a", because="x", at=when),
    lambda c, one, when: actions.extend(c, one, until=date(2018, 12, 28), by="a", because="x", at=when),
    lambda c, one, when: actions.acknowledge(c, one, until=when.date() + timedelta(days=3), by="a", at=when),
]
