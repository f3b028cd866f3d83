"""Whom words mean, in the catalogue as delivered."""

from datetime import date

import pytest

from config.catalog import Catalog
from dunghan.drafting.offices import Directory, simple

HA_GIANG = "ỦY BAN NHÂN DÂN\nTỈNH HÀ GIANG"


@pytest.fixture(scope="module")
def directory(catalog: Catalog) -> Directory:
    return Directory(catalog.tree, HA_GIANG, "Hà Giang", date(2016, 7, 18))


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("UBND tỉnh", ("02",)),
        ("Uỷ ban nhân dân Tỉnh", ("02",)),
        ("UBND tỉnh Hà Giang", ("02",)),
        ("UBND huyện Đồng Văn", ("026",)),
        ("UBND tỉnh Thanh Hóa", ("38",)),
        ("Sở Lao động - Thương binhvà Xã hội", ("ha-giang.so-ldtbxh",)),
        ("Sở Lao động - TB&XH", ("ha-giang.so-ldtbxh",)),
        ("Sở Văn hóa, Thể thao và Du lịch", ("ha-giang.so-vhttdl",)),
        ("UBND tỉnh và Bộ Lao động - TB&XH", ("02", "bo-ldtbxh")),
        ("Ủy ban Mặt trận Tổ quốc Việt Nam, Hội Liên hiệp Phụ nữ", ("ha-giang.mttq", "ha-giang.hoi-lhpn")),
        ("Hội đồng nhân dân cùng cấp", ("council",)),
        ("Ủy ban nhân dân cùng cấp", ("parent",)),
    ],
)
def test_names_are_found(directory: Directory, words: str, codes: tuple[str, ...]) -> None:
    meant = directory.meant(words)
    assert meant.codes == codes
    assert meant.doubts == ()


@pytest.mark.parametrize(
    ("words", "levels", "classes"),
    [
        ("UBND các huyện, thành phố", ("district",), []),
        ("UBND cấp xã", ("commune",), []),
        ("Ủy ban nhân dân các xã, phường, thị trấn", ("commune",), []),
        ("Các sở, ban, ngành", (), ["department"]),
        ("các tổ chức đoàn thể", (), ["organisation"]),
        ("các cơ quan, đơn vị liên quan", (), ["department"]),
    ],
)
def test_classes_are_found(directory: Directory, words: str, levels: tuple[str, ...], classes: list[str]) -> None:
    meant = directory.meant(words)
    assert (meant.codes, meant.levels, sorted({stage for stage, _ in meant.classes})) == ((), levels, classes)


def test_a_name_that_the_catalogue_lacks_becomes_a_visible_placeholder(directory: Directory) -> None:
    meant = directory.meant("Sở Khoa học và Công nghệ")
    assert meant.codes == ("can-xac-nhan.so-khoa-hoc-va-cong-nghe",)
    assert "dunghan office import" in meant.doubts[0] and "Sở Khoa học và Công nghệ" in meant.doubts[0]


@pytest.mark.parametrize("words", ["Bộ Công an", "Công an cấp xã", "Công an các huyện"])
def test_a_name_within_another_is_not_that_office(directory: Directory, words: str) -> None:
    assert "ha-giang.cong-an" not in directory.meant(words).codes
    assert directory.meant(words).levels == ()


def test_words_that_name_nobody_name_nobody(directory: Directory) -> None:
    assert not directory.meant("cấp có thẩm quyền")
    assert not directory.meant("theo quy định")
    assert not directory.meant(None)


def test_since_july_2025_a_class_of_districts_is_doubted(catalog: Catalog) -> None:
    now = Directory(catalog.tree, HA_GIANG, "Hà Giang", date(2026, 1, 5))
    meant = now.meant("UBND các huyện")
    assert meant.levels == ("district",)
    assert "không còn cấp huyện" in meant.doubts[0]


def test_all_provinces_are_those_of_the_day(directory: Directory) -> None:
    meant = directory.meant("UBND các tỉnh, thành phố trực thuộc Trung ương")
    assert len(meant.codes) == 63 and {"01", "02", "92"} <= set(meant.codes)


@pytest.mark.parametrize("issuer", ["Ủy ban nhân dân thành phố Cần Thơ", None])
def test_the_province_is_told_by_the_issuer_or_the_place(catalog: Catalog, issuer: str | None) -> None:
    assert Directory(catalog.tree, issuer, "Cần Thơ", date(2021, 5, 31)).issuer == "92"


def test_a_district_issues_too(catalog: Catalog) -> None:
    district = Directory(catalog.tree, "ỦY BAN NHÂN DÂN HUYỆN ĐỒNG VĂN", "Đồng Văn", date(2019, 5, 10))
    assert (district.issuer, district.province and district.province.code) == ("026", "02")


def test_a_ministry_issues_too(catalog: Catalog) -> None:
    ministry = Directory(catalog.tree, "BỘ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI", "Hà Nội", date(2018, 5, 10))
    assert (ministry.issuer, ministry.province) == ("bo-ldtbxh", None)


def test_both_ways_to_write_a_word_are_one() -> None:
    assert simple("Uỷ ban nhân dân TP. Cần Thơ") == simple("ủy ban nhân dân thành phố Cần Thơ")
