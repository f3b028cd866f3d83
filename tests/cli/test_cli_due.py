"""`dunghan due`: the agenda, to the letter of the design."""

from datetime import date, timedelta

from tests.cli.conftest import Desk

PLAN = "ha-giang-168-2016"
FIELDS = [
    "obligation", "plan", "report", "period", "stage", "office", "office_name", "to", "through", "wording", "nominal",
    "last_day", "deadline", "proposed_day", "basis", "clause", "quote", "binding", "state",
]  # fmt: skip


def test_districts_of_ha_giang_in_2018_stand_as_the_clause_has_them(desk: Desk) -> None:
    rows = desk.json("due", "--plan", PLAN, "--period", "2018", "--stage", "district")
    assert {(r["office"], r["report"]) for r in rows} == {
        (f"{code:03}", report) for code in (24, *range(26, 36)) for report in ("annual", "midterm")
    }
    for row in rows:
        assert list(row) == FIELDS
        assert row["obligation"] == f"{PLAN}/{row['report']}/2018/{row['office']}"
        assert (row["wording"], row["nominal"], row["last_day"]) == ("before", "2018-12-10", "2018-12-09")
        assert row["deadline"] == "2018-12-10T00:00:00+07:00"
        assert (row["basis"], row["clause"], row["binding"]) == ("quoted", "VIII.1", "obliged")
        assert "trước ngày 10 tháng 12 hàng năm" in row["quote"] or row["report"] == "midterm"
        assert (row["to"], row["through"], row["proposed_day"]) == (["02"], "ha-giang.so-ldtbxh", None)


def test_the_lead_reports_before_15_december_to_province_and_ministry(desk: Desk) -> None:
    rows = desk.json("due", "--plan", PLAN, "--period", "2018", "--stage", "dolisa", "--report", "annual")
    assert [(r["office"], r["deadline"], r["last_day"]) for r in rows] == [
        ("ha-giang.so-ldtbxh", "2018-12-15T00:00:00+07:00", "2018-12-14")
    ]
    assert rows[0]["to"] == ["02", "bo-ldtbxh"]


def test_a_year_takes_its_halves_as_well(desk: Desk) -> None:
    rows = desk.json("due", "--plan", PLAN, "--period", "2018", "--report", "semiannual")
    assert [r["period"] for r in rows] == ["2018-H1", "2018-H2"]
    assert {r["office"] for r in rows} == {"ha-giang.cong-an"}
    (first,) = desk.json("due", "--plan", PLAN, "--period", "2018-H1", "--report", "semiannual")
    assert first["period"] == "2018-H1"
    every = desk.json("due", "--plan", PLAN, "--report", "semiannual")
    assert min(r["period"] for r in every) == "2016-H2", "the plan was issued in July"


def test_undated_obligations_are_listed_with_nulls_and_dropped_by_a_stretch_of_days(desk: Desk) -> None:
    rows = desk.json("due", "--plan", "binh-thuan-687-2020")
    assert rows
    for row in rows:
        assert (row["nominal"], row["last_day"], row["deadline"], row["state"]) == (None, None, None, "undated")
        assert row["basis"] in (None, "proposed")
        assert (row["basis"] == "proposed") == (row["proposed_day"] is not None)
    assert desk.json("due", "--plan", "binh-thuan-687-2020", "--from", "2020-01-01") == []
    assert "chưa có hạn" in desk.ok("due", "--plan", "binh-thuan-687-2020")


def test_without_filters_every_period_of_every_plan_is_listed(desk: Desk) -> None:
    rows = desk.json("due")
    assert {r["plan"] for r in rows} == {
        "binh-thuan-687-2020", "can-tho-115-2021", "ha-giang-168-2016", "hai-phong-76-2020",
    }  # fmt: skip
    assert {"2016", "2017", "2018", "2019", "2020"} <= {r["period"] for r in rows if r["plan"] == PLAN}
    assert "undated" in {r["state"] for r in rows}
    assert len({r["obligation"] for r in rows}) == len(rows)


def test_from_and_until_take_in_both_days(desk: Desk) -> None:
    day = date(2018, 12, 9)
    for since, until, found in (
        (day, day, True),
        (day + timedelta(1), day + timedelta(2), False),
        (day - timedelta(2), day - timedelta(1), False),
    ):
        rows = desk.json("due", "--plan", PLAN, "--office", "024", "--from", str(since), "--until", str(until))
        assert bool(rows) is found
        assert {r["last_day"] for r in rows} <= {"2018-12-09"}


def test_a_bare_as_of_means_eight_in_the_morning(desk: Desk) -> None:
    desk.ok("submit", f"{PLAN}/annual/2018/024", "--received-at", "2018-12-03T07:59")
    desk.ok("submit", f"{PLAN}/annual/2018/026", "--received-at", "2018-12-03T08:01")

    def state(office: str, moment: str) -> str:
        words = ("due", "--plan", PLAN, "--period", "2018", "--report", "annual", "--office", office, "--as-of", moment)
        (row,) = desk.json(*words)
        return str(row["state"])

    assert state("024", "2018-12-03") == "submitted"
    assert state("026", "2018-12-03") == "due_soon"
    assert state("026", "2018-12-03T08:01") == "submitted"
    assert state("026", "2018-12-03T01:01Z") == "submitted", "an offset is heeded"


def test_the_state_turns_at_the_deadline_s_midnight(desk: Desk) -> None:
    def state(moment: str) -> str:
        (row,) = desk.json(
            "due", "--plan", PLAN, "--period", "2018", "--report", "annual", "--office", "024", "--as-of", moment
        )
        return str(row["state"])

    assert [state(m) for m in ("2018-11-08", "2018-11-09", "2018-12-01", "2018-12-02")] == [
        "upcoming", "open", "open", "due_soon",
    ]  # fmt: skip
    assert [state(m) for m in ("2018-12-09T23:59", "2018-12-10T00:00")] == ["due_soon", "overdue"]


def test_an_extension_shows_as_a_set_day(desk: Desk) -> None:
    one = f"{PLAN}/annual/2018/024"
    desk.ok("extend", one, "--until", "2018-12-20", "--because", "lũ quét", "--at", "2018-12-05")
    words = ("due", "--plan", PLAN, "--period", "2018", "--report", "annual", "--office", "024")
    (after,) = desk.json(*words, "--as-of", "2018-12-06")
    assert (after["last_day"], after["deadline"], after["basis"]) == ("2018-12-20", "2018-12-21T00:00:00+07:00", "set")
    (before,) = desk.json(*words, "--as-of", "2018-12-04")
    assert (before["last_day"], before["basis"]) == ("2018-12-09", "quoted")


def test_the_table_for_people_shows_each_date_with_its_basis(desk: Desk) -> None:
    said = desk.ok("due", "--plan", PLAN, "--period", "2018", "--stage", "district", "--report", "annual")
    lines = said.splitlines()
    assert lines[0] == "Due (11)"
    assert lines[1].split() == ["obligation", "office", "last", "day", "basis", "clause", "binding", "state"]
    (row,) = [line for line in lines if line.startswith(f"{PLAN}/annual/2018/024 ")]
    assert "UBND thành phố Hà Giang" in row and "2018-12-09" in row and "quoted" in row and "VIII.1" in row


def test_reading_leaves_the_database_as_it_was(desk: Desk) -> None:
    file = desk.folder / "var" / "dunghan.db"
    before = file.read_bytes()
    desk.json("due", "--plan", PLAN)
    desk.json("status", PLAN)
    assert file.read_bytes() == before
