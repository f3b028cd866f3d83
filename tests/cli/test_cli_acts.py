"""The coordinator's actions, as the command line takes them."""

import json

import pytest

from tests.cli.conftest import Desk

PLAN = "ha-giang-168-2016"
ONE = f"{PLAN}/annual/2018/024"
TABLE = "obligation;received_at;reference;nothing_to_report;note\n"


def _state(desk: Desk, obligation: str = ONE, as_of: str = "2018-12-12") -> str:
    return str(desk.json("explain", obligation, "--as-of", as_of)["state"])


def test_submit_keeps_files_and_numbers_its_versions(desk: Desk) -> None:
    report = desk.write("báo cáo.txt", "nội dung")
    words = ("submit", ONE, report, "--reference", "45/BC-UBND", "--received-at", "2018-12-03T10:00")
    done = desk(*words, "--json")
    (told,) = json.loads(done.out)
    assert (done.code, told["obligation"], told["version"]) == (0, ONE, 1)
    assert [one["code"] for one in told["findings"]] == ["other_kind"]
    assert done.err == (
        "warning: báo cáo.txt: The file is no docx, pdf, xlsx or odt: those who receive it may be unable to open it.\n"
    )
    assert desk(*words).out == f"{ONE}: recorded as version 2.\n"
    (first, _) = desk.json("explain", ONE)["submissions"]
    assert (first["received_at"], first["kind"], first["reference"]) == (
        "2018-12-03T10:00:00+07:00", "report", "45/BC-UBND",
    )  # fmt: skip
    (file,) = first["files"]
    assert file["name"] == "báo cáo.txt"
    kept = [p for p in (desk.folder / "var" / "files").rglob("*") if p.is_file()]
    assert [p.read_text() for p in kept] == ["nội dung"]


def test_nothing_to_report_is_a_submission_and_a_bare_day_its_midnight(desk: Desk) -> None:
    desk.ok("submit", ONE, "--nothing-to-report", "--received-at", "2018-12-09")
    (only,) = desk.json("explain", ONE)["submissions"]
    assert (only["kind"], only["received_at"]) == ("nothing", "2018-12-09T00:00:00+07:00")
    assert _state(desk) == "submitted"


def test_a_file_that_is_not_there_records_nothing(desk: Desk) -> None:
    desk("submit", ONE, "none.docx").refused(2, "none.docx", "check the path")
    assert desk.json("explain", ONE)["submissions"] == []


def test_accept_and_return_follow_what_was_handed_in(desk: Desk) -> None:
    desk("accept", ONE).refused(1, "nothing has been handed in")
    desk.ok("submit", ONE, "--received-at", "2018-12-03")
    assert "returned" in desk.ok("return", ONE, "--because", "thiếu biểu 2", "--at", "2018-12-05T09:00")
    assert _state(desk) == "returned"
    desk("return", ONE, "--because", "lại nữa").refused(1, "returned")
    desk.ok("submit", ONE, "--received-at", "2018-12-06")
    assert desk.ok("accept", ONE, "--at", "2018-12-07") == f"{ONE}: accepted.\n"
    assert _state(desk) == "accepted"


def test_a_returned_office_that_can_be_reached_gets_a_notice(staffed: Desk) -> None:
    staffed.ok("submit", ONE, "--received-at", "2018-12-03")
    assert "queued" in staffed.ok("return", ONE, "--because", "thiếu biểu 2", "--at", "2018-12-05T09:00")
    (notice,) = staffed.json("outbox", "list")
    assert (notice["kind"], notice["office"], notice["status"]) == ("notice", "024", "queued")


def test_extend_waive_and_acknowledge(desk: Desk) -> None:
    assert "2018-12-20" in desk.ok("extend", ONE, "--until", "2018-12-20", "--because", "lũ quét", "--at", "2018-12-05")
    assert _state(desk, as_of="2018-12-20T23:59") == "due_soon"
    desk("extend", ONE, "--until", "2018-12-20", "--because", "lại").refused(2, "2018-12-20")
    other = f"{PLAN}/annual/2018/026"
    desk.ok("acknowledge", other, "--until", "2018-12-14", "--at", "2018-12-06")
    assert [e["until"] for e in desk.json("explain", other)["events"]] == ["2018-12-14"]
    desk("acknowledge", other, "--until", "2018-12-14").refused(2, "has passed")
    desk.ok("waive", other, "--because", "không có đối tượng", "--at", "2018-12-07")
    assert _state(desk, other) == "waived"
    desk("waive", other, "--because", "lại").refused(1, "waived already")


def test_an_undated_obligation_has_nothing_to_extend(desk: Desk) -> None:
    undated = f"{PLAN}/semiannual/2018-H1/ha-giang.cong-an"
    desk("extend", undated, "--until", "2018-12-20", "--because", "x").refused(2, "dunghan set-date")


def test_set_date_turns_a_missing_date_into_a_set_one(desk: Desk) -> None:
    words = ("set-date", "binh-thuan-687-2020", "annual", "district")
    assert "10 offices" in desk.ok(*words, "2020-12-10", "--because", "công văn 12")
    rows = desk.json("due", "--plan", "binh-thuan-687-2020", "--report", "annual", "--stage", "district")
    dates = {r["period"]: (r["last_day"], r["deadline"], r["basis"]) for r in rows}
    assert dates["2020"] == ("2020-12-10", "2020-12-11T00:00:00+07:00", "set")
    assert dates["2021"][:2] == (None, None), "each period has a date of its own"
    desk("set-date", PLAN, "annual", "district", "2018-12-20", "--because", "x").refused(1, "dunghan extend")
    desk("set-date", "binh-thuan-687-2020", "anual", "district", "2020-12-10", "--because", "x").refused(2, "annual")
    desk("set-date", "binh-thuan-687-2020", "annual", "huyen", "2020-12-10", "--because", "x").refused(2, "district")
    desk(*words, "2031-12-10", "--because", "x").refused(2, "--period")


def test_nothing_goes_out_while_a_plan_is_paused(staffed: Desk) -> None:
    staffed.ok("pause", PLAN, "--because", "bão số 4", "--at", "2018-11-08")
    staffed("pause", PLAN, "--because", "bão số 4").refused(1, "paused already")
    document = staffed.json("run", PLAN, "--as-of", "2018-11-09")
    assert (document["reminders"], document["messages"]) == (0, 0)
    staffed.ok("resume", PLAN, "--at", "2018-11-10")
    staffed("resume", PLAN).refused(1, "not paused")
    found = staffed.json("explain", ONE, "--as-of", "2018-11-10")["reminders"]
    assert ("-30d", False, "paused") in {(r["rung"], r["fired"], r["reason"]) for r in found}
    assert staffed.json("run", PLAN, "--as-of", "2018-11-23")["messages"] > 0


def test_reports_on_paper_come_by_a_table(desk: Desk) -> None:
    rows = f"{ONE};2018-12-01;12/BC-UBND;;\n{PLAN}/annual/2018/030;2018-12-02T09:30;;x;không phát sinh\n"
    done = desk.json("submit", "--from-csv", desk.write("paper.csv", (TABLE + rows).encode("utf-8-sig")))
    assert done == [{"obligation": ONE, "version": 1}, {"obligation": f"{PLAN}/annual/2018/030", "version": 1}]
    assert [desk.json("explain", d["obligation"])["submissions"][0]["kind"] for d in done] == ["report", "nothing"]
    assert desk.json("explain", ONE)["submissions"][0]["received_at"] == "2018-12-01T00:00:00+07:00"


def test_a_table_with_a_bad_row_records_none(desk: Desk) -> None:
    rows = f"{ONE};2018-12-01;;;\n{ONE}x;;;;\n{ONE};2099-01-01;;;\n{ONE};hôm qua;;;\n"
    said = desk("submit", "--from-csv", desk.write("paper.csv", TABLE + rows))
    assert (said.code, said.out) == (2, "")
    assert [line.split(": ")[0] for line in said.err.splitlines()] == ["paper.csv:3", "paper.csv:4", "paper.csv:5"]
    assert "Did you mean" in said.err and "future" in said.err
    assert desk.json("explain", ONE)["submissions"] == []


@pytest.mark.parametrize("words", [(), (ONE, "--from-csv", "paper.csv")])
def test_submit_wants_an_obligation_or_a_table(desk: Desk, words: tuple[str, ...]) -> None:
    desk("submit", *words).refused(2, "OBLIGATION" if words else "--from-csv")


def test_who_decided_goes_on_record(desk: Desk) -> None:
    desk.ok("submit", ONE, "--received-at", "2018-12-03", "--by", "chị Mai")
    desk.ok("accept", ONE, "--by", "anh Sơn", "--because", "đủ biểu", "--at", "2018-12-04")
    events = desk.json("explain", ONE)["events"]
    assert [(e["kind"], e["by"], e["because"]) for e in events] == [
        ("submit", "chị Mai", ""), ("accept", "anh Sơn", "đủ biểu"),
    ]  # fmt: skip
