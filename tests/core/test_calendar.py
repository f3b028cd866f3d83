from datetime import date, timedelta

import pytest

from dunghan.core.calendar import WorkCalendar


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2018-01-01", "Tết Dương lịch"),
        ("2018-02-15", "Giao thừa Tết Nguyên Đán"),
        ("2018-02-16", "Tết Nguyên Đán"),
        ("2018-02-20", "Mùng năm Tết Nguyên Đán"),
        ("2018-04-25", "Ngày Giỗ Tổ Hùng Vương"),
        ("2018-04-30", "Ngày Chiến thắng"),
        ("2018-05-01", "Ngày Quốc tế Lao động"),
        ("2018-09-03", "Quốc khánh (nghỉ bù)"),
        ("2018-12-08", "Thứ Bảy"),
        ("2018-12-09", "Chủ nhật"),
        ("2018-12-31", "Ngày nghỉ (thay cho ngày 05/01/2019)"),
        ("2019-02-05", "Tết Nguyên Đán"),
        ("2019-04-15", "Ngày Giỗ Tổ Hùng Vương (nghỉ bù)"),
    ],
)
def test_a_day_off_says_why_in_vietnamese(day: str, why: str) -> None:
    assert WorkCalendar().why_off(date.fromisoformat(day)) == why


def test_the_four_provinces_keep_tet_of_2019_from_the_fourth_to_the_eighth_of_february(calendar: WorkCalendar) -> None:
    days = [date(2019, 2, 1) + timedelta(days=n) for n in range(12)]
    assert [d.day for d in days if calendar.is_working(d)] == [1, 11, 12]


@pytest.mark.parametrize("first_asked", [date(2019, 1, 5), date(2018, 12, 31), date(2019, 6, 3)])
def test_the_swap_of_new_year_2019_holds_whatever_a_fresh_calendar_is_asked_first(first_asked: date) -> None:
    fresh = WorkCalendar()
    fresh.is_off(first_asked)
    assert fresh.is_off(date(2018, 12, 31))
    assert fresh.is_working(date(2019, 1, 5))
    assert fresh.why_off(date(2019, 1, 5)) == ""


def test_a_worked_saturday_is_known_to_a_calendar_that_is_asked_nothing_else() -> None:
    assert WorkCalendar().is_working(date(2019, 1, 5))


def test_the_library_alone_misses_the_swap_of_new_year_2026() -> None:
    bare = WorkCalendar()
    assert bare.is_working(date(2026, 1, 2))
    assert bare.is_off(date(2026, 1, 10))


def test_calendar_yaml_supplies_the_swap_of_new_year_2026_with_its_dispatch(calendar: WorkCalendar) -> None:
    assert calendar.why_off(date(2026, 1, 2)) == "Nghỉ hoán đổi với thứ Bảy 10/01/2026 (công văn 12729/VPCP-KGVX)"
    assert calendar.is_working(date(2026, 1, 10))
    assert calendar.is_off(date(2026, 1, 11))
    assert calendar.this_or_next(date(2026, 1, 1)) == date(2026, 1, 5)
    assert calendar.this_or_previous(date(2026, 1, 11)) == date(2026, 1, 10)


def test_a_day_declared_worked_is_worked_though_the_law_gives_it_off() -> None:
    calendar = WorkCalendar(worked={date(2018, 9, 2): "công văn thử"}, off={date(2018, 9, 5): "mưa bão"})
    assert calendar.is_working(date(2018, 9, 2))
    assert calendar.why_off(date(2018, 9, 5)) == "mưa bão"


@pytest.mark.parametrize(
    ("day", "count", "found"),
    [
        ("2018-12-09", 0, "2018-12-09"),
        ("2018-12-09", 1, "2018-12-07"),
        ("2018-12-09", 5, "2018-12-03"),
        ("2018-12-10", 5, "2018-12-03"),
        ("2017-12-09", 5, "2017-12-04"),
        ("2019-02-11", 1, "2019-02-01"),
        ("2019-01-07", 2, "2019-01-04"),  # the worked Saturday counts
        ("2019-01-02", 1, "2018-12-28"),  # over New Year, its swapped Monday and a weekend
    ],
)
def test_counting_back_leaves_out_the_day_itself(calendar: WorkCalendar, day: str, count: int, found: str) -> None:
    assert calendar.back(date.fromisoformat(day), count) == date.fromisoformat(found)


@pytest.mark.parametrize(
    ("day", "count", "found"),
    [
        ("2018-12-07", 1, "2018-12-10"),
        ("2018-12-08", 1, "2018-12-10"),
        ("2019-01-04", 1, "2019-01-05"),
        ("2019-02-01", 1, "2019-02-11"),
        ("2018-12-28", 2, "2019-01-03"),
        ("2018-12-28", 0, "2018-12-28"),
    ],
)
def test_counting_forward_leaves_out_the_day_itself(calendar: WorkCalendar, day: str, count: int, found: str) -> None:
    assert calendar.forward(date.fromisoformat(day), count) == date.fromisoformat(found)


def test_a_working_day_stays_where_it_is_and_the_next_one_is_never_itself(calendar: WorkCalendar) -> None:
    monday = date(2018, 12, 10)
    assert calendar.this_or_next(monday) == calendar.this_or_previous(monday) == monday
    assert calendar.next_working(monday) == date(2018, 12, 11)
    assert calendar.next_working(date(2019, 2, 1)) == date(2019, 2, 11)
