"""How people and programs are told: one JSON document, or a table."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

RICH_ROWS = 200
"""Above this, laying out a table with Rich takes seconds."""


def show_json(document: Any) -> None:
    """One document on standard output, and nothing else."""
    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """A table for people: fitted to a terminal; plain and whole where the output is not one, or is long."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not cells:
        print(f"{title or 'Nothing'}: none")
    elif sys.stdout.isatty() and len(cells) <= RICH_ROWS:
        _rich(columns, cells, title)
    else:
        _plain(columns, cells, title)


def _rich(columns: Sequence[str], cells: Iterable[Sequence[str]], title: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, title=title or None, title_justify="left", header_style="bold")
    for row in cells:
        table.add_row(*row)
    Console(highlight=False, markup=False).print(table)


def _plain(columns: Sequence[str], cells: Sequence[Sequence[str]], title: str) -> None:
    """Columns as wide as their cells, the last one free: quick enough for a nation, and easy to grep."""
    widths = [max(len(cell) for cell in column) for column in zip(columns, *cells, strict=True)]
    widths[-1] = 0
    lines = [title] if title else []
    ruler = ["-" * width for width in widths[:-1]] + ["-" * len(columns[-1])]
    lines += [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (columns, ruler, *cells)
    ]
    sys.stdout.write("\n".join(lines) + "\n")
