"""`dunghan status` and `dunghan explain`."""

from tests.cli.conftest import Desk

PLAN = "ha-giang-168-2016"
ONE = f"{PLAN}/annual/2018/024"


def _districts(document: dict[str, list[dict[str, object]]]) -> dict[str, object]:
    (annual,) = [p for p in document["periods"] if (p["report"], p["period"]) == ("annual", "2018")]
    stages = annual["stages"]
    assert isinstance(stages, list)
    (found,) = [s for s in stages if s["stage"] == "district"]
    return dict(found)


def test_status_counts_each_stage_in_the_shape_of_the_contract(desk: Desk) -> None:
    for office, received in (("024", "2018-12-03"), ("026", "2018-12-09T23:59"), ("027", "2018-12-10T00:00")):
        desk.ok("submit", f"{PLAN}/annual/2018/{office}", "--received-at", received)
    desk.ok("waive", f"{PLAN}/annual/2018/028", "--because", "không có đối tượng", "--at", "2018-12-01")
    document = desk.json("status", PLAN, "--period", "2018", "--as-of", "2018-12-12")
    assert list(document) == ["plan", "as_of", "periods"]
    assert (document["plan"], document["as_of"]) == (PLAN, "2018-12-12T08:00:00+07:00")
    assert all(list(p) == ["report", "period", "stages"] for p in document["periods"])
    assert _districts(document) == {
        "stage": "district", "expected": 11, "submitted": 3, "on_time": 2, "late": 1, "missing": 7, "waived": 1,
        "undated": 0, "offices_missing": ["029", "030", "031", "032", "033", "034", "035"],
    }  # fmt: skip


def test_status_is_of_its_moment(desk: Desk) -> None:
    desk.ok("submit", ONE, "--received-at", "2018-12-03")
    before = _districts(desk.json("status", PLAN, "--period", "2018", "--as-of", "2018-12-02"))
    assert (before["submitted"], before["missing"]) == (0, 11)


def test_a_year_takes_its_halves_in_status_as_well(desk: Desk) -> None:
    document = desk.json("status", PLAN, "--period", "2018", "--as-of", "2018-12-12")
    assert {p["period"] for p in document["periods"] if p["report"] == "semiannual"} == {"2018-H1", "2018-H2"}
    undated = [s for p in document["periods"] if p["report"] == "semiannual" for s in p["stages"]]
    assert all((s["undated"], s["missing"]) == (s["expected"], 0) for s in undated)


def test_status_without_a_plan_is_a_list_of_all(desk: Desk) -> None:
    documents = desk.json("status")
    assert [d["plan"] for d in documents] == sorted(d["plan"] for d in documents)
    assert len(documents) == 4


def test_status_for_people_names_who_is_missing(desk: Desk) -> None:
    said = desk.ok("status", PLAN, "--period", "2018", "--as-of", "2018-12-12")
    (row,) = [line for line in said.splitlines() if line.startswith("midterm") and "Cấp huyện" in line]
    assert row.split()[4:7] == ["11", "0", "0"]
    assert "UBND thành phố Hà Giang" in row


def test_explain_gives_the_reason_of_date_state_and_rungs(staffed: Desk) -> None:
    staffed.ok("run", PLAN, "--as-of", "2018-12-07")
    found = staffed.json("explain", ONE, "--as-of", "2018-12-08")
    assert (found["state"], found["last_day"], found["basis"], found["opened"]) == (
        "due_soon", "2018-12-09", "quoted", True,
    )  # fmt: skip
    assert "10/12/2018" in found["explanation"]
    reasons = {(r["rung"], r["fired"]): r["reason"] for r in found["reminders"]}
    assert len([r for r in found["reminders"] if r["fired"]]) == 1
    assert reasons["-30d", False] == "expired"
    assert all(r["at"] == "2018-12-07T08:00:00+07:00" for r in found["reminders"])
    assert [p["rung"] for p in found["planned"]][:2] == ["+1d", "+3d"]
    said = staffed.ok("explain", ONE, "--as-of", "2018-12-08")
    for words in ("VIII.1", "Trước ngày 10/12/2018", "expired", "Rungs to come", "queued"):
        assert words in said


def test_explain_shows_every_version_that_was_handed_in(desk: Desk) -> None:
    desk.ok("submit", ONE, "--received-at", "2018-12-03", "--reference", "45/BC-UBND", "--by", "lan")
    desk.ok("return", ONE, "--because", "thiếu biểu 2", "--at", "2018-12-05")
    desk.ok("submit", ONE, "--received-at", "2018-12-06", "--nothing-to-report")
    found = desk.json("explain", ONE, "--as-of", "2018-12-07")
    assert [(s["version"], s["received_at"], s["kind"], s["reference"]) for s in found["submissions"]] == [
        (1, "2018-12-03T00:00:00+07:00", "report", "45/BC-UBND"),
        (2, "2018-12-06T00:00:00+07:00", "nothing", ""),
    ]
    assert [(e["kind"], e["because"]) for e in found["events"]] == [
        ("submit", ""), ("return", "thiếu biểu 2"), ("submit", ""),
    ]  # fmt: skip
    assert found["events"][0]["by"] == "lan"


def test_explain_of_an_undated_obligation_says_that_nobody_is_reminded(desk: Desk) -> None:
    found = desk.json("explain", f"{PLAN}/semiannual/2018-H1/ha-giang.cong-an")
    assert (found["state"], found["deadline"], found["planned"], found["reminders"]) == ("undated", None, [], [])
    assert "chưa có hạn" in desk.ok("explain", f"{PLAN}/semiannual/2018-H1/ha-giang.cong-an")
