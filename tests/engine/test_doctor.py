"""The doctor's findings: who cannot be reached, what has no date, what was tampered with, what could not be sent."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from dunghan import files, outbox
from dunghan.channels.zalo_tokens import Tokens
from dunghan.core.times import instant
from dunghan.engine import actions, handing_in, plan_actions
from dunghan.engine.context import Context
from dunghan.engine.doctor import Finding, examine
from dunghan.engine.doctor_store import LEFT_LYING
from dunghan.engine.tokens import SealedTokens
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
    handing_in.submit(context, one, received_at=when, by="A")
    actions.accept(context, one, by="B", at=when)
    assert [f.level for f in findings(context, "audit")] == ["ok"]
    tamper("UPDATE audit SET who = 'C' WHERE seq = 2")
    (broken,) = findings(context, "audit")
    assert broken.level == "error" and "row 2" in broken.message


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_row_of_history_changed_in_the_file_itself_is_found(context: Context, database_url: str) -> None:
    """By the sqlite3 tool, which drops the triggers first."""
    handing_in.submit(context, f"{PLAN}/annual/2018/024", received_at=instant("2018-12-03", "at"), by="A")
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as raw, raw:
        raw.execute("DROP TRIGGER audit_no_update")
        raw.execute("UPDATE audit SET at = '2018-12-01 01:00:00.000000' WHERE seq = 1")
    (broken,) = findings(context, "audit")
    assert broken.level == "error" and "row 1" in broken.message and "dunghan restore" in broken.message


@pytest.fixture
def handed_in(context: Context, clock: Any, tmp_path: Path) -> list[Path]:
    """Three reports with a file each; where those lie, the oldest first."""
    when = clock.set("2018-12-03")
    for number, office in enumerate(("024", "026", "027")):
        report = tmp_path / f"{office}.docx"
        report.write_bytes(b"x" * (number + 10))
        handing_in.submit(context, f"{PLAN}/annual/2018/{office}", received_at=when, files=[report], by="A")
    return sorted(Path(context.settings.files_url).rglob("*/*"), key=lambda path: path.stat().st_size)


def test_files_that_are_there_and_whole_are_counted(context: Context, handed_in: list[Path]) -> None:
    assert [(f.level, f.message) for f in findings(context, "files")] == [
        ("ok", "3 named by submissions are there and whole")
    ]


def test_files_that_are_missing_or_changed_are_named_with_their_obligation(
    context: Context, handed_in: list[Path]
) -> None:
    gone, shorter, other = handed_in
    gone.unlink()
    shorter.write_bytes(b"")
    other.write_bytes(b"y" * other.stat().st_size)
    missing, changed = findings(context, "files")
    assert (missing.level, changed.level) == ("error", "error")
    assert missing.message.startswith("1 files named by submissions are missing")
    assert f"{gone.parent.name}/{gone.name} ({PLAN}/annual/2018/024)" in missing.message
    assert changed.message.startswith("2 files named by submissions are not what was handed in")
    for path in (shorter, other):
        assert path.name in changed.message
    assert "backup" in missing.message


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_files_left_by_a_crash_before_their_record_are_told_once_nobody_can_be_recording_them(
    context: Context, clock: Any, handed_in: list[Path], tmp_path: Path
) -> None:
    now = clock.set("2018-12-03T12:00")
    report = tmp_path / "lost.docx"
    report.write_bytes(b"its sender crashed")
    store = Path(context.settings.files_url)
    lost = store / files.where(files.keep(str(store), report)["sha256"])
    half = lost.with_name(f"{lost.name}.0123abcd.part")
    half.write_bytes(b"its sen")
    for path, age in ((lost, LEFT_LYING.total_seconds() - 1), (half, LEFT_LYING.total_seconds() + 1)):
        os.utime(path, (now.timestamp() - age,) * 2)
    idle, whole = findings(context, "files")
    assert idle.level == "warning" and idle.message.startswith("1 files") and half.name in idle.message
    assert whole.level == "ok"
    clock.set("2018-12-03T12:01")
    assert findings(context, "files")[0].message.startswith("2 files")
    assert lost.is_file(), "the doctor looks, and touches nothing"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_store_that_cannot_be_read_is_one_finding(context: Context, handed_in: list[Path]) -> None:
    store = Path(context.settings.files_url)
    store.rename(store.with_name("away"))
    store.write_text("no folder")
    (found,) = findings(context, "files")
    assert found.level == "error"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_handed_in_is_nothing_wrong(context: Context) -> None:
    (found,) = findings(context, "files")
    assert (found.level, found.message) == ("ok", "0 named by submissions are there and whole")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_tokens_sealed_under_another_secret_are_told(context: Context) -> None:
    assert findings(context, "tokens") == []
    with SealedTokens(context).locked("zalo:1") as cell:
        cell.save(Tokens("access", "refresh", None))
    assert findings(context, "tokens") == []
    for secret, word in (("another", "sealed under another DUNGHAN_SECRET_KEY"), ("", "dunghan init")):
        context.settings = context.settings.model_copy(update={"secret_key": secret})
        (found,) = findings(context, "tokens")
        assert found.level == "error" and word in found.message


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_paused_plan_is_told_with_the_way_to_go_on(context: Context) -> None:
    plan_actions.pause(context, PLAN, because="bão", by="A")
    (found,) = findings(context, "paused")
    assert found.level == "warning" and f"dunghan resume {PLAN}" in found.message
    plan_actions.resume(context, PLAN, by="A")
    assert findings(context, "paused") == []


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
    assert "same Message-ID" in stale.message and "dunghan outbox list --status unknown" in stale.message


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
