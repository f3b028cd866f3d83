import json
from datetime import date, time
from typing import Any

import pytest
from pydantic import ValidationError

from models.contact import Contact
from models.due import Day, Due, Proposal
from models.ladder import Ladder, rung_name
from models.obligation import Deadline, Obligation, Period
from models.office import Office, OfficeTree
from models.plan import Budget, BudgetPart, Plan, Years
from models.report import Link, Report, Reporters
from models.scenario import Scenario, Step


def told(model: Any, **values: Any) -> str:
    """What is wrong with these values, read as a file is."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(json.dumps(values))
    return " | ".join(e["msg"].removeprefix("Value error, ") for e in caught.value.errors())


def read(model: Any, **values: Any) -> Any:
    return model.model_validate_json(json.dumps(values))


@pytest.mark.parametrize("value", ["12", 12.5, True])
def test_a_number_is_a_number(value: object) -> None:
    assert "valid integer" in told(Day, month=value)


def test_a_code_is_text_even_if_it_looks_like_a_number() -> None:
    assert "valid string" in told(Reporters, level="district", within=2)


def test_a_value_is_never_changed() -> None:
    day = Day(month=12, day=10)
    with pytest.raises(ValidationError, match="frozen"):
        day.month = 11
    with pytest.raises(AttributeError):
        Contact("024", "Hoa").role = "leader"  # type: ignore[misc]


def test_a_value_knows_no_other_key() -> None:
    assert told(Day, month=12, dya=10) == "Extra inputs are not permitted"
    assert told(Proposal, day={"month": 12}, because="…", by="Hoa") == "Extra inputs are not permitted"


def test_equal_values_are_equal_and_may_be_keys() -> None:
    assert {Day(month=12, day=10): 1}[Day(month=12, day=10)] == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"month": 12, "months_after": 1}, "give either month or months_after, not both"),
        ({"day": 30, "year_offset": 1}, "year_offset goes with month: name the month, or use months_after"),
        ({"month": 2, "day": 30}, "February has no such day: write `day: end` for its last day"),
        ({"month": 6, "day": 31}, "that month has 30 days: write `day: end` for its last day"),
        ({"month": 13}, "Input should be less than or equal to 12"),
    ],
)
def test_a_day_that_cannot_be_says_how_to_write_it(values: dict[str, Any], message: str) -> None:
    assert told(Day, **values) == message


@pytest.mark.parametrize(
    "values", [{"month": 2, "day": 29}, {"month": 12, "day": 31}, {"day": 31}, {"day": "middle"}, {}]
)
def test_a_day_that_can_be_is_taken(values: dict[str, Any]) -> None:
    assert isinstance(read(Day, **values), Day)


DAY = {"month": 12, "day": 10}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"wording": "undated", "day": DAY}, "an undated stage has no day: name the wording, or remove it"),
        ({"wording": "before"}, "a dated stage needs exactly one of day, days, within, derived"),
        (
            {"wording": "by", "day": DAY, "derived": {"stage": "district", "working_days_before": 5}},
            "a dated stage needs exactly one of day, days, within, derived",
        ),
        (
            {"wording": "by", "day": DAY, "proposed": {"day": DAY, "because": "…"}},
            "a proposal stands only beside `wording: undated`",
        ),
        (
            {"wording": "by", "within": {"count": 15}},
            "`wording: within` goes with `within: {count, unit, after}` and nothing else",
        ),
        (
            {"wording": "within", "day": DAY},
            "`wording: within` goes with `within: {count, unit, after}` and nothing else",
        ),
        ({"wording": "by", "derived": {"stage": "district", "working_days_before": 0}}, "greater than or equal to 1"),
    ],
)
def test_a_due_date_has_one_form(values: dict[str, Any], message: str) -> None:
    assert message in told(Due, **values)


@pytest.mark.parametrize(
    ("values", "basis"),
    [
        ({"wording": "before", "day": DAY}, "quoted"),
        ({"wording": "within", "within": {"count": 15, "after": "2018-11-20"}}, "quoted"),
        ({"wording": "by", "derived": {"stage": "district", "working_days_before": 5}}, "derived"),
        ({"wording": "undated", "proposed": {"day": DAY, "because": "…"}}, "proposed"),
        ({"wording": "undated"}, None),
    ],
)
def test_a_due_date_knows_its_basis(values: dict[str, Any], basis: str | None) -> None:
    assert read(Due, **values).basis == basis


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "give either level and within, or offices"),
        ({"level": "district", "within": "02", "offices": ["024"]}, "give either level and within, or offices"),
        ({"level": "district"}, "level and within go together: which offices, and of what territory"),
        ({"offices": ["024"], "within": "02"}, "level and within go together: which offices, and of what territory"),
        ({"offices": ["Sở Y tế"]}, "String should match pattern '^[a-z0-9][a-z0-9.-]*$'"),
    ],
)
def test_reporters_are_of_a_level_or_named(values: dict[str, Any], message: str) -> None:
    assert told(Reporters, **values) == message


DATED = {"wording": "before", "day": DAY}
LINK = {
    "stage": "district",
    "reporters": {"level": "district", "within": "02"},
    "due": DATED,
    "clause": "VIII.1",
    "quote": "trước ngày 10 tháng 12",
}


@pytest.mark.parametrize("missing", ["clause", "quote"])
def test_a_dated_stage_shows_where_its_date_comes_from(missing: str) -> None:
    values = {key: value for key, value in LINK.items() if key != missing}
    assert told(Link, **values) == "a dated stage needs the clause and the quote that its date comes from"
    assert read(Link, **{**values, "due": {"wording": "undated"}}).due.basis is None


@pytest.mark.parametrize("to", [["parent"], ["council"], ["02", "bo-ldtbxh"], []])
def test_a_recipient_is_a_code_or_the_reporters_own_superior_or_council(to: list[str]) -> None:
    assert read(Link, **{**LINK, "to": to}).to == tuple(to)


REPORT = {"id": "annual", "title": "Báo cáo", "kind": "annual", "recurrence": "annual", "chain": [LINK]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"recurrence": "once"}, "`recurrence: once` names its `years`, and only it does"),
        ({"years": [2018]}, "`recurrence: once` names its `years`, and only it does"),
        ({"chain": []}, "at least 1 item"),
        (
            {"chain": [{**LINK, "waits_for": ["commune"]}]},
            "stage district waits for commune, which this chain does not",
        ),
        (
            {"chain": [{**LINK, "due": {"wording": "by", "derived": {"stage": "dolisa", "working_days_before": 5}}}]},
            "stage district is derived from dolisa, which this chain does not have",
        ),
        (
            {"chain": [{**LINK, "due": {"wording": "by", "derived": {"stage": "district", "working_days_before": 5}}}]},
            "stage district is derived from district, which this chain does not have",
        ),
    ],
)
def test_a_report_is_whole(changes: dict[str, Any], message: str) -> None:
    assert message in told(Report, **{**REPORT, **changes})


def derived(stage: str, base: str) -> dict[str, Any]:
    return {**LINK, "stage": stage, "due": {"wording": "by", "derived": {"stage": base, "working_days_before": 5}}}


def test_derivations_may_climb_and_must_not_turn_in_a_circle() -> None:
    chain = [derived("commune", "district"), derived("district", "dolisa"), {**LINK, "stage": "dolisa"}]
    assert len(read(Report, **{**REPORT, "chain": chain}).chain) == 3
    chain[2] = derived("dolisa", "commune")
    assert told(Report, **{**REPORT, "chain": chain}) == (
        "stages commune, district, dolisa are derived in a circle: give one of them a day of its own"
    )


PLAN = {
    "id": "thu", "number": "1/KH-UBND", "title": "Kế hoạch", "issuer": "02", "place": "Hà Giang",
    "issued_on": "2016-07-18", "years": {"since": 2016}, "territory": "02", "lead": "ha-giang.so-ldtbxh",
    "source": {"file": "thu.txt"}, "reports": [REPORT],
}  # fmt: skip
TARGET = {
    "id": "a", "subject": "…", "comparison": "exactly", "value": 100, "unit": "%", "clause": "I", "quote": "100%",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reports": [REPORT, REPORT]}, "two reports are called annual: an id names one thing"),
        ({"targets": [TARGET, TARGET]}, "two targets are called a: an id names one thing"),
        (
            {"tasks": [{"offices": ["024"], "clause": "V", "quote": "…", "targets": ["b"]}]},
            "task V names target b, which the plan does not have",
        ),
        ({"reports": []}, "at least 1 item"),
        ({"issued_on": "18/7/2016"}, "valid date"),
        ({"id": "Thử"}, "String should match pattern"),
        ({"title": "  "}, "at least 1 character"),
        ({"when_not_working": "roll"}, "'keep', 'next' or 'previous'"),
    ],
)
def test_a_plan_is_whole(changes: dict[str, Any], message: str) -> None:
    assert message in told(Plan, **{**PLAN, **changes})


def test_a_plan_finds_its_reports_by_id() -> None:
    plan = read(Plan, **PLAN)
    assert plan.report("annual") is plan.reports[0]
    assert plan.report("final") is None
    assert plan.label == "1/KH-UBND Hà Giang"


def test_years_and_money_must_add_up() -> None:
    assert told(Years, since=2020, until=2016) == "a plan cannot end before it begins: check since and until"
    assert Years(since=2020, until=2020).until == 2020
    part = BudgetPart(source="tỉnh", amount=4, quote="…")
    assert Budget(total=8, clause="VI", quote="…", parts=(part, part)).total == 8
    assert Budget(total=8, clause="VI", quote="…").parts == ()
    with pytest.raises(ValidationError, match="the parts add up to 8 đồng, the total says 9"):
        Budget(total=9, clause="VI", quote="…", parts=(part, part))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"obliged": [3, -3, 7]}, "rungs stand in order, each once: sort `obliged` and remove doubles"),
        ({"obliged": [-3, -3, 3, 7]}, "rungs stand in order, each once: sort `obliged` and remove doubles"),
        ({"requested": [-5]}, "rung -5d is not on the ladder `obliged`: add it there, or remove it"),
        ({"escalate_first": 4}, "rung +4d is not on the ladder `obliged`: add it there, or remove it"),
        ({"escalate_second": 9}, "rung +9d is not on the ladder `obliged`: add it there, or remove it"),
        ({"reach_back_days": -1}, "greater than or equal to 0"),
        ({"obliged": []}, "at least 1 item"),
        ({"fires_at": "tám giờ"}, "valid time"),
    ],
)
def test_a_ladder_stands_in_order(changes: dict[str, Any], message: str) -> None:
    assert message in told(Ladder, **{"obliged": [-3, 3, 7], "requested": [-3], **changes})


def test_a_ladder_has_its_defaults() -> None:
    ladder = Ladder(obliged=(-3, 3, 7), requested=())
    assert (ladder.escalating, ladder.fires_at, ladder.reach_back_days) == ((3, 7), time(8), 14)
    assert [rung_name(n) for n in (-30, -1, 0, 3)] == ["-30d", "-1d", "+0d", "+3d"]


STEP = {"at": "2018-12-01T08:00", "action": "submit", "obligation": "ha-giang-168-2016/annual/2018/024"}


def test_a_step_of_a_scenario_has_an_until_where_it_needs_one() -> None:
    assert "`until` goes with extend and acknowledge" in told(Step, **{**STEP, "action": "extend"})
    assert "`until` goes with extend and acknowledge" in told(Step, **{**STEP, "until": "2018-12-20"})
    extend = read(Step, **{**STEP, "action": "extend", "until": "2018-12-20"})
    assert extend.until == date(2018, 12, 20)
    assert Scenario.model_validate_json(json.dumps([STEP])).root[0].action == "submit"


def test_an_obligation_has_an_id_that_a_person_can_read() -> None:
    period = Period("2018-H1", date(2018, 1, 1), date(2018, 6, 30))
    due = Deadline("before", "quoted", last_day=date(2018, 6, 14))
    one = Obligation(
        "ha-giang-168-2016", "semiannual", period, "department", "ha-giang.cong-an", (), None, "obliged", None, None,
        due, date(2018, 1, 1),
    )  # fmt: skip
    assert one.id == "ha-giang-168-2016/semiannual/2018-H1/ha-giang.cong-an"
    assert due.instant is not None and due.instant.isoformat() == "2018-06-15T00:00:00+07:00"
    assert Deadline("undated", None).instant is None


OLD = Office("024", "Thị xã Hà Giang", "district", "02", None, date(2010, 9, 26))
NEW = Office("024", "Thành phố Hà Giang", "district", "02", date(2010, 9, 27), date(2025, 6, 30))


def test_an_office_exists_between_two_days_both_inside() -> None:
    tree = OfficeTree([OLD, NEW])
    assert [tree.on("024", date(2010, 9, n)) for n in (26, 27)] == [OLD, NEW]
    assert tree.on("024", date(2025, 6, 30)) == NEW
    assert tree.on("024", date(2025, 7, 1)) is None
    assert tree.ever("024") == NEW
    assert tree.title("024") == "UBND thành phố Hà Giang"
    assert ("024" in tree, "026" in tree, len(tree), len(list(tree))) == (True, False, 1, 2)


def test_members_are_found_through_any_number_of_levels_and_a_circle_does_not_trap() -> None:
    tree = OfficeTree(
        [
            Office("02", "Tỉnh Hà Giang", "province", "x"),
            Office("x", "Vùng", "region", "02"),
            Office("024", "Thành phố Hà Giang", "district", "02"),
            Office("00688", "Phường Quang Trung", "commune", "024"),
            Office("99999", "Xã thẳng", "commune", "02"),
        ]
    )
    assert [o.code for o in tree.members("commune", "02", date(2018, 1, 1))] == ["00688", "99999"]
    assert [o.code for o in tree.members("commune", "024", date(2018, 1, 1))] == ["00688"]


def test_a_contact_offers_its_addresses_in_the_order_in_which_they_are_tried() -> None:
    hoa = Contact("024", "Hoa", email="hoa@x.example", zalo="2468013579", phone="0912345678")
    assert [kind for kind, _ in hoa.addresses(frozenset({"phone", "zalo", "email"}))] == ["email", "zalo", "phone"]
    assert hoa.addresses(frozenset({"zalo"})) == (("zalo", "2468013579"),)
    assert Contact("024", "Lan").addresses(frozenset({"email"})) == ()
