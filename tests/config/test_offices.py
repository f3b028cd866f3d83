from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import config
from config.catalog import Catalog, read_offices
from config.settings import Settings
from models.errors import BadFile
from models.office import Office

FOLDER = Path(str(config.__file__)).parent / "offices"
DAY = date(2021, 6, 1)
LAST = date(2025, 6, 30)


def test_the_tree_of_2021_has_63_provinces_705_districts_and_10599_communes() -> None:
    found = read_offices(FOLDER / "vietnam-2021.csv")
    assert Counter(o.level for o in found) == {"province": 63, "district": 705, "commune": 10_599}
    assert len({o.code for o in found}) == len(found)
    assert {(o.valid_from, o.valid_until) for o in found} == {(None, LAST)}


@pytest.mark.parametrize(
    ("province", "name", "districts", "communes"),
    [
        ("02", "Tỉnh Hà Giang", 11, 193),
        ("60", "Tỉnh Bình Thuận", 10, 124),
        ("92", "Thành phố Cần Thơ", 9, 83),
        ("31", "Thành phố Hải Phòng", 15, 217),
    ],
)
def test_the_four_provinces_have_their_known_members(
    catalog: Catalog, province: str, name: str, districts: int, communes: int
) -> None:
    office = catalog.tree.on(province, DAY)
    assert office is not None and office.name == name
    assert len(catalog.tree.members("district", province, DAY)) == districts
    assert len(catalog.tree.members("commune", province, DAY)) == communes


def test_codes_have_two_three_or_five_digits_and_a_parent_that_exists() -> None:
    found = {o.code: o for o in read_offices(FOLDER / "vietnam-2021.csv")}
    width = {"province": 2, "district": 3, "commune": 5}
    above = {"province": None, "district": "province", "commune": "district"}
    for office in found.values():
        assert len(office.code) == width[office.level] and office.code.isdigit()
        parent = found[office.parent] if office.parent else None
        assert (parent.level if parent else None) == above[office.level]


def test_there_are_no_districts_from_july_2025_on(catalog: Catalog) -> None:
    tree = catalog.tree
    assert len(tree.members("district", "92", LAST)) == 9
    assert tree.members("district", "92", date(2025, 7, 1)) == []
    assert tree.on("916", LAST) is not None
    assert tree.on("916", date(2025, 7, 1)) is None
    ever = tree.ever("916")
    assert ever is not None and ever.name == "Quận Ninh Kiều"


def test_an_office_has_the_title_of_the_body_that_reports(catalog: Catalog) -> None:
    tree = catalog.tree
    assert tree.title("026") == "UBND huyện Đồng Văn"
    assert tree.title("00688") == "UBND phường Quang Trung"
    assert tree.title("92") == "UBND thành phố Cần Thơ"
    assert tree.title("ha-giang.so-y-te") == "Sở Y tế tỉnh Hà Giang"
    assert tree.title("khong-co") == "khong-co"


def test_every_office_file_is_read_and_every_code_stands_once(catalog: Catalog) -> None:
    files = sorted(FOLDER.glob("*.csv"))
    assert len(files) >= 6
    everything = [o for path in files for o in read_offices(path)]
    assert len(catalog.tree) == len({o.code for o in everything}) == len(everything)
    orphans = [o.code for o in everything if o.parent and o.parent not in catalog.tree]
    assert orphans == []


def test_the_councils_of_can_tho_bear_the_code_of_their_office(catalog: Catalog) -> None:
    councils = [o for o in catalog.tree if o.level == "council" and o.parent != "60"]
    assert len(councils) == 9 + 83
    assert all(o.code == f"{o.parent}.hdnd" for o in councils)


def test_an_installation_may_add_offices_and_replace_a_file_of_ours(tmp_path: Path) -> None:
    (tmp_path / "offices").mkdir()
    header = "code,name,level,parent,valid_from,valid_until\n"
    (tmp_path / "offices" / "them.csv").write_text(
        "\ufeff" + header + "02.hdnd,HĐND tỉnh Hà Giang,council,02,2016-07-01,\n", encoding="utf-8"
    )
    (tmp_path / "offices" / "hai-phong.csv").write_text(header, encoding="utf-8")
    tree = Catalog(Settings(config_dir=str(tmp_path))).tree
    assert tree.on("02.hdnd", DAY) == Office(
        "02.hdnd", "HĐND tỉnh Hà Giang", "council", "02", valid_from=date(2016, 7, 1)
    )
    assert "hai-phong.so-ldtbxh" not in tree
    assert "31" in tree


def test_an_office_imported_into_the_database_joins_the_tree() -> None:
    tree = Catalog(Settings(), [Office("ha-giang.ban-dan-toc", "Ban Dân tộc tỉnh Hà Giang", "department", "02")]).tree
    assert tree.title("ha-giang.ban-dan-toc") == "Ban Dân tộc tỉnh Hà Giang"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("code,name\n", 1, "the header must be code,name,level,parent,valid_from,valid_until"),
        ("", 1, "the header must be code,name,level,parent,valid_from,valid_until"),
        (
            "code,name,level,parent,valid_from,valid_until\n02,Hà Giang,province\n",
            2,
            "cannot be read: not enough values",
        ),
        (
            "code,name,level,parent,valid_from,valid_until\n02,A,province,,,\n04,B,province,,,30/6/2025\n",
            3,
            "cannot be read: Invalid isoformat string: '30/6/2025'",
        ),
    ],
)
def test_an_office_file_with_a_fault_is_told_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = tmp_path / "offices.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        read_offices(path)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == (str(path), line)
    assert message in problem.message


def test_an_office_file_that_is_not_utf_8_says_how_to_save_it(tmp_path: Path) -> None:
    path = tmp_path / "offices.csv"
    path.write_bytes(
        "code,name,level,parent,valid_from,valid_until\n02,Hà Giang,province,,,\n".encode("cp1258", "replace")
    )
    with pytest.raises(BadFile, match=r"not UTF-8 \(byte \d+\): save the file as"):
        read_offices(path)
