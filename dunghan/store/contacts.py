"""Contacts in and out of the database."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, Table, insert, select, update

from dunghan.store import boards
from dunghan.store.rows import among, as_is, fetch
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


_COLUMNS = f"{', '.join(FIELDS)}, id, links"


def book(connection: Connection, offices: Collection[str] | None = None) -> dict[str, list[Contact]]:
    """The contacts of these offices (of all where None), by office, in the order in which they were added.

    A contact may name any office that ever existed.
    """
    where = "" if offices is None else f" WHERE office {among(connection, 'offices')}"
    values = {} if offices is None else {"offices": list(offices)}
    found: dict[str, list[Contact]] = defaultdict(list)
    for one in fetch(connection, f"SELECT {_COLUMNS} FROM contact{where} ORDER BY id", values, make=as_is(Contact)):  # noqa: S608
        found[one.office].append(one)
    return found


def by_id(connection: Connection, ids: Collection[int]) -> dict[int, Contact]:
    """The contacts with these ids."""
    sql = f"SELECT {_COLUMNS} FROM contact WHERE id {among(connection, 'ids')}"  # noqa: S608 - our own columns
    return {one.id: one for one in fetch(connection, sql, {"ids": list(ids)}, make=as_is(Contact))}


def revoke_links(connection: Connection, ids: Collection[int]) -> None:
    """End every link that these contacts have had."""
    connection.execute(update(CONTACT).where(CONTACT.c.id.in_(ids)).values(links=CONTACT.c.links + 1))
