"""The matrix in memory says what the engine says, whatever happened since it was first read; and who answered."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from dunghan.core.times import instant
from dunghan.engine import actions, handing_in, plan_actions
from dunghan.engine.context import Context
from dunghan.engine.matrix import Matrices, Matrix, Wish, choose
from dunghan.engine.owed import Wanted, owed
from dunghan.engine.response import RungAnswer, asked, response
from dunghan.engine.sweep import run_pass
from dunghan.store.cells import Fired
from models.errors import NotPossible, UnknownName, UsageError

PLAN = "ha-giang-168-2016"


def told(matrix: Matrix, context: Context) -> dict[str, tuple[str, Any]]:
    now = context.now()
    return {c.id: (c.state(now), c.last_day) for line in matrix.lines for c in line.cells.values()}


def true(context: Context) -> dict[str, tuple[str, Any]]:
    found = owed(context, Wanted(PLAN, period="2018"), context.now())
    return {s.one.id: (s.state, s.last_day) for s in found}


def test_it_says_what_the_engine_says_after_every_kind_of_act(context: Context, daily: Callable[..., None]) -> None:
    clock, plan = context.now, context.catalog.plan(PLAN)
    daily(PLAN, "2018-12-03")
    clock.set("2018-12-03")  # type: ignore[attr-defined]
    matrices, draw = Matrices(context), random.Random(5)
    assert told(matrices.of(plan, "2018"), context) == true(context)
    some = draw.sample(sorted(true(context)), 5)
    refused = 0

    def act(one: str) -> None:
        day, because = date(2018, 12, draw.randint(20, 28)), "vì lũ"
        draw.choice((
            lambda: handing_in.submit(context, one, by="A"),
            lambda: handing_in.submit(context, one, received_at=context.now() - timedelta(days=2), by="A"),
            lambda: actions.accept(context, one, by="B"),
            lambda: actions.give_back(context, one, by="B", because=because),
            lambda: actions.extend(context, one, until=day, by="B", because=because),
            lambda: actions.waive(context, one, by="B", because=because),
        ))()  # fmt: skip

    for _ in range(15):
        clock.set((context.now() + timedelta(minutes=7)).isoformat())  # type: ignore[attr-defined]
        for one in draw.sample(some, 2):
            try:
                act(one)
            except (NotPossible, UsageError):
                refused += 1
        assert told(matrices.of(plan, "2018"), context) == true(context)
    assert refused < 25  # some of the 30 were done
    clock.set("2018-12-10")  # type: ignore[attr-defined]
    plan_actions.set_date(
        context, PLAN, "semiannual", "department", date(2018, 12, 28), because="công văn 12", by="B", key="2018-H2"
    )
    handing_in.submit(context, some[0], by="A")
    assert told(matrices.of(plan, "2018"), context) == true(context)
    run_pass(context, PLAN, instant("2019-01-02", "x"))
    with pytest.raises(UnknownName):
        matrices.of(plan, "1999")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_read_ahead_needs_one_query_at_the_first_look(context: Context, daily: Callable[..., None]) -> None:
    daily(PLAN, "2018-12-03")
    context.now.set("2018-12-04")  # type: ignore[attr-defined]
    matrices, asked_for = Matrices(context), []
    matrices.read_ahead()
    event.listen(context.db, "before_cursor_execute", lambda *told: asked_for.append(told[2]))
    assert told(matrices.of(context.catalog.plan(PLAN), "2018"), context)
    assert len([sql for sql in asked_for if sql.startswith("SELECT")]) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_count_of_a_wish_is_that_of_all_states_it_could_take(context: Context, daily: Callable[..., None]) -> None:
    daily(PLAN, "2018-12-03")
    context.now.set("2018-12-04")  # type: ignore[attr-defined]
    matrix = Matrices(context).of(context.catalog.plan(PLAN), "2018")
    everything = choose(matrix, Wish(), context.now())
    assert sum(everything.counts.values()) == sum(len(line.cells) for line in matrix.lines)
    overdue = choose(matrix, Wish(state="overdue"), context.now())
    assert overdue.counts == everything.counts and 0 < len(overdue.lines) < len(everything.lines)
    assert matrix.stages[:2] == ["commune", "district"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_report_answers_the_latest_reminder_before_it_within_three_days(
    context: Context, daily: Callable[..., None]
) -> None:
    daily(PLAN, "2018-12-03")
    context.now.set("2018-12-12")  # type: ignore[attr-defined]
    base, column = f"{PLAN}/annual/2018", ("annual", "2018")
    days = {"024": "2018-12-05T09:00", "026": "2018-12-08T09:01", "027": "2018-12-04T07:59", "028": "2018-12-10T08:00"}
    for office, day in days.items():
        handing_in.submit(context, f"{base}/{office}", received_at=instant(day, "x"), by="A")
    at = instant("2018-12-05T09:00", "x")
    fired = [Fired(f"{base}/{office}", "-7d", at) for office in ("024", "026", "027", "029")]
    fired.append(Fired(f"{base}/026", "+1d", at + timedelta(days=5)))
    found = response(Matrices(context).of(context.catalog.plan(PLAN), "2018"), column, asked(fired))
    assert found.rungs == (RungAnswer("-7d", 4, 1), RungAnswer("+1d", 1, 0))
    assert (found.handed_in, found.on_time, found.after_rung, found.unasked) == (4, 3, 1, 2)
    assert found.came[date(2018, 12, 5)] == 1 and found.reminded == {date(2018, 12, 5): 4, date(2018, 12, 10): 1}
