"""`dunghan office`: the tree, and what an installation adds to it."""

from tests.cli.conftest import Desk

PLAN = "ha-giang-168-2016"
HEADER = "code,name,level,parent,valid_from,valid_until\n"
COMMAND = "ha-giang.bo-chqs,Bộ Chỉ huy Quân sự tỉnh Hà Giang,department,02,,\n"


def test_the_districts_of_ha_giang_with_their_dates(desk: Desk) -> None:
    rows = desk.json("office", "list", "--within", "02", "--level", "district")
    assert [r["code"] for r in rows] == ["024", *(f"0{n}" for n in range(26, 36))]
    assert rows[0] == {
        "code": "024", "name": rows[0]["name"], "title": "UBND thành phố Hà Giang", "level": "district",
        "parent": "02", "valid_from": None, "valid_until": "2025-06-30",
    }  # fmt: skip
    assert desk.json("office", "list", "--within", "02", "--level", "district", "--on", "2025-07-01") == []
    assert desk.ok("office", "list", "--within", "02", "--level", "district").startswith("Offices (11)\n")


def test_the_nation_has_63_provinces_705_districts_and_10599_communes(desk: Desk) -> None:
    levels = [r["level"] for r in desk.json("office", "list", "--on", "2021-06-01")]
    assert [levels.count(level) for level in ("province", "district", "commune")] == [63, 705, 10599]


def test_the_tree_nests_communes_in_districts(desk: Desk) -> None:
    root = desk.json("office", "tree", "02")
    assert (root["code"], root["title"]) == ("02", "UBND tỉnh Hà Giang")
    districts = [d for d in root["below"] if d["code"].isdigit()]
    assert len(districts) == 11
    assert sum(len(d["below"]) for d in districts) == 193
    lines = desk.ok("office", "tree", "02").splitlines()
    assert lines[:3] == [
        "02  UBND tỉnh Hà Giang", "  024  UBND thành phố Hà Giang", "    00688  UBND phường Quang Trung",
    ]  # fmt: skip


def test_an_imported_office_stands_in_the_tree_and_can_be_assigned(desk: Desk) -> None:
    assert desk.ok("office", "import", desk.write("o.csv", HEADER + COMMAND)) == "1 offices added.\n"
    assert desk.ok("office", "import", "o.csv") == "0 offices added.\n"
    assert "ha-giang.bo-chqs" in [o["code"] for o in desk.json("office", "tree", "02")["below"]]
    words = ("--plan", PLAN, "--stage", "department", "--because", "công văn 12")
    assert "department" in desk.ok("office", "assign", "ha-giang.bo-chqs", *words)
    (row,) = desk.json("due", "--plan", PLAN, "--report", "annual", "--period", "2018", "--office", "ha-giang.bo-chqs")
    assert (row["stage"], row["last_day"]) == ("department", "2018-12-09")


def test_only_a_stage_with_an_open_class_takes_another_office(desk: Desk) -> None:
    words = ("--plan", PLAN, "--because", "công văn 12")
    desk("office", "assign", "ha-giang.cong-an", "--stage", "district", *words).refused(1, "district")
    desk("office", "assign", "ha-giang.cong-a", "--stage", "department", *words).refused(2, "ha-giang.cong-an")
    desk("office", "assign", "ha-giang.cong-an", "--stage", "sở", *words).refused(2, "department")


def test_every_bad_row_of_offices_is_told_and_none_is_added(desk: Desk) -> None:
    rows = "Hoa Hồng,A,commune,02,,\nxa-moi,,commune,zz,2025-13-01,\n"
    said = desk("office", "import", desk.write("o.csv", HEADER + COMMAND + rows))
    assert said.code == 2
    places = [line.split(": ")[:2] for line in said.err.splitlines()]
    assert places == [
        ["o.csv:3", "code"], ["o.csv:4", "name"], ["o.csv:4", "parent"], ["o.csv:4", "valid_from"],
    ]  # fmt: skip
    assert "ha-giang.bo-chqs" not in [o["code"] for o in desk.json("office", "tree", "02")["below"]]
