"""The matrix as a spreadsheet that runs nothing: text stays text, whatever it begins with."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from dunghan.engine.matrix import Column, Line
from dunghan.portal.desk_words import STATES
from models.timezone import VIETNAM

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_MOST_LETTERS = 32_000
"""What a cell of Excel holds, nearly."""


def inert(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, without the control characters that no spreadsheet reads."""
    clean = ILLEGAL_CHARACTERS_RE.sub("", text)[:_MOST_LETTERS]
    return f"'{clean}" if clean.startswith(_RISKY) else clean


def row(line: Line, columns: Sequence[Column], now: datetime, t: Callable[[str], str], stage: str) -> tuple[str, ...]:
    """One office: its stage, code and name, and for each column the state, the last day, and the first submission."""
    cells = [stage, line.office, line.title]
    for column in columns:
        cell = line.cells.get(column)
        if cell is None:
            cells += ["", "", ""]
            continue
        first = f"{cell.first_at.astimezone(VIETNAM):%Y-%m-%d %H:%M}" if cell.first_at else ""
        cells += [t(STATES[cell.state(now)]), f"{cell.last_day:%Y-%m-%d}" if cell.last_day else "", first]
    return tuple(cells)


def workbook(title: str, rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """The rows as an xlsx file, written row by row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "D2"
    for letter, width in (("A", 20), ("B", 16), ("C", 44)):
        sheet.column_dimensions[letter].width = width
    for cells in rows:
        sheet.append([inert(cell) for cell in cells])
    file: IO[bytes] = SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 - it is read out by the answer
    book.save(file)
    file.seek(0)
    return file
