"""`dunghan contact`: tables in and out, whatever a spreadsheet did to them."""

import csv
import io
import unicodedata
from collections.abc import Callable

import pytest

from tests.cli.conftest import HEADER, PEOPLE, Desk

BAD = (
    HEADER + "028,Tốt Lành,officer,tot.lanh@x.example,,,vi\n"
    "999x,Ai Đó,boss,kín@,,abc,fr\n"
    "029,,officer,bi.mat@x.example,,,\n"
    "030,Người Sau,officer,nguoi.sau@x.example,,,\n"
)


@pytest.mark.parametrize(
    "save",
    [
        lambda text: text.encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace(",", ";").encode("utf-8-sig"),
        lambda text: text.replace(",", "\t").encode("utf-16"),
        lambda text: text.replace(",", "\t").encode("utf-16-be"),
        lambda text: ("sep=;\r\n" + text.replace(",", ";")).encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: _windows_1258(text.replace(",", ";")),
    ],
    ids=["utf8", "bom", "semicolon", "utf16", "utf16be", "sep", "crlf", "windows1258"],
)
def test_a_table_is_read_as_excel_saved_it(desk: Desk, save: Callable[[str], bytes]) -> None:
    assert desk.json("contact", "import", desk.write("people.csv", save(PEOPLE))) == {
        "added": 5, "changed": 0, "skipped": 0,
    }  # fmt: skip
    (one,) = desk.json("contact", "list", "--office", "026")
    assert one == {
        "office": "026", "name": "Trần Văn Đức", "role": "officer", "email": "duc@dong-van.example",
        "zalo": "1234567", "phone": "0912345678", "language": "vi",
    }  # fmt: skip


def _windows_1258(text: str) -> bytes:
    """As Windows-1258 has it: the tone marks are characters of their own."""
    tones = {0x0300, 0x0301, 0x0303, 0x0309, 0x0323}
    out = []
    for letter in text:
        apart = unicodedata.normalize("NFD", letter)
        tone = "".join(c for c in apart if ord(c) in tones)
        base = unicodedata.normalize("NFC", "".join(c for c in apart if ord(c) not in tones))
        out.append(base + tone)
    return "".join(out).encode("cp1258")


def test_import_adds_or_updates_by_office_and_name_and_removes_nobody(staffed: Desk) -> None:
    again = HEADER + "024,Nguyễn Thị Hoa,officer,hoa.moi@ha-giang.example,,,vi\n024,Người Mới,leader,,,,\n"
    assert staffed.json("contact", "import", staffed.write("more.csv", again)) == {
        "added": 1, "changed": 1, "skipped": 0,
    }  # fmt: skip
    people = staffed.json("contact", "list")
    assert len(people) == 6
    assert {c["name"]: c["email"] for c in people if c["office"] == "024"} == {
        "Nguyễn Thị Hoa": "hoa.moi@ha-giang.example", "Người Mới": "",
    }  # fmt: skip
    assert staffed.json("contact", "import", "more.csv")["added"] == 0


def test_every_bad_row_is_told_and_nothing_is_imported(desk: Desk) -> None:
    said = desk("contact", "import", desk.write("bad.csv", BAD))
    assert (said.code, said.out) == (2, "")
    places = [line.split(": ")[0:2] for line in said.err.splitlines()]
    assert places == [
        ["bad.csv:3", "office"], ["bad.csv:3", "role"], ["bad.csv:3", "email"], ["bad.csv:3", "phone"],
        ["bad.csv:3", "language"], ["bad.csv:4", "name"],
    ]  # fmt: skip
    assert desk.json("contact", "list") == []


def test_no_address_is_repeated_on_stderr(desk: Desk) -> None:
    for words in ((), ("--skip-bad",)):
        said = desk("contact", "import", desk.write("bad.csv", BAD), *words)
        assert not [word for word in ("bi.mat", "kín@", "tot.lanh", "@x.example") if word in said.err]


def test_skip_bad_imports_the_good_rows_and_tells_the_others(desk: Desk) -> None:
    said = desk("contact", "import", desk.write("bad.csv", BAD), "--skip-bad", "--json")
    assert (said.code, said.document) == (0, {"added": 2, "changed": 0, "skipped": 2})
    assert "bad.csv:4: name" in said.err
    assert [c["office"] for c in desk.json("contact", "list")] == ["028", "030"]


def test_a_code_that_lost_its_zero_is_told_with_what_it_was(desk: Desk) -> None:
    said = desk("contact", "import", desk.write("c.csv", "office,name,email\n28,Đức,duc@x.example\n"))
    assert said.code == 2
    assert said.err.startswith("c.csv:2: office: ") and "028 (UBND huyện Yên Minh)" in said.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["office"]),
        (b"ten,email\nA,b@x.example\n", ["office,name,role"]),
        (b"office,name,mail\n024,A,b@x.example\n", ["'mail'", "office,name,role"]),
        (b'office,name\n024,"unfinished\n', ["c.csv"]),
    ],
)
def test_what_is_no_table_of_contacts_says_why(desk: Desk, content: bytes, words: list[str]) -> None:
    desk("contact", "import", desk.write("c.csv", content)).refused(2, "c.csv:", *words)


def test_a_missing_file_says_to_check_the_path(desk: Desk) -> None:
    desk("contact", "import", "none.csv").refused(2, "none.csv", "check the path")


def test_what_was_exported_can_be_imported_again(staffed: Desk) -> None:
    before = staffed.json("contact", "list")
    assert "out.csv" in staffed.ok("contact", "export", "out.csv")
    content = (staffed.folder / "out.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "or Excel takes it for Latin"
    assert next(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == HEADER.strip().split(",")
    assert staffed.json("contact", "import", "out.csv") == {"added": 0, "changed": 0, "skipped": 0}
    assert staffed.json("contact", "list") == before


def test_export_to_standard_output_is_the_table_and_nothing_else(staffed: Desk) -> None:
    said = staffed("contact", "export")
    staffed.ok("contact", "export", "out.csv")
    assert said.code == 0
    assert said.out.encode().replace(b"\r\n", b"\n") == (
        (staffed.folder / "out.csv").read_bytes().replace(b"\r\n", b"\n")
    )


def test_a_formula_of_a_name_comes_back_as_it_was(desk: Desk) -> None:
    desk.ok("contact", "import", desk.write("c.csv", 'office,name,email\n024,"=1+1",a@x.example\n'))
    desk.ok("contact", "export", "out.csv")
    assert "'=1+1" in (desk.folder / "out.csv").read_text("utf-8-sig")
    assert desk.json("contact", "import", "out.csv") == {"added": 0, "changed": 0, "skipped": 0}


def test_an_office_that_has_closed_may_have_contacts(desk: Desk) -> None:
    assert desk.json("contact", "import", desk.write("c.csv", "office,name,zalo\n024,Hoa,123456\n"))["added"] == 1
    (row,) = desk.json("office", "list", "--within", "02", "--level", "district")[:1]
    assert (row["code"], row["valid_until"]) == ("024", "2025-06-30")


def test_the_list_for_people_shows_one_line_each(staffed: Desk) -> None:
    lines = staffed.ok("contact", "list").splitlines()
    assert lines[0] == "Contacts (5)"
    assert len(lines) == 3 + 5


def test_links_are_printed_where_there_is_a_portal_and_ended_on_record(desk: Desk) -> None:
    desk.ok("contact", "import", desk.write("people.csv", PEOPLE))
    desk("contact", "link", "026").refused(2, "DUNGHAN_PORTAL_URL")
    desk.set(portal_url="https://nop.ha-giang.example/", secret_key="a-secret-for-tests")
    before = desk.ok("contact", "link", "026", "--name", "Trần Văn Đức")
    assert before.startswith("Trần Văn Đức: https://nop.ha-giang.example/b/")
    desk("contact", "link", "026", "--name", "Không Có").refused(2, "Trần Văn Đức")
    desk("contact", "link", "026x").refused(2, "026")
    assert desk.ok("contact", "revoke", "026") == "The links of 1 contacts at 026 work no more: Trần Văn Đức.\n"
    (after,) = desk.json("contact", "link", "026")
    assert after["link"] != before.partition(": ")[2].strip()
