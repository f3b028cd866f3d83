"""The doctor's findings: who cannot be reached, what has no date, what was tampered with, what could not be sent."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, update

from dunghan import outbox
from dunghan.core.times import instant
from dunghan.engine import actions
from dunghan.engine.context import Context
from dunghan.engine.doctor import Finding, examine
from dunghan.store.database import connect, writing
from dunghan.store.messages import MESSAGE

PLAN = "ha-giang-168-2016"


@pytest.fixture(autouse=True)
def _no_api(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")


def findings(context: Context, about: str, now: str = "2018-10-01") -> list[Finding]:
    return [f for f in examine(context, instant(now, "now")) if f.about == about]


def test_nobody_known_is_an_error_with_its_remedy(context: Context) -> None:
    first = findings(context, "contacts")[0]
    assert first.level == "error" and "dunghan contact import" in first.message


def test_an_office_without_a_reachable_officer_is_named_before_the_season(
    context: Context, everyone: Callable[..., Any], introduce: Callable[..., Any]
) -> None:
    everyone(PLAN, levels=("district", "commune"), heads=True)
    introduce("024", name="Officer 024", email="", phone="0912345678")
    of_plan = [f for f in findings(context, "contacts") if PLAN in f.message]
    assert [f.level for f in of_plan] == ["error"]
    assert "1 offices" in of_plan[0].message and "(024)" in of_plan[0].message


def test_once_everybody_can_be_reached_it_says_so(context: Context, everyone: Callable[..., Any]) -> None:
    everyone(PLAN, levels=("district", "commune"), heads=True)
    of_plan = [f for f in findings(context, "contacts") if PLAN in f.message]
    assert [f.level for f in of_plan] == ["ok"]


def test_the_season_that_is_over_is_a_warning_and_no_error(context: Context, introduce: Callable[..., Any]) -> None:
    introduce("ha-giang.so-ldtbxh", role="coordinator")
    of_plan = [f for f in findings(context, "contacts", "2026-07-01") if PLAN in f.message]
    assert [f.level for f in of_plan] == ["warning"]


def test_what_has_no_date_is_named(context: Context) -> None:
    (ours,) = [f for f in findings(context, "dates") if PLAN in f.message]
    assert ours.level == "warning" and "chưa có hạn" in ours.message and "dunghan set-date" in ours.message
    assert "semiannual/department" in ours.message and "annual/district" not in ours.message


def test_a_row_of_history_that_was_changed_is_found(context: Context, tamper: Callable[[str], None]) -> None:
    one = f"{PLAN}/annual/2018/024"
    when = instant("2018-12-03", "at")
    actions.submit(context, one, received_at=when, by="A")
    actions.accept(context, one, by="B", at=when)
    assert [f.level for f in findings(context, "audit")] == ["ok"]
    tamper("UPDATE audit SET who = 'C' WHERE seq = 2")
    (broken,) = findings(context, "audit")
    assert broken.level == "error" and "row 2" in broken.message


def test_what_could_not_be_sent_and_what_was_in_flight_at_a_crash_is_told(
    context: Context, db: Engine, clock: Any, introduce: Callable[..., Any], daily: Callable[..., None]
) -> None:
    introduce("024", "026", "027")
    daily(PLAN, "2018-11-23")
    assert [f.message for f in findings(context, "outbox")] == ["0 delivered, 3 waiting"]
    now = instant("2018-11-23", "now")
    outbox.claim(db, now=now, real=clock(), owner="x", channels=["email"], plan=None)
    with writing(db) as connection:
        connection.execute(update(MESSAGE).where(MESSAGE.c.office == "024").values(status="dead"))
        connection.execute(update(MESSAGE).where(MESSAGE.c.office == "026").values(status="rejected"))
    clock.set("2026-07-02")
    failed, stale = findings(context, "outbox")
    assert failed.level == "error" and failed.message.startswith("2 messages could not be sent")
    assert stale.level == "warning" and stale.message.startswith("1 messages were in flight")


def test_without_a_gateway_it_says_which_setting_to_make(context: Context) -> None:
    (none,) = findings(context, "channels")
    assert none.level == "warning" and "DUNGHAN_EMAIL_URL" in none.message


def test_a_rehearsal_is_a_warning(context: Context) -> None:
    more = {"redirect_to": "a@thu.example", "email_url": "mailto://mail.example?from=a@thu.example&mode=insecure"}
    rehearsal = Context(context.settings.model_copy(update=more), context.db, context.now)
    rehearsal.__dict__["catalog"] = context.catalog
    levels = [(f.level, "rehearsal" in f.message) for f in findings(rehearsal, "channels")]
    assert levels == [("ok", False), ("warning", True)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_missing_database_is_one_finding_and_the_plans_are_looked_at_all_the_same(
    context: Context, tmp_path: Any
) -> None:
    lost = Context(context.settings, db=connect(f"sqlite:///{tmp_path}/none.db"), now=context.now)
    lost.__dict__["catalog"] = context.catalog
    found = list(examine(lost, instant("2018-10-01", "now")))
    assert [f.level for f in found if f.about == "plan"] == ["ok"] * 4
    assert found[-1].level == "error" and "dunghan init" in found[-1].message


def test_without_a_prefect_api_it_says_how_to_start_one(context: Context) -> None:
    (api,) = findings(context, "prefect")
    assert api.level == "warning" and "dunghan serve" in api.message
