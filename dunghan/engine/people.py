"""Contacts and offices in from tables and out again."""

from datetime import date
from pathlib import Path

from config.catalog import OFFICE_COLUMNS
from dunghan.core import contact_rows, tabular
from dunghan.engine.context import Context
from dunghan.engine.paper import read_table
from dunghan.store import acts, audit, contacts
from dunghan.store.database import reading, writing
from models.base import OFFICE_CODE
from models.contact import FIELDS, Contact
from models.errors import BadFile, Problem
from models.office import Office


def import_contacts(
    context: Context, path: Path, *, skip_bad: bool, by: str
) -> tuple[int, int, list[Problem], list[str]]:
    """Add or update by (office, name); nobody is removed. Returns added, changed, what was skipped, what is doubtful.

    With a bad row nothing is imported and BadFile lists every one, unless ``skip_bad``.
    """
    rows = read_table(path, FIELDS, ("office", "name"))
    good, problems = contact_rows.contacts(rows, context.catalog.tree, str(path))
    if problems and not skip_bad:
        raise BadFile(problems)
    with writing(context.db) as connection:
        added, changed = contacts.upsert(connection, good)
        audit.record(
            connection, context.now(), by, "import_contacts", "contacts", added=added, changed=changed,
            skipped=len({p.line for p in problems}),
        )  # fmt: skip
    return added, changed, problems, contact_rows.doubtful(good, context.catalog.tree)


def all_contacts(context: Context, office: str | None = None) -> list[Contact]:
    """Every contact, by office and name."""
    with reading(context.db) as connection:
        book = contacts.book(connection, {office} if office else None)
    return sorted((c for people in book.values() for c in people), key=lambda c: (c.office, c.name))


def export_contacts(context: Context) -> bytes:
    """All contacts as CSV that Excel opens as Vietnamese."""
    rows = [tuple(getattr(c, field) for field in FIELDS) for c in all_contacts(context)]
    return tabular.write(FIELDS, rows).encode("utf-8-sig")


def import_offices(context: Context, path: Path, *, by: str) -> int:
    """Add the offices of a table beside those of ``config/offices``, or none: BadFile lists every bad row."""
    rows = read_table(path, OFFICE_COLUMNS, ("code", "name", "level"))
    known = set(context.catalog.tree.codes) | {row.cells["code"] for row in rows}
    offices, problems = [], []
    for row in rows:
        office, faults = _office(row.cells, known)
        problems += [Problem(str(path), row.line, field, message) for field, message in faults]
        if office:
            offices.append(office)
    if problems:
        raise BadFile(problems)
    with writing(context.db) as connection:
        added = acts.add_offices(connection, offices)
        audit.record(connection, context.now(), by, "import_offices", "offices", added=added)
    context.forget_offices()
    return added


def _office(cells: dict[str, str], known: set[str]) -> tuple[Office | None, list[tuple[str, str]]]:
    import re

    faults: list[tuple[str, str]] = []
    if not re.match(OFFICE_CODE, cells["code"]):
        faults.append(("code", f"{cells['code']!r} is no office code: write small letters, digits, dots and dashes"))
    if not cells["name"]:
        faults.append(("name", "no name: give the office's full name"))
    if not cells["level"]:
        faults.append(("level", "no level: write province, district, commune, department, organisation …"))
    parent = cells.get("parent", "")
    if parent and parent not in known:
        faults.append(("parent", f"no office has the code {parent!r}: add it first, or correct it"))
    days: dict[str, date | None] = {}
    for field in ("valid_from", "valid_until"):
        text = cells.get(field, "")
        try:
            days[field] = date.fromisoformat(text) if text else None
        except ValueError:
            faults.append((field, f"{text!r} is not a day: write it as 2025-07-01"))
    if faults:
        return None, faults
    return Office(cells["code"], cells["name"], cells["level"], parent or None, **days), []
