"""Contacts in and out of the database."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, Table, insert, select, update

from dunghan.store import boards
from models.contact import FIELDS, Contact
from models.tables import ContactRow

CONTACT: Table = ContactRow.__table__  # type: ignore[attr-defined]


def upsert(connection: Connection, contacts: Iterable[Contact]) -> tuple[int, int]:
    """Add or update by (office, name), and remove nobody. Returns how many were added, and how many changed."""
    held = {(row.office, row.name): row for row in connection.execute(select(CONTACT))}
    added, changed = [], []
    for contact in contacts:
        values = {field: getattr(contact, field) for field in FIELDS}
        row = held.get((contact.office, contact.name))
        if row is None:
            added.append(values)
        elif any(getattr(row, field) != value for field, value in values.items()):
            changed.append((row.id, values))
    if added:
        connection.execute(insert(CONTACT), added)
    for row_id, values in changed:
        connection.execute(update(CONTACT).where(CONTACT.c.id == row_id).values(**values))
    if added or changed:
        boards.all_changed(connection)
    return len(added), len(changed)


def book(connection: Connection, offices: Collection[str] | None = None) -> dict[str, list[Contact]]:
    """The contacts of these offices (of all where None), by office, in the order in which they were added.

    A contact may name any office that ever existed.
    """
    wanted = set(offices) if offices is not None else None
    query = select(CONTACT).order_by(CONTACT.c.id)
    if wanted is not None and len(wanted) <= 500:
        query = query.where(CONTACT.c.office.in_(wanted))
    found: dict[str, list[Contact]] = defaultdict(list)
    for row in connection.execute(query):
        if wanted is None or row.office in wanted:
            found[row.office].append(_contact(row))
    return found


def by_id(connection: Connection, ids: Collection[int]) -> dict[int, Contact]:
    """The contacts with these ids."""
    rows = connection.execute(select(CONTACT).where(CONTACT.c.id.in_(ids)))
    return {row.id: _contact(row) for row in rows}


def _contact(row: object) -> Contact:
    return Contact(**{field: getattr(row, field) for field in (*FIELDS, "id")})
