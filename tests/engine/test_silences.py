"""What stops a ladder, and what starts it again: every silent rung has its reason."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from dunghan.core.times import instant
from dunghan.engine import actions, handing_in, plan_actions
from dunghan.engine.context import Context
from dunghan.outbox import Tally

PLAN = "ha-giang-168-2016"
OFFICE = "ha-giang.so-y-te"
ANNUAL, MIDTERM = f"{PLAN}/annual/2018/{OFFICE}", f"{PLAN}/midterm/2018/{OFFICE}"
BOTH = (ANNUAL, MIDTERM)

Reasons = Callable[[str], dict[str, str]]
Mornings = Callable[..., Tally]


@pytest.fixture(autouse=True)
def _officer(introduce: Callable[..., Any]) -> None:
    introduce(OFFICE)


def at(text: str) -> Any:
    return instant(text, "at")


def test_an_acknowledgement_pauses_the_ladder_through_the_promised_day(
    context: Context, mornings: Mornings, sent: Callable[..., Any], reasons: Reasons
) -> None:
    mornings(PLAN, "2018-11-23")
    for one in BOTH:
        actions.acknowledge(context, one, until=date(2018, 12, 7), by=OFFICE, at=at("2018-11-26"))
    mornings(PLAN, "2018-11-30", "2018-12-06", "2018-12-07", "2018-12-10")
    assert [s.day for s in sent()] == ["2018-11-23", "2018-12-10"]
    held = reasons(ANNUAL)
    assert (held["-7d"], held["-3d"], held["-1d"], held["+1d"]) == ("acknowledged",) * 3 + ("rung_due",)


def test_what_is_acknowledged_before_its_message_leaves_is_not_sent(
    context: Context, daily: Callable[..., None], mornings: Mornings, sent: Callable[..., Any]
) -> None:
    daily(PLAN, "2018-12-06T19:00")
    for one in BOTH:
        actions.acknowledge(context, one, until=date(2018, 12, 8), by=OFFICE, at=at("2018-12-06T20:00"))
    assert mornings(PLAN, "2018-12-07").withdrawn == 1
    assert [s.status for s in sent()] == ["withdrawn"]


def test_an_extension_starts_a_new_ladder_from_its_own_day(
    context: Context, mornings: Mornings, sent: Callable[..., Any], reasons: Reasons
) -> None:
    mornings(PLAN, "2018-12-06")
    for one in BOTH:
        actions.extend(context, one, until=date(2018, 12, 19), by="đầu mối", because="lũ", at=at("2018-12-06T09:00"))
    days = ["2018-12-07", "2018-12-10", "2018-12-12", "2018-12-14", "2018-12-17", "2018-12-18", "2018-12-20"]
    mornings(PLAN, *days)
    # New rungs: -7d 12 December, -3d Sunday 16 → Friday 14, -1d 18, +1d 20 December.
    assert [s.day for s in sent()] == ["2018-12-06", "2018-12-12", "2018-12-14", "2018-12-18", "2018-12-20"]
    assert sent()[-1].carries == {(ANNUAL, "+1d"), (MIDTERM, "+1d")}


def test_rungs_before_the_extension_are_recorded_as_such_and_never_caught_up(
    context: Context, mornings: Mornings, sent: Callable[..., Any], reasons: Reasons
) -> None:
    mornings(PLAN, "2018-10-01")
    actions.extend(context, ANNUAL, until=date(2018, 12, 12), by="đầu mối", because="lũ", at=at("2018-12-10T09:00"))
    mornings(PLAN, "2018-12-10T10:00")
    assert {rung: reasons(ANNUAL)[rung] for rung in ("-14d", "-7d", "-3d")} == dict.fromkeys(
        ("-14d", "-7d", "-3d"), "extended"
    )
    assert sent(office=OFFICE)[0].carries == {(MIDTERM, "+1d")}


def test_a_waiver_ends_the_ladder_and_leaves_the_other_report_alone(
    context: Context, mornings: Mornings, sent: Callable[..., Any], reasons: Reasons
) -> None:
    actions.waive(context, ANNUAL, by="đầu mối", because="giải thể", at=at("2018-11-20"))
    mornings(PLAN, "2018-11-23", "2018-11-30")
    assert [{o for o, _ in s.carries} for s in sent()] == [{MIDTERM}, {MIDTERM}]
    assert reasons(ANNUAL)["-7d"] == "waived"


def test_an_acceptance_ends_the_ladder(
    context: Context, mornings: Mornings, sent: Callable[..., Any], reasons: Reasons
) -> None:
    for one in BOTH:
        handing_in.submit(context, one, received_at=at("2018-11-20"), by=OFFICE)
        actions.accept(context, one, by="đầu mối", at=at("2018-11-21"))
    mornings(PLAN, "2018-11-23", "2018-12-10")
    assert sent() == []
    assert {reasons(ANNUAL)[r] for r in ("-14d", "-7d", "+1d")} == {"accepted"}


def test_a_second_submission_after_a_return_ends_the_ladder_again(
    context: Context, mornings: Mornings, sent: Callable[..., Any]
) -> None:
    handing_in.submit(context, MIDTERM, received_at=at("2018-11-20"), by=OFFICE)
    handing_in.submit(context, ANNUAL, received_at=at("2018-11-20"), by=OFFICE)
    actions.give_back(context, ANNUAL, by="đầu mối", because="thiếu biểu", at=at("2018-11-26T09:00"))
    mornings(PLAN, "2018-11-26T09:00", "2018-11-30")
    assert handing_in.submit(context, ANNUAL, received_at=at("2018-12-03"), by=OFFICE) == 2
    mornings(PLAN, "2018-12-06", "2018-12-07", "2018-12-10", "2018-12-12")
    assert [(s.kind, s.day) for s in sent()] == [("notice", "2018-11-26"), ("reminder", "2018-11-30")]


def test_while_a_plan_is_paused_nothing_leaves_and_the_rungs_are_recorded(
    context: Context, mornings: Mornings, sent: Callable[..., Any], reasons: Reasons
) -> None:
    mornings(PLAN, "2018-11-23")
    plan_actions.pause(context, PLAN, because="bão", by="đầu mối", at=at("2018-11-29"))
    mornings(PLAN, "2018-11-30", "2018-12-06")
    plan_actions.resume(context, PLAN, by="đầu mối", at=at("2018-12-06T10:00"))
    mornings(PLAN, "2018-12-06T11:00", "2018-12-07")
    assert [s.day for s in sent()] == ["2018-11-23", "2018-12-07"]
    held = reasons(ANNUAL)
    assert (held["-7d"], held["-3d"], held["-1d"]) == ("paused", "paused", "rung_due")


def test_what_was_queued_before_a_pause_waits_for_the_plan_to_be_resumed(
    context: Context, introduce: Callable[..., Any], daily: Callable[..., None], sent: Callable[..., Any], tmp_path: Any
) -> None:
    """Pausing means that nothing goes out, also of what yesterday's evening run had decided."""
    from dunghan.engine.delivery import deliver

    daily(PLAN, "2018-12-06T19:00")
    plan_actions.pause(context, PLAN, because="bão", by="đầu mối", at=at("2018-12-06T20:00"))
    mail = {"email_url": "mailto://127.0.0.1:9?from=nhac@ha-giang.example&mode=insecure"}
    paused = Context(context.settings.model_copy(update=mail), context.db, context.now)
    paused.__dict__["catalog"] = context.catalog
    assert deliver(paused, at("2018-12-07"), PLAN) == Tally(kept=1)
    assert [s.status for s in sent()] == ["queued"]


def test_pausing_twice_or_resuming_what_runs_is_refused(context: Context) -> None:
    from models.errors import NotPossible

    with pytest.raises(NotPossible, match="not paused"):
        plan_actions.resume(context, PLAN, by="x")
    plan_actions.pause(context, PLAN, because="bão", by="x")
    with pytest.raises(NotPossible, match="paused already"):
        plan_actions.pause(context, PLAN, because="bão", by="x")


def test_a_message_whose_reports_came_in_before_it_left_is_withdrawn(
    context: Context, daily: Callable[..., None], mornings: Mornings, sent: Callable[..., Any], postman: Any
) -> None:
    daily(PLAN, "2018-12-06T19:00")
    for one in BOTH:
        handing_in.submit(context, one, received_at=at("2018-12-06T21:00"), by=OFFICE)
    assert mornings(PLAN, "2018-12-07") == Tally(withdrawn=1)
    assert postman.letters == []


def test_a_rung_moved_before_a_weekend_is_sent_though_the_obligation_is_still_upcoming(
    introduce: Callable[..., Any], mornings: Mornings, postman: Any
) -> None:
    """A commune's -30d of Saturday 3 November fires on Friday the 2nd, 31 days before its last day."""
    introduce("00688")
    assert mornings(PLAN, "2018-11-02") == Tally(delivered=1)
    (letter,) = postman.to("officer@00688.example")
    assert "còn 31 ngày" in letter.text
