import unicodedata

import pytest

from dunghan.core.tabular import NotATable, Row, decode, read, write

COLUMNS = ("office", "name", "email")
TABLE = "office,name,email\n024,Nguyễn Thị Hoa,hoa@x.example\n"
ROWS = [Row(2, {"office": "024", "name": "Nguyễn Thị Hoa", "email": "hoa@x.example"})]


def windows_1258(text: str) -> bytes:
    """As Windows writes Vietnamese: letters whole where the code page has them, tone marks after them."""
    out = bytearray()
    for letter in text:
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            base, *marks = list(unicodedata.normalize("NFD", letter))
            tones = [m for m in marks if m in "\u0300\u0301\u0303\u0309\u0323"]
            whole = unicodedata.normalize("NFC", base + "".join(m for m in marks if m not in tones))
            out += whole.encode("cp1258") + "".join(tones).encode("cp1258")
    return bytes(out)


@pytest.mark.parametrize(
    ("how", "raw"),
    [
        ("UTF-8", TABLE.encode()),
        ("UTF-8 with a mark", TABLE.encode("utf-8-sig")),
        ("UTF-8 of a Mac, letters taken apart", unicodedata.normalize("NFD", TABLE).encode()),
        ("UTF-16 with a mark, little end first", b"\xff\xfe" + TABLE.encode("utf-16-le")),
        ("UTF-16 with a mark, big end first", b"\xfe\xff" + TABLE.encode("utf-16-be")),
        ("UTF-16 without a mark, little end first", TABLE.encode("utf-16-le")),
        ("UTF-16 without a mark, big end first", TABLE.encode("utf-16-be")),
        ("Windows-1258", windows_1258(TABLE)),
        ("semicolons", TABLE.replace(",", ";").encode()),
        ("tabs", TABLE.replace(",", "\t").encode()),
        ("Excel's Unicode text: tabs in UTF-16", TABLE.replace(",", "\t").encode("utf-16")),
        ("carriage returns", TABLE.replace("\n", "\r\n").encode()),
        ("no line end at the end", TABLE.rstrip("\n").encode()),
        ("capitals and spaces in the header", TABLE.replace("office,name", " Office , NAME").encode()),
        ("rows with nothing in them", (TABLE + "\n,,\n , ,\n").encode()),
        ("an empty column at the right", TABLE.replace("\n", ",\n").encode()),
    ],
)
def test_a_table_is_read_however_it_was_saved(how: str, raw: bytes) -> None:
    assert read(raw, COLUMNS, ("office", "name")) == ROWS, how


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_excels_first_line_names_the_separator_and_the_lines_stay_true(mark: str) -> None:
    raw = f"sep={mark}\r\n" + TABLE.replace(",", mark)
    assert read(raw.encode("utf-8-sig"), COLUMNS, ("office",)) == [Row(3, ROWS[0].cells)]


def test_windows_1258_keeps_every_letter_of_vietnamese() -> None:
    names = "Hà Giang, Đồng Văn, Mèo Vạc, Quản Bạ, Vị Xuyên, Bắc Mê, Hoàng Su Phì, Xín Mần, Sở Y tế, ưỡ ằ ẵ ặ"
    assert decode(windows_1258(names)) == names
    assert b"\xf2" in windows_1258("ạ")  # the tone mark stands by itself


def test_a_semicolon_within_commas_does_not_mislead() -> None:
    raw = b'office,name,email\n024,"Hoa; Lan",hoa@x.example\n'
    assert read(raw, COLUMNS, ("office",))[0].cells["name"] == "Hoa; Lan"


def test_a_row_is_known_by_the_line_on_which_it_ends() -> None:
    raw = 'office,name,email\n024,"Nguyễn\nThị Hoa",a@x.example\n026,Lan,b@x.example\n'.encode()
    assert [row.line for row in read(raw, COLUMNS, ("office",))] == [3, 4]


def test_a_short_row_has_empty_cells_and_a_missing_column_is_absent() -> None:
    assert read(b"office,name\n024\n", COLUMNS, ("office",)) == [Row(2, {"office": "024", "name": ""})]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "line 1: no column 'office'"),
        (b"name,email\nHoa,a@x.example\n", "line 1: no column 'office'"),
        (b"sep=;\nname;email\n", "line 2: no column 'office'"),
        (b"office,name,mail\n", "line 1: unknown column 'mail'; the header must be office,name,email"),
        (b'office,name,email\n024,"Hoa,a@x.example\n026,Lan,b@x.example\n', "save it again"),
        (b"office,name,email\n\x81\xfe", "neither UTF-8, UTF-16 nor Windows-1258"),
    ],
)
def test_what_is_no_such_table_says_what_to_do(raw: bytes, message: str) -> None:
    with pytest.raises(NotATable) as caught:
        read(raw, COLUMNS, ("office", "name"))
    assert message in str(caught.value)


def test_a_quotation_mark_left_open_does_not_swallow_the_rows_below() -> None:
    raw = b'office,name,email\n024,"Hoa,a@x.example\n026,Lan,b@x.example\n'
    with pytest.raises(NotATable, match="line"):
        read(raw, COLUMNS, ("office",))


def test_a_table_that_was_written_is_read_again() -> None:
    text = write(COLUMNS, [("024", "Nguyễn Thị “Hoa”, Lan", "hoa@x.example"), ("00688", 'A "B"', "")])
    assert text.splitlines()[0] == "office,name,email"
    found = read(text.encode("utf-8-sig"), COLUMNS, ("office",))
    assert [list(row.cells.values()) for row in found] == [
        ["024", "Nguyễn Thị “Hoa”, Lan", "hoa@x.example"], ["00688", 'A "B"', ""],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        ("+84 912 345 678", "+84 912 345 678"),
        ("+84912345678", "+84912345678"),
        ("-5", "-5"),
        ("Hoa", "Hoa"),
        ("", ""),
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_is_written_inert(cell: str, written: str) -> None:
    row = write(("a", "b"), [(cell, "x")]).splitlines()[1]
    assert row == f"{written},x"


def test_excels_own_guard_of_a_code_is_read_as_the_code() -> None:
    assert [row.cells for row in read(b'office,name\n"=""026""",Hoa\n', ("office", "name"), ("office",))] == [
        {"office": "026", "name": "Hoa"}
    ]
