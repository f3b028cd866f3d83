from datetime import date
from typing import Any

import pytest

from config.catalog import Catalog
from dunghan.core.calendar import WorkCalendar
from dunghan.core.deadlines import DateSet, deadlines, resolve, show
from dunghan.core.periods import period
from models.due import Day, Due
from models.obligation import Deadline
from models.plan import Plan
from models.report import Link, Report, Reporters


def day(text: str) -> date:
    return date.fromisoformat(text)


def link(stage: str, due: dict[str, Any]) -> Link:
    return Link(
        stage=stage,
        reporters=Reporters(offices=("ha-giang.so-y-te",)),
        due=Due.model_validate(due),
        clause="VIII.1",
        quote="báo cáo sơ kết giai đoạn trước ngày 10 tháng 12 năm 2018",
    )


def report(*links: Link, recurrence: str = "annual") -> Report:
    return Report(id="thu", title="Báo cáo", kind="annual", recurrence=recurrence, chain=links)  # type: ignore[arg-type, call-arg]


@pytest.fixture(scope="module")
def plan(catalog: Catalog) -> Plan:
    return catalog.plan("ha-giang-168-2016")


def only(plan: Plan, due: dict[str, Any], key: str, calendar: WorkCalendar) -> Deadline:
    return deadlines(plan, report(link("department", due)), period(key), calendar, {})[0]


@pytest.mark.parametrize(
    ("due", "key", "nominal", "last"),
    [
        # "trước ngày 10/12": the day before is the last
        ({"wording": "before", "day": Day(month=12, day=10)}, "2018", "2018-12-10", "2018-12-09"),
        ({"wording": "before", "day": Day(month=12, day=15)}, "2018", "2018-12-15", "2018-12-14"),
        ({"wording": "before", "day": Day(month=1, day=1)}, "2018", "2018-01-01", "2017-12-31"),
        ({"wording": "before", "day": Day(month=6, day=15)}, "2021", "2021-06-15", "2021-06-14"),
        # "chậm nhất ngày", "đến ngày": the day itself
        ({"wording": "by", "day": Day(month=12, day=10)}, "2018", "2018-12-10", "2018-12-10"),
        # "trong tháng 12", "cuối tháng", "giữa tháng" (Civil Code 2015, art. 146)
        ({"wording": "month", "day": Day(month=12)}, "2018", "2018-12-31", "2018-12-31"),
        ({"wording": "month", "day": Day(month=2, day="end")}, "2018", "2018-02-28", "2018-02-28"),
        ({"wording": "month", "day": Day(month=2, day="end")}, "2020", "2020-02-29", "2020-02-29"),
        ({"wording": "month", "day": Day(month=12, day="middle")}, "2018", "2018-12-15", "2018-12-15"),
        # no corresponding day: the last one of that month (art. 148.3)
        ({"wording": "by", "day": Day(month=2, day=29)}, "2018", "2018-02-28", "2018-02-28"),
        ({"wording": "by", "day": Day(day=30)}, "2018-02", "2018-02-28", "2018-02-28"),
        ({"wording": "by", "day": Day(day=31)}, "2018-06", "2018-06-30", "2018-06-30"),
        # "30/01 năm sau"
        ({"wording": "by", "day": Day(month=1, day=30, year_offset=1)}, "2018", "2019-01-30", "2019-01-30"),
        ({"wording": "before", "day": Day(month=1, day=30, year_offset=1)}, "2018", "2019-01-30", "2019-01-29"),
        # the period's last month, and the one after
        ({"wording": "by", "day": Day(day=25)}, "2018-Q3", "2018-09-25", "2018-09-25"),
        ({"wording": "by", "day": Day(day=20)}, "2018-H1", "2018-06-20", "2018-06-20"),
        ({"wording": "by", "day": Day(day=5, months_after=1)}, "2018-12", "2019-01-05", "2019-01-05"),
        ({"wording": "by", "day": Day(day=31, months_after=2)}, "2018", "2019-02-28", "2019-02-28"),
        # halves that are not symmetric: 20/6 and 15/11
        ({"wording": "by", "days": {"H1": Day(month=6, day=20), "H2": Day(month=11, day=15)}}, "2018-H1",
         "2018-06-20", "2018-06-20"),
        ({"wording": "by", "days": {"H1": Day(month=6, day=20), "H2": Day(month=11, day=15)}}, "2018-H2",
         "2018-11-15", "2018-11-15"),
        ({"wording": "before", "days": {"2018": Day(month=10, day=1)}}, "2018", "2018-10-01", "2018-09-30"),
    ],
)  # fmt: skip
def test_a_clause_gives_its_last_day(
    plan: Plan, calendar: WorkCalendar, due: dict[str, Any], key: str, nominal: str, last: str
) -> None:
    found = only(plan, due, key, calendar)
    assert (found.nominal, found.last_day, found.basis) == (day(nominal), day(last), "quoted")
    assert show(day(last)) in found.explanation


@pytest.mark.parametrize(
    ("within", "key", "last"),
    [
        # the first day is not counted (art. 147)
        ({"count": 15, "after": day("2018-11-20")}, "2018", "2018-12-05"),
        # the end on a day off rolls to the next working day (art. 148.5)
        ({"count": 15, "after": day("2018-11-23")}, "2018", "2018-12-10"),
        ({"count": 10, "after": day("2018-12-21")}, "2018", "2019-01-02"),
        ({"count": 30, "after": day("2019-01-06")}, "2019", "2019-02-11"),
        # after the period's end
        ({"count": 15}, "2018-H1", "2018-07-16"),
        ({"count": 5}, "2018", "2019-01-05"),  # a worked Saturday does not roll
        # working days
        ({"count": 5, "unit": "working", "after": day("2018-12-07")}, "2018", "2018-12-14"),
        ({"count": 5, "unit": "working", "after": day("2018-12-08")}, "2018", "2018-12-14"),
        ({"count": 1, "unit": "working", "after": day("2019-02-01")}, "2019", "2019-02-11"),
        ({"count": 3, "unit": "working"}, "2018", "2019-01-04"),
    ],
)
def test_a_time_limit_is_counted_as_the_civil_code_says(
    plan: Plan, calendar: WorkCalendar, within: dict[str, Any], key: str, last: str
) -> None:
    found = only(plan, {"wording": "within", "within": within}, key, calendar)
    assert found.last_day == day(last)
    assert found.wording == "within"
    assert "không tính ngày đầu" in found.explanation


def test_a_rolled_time_limit_says_from_where(plan: Plan, calendar: WorkCalendar) -> None:
    due = {"wording": "within", "within": {"count": 15, "after": day("2018-11-23")}}
    assert "thứ Bảy 08/12/2018 là ngày nghỉ" in only(plan, due, "2018", calendar).explanation


@pytest.mark.parametrize(
    ("moves", "last"), [("keep", "2018-12-09"), ("next", "2018-12-10"), ("previous", "2018-12-07")]
)
def test_a_fixed_day_off_stays_unless_the_plan_lets_it_move(
    plan: Plan, calendar: WorkCalendar, moves: str, last: str
) -> None:
    opted = plan.model_copy(update={"when_not_working": moves})
    found = only(opted, {"wording": "before", "day": Day(month=12, day=10)}, "2018", calendar)
    assert found.last_day == day(last)
    assert found.nominal == day("2018-12-10")
    assert ("kế hoạch cho dời" in found.explanation) is (moves != "keep")


@pytest.mark.parametrize("moves", ["keep", "next", "previous"])
def test_a_fixed_working_day_never_moves(plan: Plan, calendar: WorkCalendar, moves: str) -> None:
    opted = plan.model_copy(update={"when_not_working": moves})
    found = only(opted, {"wording": "before", "day": Day(month=12, day=15)}, "2018", calendar)
    assert found.last_day == day("2018-12-14")


def test_a_report_becomes_late_at_midnight_in_vietnam(plan: Plan, calendar: WorkCalendar) -> None:
    before = only(plan, {"wording": "before", "day": Day(month=12, day=10)}, "2018", calendar)
    assert str(before.instant) == "2018-12-10 00:00:00+07:00"
    by = only(plan, {"wording": "by", "day": Day(month=12, day=10)}, "2018", calendar)
    assert str(by.instant) == "2018-12-11 00:00:00+07:00"


DISTRICT = link("district", {"wording": "before", "day": Day(month=12, day=10)})


@pytest.mark.parametrize(
    ("key", "last"),
    [
        ("2016", "2016-12-02"), ("2017", "2017-12-04"), ("2018", "2018-12-03"), ("2019", "2019-12-02"),
        ("2020", "2020-12-02"),
    ],
)  # fmt: skip
def test_a_commune_reports_five_working_days_before_its_district(
    plan: Plan, calendar: WorkCalendar, key: str, last: str
) -> None:
    commune = link("commune", {"wording": "by", "derived": {"stage": "district", "working_days_before": 5}})
    found = deadlines(plan, report(commune, DISTRICT), period(key), calendar, {})[0]
    assert (found.last_day, found.nominal, found.basis, found.wording) == (day(last), day(last), "derived", "by")
    assert f"09/12/{key}" in found.explanation


def test_a_stage_may_be_derived_from_a_derived_one(plan: Plan, calendar: WorkCalendar) -> None:
    district = link("district", {"wording": "by", "derived": {"stage": "dolisa", "working_days_before": 5}})
    commune = link("commune", {"wording": "by", "derived": {"stage": "district", "working_days_before": 5}})
    lead = link("dolisa", {"wording": "before", "day": Day(month=12, day=15)})
    found = deadlines(plan, report(commune, district, lead), period("2018"), calendar, {})
    assert [found[n].last_day for n in range(3)] == [day("2018-11-30"), day("2018-12-07"), day("2018-12-14")]


def test_a_stage_derived_from_an_undated_one_is_undated(plan: Plan, calendar: WorkCalendar) -> None:
    commune = link("commune", {"wording": "by", "derived": {"stage": "district", "working_days_before": 5}})
    chain = report(commune, link("district", {"wording": "undated"}))
    found = deadlines(plan, chain, period("2018"), calendar, {})
    assert (found[0].last_day, found[0].basis, found[0].instant) == (None, None, None)
    assert "cấp huyện" in found[0].explanation


SET = DateSet(day("2018-12-20"), "Nguyễn Thị Hoa", "họp ngày 1/10", day("2018-10-02"))


def test_a_date_set_for_a_stage_dates_what_is_derived_from_it(plan: Plan, calendar: WorkCalendar) -> None:
    commune = link("commune", {"wording": "by", "derived": {"stage": "district", "working_days_before": 5}})
    chain = report(commune, link("district", {"wording": "undated"}))
    found = deadlines(plan, chain, period("2018"), calendar, {("thu", "district", "2018"): SET})
    assert (found[0].basis, found[0].last_day) == ("derived", day("2018-12-13"))
    assert (found[1].basis, found[1].last_day) == ("set", day("2018-12-20"))


def test_a_set_date_says_who_when_and_why(plan: Plan, calendar: WorkCalendar) -> None:
    chain = report(link("department", {"wording": "undated"}))
    found = deadlines(plan, chain, period("2018"), calendar, {("thu", "department", "2018"): SET})[0]
    assert found.explanation == ("Nguyễn Thị Hoa ấn định ngày 02/10/2018: hết thứ Năm 20/12/2018. Lý do: họp ngày 1/10")


def test_a_set_date_fills_the_undated_offices_of_a_stage_and_never_replaces_a_quoted_one(
    plan: Plan, calendar: WorkCalendar
) -> None:
    quoted = link("organisation", {"wording": "before", "day": Day(month=12, day=10)})
    proposed = link("organisation", {"wording": "undated", "proposed": {"day": Day(month=12, day=9), "because": "…"}})
    open_ = link("organisation", {"wording": "undated"})
    chain = report(quoted, proposed, open_)
    found = deadlines(plan, chain, period("2018"), calendar, {("thu", "organisation", "2018"): SET})
    assert [(found[n].basis, found[n].last_day) for n in range(3)] == [
        ("quoted", day("2018-12-09")), ("set", day("2018-12-20")), ("set", day("2018-12-20")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "key", [("thu", "district", "2018"), ("thu", "department", "2019"), ("khac", "department", "2018")]
)
def test_a_date_set_elsewhere_changes_nothing(plan: Plan, calendar: WorkCalendar, key: tuple[str, str, str]) -> None:
    chain = report(link("department", {"wording": "undated"}))
    assert deadlines(plan, chain, period("2018"), calendar, {key: SET})[0].last_day is None


def test_a_proposed_day_stays_a_suggestion(plan: Plan, calendar: WorkCalendar) -> None:
    proposal = {"day": Day(month=12, day=25), "because": "Điều 13 Nghị định 09/2019/NĐ-CP."}
    found = only(plan, {"wording": "undated", "proposed": proposal}, "2020", calendar)
    assert found.proposed_day == day("2020-12-25")
    assert (found.basis, found.wording) == ("proposed", "undated")
    assert found.nominal is found.last_day is found.instant is None
    assert found.explanation.startswith("Chưa có hạn. Gợi ý thứ Sáu 25/12/2020")


def test_without_a_day_for_a_sub_period_it_is_undated(plan: Plan, calendar: WorkCalendar) -> None:
    found = only(plan, {"wording": "by", "days": {"H1": Day(month=6, day=20)}}, "2018-H2", calendar)
    assert (found.last_day, found.basis) == (None, None)


def test_the_month_of_a_rule_is_that_of_the_periods_first_year() -> None:
    assert resolve(Day(month=12, day=10), period("2018-H2")) == day("2018-12-10")
    assert resolve(Day(day="middle", months_after=12), period("2018-11")) == day("2019-11-15")
