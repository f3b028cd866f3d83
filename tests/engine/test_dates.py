"""What has no date is silent until somebody sets one; dates and recomputations are on record."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from config.catalog import Catalog
from dunghan.core.times import instant
from dunghan.engine import actions, plan_actions
from dunghan.engine.context import Context
from dunghan.engine.owed import Wanted
from dunghan.engine.views import agenda, due_row
from dunghan.store import audit
from dunghan.store.database import reading
from models.errors import BadTime, NotPossible, UnknownName, UsageError

HA_GIANG, BINH_THUAN, CAN_THO = "ha-giang-168-2016", "binh-thuan-687-2020", "can-tho-115-2021"


def rows(context: Context, now: str, **wanted: str) -> list[dict[str, Any]]:
    return [due_row(context, s) for s in agenda(context, Wanted(**wanted), instant(now, "now"))]


def on_record(db: Engine, subject: str) -> list[tuple[str, str, str]]:
    with reading(db) as connection:
        return [(r.who, r.what, r.why) for r in audit.of_subject(connection, subject) if r.who != "engine"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("plan", [BINH_THUAN, "hai-phong-76-2020"])
def test_a_plan_without_dates_sends_nothing_at_all_for_years(
    plan: str, everyone: Callable[..., Any], play: Callable[..., Any]
) -> None:
    everyone(plan, heads=True)
    assert play(plan, "2020-01-01", "2022-01-31").messages == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_can_tho_asks_for_its_one_report_alone_and_catches_up_on_the_first_working_day(
    everyone: Callable[..., Any], play: Callable[..., Any]
) -> None:
    everyone(CAN_THO, levels=("district", "commune"), heads=True)
    run = play(CAN_THO, "2021-05-31", "2021-12-31")
    sent_to = [m for m in run.messages if m["kind"] == "reminder"]
    assert {r["obligation"].split("/")[1] for m in sent_to for r in m["reminders"]} == {"one-off"}
    assert len({m["office"] for m in sent_to}) == 11 + 4 + 9
    first = run.to("916")[0]
    assert first["at"] == "2021-06-01T08:00:00+07:00"
    assert [(r["rung"], r["reason"]) for r in first["reminders"]] == [("-14d", "caught_up")]
    assert run.days("916")[1:5] == ["2021-06-07", "2021-06-11", "2021-06-15", "2021-06-17"]
    assert run.passed_over(f"{CAN_THO}/one-off/2021/916")["-30d"] == "merged"
    assert run.days("can-tho.mttq") == ["2021-06-01", "2021-06-11", "2021-06-17"]
    assert not run.to("can-tho.so-ldtbxh"), "the lead's own date is missing"


def test_a_date_that_a_coordinator_sets_starts_a_ladder(
    context: Context,
    db: Engine,
    clock: Any,
    introduce: Callable[..., Any],
    mornings: Callable[..., Any],
    sent: Callable[..., Any],
) -> None:
    introduce("ha-giang.cong-an")
    mornings(HA_GIANG, "2018-07-02", "2018-07-16")
    assert sent() == []
    clock.set("2018-07-20")
    held = plan_actions.set_date(
        context, HA_GIANG, "semiannual", "department", date(2018, 7, 31), key="2018-H1", because="họp", by="Trần Thị A"
    )
    assert held == ("2018-H1", 1)
    mornings(HA_GIANG, "2018-07-20", "2018-07-24")
    assert [s.day for s in sent()] == ["2018-07-20", "2018-07-24"]
    assert {o for s in sent() for o, _ in s.carries} == {f"{HA_GIANG}/semiannual/2018-H1/ha-giang.cong-an"}
    (row,) = rows(context, "2018-07-20", plan=HA_GIANG, report="semiannual", period="2018-H1")
    assert (row["basis"], row["last_day"], row["deadline"]) == ("set", "2018-07-31", "2018-08-01T00:00:00+07:00")
    assert on_record(db, HA_GIANG) == [("Trần Thị A", "set_date", "họp")]


def test_a_date_set_once_more_holds_and_one_that_is_a_slip_of_the_pen_is_refused(
    context: Context, clock: Any, introduce: Callable[..., Any], mornings: Callable[..., Any], sent: Callable[..., Any]
) -> None:
    introduce("ha-giang.cong-an")
    mornings(HA_GIANG, "2018-07-02")
    clock.set("2018-07-20")

    def fix(day: date) -> tuple[str, int]:
        return plan_actions.set_date(
            context, HA_GIANG, "semiannual", "department", day, key="2018-H1", because="họp", by="Trần Thị A"
        )

    assert fix(date(2018, 7, 1)) == fix(date(2018, 7, 31)) == ("2018-H1", 1)
    for slip in (date(1, 1, 1), date(9999, 12, 31)):
        with pytest.raises(BadTime):
            fix(slip)
    (row,) = rows(context, "2018-07-20", plan=HA_GIANG, report="semiannual", period="2018-H1")
    assert (row["basis"], row["last_day"]) == ("set", "2018-07-31")
    mornings(HA_GIANG, "2018-07-24")
    assert [s.day for s in sent()] == ["2018-07-24"]
    one = f"{HA_GIANG}/semiannual/2018-H1/ha-giang.cong-an"
    for slip in (date(9999, 12, 31), date(2218, 8, 15)):
        with pytest.raises(BadTime):
            actions.extend(context, one, until=slip, by="A", because="lũ")
        with pytest.raises(BadTime):
            actions.acknowledge(context, one, until=slip, by="A")


def test_court_and_procuracy_are_written_to_once_somebody_confirms_their_date(
    context: Context, introduce: Callable[..., Any], mornings: Callable[..., Any], sent: Callable[..., Any]
) -> None:
    introduce("ha-giang.toa-an", "ha-giang.vien-kiem-sat")
    mornings(HA_GIANG, "2018-11-20")
    (row, _) = (r for r in rows(context, "2018-11-20", plan=HA_GIANG, report="annual", period="2018")
                if r["basis"] == "proposed")  # fmt: skip
    assert (row["state"], row["proposed_day"], row["last_day"]) == ("undated", "2018-12-09", None)
    key, count = plan_actions.set_date(
        context, HA_GIANG, "annual", "organisation", date(2018, 12, 9), because="đã thống nhất", by="Trần Thị A"
    )
    assert (key, count) == ("2018", 2)
    mornings(HA_GIANG, "2018-11-23", "2018-11-30", "2018-12-06", "2018-12-12")
    assert [s.day for s in sent(office="ha-giang.toa-an")] == ["2018-11-23", "2018-12-06", "2018-12-12"]


def test_a_date_in_the_text_is_not_set_anew(context: Context) -> None:
    with pytest.raises(NotPossible, match="dunghan extend"):
        plan_actions.set_date(context, HA_GIANG, "annual", "district", date(2018, 12, 9), because="x", by="x")


@pytest.mark.parametrize(
    ("report", "stage", "day", "key", "kind"),
    [
        ("anual", "district", date(2018, 12, 9), None, UnknownName),
        ("annual", "distrikt", date(2018, 12, 9), None, UnknownName),
        ("semiannual", "department", date(2018, 7, 9), "2018-Q1", UnknownName),
        ("semiannual", "department", date(2035, 7, 9), None, UsageError),
    ],
)
def test_a_name_or_a_day_that_the_plan_does_not_have_is_told(
    report: str, stage: str, day: date, key: str | None, kind: type[Exception], context: Context
) -> None:
    with pytest.raises(kind):
        plan_actions.set_date(context, HA_GIANG, report, stage, day, because="x", by="x", key=key)


DERIVED = """
id: derived
number: 1/KH-UBND
title: Kế hoạch thử
issuer: "02"
place: Hà Giang
issued_on: 2018-01-15
years: {since: 2018, until: 2019}
territory: "02"
lead: ha-giang.so-ldtbxh
source: {file: derived.txt}
offices:
  - {office: ha-giang.so-ldtbxh, named: Sở, role: lead, clause: "1"}
reports:
  - id: annual
    title: Báo cáo hằng năm
    kind: annual
    recurrence: annual
    chain:
      - stage: commune
        reporters: {level: commune, within: "024"}
        to: [parent]
        due: {wording: by, derived: {stage: district, working_days_before: 5}}
        clause: "1"
        quote: báo cáo hằng năm
      - stage: district
        reporters: {offices: ["024"]}
        to: ["02"]
        due: {wording: undated}
        clause: "1"
        quote: báo cáo hằng năm
"""


@pytest.fixture
def own_plans(context: Context, tmp_path: Path) -> Path:
    """A folder of plans of the installation's own; ``context`` reads it."""
    folder = tmp_path / "config" / "plans"
    folder.mkdir(parents=True)
    context.settings = context.settings.model_copy(update={"config_dir": str(tmp_path / "config")})
    tree = context.catalog.tree
    context.__dict__["catalog"] = Catalog(context.settings)
    context.catalog.__dict__["tree"] = tree
    return folder


def test_a_date_that_is_set_dates_the_stage_derived_from_it_as_well(
    context: Context,
    own_plans: Path,
    introduce: Callable[..., Any],
    mornings: Callable[..., Any],
    sent: Callable[..., Any],
) -> None:
    (own_plans / "derived.yaml").write_text(DERIVED, encoding="utf-8")
    introduce("00688", "024")
    mornings("derived", "2018-11-01")
    assert {r["state"] for r in rows(context, "2018-11-01", plan="derived")} == {"undated"}
    plan_actions.set_date(context, "derived", "annual", "district", date(2018, 12, 9), because="họp", by="A")
    dated = {
        r["office"]: (r["last_day"], r["basis"]) for r in rows(context, "2018-11-01", plan="derived", period="2018")
    }
    assert dated["024"] == ("2018-12-09", "set")
    assert dated["00688"] == ("2018-12-03", "derived")
    plan_actions.set_date(context, "derived", "annual", "district", date(2018, 12, 16), because="lùi", by="A")
    (again,) = rows(context, "2018-11-01", plan="derived", period="2018", office="00688")
    assert (again["last_day"], again["basis"]) == ("2018-12-10", "derived")
    plan_actions.set_date(context, "derived", "annual", "district", date(2018, 12, 9), because="như cũ", by="A")
    mornings("derived", "2018-11-02", "2018-11-09")
    assert [(s.office, s.day) for s in sent()] == [("00688", "2018-11-02"), ("024", "2018-11-09")]


def test_a_stored_deadline_moves_only_by_an_audited_recompute(
    context: Context,
    db: Engine,
    own_plans: Path,
    introduce: Callable[..., Any],
    mornings: Callable[..., Any],
    sent: Callable[..., Any],
) -> None:
    text = DERIVED.replace("{wording: undated}", "{wording: before, day: {month: 12, day: 10}}")
    (own_plans / "derived.yaml").write_text(text, encoding="utf-8")
    introduce("024")
    mornings("derived", "2018-11-09")
    actions.extend(context, "derived/annual/2018/00688", until=date(2018, 12, 31), by="A", because="lũ")
    (own_plans / "derived.yaml").write_text(text.replace("day: 10}", "day: 20}"), encoding="utf-8")
    context.__dict__["catalog"] = Catalog(context.settings)

    def last_day() -> str:
        return next(r["last_day"] for r in rows(context, "2018-11-09", plan="derived", office="024", period="2018"))

    mornings("derived", "2018-11-12")
    assert last_day() == "2018-12-09"
    changed = plan_actions.recompute(context, "derived", because="sửa văn bản", by="Trần Thị A")
    assert last_day() == "2018-12-19"
    # 2018: the district and seven of eight communes (one was given its own day); 2019 is not open yet.
    assert changed == 8
    assert on_record(db, "derived") == [("Trần Thị A", "recompute", "sửa văn bản")]
    assert plan_actions.recompute(context, "derived", because="lần nữa", by="Trần Thị A") == 0
    mornings("derived", "2018-11-19", "2018-12-05")
    assert [s.day for s in sent(office="024")] == ["2018-11-09", "2018-11-19", "2018-12-05"]
