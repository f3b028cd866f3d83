from datetime import date

import pytest

from config.catalog import Catalog
from dunghan.core.periods import matches, opens_on, period, period_name, periods
from models.obligation import Period


@pytest.mark.parametrize(
    ("key", "starts_on", "ends_on"),
    [
        ("2018", "2018-01-01", "2018-12-31"),
        ("2018-H1", "2018-01-01", "2018-06-30"),
        ("2018-H2", "2018-07-01", "2018-12-31"),
        ("2018-Q1", "2018-01-01", "2018-03-31"),
        ("2018-Q3", "2018-07-01", "2018-09-30"),
        ("2018-02", "2018-02-01", "2018-02-28"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2018-11", "2018-11-01", "2018-11-30"),
        ("2018-12", "2018-12-01", "2018-12-31"),
    ],
)
def test_a_key_names_its_days(key: str, starts_on: str, ends_on: str) -> None:
    assert period(key) == Period(key, date.fromisoformat(starts_on), date.fromisoformat(ends_on))


@pytest.mark.parametrize("key", ["18", "2018-H3", "2018-Q0", "2018-Q5", "2018-13", "2018-00", "2018-1", "2018-", ""])
def test_a_key_that_names_no_period_is_told_how_to_write_one(key: str) -> None:
    with pytest.raises(ValueError, match="write 2018, 2018-H1, 2018-Q3 or 2018-11"):
        period(key)


@pytest.mark.parametrize("key", ["2018\n", "２０１８", " 2018"])
def test_a_key_has_one_spelling(key: str) -> None:
    with pytest.raises(ValueError, match="is not a period"):
        period(key)


@pytest.mark.parametrize(
    ("wanted", "key", "taken"),
    [
        ("2018", "2018", True),
        ("2018", "2018-H1", True),
        ("2018", "2018-Q3", True),
        ("2018", "2018-11", True),
        ("2018-H1", "2018-H1", True),
        ("2018-H1", "2018-H2", False),
        ("2018-H1", "2018", False),
        ("2018-1", "2018-11", False),
        ("2018", "2019", False),
    ],
)
def test_a_year_takes_its_parts_and_a_part_only_itself(wanted: str, key: str, taken: bool) -> None:
    assert matches(wanted, key) is taken


def keys(catalog: Catalog, plan_id: str, report_id: str, horizon: int) -> list[str]:
    plan = catalog.plan(plan_id)
    report = plan.report(report_id)
    assert report is not None
    return [p.key for p in periods(plan, report, horizon)]


def test_the_police_of_ha_giang_first_report_for_the_second_half_of_2016_and_once_a_half(catalog: Catalog) -> None:
    assert keys(catalog, "ha-giang-168-2016", "semiannual", 2030) == [
        "2016-H2", "2017-H1", "2017-H2", "2018-H1", "2018-H2", "2019-H1", "2019-H2", "2020-H1", "2020-H2",
    ]  # fmt: skip


def test_mid_term_and_final_come_in_their_named_years_only(catalog: Catalog) -> None:
    assert keys(catalog, "ha-giang-168-2016", "midterm", 2030) == ["2018"]
    assert keys(catalog, "ha-giang-168-2016", "final", 2030) == ["2020"]


def test_a_plan_with_an_end_lists_every_year_whatever_the_horizon(catalog: Catalog) -> None:
    whole = ["2016", "2017", "2018", "2019", "2020"]
    assert keys(catalog, "ha-giang-168-2016", "annual", 2016) == whole
    assert keys(catalog, "ha-giang-168-2016", "annual", 2040) == whole


def test_a_plan_without_an_end_lists_through_the_horizon_and_at_least_its_first_year(catalog: Catalog) -> None:
    assert keys(catalog, "can-tho-115-2021", "annual", 2023) == ["2021", "2022", "2023"]
    assert keys(catalog, "can-tho-115-2021", "annual", 2019) == ["2021"]
    assert keys(catalog, "can-tho-115-2021", "one-off", 2023) == ["2021"]


def test_periodic_without_a_frequency_uses_yearly_keys(catalog: Catalog) -> None:
    assert keys(catalog, "binh-thuan-687-2020", "periodic", 2030) == ["2020", "2021", "2022", "2023", "2024", "2025"]


@pytest.mark.parametrize(("recurrence", "first", "count"), [("quarterly", "2016-Q3", 18), ("monthly", "2016-07", 54)])
def test_quarters_and_months_begin_with_the_one_in_which_the_plan_was_issued(
    catalog: Catalog, recurrence: str, first: str, count: int
) -> None:
    plan = catalog.plan("ha-giang-168-2016")
    report = plan.reports[0].model_copy(update={"recurrence": recurrence})
    found = periods(plan, report, 2030)
    assert (found[0].key, len(found), len({p.key for p in found})) == (first, count, count)
    assert found == sorted(found, key=lambda p: p.starts_on)


@pytest.mark.parametrize(
    ("plan_id", "key", "opens"),
    [
        ("ha-giang-168-2016", "2016", "2016-07-18"),
        ("ha-giang-168-2016", "2016-H2", "2016-07-18"),
        ("ha-giang-168-2016", "2017-H1", "2017-01-01"),
        ("ha-giang-168-2016", "2018", "2018-01-01"),
        ("can-tho-115-2021", "2021", "2021-05-31"),
    ],
)
def test_a_period_opens_on_its_first_day_and_never_before_the_issue(
    catalog: Catalog, plan_id: str, key: str, opens: str
) -> None:
    assert opens_on(catalog.plan(plan_id), period(key)) == date.fromisoformat(opens)


def test_a_period_has_a_name_that_people_use() -> None:
    assert period_name("2018-H2") == "6 tháng cuối năm 2018"
    assert period_name("2018-Q4") == "quý IV năm 2018"
    assert period_name("2018-01") == "tháng 1 năm 2018"
    assert period_name("2018", "en") == "2018"
    assert period_name("2018-H1", "en") == "H1 2018"
