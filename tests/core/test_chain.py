from collections import Counter
from datetime import date

import pytest

from config.catalog import Catalog
from dunghan.core.calendar import WorkCalendar
from dunghan.core.chain import expand, expand_all
from dunghan.core.deadlines import DateSet
from dunghan.core.periods import period
from models.obligation import Obligation
from models.office import OfficeTree
from models.plan import Plan
from models.report import Report

HA_GIANG, BINH_THUAN = "ha-giang-168-2016", "binh-thuan-687-2020"
CAN_THO, HAI_PHONG = "can-tho-115-2021", "hai-phong-76-2020"


def owed(catalog: Catalog, plan_id: str, horizon: int = 2026) -> list[Obligation]:
    plan = catalog.plan(plan_id)
    return list(expand_all(plan, catalog.tree, catalog.calendar, {}, {}, horizon))


def one_period(catalog: Catalog, plan_id: str, report_id: str, key: str) -> list[Obligation]:
    return [o for o in owed(catalog, plan_id) if o.report == report_id and o.period.key == key]


def stages(found: list[Obligation]) -> dict[str, int]:
    return dict(Counter(o.stage for o in found))


WHOLE_CHAIN = {"commune": 193, "district": 11, "department": 9, "organisation": 5, "dolisa": 1}


@pytest.mark.parametrize(
    ("report", "key"),
    [
        ("annual", "2016"), ("annual", "2017"), ("annual", "2018"), ("annual", "2019"), ("annual", "2020"),
        ("midterm", "2018"), ("final", "2020"),
    ],
)  # fmt: skip
def test_ha_giang_owes_219_reports_a_season(catalog: Catalog, report: str, key: str) -> None:
    assert stages(one_period(catalog, HA_GIANG, report, key)) == WHOLE_CHAIN


def test_ha_giang_owes_nothing_else(catalog: Catalog) -> None:
    found = owed(catalog, HA_GIANG)
    assert Counter(o.report for o in found) == {
        "annual": 5 * 219, "midterm": 219, "final": 219, "semiannual": 9, "periodic": 5,
    }  # fmt: skip
    assert {o.period.key for o in found if o.report == "midterm"} == {"2018"}
    assert {o.period.key for o in found if o.report == "final"} == {"2020"}
    assert len({o.id for o in found}) == len(found)


def test_the_police_of_ha_giang_owe_nine_half_years_without_a_date_or_a_recipient(catalog: Catalog) -> None:
    found = [o for o in owed(catalog, HA_GIANG) if o.report == "semiannual"]
    assert [o.period.key for o in found] == [
        "2016-H2", "2017-H1", "2017-H2", "2018-H1", "2018-H2", "2019-H1", "2019-H2", "2020-H1", "2020-H2",
    ]  # fmt: skip
    assert {(o.office, o.stage, o.to, o.through, o.deadline.last_day, o.deadline.basis) for o in found} == {
        ("ha-giang.cong-an", "department", (), None, None, None)
    }
    assert found[0].opens_on == date(2016, 7, 18)
    assert found[0].clause == "VII.5"


@pytest.mark.parametrize(
    ("stage", "last", "instant", "basis", "clause", "to", "through"),
    [
        ("commune", "2018-12-03", "2018-12-04T00:00:00+07:00", "derived", "VIII.1", None, None),
        ("district", "2018-12-09", "2018-12-10T00:00:00+07:00", "quoted", "VIII.1", ("02",), "ha-giang.so-ldtbxh"),
        ("department", "2018-12-09", "2018-12-10T00:00:00+07:00", "quoted", "VIII.1", ("02",), "ha-giang.so-ldtbxh"),
        ("dolisa", "2018-12-14", "2018-12-15T00:00:00+07:00", "quoted", "VIII.2", ("02", "bo-ldtbxh"), None),
    ],
)
@pytest.mark.parametrize("report", ["annual", "midterm"])
def test_ha_giang_in_2018_has_these_deadlines(
    catalog: Catalog, report: str, stage: str, last: str, instant: str, basis: str, clause: str,
    to: tuple[str, ...] | None, through: str | None,
) -> None:  # fmt: skip
    for o in one_period(catalog, HA_GIANG, report, "2018"):
        if o.stage != stage:
            continue
        assert o.deadline.instant is not None
        assert (o.deadline.last_day, o.deadline.instant.isoformat()) == (date.fromisoformat(last), instant)
        assert (o.deadline.basis, o.clause, o.through, o.binding) == (basis, clause, through, "obliged")
        assert to is None or o.to == to
        assert o.quote and "tháng 12" in o.quote


def test_a_commune_of_ha_giang_reports_to_its_own_district(catalog: Catalog) -> None:
    found = {o.office: o for o in one_period(catalog, HA_GIANG, "annual", "2018")}
    assert found["00688"].to == ("024",)  # phường Quang Trung, thành phố Hà Giang
    communes = [o for o in found.values() if o.stage == "commune"]
    assert {o.to[0] for o in communes} == {o.office for o in found.values() if o.stage == "district"}
    assert found["00688"].id == "ha-giang-168-2016/annual/2018/00688"


def test_three_organisations_of_ha_giang_are_asked_by_viii_1_and_two_only_to_take_part(catalog: Catalog) -> None:
    found = [o for o in one_period(catalog, HA_GIANG, "annual", "2018") if o.stage == "organisation"]
    assert {(o.office.removeprefix("ha-giang."), o.binding, o.deadline.basis, o.clause) for o in found} == {
        ("mttq", "requested", "quoted", "VIII.1"),
        ("hoi-lhpn", "requested", "quoted", "VIII.1"),
        ("doan-thanh-nien", "requested", "quoted", "VIII.1"),
        ("vien-kiem-sat", "requested", "proposed", "VII.11"),
        ("toa-an", "requested", "proposed", "VII.11"),
    }
    for o in found:
        silent = o.deadline.basis == "proposed"
        assert (o.deadline.last_day is None) is silent
        assert o.deadline.proposed_day == (date(2018, 12, 9) if silent else None)


def test_every_office_of_vii_2_to_10_is_a_department_and_the_lead_is_not(catalog: Catalog) -> None:
    found = one_period(catalog, HA_GIANG, "annual", "2018")
    assert {o.office.removeprefix("ha-giang.") for o in found if o.stage == "department"} == {
        "so-tai-chinh", "so-khdt", "so-tu-phap", "cong-an", "so-gddt", "so-vhttdl", "so-tttt", "so-noi-vu", "so-y-te",
    }  # fmt: skip


@pytest.mark.parametrize("plan_id", [HA_GIANG, BINH_THUAN, CAN_THO, HAI_PHONG])
def test_the_lead_owes_nothing_to_itself(catalog: Catalog, plan_id: str) -> None:
    plan = catalog.plan(plan_id)
    mine = [o for o in owed(catalog, plan_id) if o.office == plan.lead]
    assert mine
    assert all(plan.lead not in o.to and o.through != plan.lead for o in mine)
    assert {o.stage for o in mine} == {"dolisa"}


def test_binh_thuan_has_no_date_anywhere(catalog: Catalog) -> None:
    found = owed(catalog, BINH_THUAN)
    assert found
    assert {(o.deadline.nominal, o.deadline.last_day, o.deadline.instant) for o in found} == {(None, None, None)}
    assert {o.deadline.basis for o in found} == {None, "proposed"}
    assert {o.stage for o in found if o.deadline.basis == "proposed"} == {"dolisa"}


@pytest.mark.parametrize("key", ["2020", "2021", "2022", "2023", "2024"])
def test_binh_thuan_expects_its_ten_districts_and_four_departments(catalog: Catalog, key: str) -> None:
    assert stages(one_period(catalog, BINH_THUAN, "annual", key)) == {"district": 10, "dolisa": 1}
    assert stages(one_period(catalog, BINH_THUAN, "periodic", key)) == {"department": 4, "dolisa": 1}
    assert not [o for o in one_period(catalog, BINH_THUAN, "annual", key) if o.binding == "requested"]


def test_no_district_of_binh_thuan_is_left_at_the_end_of_2025(catalog: Catalog) -> None:
    assert stages(one_period(catalog, BINH_THUAN, "annual", "2025")) == {"dolisa": 1}


def test_can_tho_reports_once_before_the_fifteenth_of_june_2021(catalog: Catalog) -> None:
    found = one_period(catalog, CAN_THO, "one-off", "2021")
    assert stages(found) == {"department": 11, "organisation": 4, "district": 9, "dolisa": 1}
    for o in found:
        if o.stage == "dolisa":
            assert (o.deadline.last_day, o.deadline.basis, o.to) == (None, None, ("92", "bo-ldtbxh"))
            continue
        assert o.deadline.instant is not None
        assert o.deadline.nominal == date(2021, 6, 15)
        assert o.deadline.last_day == date(2021, 6, 14)
        assert o.deadline.instant.isoformat() == "2021-06-15T00:00:00+07:00"
        assert o.to == ("can-tho.so-ldtbxh",)
        assert o.quote is not None and "trước ngày 15/6/2021" in o.quote
        assert o.binding == ("requested" if o.stage == "organisation" else "obliged")
        assert o.opens_on == date(2021, 5, 31)


@pytest.mark.parametrize(("key", "districts"), [("2021", 9), ("2024", 9), ("2025", 0), ("2026", 0)])
def test_can_tho_has_no_districts_after_june_2025(catalog: Catalog, key: str, districts: int) -> None:
    found = one_period(catalog, CAN_THO, "annual", key)
    whole = {"department": 11, "organisation": 4, "district": districts}
    assert stages(found) == {stage: n for stage, n in whole.items() if n}
    assert len(one_period(catalog, CAN_THO, "adoption", key)) == districts
    assert len(one_period(catalog, CAN_THO, "council-children", key)) == districts


def test_a_district_of_can_tho_reports_to_the_council_of_its_own_level(catalog: Catalog) -> None:
    found = {o.office: o.to for o in one_period(catalog, CAN_THO, "council-children", "2021")}
    assert found["916"] == ("916.hdnd",)
    assert all(to == (f"{office}.hdnd",) for office, to in found.items())
    assert all(code in catalog.tree for to in found.values() for code in to)


def test_a_commune_of_can_tho_reports_to_its_own_council_on_domestic_violence(catalog: Catalog) -> None:
    found = one_period(catalog, CAN_THO, "domestic-violence", "2021")
    assert len(found) == 83
    assert all(o.to == (f"{o.office}.hdnd",) and o.to[0] in catalog.tree for o in found)


def test_can_tho_reports_on_adoption_to_the_city(catalog: Catalog) -> None:
    assert {o.to for o in one_period(catalog, CAN_THO, "adoption", "2021")} == {("92",)}


def test_everything_of_hai_phong_is_only_proposed(catalog: Catalog) -> None:
    found = owed(catalog, HAI_PHONG)
    assert {o.deadline.basis for o in found} == {"proposed"}
    assert {o.deadline.last_day for o in found} == {None}
    assert {(o.clause, o.quote) for o in found} == {(None, None)}
    assert stages(one_period(catalog, HAI_PHONG, "annual", "2020")) == {"district": 15, "dolisa": 1}
    days = {o.stage: o.deadline.proposed_day for o in one_period(catalog, HAI_PHONG, "annual", "2020")}
    assert days == {"district": date(2020, 12, 18), "dolisa": date(2020, 12, 25)}


def annual_of(plan: Plan) -> Report:
    report = plan.report("annual")
    assert report is not None
    return report


def test_a_dated_period_is_judged_on_the_tree_of_its_last_day(
    catalog: Catalog, tree: OfficeTree, calendar: WorkCalendar
) -> None:
    """A date set before the reform keeps the districts of 2025 that the year's end does not know."""
    plan = catalog.plan(CAN_THO)
    early = {("annual", "district", "2025"): DateSet(date(2025, 6, 30), "Hoa", "trước sáp nhập", date(2025, 5, 1))}
    late = {("annual", "district", "2025"): DateSet(date(2025, 7, 1), "Hoa", "sau sáp nhập", date(2025, 5, 1))}
    counts = [
        stages(expand(plan, annual_of(plan), period("2025"), tree, calendar, dates, {})).get("district", 0)
        for dates in (early, late)
    ]
    assert counts == [9, 0]


def test_offices_that_a_coordinator_added_join_the_stage_with_an_open_class_only(
    catalog: Catalog, tree: OfficeTree, calendar: WorkCalendar
) -> None:
    plan = catalog.plan(BINH_THUAN)
    added = {"department": ("binh-thuan.hoi-nong-dan",), "dolisa": ("binh-thuan.mttq",)}
    report = plan.report("periodic")
    assert report is not None
    found = expand(plan, report, period("2021"), tree, calendar, {}, added)
    assert stages(found) == {"department": 5, "dolisa": 1}
    assert found[4].office == "binh-thuan.hoi-nong-dan"


def test_an_office_stands_once_in_a_chain_and_the_first_link_holds(
    catalog: Catalog, tree: OfficeTree, calendar: WorkCalendar
) -> None:
    plan = catalog.plan(HA_GIANG)
    added = {"organisation": ("ha-giang.so-y-te",)}
    found = expand(plan, annual_of(plan), period("2018"), tree, calendar, {}, added)
    assert [o.stage for o in found if o.office == "ha-giang.so-y-te"] == ["department"]


def test_obligations_come_in_chain_order_and_then_by_office(catalog: Catalog) -> None:
    found = one_period(catalog, HA_GIANG, "annual", "2018")
    assert list(dict.fromkeys(o.stage for o in found)) == list(WHOLE_CHAIN)
    communes = [o.office for o in found if o.stage == "commune"]
    assert communes == sorted(communes)


def test_a_stage_that_is_switched_off_is_listed_and_not_chased(
    catalog: Catalog, tree: OfficeTree, calendar: WorkCalendar
) -> None:
    plan = catalog.plan(HA_GIANG)
    report = annual_of(plan)
    quiet = report.chain[0].model_copy(update={"chased": False})
    report = report.model_copy(update={"chain": (quiet, *report.chain[1:])})
    found = expand(plan, report, period("2018"), tree, calendar, {}, {})
    assert {(o.stage, o.chased) for o in found if o.stage in ("commune", "district")} == {
        ("commune", False), ("district", True),
    }  # fmt: skip
