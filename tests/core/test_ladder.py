from datetime import date, time

import pytest

from dunghan.core.calendar import WorkCalendar
from dunghan.core.ladder import steps
from models.ladder import Ladder

LONG_AGO = date(2016, 7, 18)


def test_the_ladder_of_a_district_of_ha_giang_in_2018(ladder: Ladder, calendar: WorkCalendar) -> None:
    found = steps(ladder, date(2018, 12, 9), LONG_AGO, calendar)
    assert [(s.rung, s.at.isoformat()) for s in found] == [
        (-30, "2018-11-09T08:00:00+07:00"),
        (-14, "2018-11-23T08:00:00+07:00"),
        (-7, "2018-11-30T08:00:00+07:00"),
        (-3, "2018-12-06T08:00:00+07:00"),
        (-1, "2018-12-07T08:00:00+07:00"),
        (1, "2018-12-10T08:00:00+07:00"),
        (3, "2018-12-12T08:00:00+07:00"),
        (7, "2018-12-17T08:00:00+07:00"),
        (14, "2018-12-24T08:00:00+07:00"),
        (21, "2019-01-02T08:00:00+07:00"),  # 30/12 is a Sunday, 31/12 and 1/1 are off
        (28, "2019-01-07T08:00:00+07:00"),
        (35, "2019-01-14T08:00:00+07:00"),
        (42, "2019-01-21T08:00:00+07:00"),
        (49, "2019-01-28T08:00:00+07:00"),
        (56, "2019-02-11T08:00:00+07:00"),  # over Tết
    ]
    assert not any(s.held for s in found)


@pytest.mark.parametrize(
    ("last", "rung", "day"),
    [
        ("2018-12-03", -1, "2018-11-30"),  # a commune's: Sunday to Friday, before the deadline
        ("2018-12-14", 1, "2018-12-17"),  # the lead's: Saturday to Monday, after it
        ("2018-12-14", -1, "2018-12-13"),
        ("2019-02-08", -3, "2019-02-01"),  # back over Tết
        ("2019-02-01", 3, "2019-02-11"),  # and forth
        ("2019-01-06", -1, "2019-01-05"),  # a worked Saturday is a working day
        ("2026-01-05", -3, "2025-12-31"),  # 2 January 2026 is off
        ("2026-01-07", 3, "2026-01-10"),  # and 10 January worked
    ],
)
def test_a_rung_on_a_day_off_moves_away_from_the_deadline(
    ladder: Ladder, calendar: WorkCalendar, last: str, rung: int, day: str
) -> None:
    found = {s.rung: s.at.date() for s in steps(ladder, date.fromisoformat(last), LONG_AGO, calendar)}
    assert found[rung] == date.fromisoformat(day)


def test_a_plan_issued_two_weeks_before_its_deadline_holds_the_rungs_it_lost(
    ladder: Ladder, calendar: WorkCalendar
) -> None:
    found = steps(ladder, date(2021, 6, 14), date(2021, 5, 31), calendar)
    assert [(s.rung, f"{s.at:%m-%d}", s.held) for s in found[:8]] == [
        (-30, "06-01", True),
        (-14, "06-01", True),
        (-7, "06-07", False),
        (-3, "06-11", False),
        (-1, "06-11", False),
        (1, "06-15", False),
        (3, "06-17", False),
        (7, "06-21", False),
    ]


def test_no_rung_falls_before_the_first_working_day_after_the_issue(ladder: Ladder, calendar: WorkCalendar) -> None:
    friday = date(2018, 11, 30)
    found = steps(ladder, date(2018, 12, 9), friday, calendar)
    assert {s.at.date() for s in found if s.held} == {date(2018, 12, 3)}
    assert [s.rung for s in found if s.held] == [-30, -14, -7]


def test_a_ladder_fires_at_its_own_hour(ladder: Ladder, calendar: WorkCalendar) -> None:
    early = ladder.model_copy(update={"fires_at": time(7, 30)})
    found = steps(early, date(2018, 12, 9), LONG_AGO, calendar)
    assert {s.at.isoformat()[10:] for s in found} == {"T07:30:00+07:00"}


def test_a_rung_on_the_last_day_itself_stands_before_the_deadline(calendar: WorkCalendar) -> None:
    ladder = Ladder(obliged=(-1, 0, 3, 7), requested=())
    found = {s.rung: s.at.date() for s in steps(ladder, date(2018, 12, 9), LONG_AGO, calendar)}
    assert found[0] == date(2018, 12, 7)
