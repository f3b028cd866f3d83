"""Clocks that leap, and machines that are down: no rung twice, none lost, on rare days too."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from dunghan.core.ladder import steps
from dunghan.core.times import instant
from dunghan.store.database import reading
from dunghan.store.messages import MESSAGE, REMINDER
from dunghan.store.obligations import OBLIGATION
from models.timezone import VIETNAM, local_day
from tests.chaos.house import LEAP, NEW_YEAR, PLAN, House


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[House]:
    built = House(tmp_path_factory.mktemp("days"), migrated)
    yield built
    built.close()


class Record(NamedTuple):
    """A rung as the database holds it."""

    obligation: str
    last_day: date
    rung: str
    kind: str
    fired: bool
    status: str | None
    answer: str | None


def records(db: Engine) -> list[Record]:
    m, r = MESSAGE.c, REMINDER.c
    query = select(r.obligation_id, r.last_day, r.rung, r.kind, r.fired, m.status, m.answer)
    with reading(db) as connection:
        return [Record(*row) for row in connection.execute(query.join(MESSAGE, m.id == r.message_id, isouter=True))]


MOMENTS = st.sampled_from(
    [time(0), time(7), time(7, 59, 59), time(8), time(8), time(8), time(17, 59), time(23, 59, 59)]
)
LEAPS = st.one_of(
    st.integers(0, 4).map(lambda d: timedelta(days=d)),
    st.integers(5, 40).map(lambda d: timedelta(days=d)),
    st.sampled_from([timedelta(hours=-1), timedelta(days=-1), timedelta(days=-10), timedelta(days=-400)]),
)


@st.composite
def runs(draw: st.DrawFn) -> list[datetime]:
    """The run's times by a clock that mostly goes on, and is set forward and back."""
    day = draw(st.dates(date(2027, 12, 1), date(2028, 3, 5)) | st.dates(date(2028, 11, 25), date(2029, 1, 20)))
    now = datetime.combine(day, time(8), VIETNAM)
    found = []
    for leap, moment in draw(st.lists(st.tuples(LEAPS, MOMENTS), min_size=3, max_size=8)):
        now += leap
        now = now if leap == timedelta(hours=-1) else datetime.combine(local_day(now), moment, VIETNAM)
        found.append(now)
    return found


@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs())
def test_no_rung_fires_twice_and_none_is_lost_however_the_clock_leaps(house: House, times: list[datetime]) -> None:
    house.begin_anew()
    catalog, plan = house.context.catalog, house.context.catalog.plan(PLAN)
    calm = datetime.combine(catalog.calendar.next_working(local_day(max(times))), time(8), VIETNAM)
    for now in (*times, calm):
        house.run(now)
    found = records(house.db)

    seen = Counter((r.obligation, r.rung) for r in found if r.kind == "reminder")
    with reading(house.db) as connection:
        opened = connection.execute(select(OBLIGATION.c.id, OBLIGATION.c.last_day)).all()
    due = [
        (row.id, f"{step.rung:+d}d")
        for row in opened
        for step in steps(catalog.ladder, row.last_day, plan.issued_on, catalog.calendar)
        if step.at <= calm
    ]
    assert seen == Counter(due), "every rung that has come is on record once, and no other"

    for one in found:
        assert not one.fired or one.status == "delivered" or (one.status == "withdrawn" and one.answer), one
    letters = house.postman.taken
    assert max(Counter(message for *_, message in letters).values(), default=1) == 1
    assert max(Counter(letter[:3] for letter in letters).values(), default=1) == 1, "one message a day of a kind"


def days(house: House, office: str, since: str, until: str) -> str:
    """When the office's officer is reminded by runs at 08:00 on every day."""
    house.begin_anew()
    house.every_morning(since, until)
    to = (f"officer@{office}.example", "reminder")
    return " ".join(f"{day:%a %d/%m}" for address, kind, day, _ in house.postman.taken if (address, kind) == to)


def test_a_deadline_on_the_leap_day(house: House) -> None:
    """The last day is Tuesday, 29 February 2028; Tết is on 26 January, and the Hùng Kings' day on Tuesday, 4 April."""
    found = days(house, LEAP, "2028-01-10", "2028-05-05")
    with reading(house.db) as connection:
        last = dict(connection.execute(select(OBLIGATION.c.id, OBLIGATION.c.last_day)).tuples().all())
    assert last[f"{PLAN}/leap/2028/{LEAP}"] == last[f"{PLAN}/february/2028/{LEAP}"] == date(2028, 2, 29)
    assert last[f"{PLAN}/february/2027/{LEAP}"] == date(2027, 2, 28)
    before = "Fri 21/01 Tue 15/02 Tue 22/02 Fri 25/02 Mon 28/02"
    after = "Wed 01/03 Fri 03/03 Tue 07/03 Tue 14/03 Tue 21/03 Tue 28/03 Wed 05/04 Tue 11/04 Tue 18/04 Tue 25/04"
    assert found == f"{before} {after}"


def test_a_ladder_across_the_end_of_the_year(house: House) -> None:
    """The last day is Sunday, 31 December 2028; New Year's Day is a Monday, and Tết takes the week of 12 February."""
    before = "Fri 01/12 Fri 15/12 Fri 22/12 Thu 28/12 Fri 29/12"
    after = "Tue 02/01 Wed 03/01 Mon 08/01 Mon 15/01 Mon 22/01 Mon 29/01 Mon 05/02 Mon 19/02 Mon 26/02"
    assert days(house, NEW_YEAR, "2028-11-20", "2029-03-05") == f"{before} {after}"


def test_runs_just_before_and_just_after_midnight_make_one_message(house: House) -> None:
    """What is decided at 23:59:59 leaves once, in the morning, whoever runs in between."""
    house.begin_anew()
    for moment in (
        "15T23:59:59",
        "16T00:00:00",
        "16T06:59:59",
        "16T07:00:00",
        "16T08:00:00",
        "16T23:59:59",
        "17T00:00:00",
    ):
        house.run(instant(f"2028-02-{moment}", "moment"))
    assert [day for to, *_, day, _ in house.postman.taken if to == f"officer@{LEAP}.example"] == [date(2028, 2, 16)]


def test_a_machine_down_over_the_end_of_the_year_sends_one_message_and_records_what_it_missed(house: House) -> None:
    house.begin_anew()
    house.every_morning("2028-12-15", "2028-12-22")
    house.every_morning("2029-01-03", "2029-01-03")
    sent = [day for address, _, day, _ in house.postman.taken if address == f"officer@{NEW_YEAR}.example"]
    assert sent == [date(2028, 12, 15), date(2028, 12, 22), date(2029, 1, 3)]
    owed = f"{PLAN}/new-year/2028/{NEW_YEAR}"
    r = REMINDER.c
    query = select(r.rung, r.reason).where(r.obligation_id == owed, r.kind == "reminder")
    with reading(house.db) as connection:
        assert dict(connection.execute(query).tuples().all()) == {
            "-30d": "missed", "-14d": "first_notice", "-7d": "rung_due", "-3d": "missed", "-1d": "missed",
            "+1d": "missed", "+3d": "rung_due",
        }  # fmt: skip
