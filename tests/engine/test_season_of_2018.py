"""The issue's examples: Hà Giang, November and December 2018, played day by day."""

from collections.abc import Callable
from typing import Any

import pytest

PLAN = "ha-giang-168-2016"
DISTRICTS = ("024", "026", "027", "028", "029", "030", "031", "032", "033", "034", "035")
DISTRICT_DAYS = [
    "2018-11-09", "2018-11-23", "2018-11-30", "2018-12-06", "2018-12-07", "2018-12-10", "2018-12-12", "2018-12-17",
    "2018-12-24",
]  # fmt: skip
NEXT = "2019-01-02"

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.xdist_group("season"),  # they share what was played
]


@pytest.fixture
def season(everyone: Callable[..., Any], play: Callable[..., Any]) -> Any:
    """Everybody has a contact, and nobody submits."""
    everyone(PLAN, levels=("district", "commune"), heads=True)
    return play(PLAN, "2018-11-01", "2019-01-03")


@pytest.fixture
def eventful(everyone: Callable[..., Any], play: Callable[..., Any]) -> Any:
    """024 submits both on 3 December; 026 one of them; 027 both, and one is returned on the 5th; 028 at bare dates."""
    everyone(PLAN, levels=("district", "commune"), heads=True)
    steps = [
        ("2018-12-03", "submit", f"{PLAN}/annual/2018/024"),
        ("2018-12-03", "submit", f"{PLAN}/midterm/2018/024"),
        ("2018-12-03", "submit", f"{PLAN}/annual/2018/026"),
        ("2018-12-03", "submit", f"{PLAN}/annual/2018/027"),
        ("2018-12-03", "submit", f"{PLAN}/midterm/2018/027"),
        ("2018-12-05T10:30", "return", f"{PLAN}/annual/2018/027"),
        ("2018-12-03", "submit", f"{PLAN}/annual/2018/028"),
        ("2018-12-03", "submit", f"{PLAN}/midterm/2018/028"),
        ("2018-12-05", "return", f"{PLAN}/annual/2018/028"),
        ("2018-12-05", "return", f"{PLAN}/midterm/2018/028"),
    ]
    return play(PLAN, "2018-11-01", "2019-01-03", steps)


def test_each_district_gets_its_messages_on_these_days_and_no_other(season: Any) -> None:
    for office in DISTRICTS:
        assert season.days(office) == [*DISTRICT_DAYS, NEXT]
        assert all(m["at"].endswith("T08:00:00+07:00") for m in season.to(office))
        for message in season.to(office):
            assert {r["obligation"] for r in message["reminders"]} == {
                f"{PLAN}/annual/2018/{office}",
                f"{PLAN}/midterm/2018/{office}",
            }
    assert season.rungs("024") == {
        "2018-11-09": {"-30d"}, "2018-11-23": {"-14d"}, "2018-11-30": {"-7d"}, "2018-12-06": {"-3d"},
        "2018-12-07": {"-1d"}, "2018-12-10": {"+1d"}, "2018-12-12": {"+3d"}, "2018-12-17": {"+7d"},
        "2018-12-24": {"+14d"}, "2019-01-02": {"+21d"},
    }  # fmt: skip


def test_the_first_is_a_first_notice_and_the_others_are_rungs_due(season: Any) -> None:
    reasons = [{r["reason"] for r in m["reminders"]} for m in season.to("ha-giang.so-y-te")]
    assert reasons == [{"first_notice"}] + [{"rung_due"}] * 9


def test_a_district_that_submits_both_on_the_third_gets_nothing_after(eventful: Any) -> None:
    assert eventful.days("024") == ["2018-11-09", "2018-11-23", "2018-11-30"]
    left = eventful.passed_over(f"{PLAN}/annual/2018/024")
    late = {rung: why for rung, why in left.items() if rung in ("-3d", "-1d", "+1d", "+3d", "+7d", "+14d", "+21d")}
    assert set(late.values()) == {"already_submitted"} and len(late) == 7


def test_a_district_that_submits_one_of_two_is_reminded_of_the_other_alone(eventful: Any) -> None:
    assert eventful.days("026") == [*DISTRICT_DAYS, NEXT]
    carried = {r["obligation"] for m in eventful.to("026")[3:] for r in m["reminders"]}
    assert carried == {f"{PLAN}/midterm/2018/026"}


def test_a_returned_report_is_noticed_at_once_and_reminded_from_the_next_rung(eventful: Any) -> None:
    one = f"{PLAN}/annual/2018/027"
    (notice,) = eventful.to("027", "notice")
    assert notice["at"] == "2018-12-05T10:30:00+07:00"
    assert [(r["obligation"], r["reason"]) for r in notice["reminders"]] == [(one, "returned")]
    assert eventful.days("027") == [*DISTRICT_DAYS, NEXT]
    assert {r["obligation"] for m in eventful.to("027")[3:] for r in m["reminders"]} == {one}


def test_two_reports_returned_at_night_make_one_notice_in_the_morning(eventful: Any) -> None:
    (notice,) = eventful.to("028", "notice")
    assert notice["at"] == "2018-12-05T07:00:00+07:00"
    assert len(notice["reminders"]) == 2
    assert eventful.days("028") == [*DISTRICT_DAYS, NEXT]


def test_a_first_run_on_the_seventh_sends_one_message_each_and_records_what_it_passed_over(
    everyone: Callable[..., Any], play: Callable[..., Any]
) -> None:
    everyone(PLAN)
    run = play(PLAN, "2018-12-07", "2018-12-07")
    assert {len(run.to(office)) for office in DISTRICTS} == {1}
    assert run.twice_on_a_day() == []
    (message,) = run.to("024")
    assert [r["rung"] for r in message["reminders"]] == ["-1d", "-1d"]
    for report in ("annual", "midterm"):
        assert run.passed_over(f"{PLAN}/{report}/2018/024") == {
            "-30d": "expired", "-14d": "missed", "-7d": "missed", "-3d": "missed",
        }  # fmt: skip


def test_a_first_run_on_a_saturday_sends_nothing(everyone: Callable[..., Any], play: Callable[..., Any]) -> None:
    everyone(PLAN, levels=("district", "commune"), heads=True)
    assert play(PLAN, "2018-12-08", "2018-12-09").messages == []
    assert play(PLAN, "2018-12-08", "2018-12-10").days("024") == ["2018-12-10"]


def test_all_communes_are_reminded_of_the_day_derived_from_their_district(season: Any) -> None:
    communes = {m["office"] for m in season.messages if len(m["office"]) == 5}
    assert len(communes) == 193
    for commune in communes:
        assert season.days(commune) == [
            "2018-11-02", "2018-11-19", "2018-11-26", "2018-11-30", "2018-12-04", "2018-12-06", "2018-12-10",
            "2018-12-17", "2018-12-24", "2019-01-02",
        ]  # fmt: skip


def test_where_two_rungs_land_on_one_day_the_later_fires_and_the_earlier_is_merged(season: Any) -> None:
    # Friday 30 November takes -3d as its own and -1d from Sunday 2 December.
    assert season.rungs("00688")["2018-11-30"] == {"-1d"}
    assert season.passed_over(f"{PLAN}/annual/2018/00688") == {"-3d": "merged"}


def test_nobody_gets_two_messages_of_a_kind_on_one_day(season: Any, eventful: Any) -> None:
    assert season.twice_on_a_day() == eventful.twice_on_a_day() == []


def test_an_organisation_that_is_only_asked_gets_three_messages_and_no_superior_hears_of_it(season: Any) -> None:
    front = "ha-giang.mttq"
    assert season.rungs(front) == {"2018-11-23": {"-14d"}, "2018-12-06": {"-3d"}, "2018-12-12": {"+3d"}}
    assert season.passed_over(f"{PLAN}/annual/2018/{front}") == dict.fromkeys(
        ["-30d", "-7d", "-1d", "+1d", "+7d", "+14d", "+21d"], "requested_only"
    )
    escalations = [m for m in season.messages if m["kind"] == "escalation"]
    assert not any(r["obligation"].endswith(front) for m in escalations for r in m["reminders"])


def test_court_and_procuracy_hear_nothing(season: Any) -> None:
    assert season.days("ha-giang.toa-an") == season.days("ha-giang.vien-kiem-sat") == []


def test_the_lead_is_reminded_of_its_own_day(season: Any) -> None:
    assert season.days("ha-giang.so-ldtbxh") == [
        "2018-11-14", "2018-11-30", "2018-12-07", "2018-12-11", "2018-12-13", "2018-12-17", "2018-12-21", "2018-12-28",
    ]  # fmt: skip


def test_an_office_without_a_contact_stands_among_the_skipped(
    introduce: Callable[..., Any], play: Callable[..., Any]
) -> None:
    introduce("024")
    run = play(PLAN, "2018-11-08", "2018-11-30")
    assert {m["office"] for m in run.messages} == {"024"}
    assert run.passed_over(f"{PLAN}/annual/2018/026") == dict.fromkeys(("-30d", "-14d", "-7d"), "unreachable")


def test_a_simulation_leaves_the_real_store_alone(season: Any, sent: Callable[..., Any]) -> None:
    assert season.messages and sent() == []


def test_a_simulation_with_facts_starts_from_what_happened(
    everyone: Callable[..., Any], daily: Callable[..., Any], play: Callable[..., Any]
) -> None:
    everyone(PLAN)
    daily(PLAN, "2018-11-09", "2018-11-23")
    run = play(PLAN, "2018-11-24", "2018-12-06", with_facts=True)
    assert run.days("024") == ["2018-11-30", "2018-12-06"]
    assert [r["reason"] for r in run.to("024")[0]["reminders"]] == ["rung_due", "rung_due"]


@pytest.mark.slow
def test_the_whole_life_of_the_plan_sends_one_message_a_day_at_most(
    everyone: Callable[..., Any], play: Callable[..., Any]
) -> None:
    everyone(PLAN, levels=("district", "commune"))
    life = play(PLAN, "2016-07-18", "2021-03-31")
    assert life.twice_on_a_day() == []
    assert [day for day in life.days("024") if day.startswith("2016")] == [
        "2016-11-09", "2016-11-25", "2016-12-02", "2016-12-06", "2016-12-08", "2016-12-12", "2016-12-16", "2016-12-23",
        "2016-12-30",
    ]  # fmt: skip
    assert {len(m["reminders"]) for m in life.to("024") if m["at"].startswith("2020-12")} == {2}
    assert {len(m["reminders"]) for m in life.to("024") if m["at"].startswith("2019-12")} == {1}
