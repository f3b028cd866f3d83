"""Who else is told, and what the lead's coordinator reads at the end of a pass."""

from collections.abc import Callable
from typing import Any

import pytest

from dunghan.outbox import Tally

PLAN = "ha-giang-168-2016"
LEAD = "ha-giang.so-ldtbxh"


def offices_of(message: dict[str, Any]) -> set[str]:
    return {r["obligation"].split("/")[-1] for r in message["reminders"]}


@pytest.fixture
def season(everyone: Callable[..., Any], play: Callable[..., Any]) -> Any:
    """Everybody has a contact, and nobody submits."""
    everyone(PLAN, levels=("district", "commune"), heads=True)
    return play(PLAN, "2018-11-01", "2019-01-03")


@pytest.mark.xdist_group("season")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestEscalation:
    def test_a_communes_third_day_goes_to_the_district_officer_and_its_seventh_to_the_leader(self, season: Any) -> None:
        told = [m for m in season.messages if m["kind"] == "escalation" and m["office"] == "024"]
        assert [(m["at"][:10], m["contact"]) for m in told] == [
            ("2018-12-06", "Officer 024"),
            ("2018-12-10", "Leader 024"),
        ]
        for message in told:
            assert len(offices_of(message)) == 8 and all(len(code) == 5 for code in offices_of(message))

    def test_districts_and_departments_go_to_the_leads_coordinator_and_then_its_leader(self, season: Any) -> None:
        told = [m for m in season.messages if m["kind"] == "escalation" and m["office"] == LEAD]
        assert [(m["at"][:10], m["contact"]) for m in told] == [
            ("2018-12-12", "Trần Thị Đầu Mối"),
            ("2018-12-17", f"Leader {LEAD}"),
        ]
        assert {"024", "035", "ha-giang.cong-an"} < offices_of(told[0])
        assert len(offices_of(told[0])) == 20
        # On the 17th the lead's own third day comes to its leader in the same message.
        assert offices_of(told[1]) == offices_of(told[0]) | {LEAD}

    def test_the_leads_own_seventh_day_goes_to_the_peoples_committee_and_never_to_the_ministry(
        self, season: Any
    ) -> None:
        (told,) = [m for m in season.messages if m["kind"] == "escalation" and m["office"] == "02"]
        assert told["at"][:10] == "2018-12-21" and offices_of(told) == {LEAD}
        assert not [m for m in season.messages if m["office"] == "bo-ldtbxh"]

    def test_no_superior_is_told_on_any_other_day(self, season: Any) -> None:
        days = {m["at"][:10] for m in season.messages if m["kind"] == "escalation"}
        assert days == {"2018-12-06", "2018-12-10", "2018-12-12", "2018-12-17", "2018-12-21"}

    def test_the_digest_comes_on_each_working_day_with_news_and_apart_from_the_leads_own_reminder(
        self, season: Any
    ) -> None:
        digests = [m for m in season.messages if m["kind"] == "digest"]
        assert {m["contact"] for m in digests} == {"Trần Thị Đầu Mối"}
        assert [m["at"][:10] for m in digests] == [
            "2018-11-02", "2018-11-09", "2018-11-14", "2018-11-19", "2018-11-23", "2018-11-26", "2018-11-30",
            "2018-12-04", "2018-12-06", "2018-12-07", "2018-12-10", "2018-12-11", "2018-12-12", "2018-12-13",
            "2018-12-17", "2018-12-21", "2018-12-24", "2018-12-28", "2019-01-02",
        ]  # fmt: skip
        assert season.days(LEAD)[0] == "2018-11-14"

    def test_without_a_coordinator_the_digest_goes_to_the_leads_officer_once(
        self, introduce: Callable[..., Any], play: Callable[..., Any]
    ) -> None:
        introduce(LEAD)
        run = play(PLAN, "2018-12-07", "2018-12-07")
        assert [(m["kind"], m["contact"]) for m in run.to(LEAD) + run.to(LEAD, "digest")] == [
            ("reminder", f"Officer {LEAD}"),
            ("digest", f"Officer {LEAD}"),
        ]

    def test_a_superior_nobody_can_reach_is_recorded_as_such(
        self, introduce: Callable[..., Any], play: Callable[..., Any]
    ) -> None:
        introduce("00688")
        run = play(PLAN, "2018-12-05", "2018-12-06")
        mine = [s for s in run.skipped if s["obligation"] == f"{PLAN}/annual/2018/00688" and s["rung"] == "+3d"]
        assert [s["reason"] for s in mine] == ["unreachable"]
        assert run.days("00688") == ["2018-12-05", "2018-12-06"]


def test_a_day_on_which_something_became_overdue_has_its_digest_though_nothing_was_sent(
    introduce: Callable[..., Any], mornings: Callable[..., Tally], postman: Any
) -> None:
    """Nobody but the coordinator has a contact; on 4 December the communes are late, on the 5th nothing is new."""
    introduce(LEAD, role="coordinator", name="Trần Thị Đầu Mối")
    mornings(PLAN, "2018-11-27", "2018-12-03", "2018-12-04", "2018-12-05")
    assert [one.subject for one in postman.letters] == ["[168/KH-UBND] Bản tin báo cáo ngày 04/12/2018"]


def test_the_digest_says_who_is_missing_who_was_reached_who_cannot_be_and_what_has_no_date(
    introduce: Callable[..., Any], mornings: Callable[..., Tally], postman: Any
) -> None:
    introduce(LEAD, role="coordinator", name="Trần Thị Đầu Mối")
    introduce("024", "026", "ha-giang.so-y-te")
    assert mornings(PLAN, "2018-12-07") == Tally(delivered=6), "three reminders, two escalations, one digest"
    text = postman.letters[-1].text
    assert "Kính gửi: Trần Thị Đầu Mối, Sở Lao động - Thương binh và Xã hội tỉnh Hà Giang" in text
    assert "Báo cáo hằng năm, năm 2018 · Cấp huyện: phải nộp 11, đã nộp 0 (đúng hạn 0, muộn 0), còn thiếu 11" in text
    assert "Hôm nay đã gửi tới 3 đơn vị: " in text
    reached = text.split("Hôm nay đã gửi tới")[1].split("\n")[0]
    assert "Hà Giang" in reached and "Đồng Văn" in reached and "Sở Y tế" in reached
    assert "KHÔNG LIÊN HỆ ĐƯỢC" in text
    assert "Chưa có hạn: " in text


def test_a_pass_on_another_hour_of_the_day_does_not_send_a_second_digest(
    introduce: Callable[..., Any], mornings: Callable[..., Tally], sent: Callable[..., Any]
) -> None:
    introduce(LEAD, role="coordinator")
    mornings(PLAN, "2018-12-04", "2018-12-04T09:00", "2018-12-04T17:00", "2018-12-04T20:00")
    assert [s.kind for s in sent()] == ["digest"]
