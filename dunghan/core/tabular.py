"""Tables as people save them: CSV that survives what Excel does to it."""

import csv
import io
import unicodedata
from typing import NamedTuple


class Row(NamedTuple):
    """One row of a table: the line on which it ends in the file, and its cells by column."""

    line: int
    cells: dict[str, str]


class NotATable(ValueError):
    """The bytes cannot be read as the table that was asked for; the message says what to do."""


def decode(raw: bytes) -> str:
    """Text of a CSV file: UTF-8 with or without a mark, UTF-16, or Windows-1258; composed (NFC).

    >>> decode("Hà Giang".encode("utf-16")), decode("Hà Giang".encode("utf-8-sig"))
    ('Hà Giang', 'Hà Giang')
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\x00" in raw[:200]:
        encoding = "utf-16-le" if raw[1:2] == b"\x00" else "utf-16-be"
    else:
        encoding = "utf-8-sig"
    for candidate in (encoding, "cp1258"):
        try:
            return unicodedata.normalize("NFC", raw.decode(candidate))
        except UnicodeDecodeError:
            continue
    raise NotATable("neither UTF-8, UTF-16 nor Windows-1258: save it as «CSV UTF-8»")


def read(raw: bytes, columns: tuple[str, ...], required: tuple[str, ...]) -> list[Row]:
    """The rows of a table whose header holds ``required`` and nothing beyond ``columns``.

    The separator (comma, semicolon, tab) is what the header uses; an Excel ``sep=`` line is heeded.
    Rows with nothing in them are left out. Raises NotATable.
    """
    text = decode(raw)
    offset = 0
    separator = ""
    if text[:4].lower() == "sep=":
        first, _, text = text.partition("\n")
        separator, offset = first.strip()[4:5], 1
    header_line = text.partition("\n")[0]
    separator = separator or max(",;\t", key=header_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        missing = [c for c in required if c not in header]
        if missing:
            raise NotATable(f"line {1 + offset}: no column {missing[0]!r}; the header must be {','.join(columns)}")
        twice = [c for c in header if c and header.count(c) > 1]
        if twice:
            raise NotATable(f"line {1 + offset}: the column {twice[0]!r} stands twice: keep one of them")
        strange = [c for c in header if c and c not in columns]
        if strange:
            raise NotATable(f"line {1 + offset}: unknown column {strange[0]!r}; the header must be {','.join(columns)}")
        rows = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                named = {c: (_as_meant(cells[i]) if i < len(cells) else "") for i, c in enumerate(header) if c}
                rows.append(Row(reader.line_num + offset, named))
        return rows
    except csv.Error as error:
        raise NotATable(f"line {reader.line_num + offset}: {error}: save it again as «CSV UTF-8»") from None


def write(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table as CSV text that Excel opens as Vietnamese (the caller encodes it as ``utf-8-sig``).

    A cell that a spreadsheet would run as a formula is written with a leading apostrophe.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([tuple(_inert(cell) for cell in row) for row in rows])
    return out.getvalue()


def _risky(cell: str) -> bool:
    signed = cell[:1] in ("+", "-") and not cell[1:].replace(" ", "").isdigit()
    return signed or cell.startswith(("=", "@", "\t", "\r"))


def _inert(cell: str) -> str:
    return f"'{cell}" if _risky(cell) else cell


def _as_meant(cell: str) -> str:
    """A cell without the apostrophe that :func:`write` put before it, or Excel's own guard: ``="026"``."""
    bare = cell.strip()
    if bare.startswith('="') and bare.endswith('"'):
        return bare[2:-1]
    return bare[1:] if bare.startswith("'") and _risky(bare[1:]) else bare
