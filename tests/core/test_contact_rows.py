import pytest

from dunghan.core.contact_rows import contacts, doubtful
from dunghan.core.tabular import Row, read
from models.contact import FIELDS, Contact
from models.errors import Problem
from models.office import OfficeTree

FILE = "danh-ba.csv"
NO_EMAIL = "not an e-mail address: write one address as name@office.example"
NO_MARKS = "e-mail does not carry letters with marks before the @: ask the office for one in plain letters"
NO_PHONE = "not a phone number: write its digits, as text (a spreadsheet may have rounded it)"


def row(line: int = 2, **cells: str) -> Row:
    return Row(line, {"office": "024", "name": "Hoa", "email": "hoa@x.example", **cells})


def faults(tree: OfficeTree, *rows: Row) -> list[tuple[int, str, str]]:
    good, problems = contacts(rows, tree, FILE)
    assert len(good) < len(rows)
    return [(p.line, p.field, p.message) for p in problems]


def test_a_good_row_becomes_a_contact(tree: OfficeTree) -> None:
    full = row(role="leader", zalo="2468013579", phone="+84 (912) 345-678", language="en")
    assert contacts([full], tree, FILE) == (
        [Contact("024", "Hoa", "leader", "hoa@x.example", "2468013579", "+84912345678", "en")], [],
    )  # fmt: skip


def test_a_bare_row_is_an_officer_who_reads_vietnamese(tree: OfficeTree) -> None:
    good, problems = contacts([Row(2, {"office": "ha-giang.so-y-te", "name": "Lan"})], tree, FILE)
    assert (good, problems) == ([Contact("ha-giang.so-y-te", "Lan", "officer", language="vi")], [])


@pytest.mark.parametrize(
    ("code", "suggested"),
    [
        ("28", "028 (UBND huyện Yên Minh)"),
        ("2", "02 (UBND tỉnh Hà Giang)"),
        ("0688", "00688 (UBND phường Quang Trung)"),
    ],
)
def test_a_code_that_a_spreadsheet_shortened_gets_a_suggestion(tree: OfficeTree, code: str, suggested: str) -> None:
    (found,) = faults(tree, row(office=code))
    assert found[1] == "office"
    assert "a spreadsheet may have dropped zeros" in found[2]
    assert suggested in found[2]


def test_once_zeros_were_lost_every_code_that_may_have_lost_some_is_told(tree: OfficeTree) -> None:
    """Of Hà Giang's eleven districts eight become provinces without their zero."""
    shortened = ["24", "26", "27", "28", "29", "30", "31", "32", "33", "34", "35"]
    found = faults(tree, *(row(n, office=code) for n, code in enumerate(shortened, 2)))
    assert [(line, field) for line, field, _ in found] == [(n, "office") for n in range(2, 13)]
    assert found[0][2] == (
        "'24' is UBND tỉnh Bắc Giang, but codes of this file have lost their zeros: "
        "was it 024 (UBND thành phố Hà Giang)?"
    )


def test_a_province_among_whole_codes_is_that_province(tree: OfficeTree) -> None:
    good, problems = contacts([row(2, office="24"), row(3, office="024"), row(4, office="35")], tree, FILE)
    assert ([c.office for c in good], problems) == (["24", "024", "35"], [])


def test_a_code_that_may_have_been_two_offices_gets_both(tree: OfficeTree) -> None:
    (found,) = faults(tree, row(office="1"))
    assert "01 (UBND thành phố Hà Nội) or 001 (UBND quận Ba Đình) or 00001 (UBND phường Phúc Xá)?" in found[2]


@pytest.mark.parametrize(
    ("cells", "field", "message"),
    [
        ({"office": ""}, "office", "no office: give its code (see `dunghan office list`)"),
        (
            {"office": "ha-giang.so-y"},
            "office",
            (
                "no office has the code 'ha-giang.so-y'. "
                "Did you mean ha-giang.so-y-te, ha-giang.so-tttt, ha-giang.so-khdt?"
            ),
        ),
        ({"name": ""}, "name", "no name: the contact is known by (office, name)"),
        ({"role": "boss"}, "role", "'boss' is no role: write officer, coordinator, leader"),
        ({"email": "hoa@x"}, "email", NO_EMAIL),
        ({"email": "văn.thư@x.example"}, "email", NO_MARKS),
        ({"email": "a@x.example; b@x.example"}, "email", NO_EMAIL),
        ({"email": "Hoa <hoa@x.example>"}, "email", NO_EMAIL),
        ({"phone": "9.12E+08"}, "phone", NO_PHONE),
        ({"phone": "12345"}, "phone", NO_PHONE),
        ({"zalo": "Hoa Nguyễn"}, "zalo", "not a Zalo user id: it holds letters and digits only"),
        ({"language": "fr"}, "language", "'fr' is not offered: write vi or en"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_told_with_its_line_and_remedy(
    tree: OfficeTree, cells: dict[str, str], field: str, message: str
) -> None:
    assert faults(tree, row(7, **cells)) == [(7, field, message)]


def test_every_fault_of_every_bad_row_is_listed_and_the_good_ones_stand(tree: OfficeTree) -> None:
    raw = (
        "office;name;role;email;zalo;phone;language\r\n"
        "024;Hoa;officer;hoa@x.example;;;vi\r\n"
        "28;;officer;hoa;;;vi\r\n"
        "026;Lan;leader;lan@x.example;;;\r\n"
        "027;Mai;boss;;;123;fr\r\n"
    ).encode("utf-16")
    good, problems = contacts(read(raw, FIELDS, ("office", "name")), tree, FILE)
    assert [(c.office, c.name, c.role) for c in good] == [("024", "Hoa", "officer"), ("026", "Lan", "leader")]
    assert [(p.line, p.field) for p in problems] == [
        (3, "office"), (3, "name"), (3, "email"), (5, "role"), (5, "phone"), (5, "language"),
    ]  # fmt: skip
    assert {p.file for p in problems} == {FILE}


def test_the_same_contact_twice_is_told_with_the_other_line(tree: OfficeTree) -> None:
    good, problems = contacts([row(2), row(3, email="b@x.example")], tree, FILE)
    assert [c.email for c in good] == ["hoa@x.example"]
    assert problems == [Problem(FILE, 3, "name", "the same contact stands on line 2: keep one of the two")]


def test_no_message_shows_an_address(tree: OfficeTree) -> None:
    good, problems = contacts([row(email="bi-mat@@x", phone="0912-bi-mat", zalo="bí mật!")], tree, FILE)
    assert not good
    assert len(problems) == 3
    assert not any("mat" in str(p) or "mật" in str(p) for p in problems)


def test_a_contact_may_be_of_an_office_that_no_longer_exists(tree: OfficeTree) -> None:
    assert contacts([row(office="916")], tree, FILE)[0][0].office == "916"  # a district of Cần Thơ until 30/6/2025


def test_a_code_that_is_a_provinces_and_a_districts_without_its_zero_is_to_be_looked_at(tree: OfficeTree) -> None:
    (doubt,) = doubtful([Contact("24", "Hoa"), Contact("024", "Lan"), Contact("02", "Sơn")], tree)
    assert "Bắc Giang" in doubt and "024 (UBND thành phố Hà Giang)" in doubt
