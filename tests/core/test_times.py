from datetime import date, time

import pytest

from dunghan.core.times import day, instant, until
from models.errors import BadTime
from models.timezone import at, local_day, next_midnight


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018-11-09", "2018-11-09T08:00:00+07:00"),
        (" 2018-11-09 ", "2018-11-09T08:00:00+07:00"),
        ("2018-11-09T08:00", "2018-11-09T08:00:00+07:00"),
        ("2018-11-09T08:00:30", "2018-11-09T08:00:30+07:00"),
        ("2018-11-09 17:45", "2018-11-09T17:45:00+07:00"),
        ("2018-11-09T01:00Z", "2018-11-09T08:00:00+07:00"),
        ("2018-11-09T10:00+09:00", "2018-11-09T08:00:00+07:00"),
        ("2018-11-08T20:00-05:00", "2018-11-09T08:00:00+07:00"),
    ],
)
def test_a_time_is_of_vietnam_unless_it_says_otherwise(text: str, expected: str) -> None:
    assert instant(text, "--as-of").isoformat() == expected


def test_a_bare_day_means_what_its_option_says() -> None:
    assert instant("2018-11-09", "--received-at", bare=time.min).isoformat() == "2018-11-09T00:00:00+07:00"
    assert until("2018-11-09", "--until").isoformat() == "2018-11-09T23:59:59+07:00"
    assert until("2018-11-09T10:00", "--until").isoformat() == "2018-11-09T10:00:00+07:00"
    assert until("9999-12-31", "--until").isoformat() == "9999-12-31T23:59:59+07:00"


@pytest.mark.parametrize(
    "text",
    [
        "", "tomorrow", "now", "09/11/2018", "2018-11", "2018", "2018-02-30", "2018-02-30T08:00", "2018-11-09T25:00",
        "2018-11-09T8:00", "08:00", "P1D", "2018-11-09T08:00/2018-11-10T08:00", "0001-01-01T00:00+14:00",
    ],
)  # fmt: skip
@pytest.mark.parametrize("reader", [instant, until])
def test_what_is_no_time_is_told_with_its_option_and_the_remedy(reader: type, text: str) -> None:
    with pytest.raises(BadTime) as caught:
        reader(text, "--as-of")
    assert str(caught.value) == f"--as-of {text!r} is not a time: write 2018-12-09 or 2018-12-09T08:00."
    assert caught.value.exit_code == 2


def test_a_day_is_a_day_of_the_calendar() -> None:
    assert day(" 2018-12-09 ", "--date") == date(2018, 12, 9)
    for text in ("2018-02-30", "9/12/2018", "2018-12-09T08:00", ""):
        with pytest.raises(BadTime, match=r"--date .* is not a day of the calendar: write it as 2018-12-09"):
            day(text, "--date")


def test_a_day_in_vietnam_begins_seven_hours_before_that_of_greenwich() -> None:
    assert at(date(2018, 12, 10)).isoformat() == "2018-12-10T00:00:00+07:00"
    assert next_midnight(date(2018, 12, 9)) == at(date(2018, 12, 10))
    assert local_day(instant("2018-12-09T17:00Z", "--at")) == date(2018, 12, 10)
    assert local_day(instant("2018-12-09T16:59:59Z", "--at")) == date(2018, 12, 9)
