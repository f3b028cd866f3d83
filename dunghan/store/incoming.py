"""Mail that came in: a row for each, by its content, and what it is compared with."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, insert, select, update

from dunghan.store.acts import SUBMISSION
from dunghan.store.contacts import CONTACT
from dunghan.store.messages import MESSAGE
from models.tables import IncomingRow

INCOMING: Table = IncomingRow.__table__  # type: ignore[attr-defined]
STATUSES = ("submitted", "review", "settled", "ignored")


class Answered(NamedTuple):
    """A message of ours that was answered."""

    id: int
    contact_id: int
    office: str
    plan: str
    subject: str


def of_content(connection: Connection, digest: str) -> Any | None:
    """The row of a mail with this content, or None."""
    return connection.execute(select(INCOMING).where(INCOMING.c.raw_sha256 == digest)).first()


def note(connection: Connection, **values: Any) -> int:
    """Put a mail on record, to be reviewed until something better is known; its number."""
    row = {"status": "review", "why": "", "version": None, "settled_by": "", **values}
    return int(connection.execute(insert(INCOMING).values(row).returning(INCOMING.c.id)).scalar_one())


def settle(connection: Connection, mail: int, **values: Any) -> bool:
    """Say what became of a mail that waits for review; False where somebody else has settled it meanwhile."""
    waiting = update(INCOMING).where(INCOMING.c.id == mail, INCOMING.c.status == "review")
    return bool(connection.execute(waiting.values(**values)).rowcount)


def one(connection: Connection, mail: int) -> Any | None:
    """One mail's row, or None."""
    return connection.execute(select(INCOMING).where(INCOMING.c.id == mail)).first()


def listing(connection: Connection, status: str | None, most: int) -> Sequence[Any]:
    """The newest so many."""
    query = select(INCOMING).order_by(INCOMING.c.received_at.desc(), INCOMING.c.id.desc()).limit(most)
    return connection.execute(query.where(INCOMING.c.status == status) if status else query).all()


def waiting(connection: Connection) -> int:
    """How many wait for somebody to look at them."""
    return int(connection.scalar(select(func.count()).where(INCOMING.c.status == "review")) or 0)


def answered_by_id(connection: Connection, row: int, contact: int) -> Answered | None:
    """The message with this number, if it went to that contact."""
    return _message(connection, MESSAGE.c.id == row, MESSAGE.c.contact_id == contact)


def answered_by_message_id(connection: Connection, ids: Collection[str]) -> Answered | None:
    """The newest message with one of these Message-IDs."""
    return _message(connection, MESSAGE.c.message_id.in_(list(ids))) if ids else None


def _message(connection: Connection, *which: Any) -> Answered | None:
    m = MESSAGE.c
    query = select(m.id, m.contact_id, m.office, m.plan, m.subject).where(*which).order_by(m.id.desc()).limit(1)
    row = connection.execute(query).first()
    return Answered(*row) if row else None


def senders(connection: Connection, address: str) -> list[tuple[int, str]]:
    """The (contact, office) pairs that have this e-mail address, however it is written."""
    c = CONTACT.c
    query = select(c.id, c.office).where(func.lower(c.email) == address.lower()).order_by(c.id)
    return [(row.id, row.office) for row in connection.execute(query)] if address else []


def handed_in(connection: Connection, obligation: str, contact: int | None, digests: Collection[str]) -> int | None:
    """The version of a submission by mail of this contact that holds just these files, or None."""
    s = SUBMISSION.c
    query = select(s.version, s.files).where(s.obligation_id == obligation, s.via == "mail", s.contact_id == contact)
    for row in connection.execute(query.order_by(s.version.desc())):
        if {file["sha256"] for file in row.files} == set(digests):
            return int(row.version)
    return None


def now_settled(status: str, why: str, at: datetime, by: str = "", **values: Any) -> dict[str, Any]:
    """The values of a row that is settled."""
    return {"status": status, "why": why, "settled_at": at, "settled_by": by, **values}
