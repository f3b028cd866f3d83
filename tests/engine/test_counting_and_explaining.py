"""What people read: the agenda, the count, and why each thing was or was not sent."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from dunghan.core.times import instant
from dunghan.engine import actions, handing_in
from dunghan.engine.context import Context
from dunghan.engine.explain import explain
from dunghan.engine.owed import Wanted
from dunghan.engine.run import run
from dunghan.engine.sweep import run_pass
from dunghan.engine.views import agenda, due_row, status

PLAN = "ha-giang-168-2016"


def at(text: str) -> Any:
    return instant(text, "at")


def due(context: Context, now: str = "2018-11-01", **wanted: Any) -> list[dict[str, Any]]:
    days = {k: wanted.pop(k) for k in ("since", "until") if k in wanted}
    return [due_row(context, s) for s in agenda(context, Wanted(**wanted), at(now), **days)]


@pytest.mark.parametrize("opened", [False, True], ids=["computed", "stored"])
def test_the_districts_of_2018_are_due_as_the_clause_says(context: Context, opened: bool) -> None:
    if opened:
        run_pass(context, PLAN, at("2018-11-01"))
    rows = due(context, plan=PLAN, period="2018", stage="district")
    assert len(rows) == 22
    assert {r["report"] for r in rows} == {"annual", "midterm"}
    assert len({r["office"] for r in rows}) == 11
    for row in rows:
        assert list(row) == [
            "obligation", "plan", "report", "period", "stage", "office", "office_name", "to", "through", "wording",
            "nominal", "last_day", "deadline", "proposed_day", "basis", "clause", "quote", "binding", "state",
        ]  # fmt: skip
        assert (row["wording"], row["nominal"], row["last_day"]) == ("before", "2018-12-10", "2018-12-09")
        assert (row["deadline"], row["basis"], row["clause"]) == ("2018-12-10T00:00:00+07:00", "quoted", "VIII.1")
        assert (row["to"], row["through"], row["proposed_day"]) == (["02"], "ha-giang.so-ldtbxh", None)


@pytest.mark.parametrize("opened", [False, True], ids=["computed", "stored"])
def test_the_lead_is_one_office_with_a_day_of_its_own(context: Context, opened: bool) -> None:
    if opened:
        run_pass(context, PLAN, at("2018-11-01"))
    (row,) = due(context, plan=PLAN, period="2018", stage="dolisa", report="annual")
    assert (row["office"], row["deadline"], row["to"]) == (
        "ha-giang.so-ldtbxh", "2018-12-15T00:00:00+07:00", ["02", "bo-ldtbxh"],
    )  # fmt: skip


def test_from_and_until_go_by_the_last_day_in_force_and_drop_what_has_none(context: Context) -> None:
    one = f"{PLAN}/annual/2018/024"
    actions.extend(context, one, until=date(2018, 12, 20), by="B", because="lũ", at=at("2018-12-01"))
    rows = due(context, now="2018-12-02", since=date(2018, 12, 15), until=date(2018, 12, 31))
    assert [(r["obligation"], r["last_day"], r["basis"]) for r in rows] == [(one, "2018-12-20", "set")]
    assert all(r["last_day"] for r in due(context, since=date(2000, 1, 1)))
    assert any(r["state"] == "undated" for r in due(context))


def test_the_count_adds_up_and_names_who_is_missing(context: Context) -> None:
    run_pass(context, PLAN, at("2018-11-01"))
    handing_in.submit(context, f"{PLAN}/annual/2018/024", received_at=at("2018-12-09T23:59"), by="A")
    handing_in.submit(context, f"{PLAN}/annual/2018/026", received_at=at("2018-12-10T00:00"), by="A")
    actions.waive(context, f"{PLAN}/annual/2018/027", by="B", because="x", at=at("2018-12-01"))
    document = status(context, PLAN, at("2018-12-12"), "2018")
    assert (document["plan"], document["as_of"]) == (PLAN, "2018-12-12T08:00:00+07:00")
    annual = next(p for p in document["periods"] if (p["report"], p["period"]) == ("annual", "2018"))
    stages = {s["stage"]: s for s in annual["stages"]}
    assert list(stages) == ["commune", "district", "department", "organisation", "dolisa"]
    assert stages["district"] == {
        "stage": "district", "expected": 11, "submitted": 2, "on_time": 1, "late": 1, "missing": 8, "waived": 1,
        "undated": 0, "offices_missing": ["028", "029", "030", "031", "032", "033", "034", "035"],
    }  # fmt: skip
    assert (stages["organisation"]["expected"], stages["organisation"]["undated"]) == (5, 2)
    for period in document["periods"]:
        for s in period["stages"]:
            assert s["expected"] == s["submitted"] + s["missing"] + s["waived"] + s["undated"]
            assert s["submitted"] == s["on_time"] + s["late"]


def test_a_count_as_of_an_earlier_day_does_not_know_what_came_later(context: Context) -> None:
    handing_in.submit(context, f"{PLAN}/annual/2018/024", received_at=at("2018-12-09"), by="A")
    (district,) = (
        s
        for p in status(context, PLAN, at("2018-12-08"), "2018")["periods"]
        for s in p["stages"]
        if (p["report"], s["stage"]) == ("annual", "district")
    )
    assert district["submitted"] == 0


def test_explain_shows_every_rung_with_its_reason_and_what_became_of_its_message(
    context: Context, introduce: Callable[..., Any], mornings: Callable[..., Any]
) -> None:
    one = f"{PLAN}/annual/2018/ha-giang.so-y-te"
    introduce("ha-giang.so-y-te")
    mornings(PLAN, "2018-12-07", "2018-12-10")
    handing_in.submit(context, one, received_at=at("2018-12-11"), reference="45/BC", by="A")
    mornings(PLAN, "2018-12-12")
    told = explain(context, one, at("2018-12-13"))
    assert (told["state"], told["opened"], told["basis"]) == ("submitted", True, "quoted")
    assert "10/12/2018" in told["explanation"]
    assert "nguyên văn" in told["basis_note"]
    assert [(r["rung"], r["fired"], r["reason"]) for r in told["reminders"]] == [
        ("-30d", False, "expired"), ("-14d", False, "missed"), ("-7d", False, "missed"), ("-3d", False, "missed"),
        ("-1d", True, "first_notice"), ("+1d", True, "rung_due"), ("+3d", False, "already_submitted"),
    ]  # fmt: skip
    sent = next(r["message"] for r in told["reminders"] if r["rung"] == "-1d")
    assert (sent["status"], sent["channel"], len(sent["attempts"])) == ("delivered", "email", 1)
    assert [(s["version"], s["reference"]) for s in told["submissions"]] == [(1, "45/BC")]
    assert told["planned"][0] == {"rung": "+7d", "at": "2018-12-17T08:00:00+07:00"}
    before = explain(context, one, at("2018-12-08"))
    assert (before["state"], before["submissions"], len(before["reminders"])) == ("due_soon", [], 5)


def test_explain_says_why_nobody_is_chased_where_there_is_no_date(context: Context) -> None:
    told = explain(context, f"{PLAN}/annual/2018/ha-giang.toa-an", at("2018-12-01"))
    assert (told["state"], told["opened"], told["planned"], told["reminders"]) == ("undated", False, [], [])
    assert "gợi ý" in told["basis_note"].lower()


def test_a_run_without_a_gateway_ends_well_keeps_its_messages_and_says_so(
    context: Context, everyone: Callable[..., Any]
) -> None:
    everyone(PLAN, heads=True)
    first = run(context, PLAN, at("2018-12-07"))
    document = first.document
    assert first.done.messages == first.sent.kept > 20
    assert document["delivered"] == 0 and document["state"].startswith("Overdue")
    assert {"plan", "as_of", "opened", "reminders", "messages", "delivered", "retry", "rejected", "dead", "skipped",
            "state"} == document.keys()  # fmt: skip
    again = run(context, PLAN, at("2018-12-07T09:00"))
    assert (again.done.opened, again.done.messages, again.sent.kept) == (0, 0, first.sent.kept)


@pytest.mark.parametrize(
    ("day", "word"),
    [("2018-10-01", "On time"), ("2018-11-09", "Waiting 432"), ("2018-12-10", "Overdue 432")],
)
def test_the_state_of_a_run_is_one_word(day: str, word: str, context: Context) -> None:
    ran = run(context, PLAN, at(day), dry_run=True)
    assert (ran.state, ran.document["state"]) == (word, word.rstrip("0123456789 "))
