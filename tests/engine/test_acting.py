"""A coordinator's and an office's acts on one obligation: what they do, and when they are refused."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from dunghan.core.times import instant
from dunghan.engine import actions, handing_in
from dunghan.engine.context import Context
from dunghan.engine.owed import Wanted, find, owed
from dunghan.engine.sweep import run_pass
from dunghan.store import acts, audit
from dunghan.store.database import reading
from models.errors import BadTime, DeadlineUndated, NotPossible, PlanNotFound, UnknownObligation, UsageError

PLAN = "ha-giang-168-2016"
ONE = f"{PLAN}/annual/2018/ha-giang.so-y-te"


def at(text: str) -> Any:
    return instant(text, "at")


def state(context: Context, obligation: str, now: str) -> str:
    plan, report, period, office = obligation.split("/")
    (found,) = owed(context, Wanted(plan, report, period, None, office), at(now))
    return found.state


def test_submissions_are_versioned_and_never_overwritten(context: Context, db: Engine, tmp_path: Path) -> None:
    report = tmp_path / "báo cáo.docx"
    report.write_bytes(b"PK report")
    assert handing_in.submit(context, ONE, received_at=at("2018-12-03"), files=[report], reference="45/BC", by="A") == 1
    assert handing_in.submit(context, ONE, received_at=at("2018-12-04"), nothing=True, by="A") == 2
    with reading(db) as connection:
        first, second = acts.submissions(connection, ONE)
        trail = audit.of_subject(connection, ONE)
    assert (first.kind, first.reference, first.received_at) == ("report", "45/BC", at("2018-12-03"))
    assert (second.kind, second.files) == ("nothing", [])
    (kept,) = first.files
    assert (kept["name"], kept["size"]) == ("báo cáo.docx", 9)
    assert (Path(context.settings.files_url) / kept["sha256"][:2] / kept["sha256"]).read_bytes() == b"PK report"
    assert [(row.what, row.detail["version"]) for row in trail] == [("submit", 1), ("submit", 2)]


@pytest.mark.parametrize("judge", [actions.accept, actions.give_back])
def test_what_is_judged_is_the_version_that_was_looked_at(context: Context, judge: Callable[..., None]) -> None:
    for day in ("2018-12-03", "2018-12-04"):
        handing_in.submit(context, ONE, received_at=at(day), nothing=True, by="A")
    with pytest.raises(actions.NewerVersion):
        judge(context, ONE, by="B", because="x", version=1)
    assert state(context, ONE, "2018-12-05") == "submitted"
    judge(context, ONE, by="B", because="x", version=2)
    assert state(context, ONE, "2026-07-02") in ("accepted", "returned")


def test_an_early_submission_opens_its_obligation_and_the_period_still_opens_whole(
    context: Context, everyone: Callable[..., Any], sent: Callable[..., Any], daily: Callable[..., None]
) -> None:
    everyone(PLAN)
    early = f"{PLAN}/final/2020/ha-giang.so-y-te"
    context.now.set("2018-06-01")  # type: ignore[attr-defined]
    handing_in.submit(context, early, by="A")
    assert state(context, early, "2018-06-02") == "submitted"
    with reading(context.db) as connection:
        assert find(context, connection, early)[2]
        assert not find(context, connection, early.replace("so-y-te", "so-tu-phap"))[2]
    assert run_pass(context, PLAN, at("2020-11-09")).opened > 0
    assert len(list(owed(context, Wanted(PLAN, "final", "2020", "department"), at("2020-11-09")))) == 9
    assert early not in {o for s in sent(office="ha-giang.so-y-te") for o, _ in s.carries}


def test_a_submission_after_acceptance_leaves_it_accepted(context: Context) -> None:
    handing_in.submit(context, ONE, received_at=at("2018-12-03"), by="A")
    actions.accept(context, ONE, by="B", at=at("2018-12-04"))
    assert handing_in.submit(context, ONE, received_at=at("2018-12-05"), by="A") == 2
    assert state(context, ONE, "2018-12-06") == "accepted"


def test_an_unanswered_obligation_stays_answerable_after_its_plan_and_its_office_have_ended(
    context: Context, daily: Callable[..., None]
) -> None:
    daily(PLAN, "2020-12-07")
    commune = f"{PLAN}/final/2020/00688"
    context.now.set("2026-03-02")  # type: ignore[attr-defined]
    daily(PLAN, "2026-03-02")
    assert state(context, commune, "2026-03-02") == "overdue"
    assert handing_in.submit(context, commune, by="A") == 1
    assert state(context, commune, "2026-03-02") == "submitted"


def test_judging_what_was_never_handed_in_is_refused(context: Context) -> None:
    with pytest.raises(NotPossible, match="nothing has been handed in"):
        actions.accept(context, ONE, by="B")
    with pytest.raises(NotPossible, match="nothing has been handed in"):
        actions.give_back(context, ONE, by="B", because="x")
    handing_in.submit(context, ONE, received_at=at("2018-12-03"), by="A")
    actions.give_back(context, ONE, by="B", because="thiếu biểu", at=at("2018-12-04"))
    with pytest.raises(NotPossible, match="returned"):
        actions.accept(context, ONE, by="B", at=at("2018-12-05"))


def test_an_accepted_report_may_still_be_returned_but_nothing_is_accepted_or_waived_twice(context: Context) -> None:
    handing_in.submit(context, ONE, received_at=at("2018-12-03"), by="A")
    actions.accept(context, ONE, by="B", at=at("2018-12-04"))
    with pytest.raises(NotPossible, match="accepted"):
        actions.accept(context, ONE, by="B", at=at("2018-12-05"))
    actions.give_back(context, ONE, by="B", because="nhầm kỳ", at=at("2018-12-05"))
    assert state(context, ONE, "2018-12-06") == "returned"
    actions.waive(context, ONE, by="B", because="giải thể", at=at("2018-12-06"))
    with pytest.raises(NotPossible, match="waived already"):
        actions.waive(context, ONE, by="B", because="giải thể", at=at("2018-12-07"))
    with pytest.raises(NotPossible, match="answered already"):
        actions.acknowledge(context, ONE, until=date(2018, 12, 20), by="A", at=at("2018-12-07"))


def test_an_extension_goes_beyond_the_day_in_force(context: Context) -> None:
    with pytest.raises(UsageError, match="2018-12-09"):
        actions.extend(context, ONE, until=date(2018, 12, 9), by="B", because="x", at=at("2018-12-01"))
    actions.extend(context, ONE, until=date(2018, 12, 15), by="B", because="lũ", at=at("2018-12-01"))
    with pytest.raises(UsageError, match="2018-12-15"):
        actions.extend(context, ONE, until=date(2018, 12, 12), by="B", because="x", at=at("2018-12-02"))
    assert state(context, ONE, "2018-12-12") == "due_soon"
    assert state(context, ONE, "2018-12-16T00:00") == "overdue"


def test_what_has_no_date_cannot_be_extended(context: Context) -> None:
    undated = f"{PLAN}/semiannual/2018-H1/ha-giang.cong-an"
    with pytest.raises(DeadlineUndated, match="set-date"):
        actions.extend(context, undated, until=date(2018, 12, 15), by="B", because="x")


def test_a_promise_for_a_day_gone_by_is_refused(context: Context) -> None:
    with pytest.raises(UsageError, match="has passed"):
        actions.acknowledge(context, ONE, until=date(2018, 12, 3), by="A", at=at("2018-12-04"))


def test_a_future_time_is_refused_and_nothing_is_recorded(context: Context, db: Engine) -> None:
    context.now.set("2018-12-03")  # type: ignore[attr-defined]
    with pytest.raises(BadTime, match="--received-at 2018-12-04"):
        handing_in.submit(context, ONE, received_at=at("2018-12-04"), by="A")
    with pytest.raises(BadTime, match="--at 2018-12-04"):
        actions.waive(context, ONE, by="B", because="x", at=at("2018-12-04"))
    with reading(db) as connection:
        assert connection.execute(select(audit.AUDIT)).all() == []


@pytest.mark.parametrize(
    ("wrong", "kind", "near"),
    [
        ("ha-giang-168-2016/annual/2018/ha-giang.so-yte", UnknownObligation, "ha-giang.so-y-te"),
        ("ha-giang-168-2016/anual/2018/ha-giang.so-y-te", UnknownObligation, f"Did you mean {ONE}"),
        ("ha-giang-168-2016/annual/2108/ha-giang.so-y-te", UnknownObligation, ONE),
        ("ha-giang-168-2061/annual/2018/ha-giang.so-y-te", PlanNotFound, "ha-giang-168-2016"),
        ("annual/2018/024", UsageError, "plan/report/period/office"),
    ],
)
def test_a_wrong_obligation_is_told_with_the_nearest_names(
    wrong: str, kind: type[Exception], near: str, context: Context
) -> None:
    with pytest.raises(kind, match=near):
        handing_in.submit(context, wrong, by="A")


def test_a_report_returned_to_an_office_nobody_can_reach_is_on_record(
    context: Context, reasons: Callable[[str], dict[str, str]]
) -> None:
    handing_in.submit(context, ONE, received_at=at("2018-12-03"), by="A")
    actions.give_back(context, ONE, by="B", because="thiếu biểu", at=at("2018-12-04"))
    assert reasons(ONE) == {"returned-1": "unreachable"}
