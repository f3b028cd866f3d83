from datetime import date, datetime, timedelta
from typing import Any

import pytest

from dunghan.core.calendar import WorkCalendar
from dunghan.core.decide import Case, Pause, Rules, Skip, Verdict, decide
from models.ladder import Ladder
from models.obligation import Event
from models.timezone import VIETNAM

LAST = date(2018, 12, 9)


def on(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def event(at: str, kind: str, until: str = "") -> Event:
    return Event(on(at), kind, date.fromisoformat(until) if until else None)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def rules(ladder: Ladder, calendar: WorkCalendar) -> Rules:
    return Rules(ladder, calendar, date(2016, 7, 18))


def case(**changes: Any) -> Case:
    return Case(LAST, "obliged")._replace(**changes)


def since(text: str, **changes: Any) -> Case:
    """A case whose rungs up to an instant are on record, one of which went out."""
    return case(swept_until=on(text), noticed=True, **changes)


def reasons(verdict: Verdict) -> dict[int, str]:
    return {skip.rung: skip.reason for skip in verdict.skipped}


@pytest.mark.parametrize(
    ("now", "rung"),
    [
        ("2018-11-23T08:00", -14),
        ("2018-11-30T08:00", -7),
        ("2018-12-06T08:00", -3),
        ("2018-12-07T08:00", -1),
        ("2018-12-10T08:00", 1),
        ("2018-12-12T08:00", 3),
        ("2018-12-17T08:00", 7),
        ("2018-12-24T08:00", 14),
        ("2019-01-02T08:00", 21),
        ("2019-02-11T08:00", 56),
    ],
)
def test_each_rung_fires_on_its_day(rules: Rules, now: str, rung: int) -> None:
    verdict = decide(since((on(now) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")), rules, on(now))
    assert (verdict.rung, verdict.reason, verdict.skipped) == (rung, "rung_due", ())


def test_the_first_one_is_a_first_notice(rules: Rules) -> None:
    verdict = decide(case(), rules, on("2018-11-09T08:00"))
    assert verdict == Verdict(-30, "first_notice", (), (), on("2018-11-23T08:00"))


def test_nothing_is_due_a_second_before_a_rung(rules: Rules) -> None:
    assert decide(case(), rules, on("2018-11-09T07:59:59")) == Verdict(next_at=on("2018-11-09T08:00"))


def test_what_is_on_record_is_not_decided_again(rules: Rules) -> None:
    verdict = decide(since("2018-11-09T08:00"), rules, on("2018-11-09T08:05"))
    assert verdict == Verdict(next_at=on("2018-11-23T08:00"))


def test_later_on_the_same_day_it_is_not_yet_late_sent(rules: Rules) -> None:
    assert decide(since("2018-11-29T08:00"), rules, on("2018-11-30T17:45")).reason == "rung_due"


def test_after_the_last_rung_nothing_is_left(rules: Rules) -> None:
    verdict = decide(since("2019-01-29T08:00"), rules, on("2019-02-11T08:00"))
    assert (verdict.rung, verdict.next_at) == (56, None)
    assert decide(since("2019-02-11T08:00"), rules, on("2019-03-01T08:00")) == Verdict()


def test_the_first_run_ever_two_days_before_the_deadline_sends_one_and_records_the_rest(rules: Rules) -> None:
    verdict = decide(case(), rules, on("2018-12-07T08:00"))
    assert (verdict.rung, verdict.reason) == (-1, "first_notice")
    assert reasons(verdict) == {-30: "expired", -14: "missed", -7: "missed", -3: "missed"}
    assert verdict.next_at == on("2018-12-10T08:00")


def test_an_outage_of_ten_days_is_caught_up_by_one(rules: Rules) -> None:
    verdict = decide(since("2018-11-29T08:00"), rules, on("2018-12-11T09:00"))
    assert (verdict.rung, verdict.reason) == (1, "caught_up")
    assert reasons(verdict) == {-7: "missed", -3: "missed", -1: "missed"}


def test_a_rung_of_fourteen_days_ago_is_caught_up_and_one_of_fifteen_expires(rules: Rules) -> None:
    alone = since("2019-02-10T08:00")  # before the last rung, of 11 February 2019
    assert decide(alone, rules, on("2019-02-25T17:00")).reason == "caught_up"
    verdict = decide(alone, rules, on("2019-02-26T08:00"))
    assert (verdict.rung, reasons(verdict)) == (None, {56: "expired"})


def test_installing_today_does_not_chase_the_year_2016(rules: Rules) -> None:
    verdict = decide(Case(date(2016, 12, 9), "obliged"), rules, on("2018-11-09T08:00"))
    assert verdict.rung is None
    assert set(reasons(verdict).values()) == {"expired"}
    assert len(verdict.skipped) == 15
    assert verdict.next_at is None


def test_two_rungs_that_tet_moves_onto_one_day_make_one_and_the_later_fires(rules: Rules) -> None:
    tet = Case(date(2019, 2, 1), "obliged", swept_until=on("2019-02-02T08:00"), noticed=True)
    assert decide(tet, rules, on("2019-02-09T08:00")) == Verdict(next_at=on("2019-02-11T08:00"))
    verdict = decide(tet, rules, on("2019-02-11T08:00"))
    assert (verdict.rung, verdict.reason) == (7, "rung_due")
    assert reasons(verdict) == {1: "merged", 3: "merged"}
    assert verdict.escalates == (3, 7)


def test_a_weekend_merges_the_last_two_rungs_before_the_deadline(rules: Rules) -> None:
    june = Case(date(2021, 6, 14), "obliged", swept_until=on("2021-06-10T08:00"), noticed=True)
    verdict = decide(june, rules, on("2021-06-11T08:00"))
    assert (verdict.rung, verdict.skipped) == (-1, (Skip(-3, "merged"),))


def test_a_merged_pair_that_is_caught_up_later_is_merged_still(rules: Rules) -> None:
    june = Case(date(2021, 6, 14), "obliged", swept_until=on("2021-06-10T08:00"), noticed=True)
    verdict = decide(june, rules, on("2021-06-14T08:00"))
    assert (verdict.rung, verdict.reason, reasons(verdict)) == (-1, "caught_up", {-3: "merged"})


@pytest.mark.parametrize(
    ("now", "swept", "escalates"),
    [
        ("2018-12-10T08:00", "2018-12-09T08:00", ()),
        ("2018-12-12T08:00", "2018-12-11T08:00", (3,)),
        ("2018-12-17T08:00", "2018-12-16T08:00", (7,)),
        ("2018-12-24T08:00", "2018-12-23T08:00", ()),
        ("2018-12-14T08:00", "2018-12-11T08:00", (3,)),  # caught up
        ("2018-12-18T08:00", "2018-12-11T08:00", (7,)),  # +3 was missed, not merged
    ],
)
def test_the_superior_is_told_with_the_third_and_the_seventh_day_only(
    rules: Rules, now: str, swept: str, escalates: tuple[int, ...]
) -> None:
    assert decide(since(swept), rules, on(now)).escalates == escalates


def run(case_: Case, rules: Rules, days: list[str]) -> dict[str, int]:
    """Morning after morning; which rung fired on which day."""
    fired = {}
    for day in days:
        now = on(f"{day}T08:00")
        verdict = decide(case_, rules, now)
        if verdict.rung is not None:
            fired[day] = verdict.rung
        case_ = case_._replace(swept_until=now, noticed=case_.noticed or verdict.rung is not None)
    return fired


def mornings(first: str, last: str, calendar: WorkCalendar) -> list[str]:
    start, days = date.fromisoformat(first), (date.fromisoformat(last) - date.fromisoformat(first)).days
    span = [start + timedelta(days=n) for n in range(days + 1)]
    return [d.isoformat() for d in span if calendar.is_working(d)]


def test_a_whole_season_of_a_district_that_never_answers(rules: Rules, calendar: WorkCalendar) -> None:
    assert run(case(), rules, mornings("2018-10-01", "2019-04-01", calendar)) == {
        "2018-11-09": -30, "2018-11-23": -14, "2018-11-30": -7, "2018-12-06": -3, "2018-12-07": -1,
        "2018-12-10": 1, "2018-12-12": 3, "2018-12-17": 7, "2018-12-24": 14, "2019-01-02": 21,
        "2019-01-07": 28, "2019-01-14": 35, "2019-01-21": 42, "2019-01-28": 49, "2019-02-11": 56,
    }  # fmt: skip


def test_a_requested_office_is_asked_twice_before_and_politely_once_after(rules: Rules, calendar: WorkCalendar) -> None:
    asked = case(binding="requested")
    assert run(asked, rules, mornings("2018-10-01", "2019-04-01", calendar)) == {
        "2018-11-23": -14, "2018-12-06": -3, "2018-12-12": 3,
    }  # fmt: skip


def test_the_other_rungs_of_a_requested_office_are_recorded_as_such_and_nobody_above_is_told(rules: Rules) -> None:
    asked = case(binding="requested")
    assert decide(asked, rules, on("2018-11-09T08:00")).skipped == (Skip(-30, "requested_only"),)
    third = decide(asked._replace(swept_until=on("2018-12-06T08:00"), noticed=True), rules, on("2018-12-12T08:00"))
    assert (third.rung, third.reason, third.escalates) == (3, "rung_due", ())
    assert reasons(third) == {-1: "requested_only", 1: "requested_only"}


def test_a_report_handed_in_ends_the_ladder(rules: Rules, calendar: WorkCalendar) -> None:
    answered = case(events=[event("2018-12-06T15:00", "submit")])
    fired = run(answered, rules, mornings("2018-10-01", "2019-04-01", calendar))
    assert list(fired.values()) == [-30, -14, -7, -3]
    verdict = decide(answered._replace(swept_until=on("2018-12-06T08:00")), rules, on("2018-12-07T08:00"))
    assert (verdict.rung, verdict.skipped) == (None, (Skip(-1, "already_submitted"),))


def test_a_report_handed_in_during_an_outage_is_not_asked_for_afterwards(rules: Rules) -> None:
    late = since("2018-12-04T08:00", events=[event("2018-12-08T09:00", "submit")])
    verdict = decide(late, rules, on("2018-12-08T09:00"))
    assert (verdict.rung, reasons(verdict)) == (None, {-3: "already_submitted", -1: "already_submitted"})


@pytest.mark.parametrize(
    ("kind", "reason"), [("submit", "already_submitted"), ("accept", "accepted"), ("waive", "waived")]
)
def test_what_ends_the_ladder_is_the_reason_on_record(rules: Rules, kind: str, reason: str) -> None:
    ended = since("2018-11-24T08:00", events=[event("2018-11-25T10:00", kind)])
    assert decide(ended, rules, on("2018-11-30T08:00")).skipped == (Skip(-7, reason),)  # type: ignore[arg-type]


def test_a_return_starts_again_with_the_next_rung_and_catches_nothing_up(rules: Rules) -> None:
    events = [event("2018-11-20T10:00", "submit"), event("2018-12-06T10:00", "return")]
    verdict = decide(since("2018-11-10T08:00", events=events), rules, on("2018-12-06T11:00"))
    assert verdict.rung is None
    assert reasons(verdict) == {-14: "already_submitted", -7: "already_submitted", -3: "already_submitted"}
    assert verdict.next_at == on("2018-12-07T08:00")
    assert decide(since("2018-12-06T11:00", events=events), rules, on("2018-12-07T08:00")).rung == -1


def test_a_promise_pauses_the_ladder_through_its_day(rules: Rules, calendar: WorkCalendar) -> None:
    promised = case(events=[event("2018-11-26T10:00", "acknowledge", "2018-12-07")])
    fired = run(promised, rules, mornings("2018-10-01", "2018-12-31", calendar))
    assert fired == {
        "2018-11-09": -30, "2018-11-23": -14, "2018-12-10": 1, "2018-12-12": 3, "2018-12-17": 7, "2018-12-24": 14,
    }  # fmt: skip
    verdict = decide(promised._replace(swept_until=on("2018-11-26T08:00")), rules, on("2018-12-08T08:00"))
    assert (verdict.rung, set(reasons(verdict).values())) == (None, {"acknowledged"})


def test_a_rung_missed_before_a_promise_is_not_sent_while_it_holds(rules: Rules) -> None:
    promised = since("2018-11-24T08:00", events=[event("2018-12-01T10:00", "acknowledge", "2018-12-20")])
    verdict = decide(promised, rules, on("2018-12-03T08:00"))
    assert (verdict.rung, reasons(verdict)) == (None, {-7: "acknowledged"})


def test_an_extension_starts_a_new_ladder_from_its_day(rules: Rules, calendar: WorkCalendar) -> None:
    granted = Case(date(2018, 12, 20), "obliged", [event("2018-12-07T09:00", "extend", "2018-12-20")])
    assert run(granted, rules, mornings("2018-12-10", "2019-01-04", calendar)) == {
        "2018-12-13": -7, "2018-12-17": -3, "2018-12-19": -1, "2018-12-21": 1, "2018-12-24": 3, "2018-12-27": 7,
        "2019-01-03": 14,
    }  # fmt: skip


def test_the_rungs_before_an_extension_are_recorded_and_never_caught_up(rules: Rules) -> None:
    granted = Case(date(2018, 12, 20), "obliged", [event("2018-12-07T09:00", "extend", "2018-12-20")])
    verdict = decide(granted, rules, on("2018-12-07T09:00"))
    assert verdict.rung is None
    assert reasons(verdict) == {-30: "extended", -14: "extended"}
    assert verdict.next_at == on("2018-12-13T08:00")


def test_a_waiver_ends_the_ladder(rules: Rules, calendar: WorkCalendar) -> None:
    waived = case(events=[event("2018-11-12T10:00", "waive")])
    assert run(waived, rules, mornings("2018-10-01", "2019-04-01", calendar)) == {"2018-11-09": -30}


def test_a_paused_plan_sends_nothing_and_records_its_rungs(rules: Rules, calendar: WorkCalendar) -> None:
    paused = rules._replace(pauses=[Pause(on("2018-11-20T10:00"), on("2018-12-06T10:00"))])
    fired = run(case(), paused, mornings("2018-10-01", "2018-12-12", calendar))
    assert fired == {"2018-11-09": -30, "2018-12-07": -1, "2018-12-10": 1, "2018-12-12": 3}
    verdict = decide(since("2018-11-20T08:00"), paused, on("2018-12-06T11:00"))
    assert (verdict.rung, reasons(verdict)) == (None, {-14: "paused", -7: "paused", -3: "paused"})


def test_a_plan_that_is_still_paused_catches_nothing_up(rules: Rules) -> None:
    paused = rules._replace(pauses=[Pause(on("2018-11-24T10:00"))])
    verdict = decide(since("2018-11-20T08:00"), paused, on("2018-11-26T08:00"))
    assert (verdict.rung, reasons(verdict)) == (None, {-14: "paused"})


def test_a_pause_begins_at_its_instant_and_ends_before_its_end(rules: Rules) -> None:
    until_eight = rules._replace(pauses=[Pause(on("2018-11-20T10:00"), on("2018-11-23T08:00"))])
    assert decide(since("2018-11-20T08:00"), until_eight, on("2018-11-23T08:00")).rung == -14
    from_eight = rules._replace(pauses=[Pause(on("2018-11-23T08:00"))])
    assert decide(since("2018-11-20T08:00"), from_eight, on("2018-11-23T08:00")).rung is None


def test_rungs_lost_before_the_issue_are_caught_up_by_one_on_the_first_working_day(
    ladder: Ladder, calendar: WorkCalendar
) -> None:
    can_tho = Rules(ladder, calendar, date(2021, 5, 31))
    june = Case(date(2021, 6, 14), "obliged")
    assert decide(june, can_tho, on("2021-05-31T08:00")) == Verdict(next_at=on("2021-06-01T08:00"))
    verdict = decide(june, can_tho, on("2021-06-01T08:00"))
    assert (verdict.rung, verdict.reason, reasons(verdict)) == (-14, "caught_up", {-30: "merged"})
    assert verdict.next_at == on("2021-06-07T08:00")


def test_a_requested_office_of_a_late_plan_gets_its_one_as_well(ladder: Ladder, calendar: WorkCalendar) -> None:
    asked = Case(date(2021, 6, 14), "requested")
    verdict = decide(asked, Rules(ladder, calendar, date(2021, 5, 31)), on("2021-06-01T08:00"))
    assert (verdict.rung, reasons(verdict)) == (-14, {-30: "requested_only"})


def test_a_stage_that_is_switched_off_is_recorded_and_not_chased(rules: Rules) -> None:
    verdict = decide(case(chased=False), rules, on("2018-11-09T08:00"))
    assert (verdict.rung, verdict.skipped) == (None, (Skip(-30, "not_chased"),))
