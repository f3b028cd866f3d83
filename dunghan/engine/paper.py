"""Reports that came on paper or by the document system, recorded from a table."""

from datetime import time
from pathlib import Path
from typing import Any

from dunghan.core import tabular
from dunghan.core.times import instant
from dunghan.engine import handing_in
from dunghan.engine.context import Context
from dunghan.engine.owed import find
from dunghan.store.database import reading
from models.errors import BadFile, DunghanError, Problem

COLUMNS = ("obligation", "received_at", "reference", "nothing_to_report", "note")
_YES = {"1", "x", "yes", "true", "có", "co"}


def submit_table(context: Context, path: Path, *, by: str) -> list[dict[str, Any]]:
    """Record every row, or none: BadFile lists each bad row with its line."""
    rows = read_table(path, COLUMNS, ("obligation",))
    ready, problems = [], []
    with reading(context.db) as connection:
        for row in rows:
            cells = row.cells
            try:
                find(context, connection, cells["obligation"])
                text = cells.get("received_at", "")
                at = instant(text, "received_at", bare=time.min) if text else context.now()
                context.not_future(at, "received_at")
            except DunghanError as error:
                problems.append(Problem(str(path), row.line, "row", str(error)))
                continue
            ready.append(
                handing_in.HandedIn(
                    cells["obligation"],
                    at,
                    nothing=cells.get("nothing_to_report", "").lower() in _YES,
                    reference=cells.get("reference", ""),
                    note=cells.get("note", ""),
                )
            )
    if problems:
        raise BadFile(problems)
    versions = handing_in.submit_all(context, ready, by=by)
    return [{"obligation": one.obligation, "version": version} for one, version in zip(ready, versions, strict=True)]


def read_table(path: Path, columns: tuple[str, ...], required: tuple[str, ...]) -> list[tabular.Row]:
    """A table from a file; BadFile says why it cannot be read."""
    try:
        return tabular.read(path.read_bytes(), columns, required)
    except OSError as error:
        raise BadFile([Problem(str(path), 0, "file", f"cannot be read ({error.strerror}): check the path")]) from None
    except tabular.NotATable as error:
        raise BadFile([Problem(str(path), 1, "file", str(error))]) from None
