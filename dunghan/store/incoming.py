"""Mail that came in: a row for each, by its content, and what it is compared with."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, func, insert, literal, or_, select, true, update

from dunghan.store import audit
from dunghan.store.acts import SUBMISSION
from dunghan.store.audit import AUDIT
from dunghan.store.contacts import CONTACT
from dunghan.store.messages import MESSAGE
from models.tables import IncomingRow

INCOMING: Table = IncomingRow.__table__  # type: ignore[attr-defined]
STATUSES = ("submitted", "review", "settled", "ignored")

LET_GO = "raw mail"
"""What the audit trail calls the mails whose raw text is kept for a time only."""


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


def let_go_before(connection: Connection) -> datetime | None:
    """The instant from which on settled mail is kept; what was settled before it has been let go of. None: nothing."""
    newest = select(AUDIT.c.detail).where(AUDIT.c.subject == LET_GO).order_by(AUDIT.c.seq.desc()).limit(1)
    detail = connection.scalar(newest)
    return datetime.fromisoformat(detail["settled_before"]) if detail else None


def let_go(connection: Connection, before: datetime, now: datetime) -> int:
    """Let go of the raw mail that was settled before an instant, on record; how many that are. Never of what waits."""
    gone = func.count().filter(and_(kept(connection), ~_settled_since(before)))
    count = int(connection.scalar(select(gone).select_from(INCOMING)) or 0)
    if count:
        audit.record(connection, now, "engine", "let-go", LET_GO, settled_before=before.isoformat(), mails=count)
    return count


def kept(connection: Connection) -> ColumnElement[bool]:
    """The condition that a mail's raw text is kept."""
    before = let_go_before(connection)
    return true() if before is None else _settled_since(before)


def is_kept(connection: Connection, mail: int) -> bool:
    """Whether one mail's raw text is kept."""
    return connection.scalar(select(INCOMING.c.id).where(INCOMING.c.id == mail, kept(connection))) is not None


def _settled_since(before: datetime) -> ColumnElement[bool]:
    """What a poll settled itself has no time of its own: it was settled when it was fetched."""
    settled_at = func.coalesce(INCOMING.c.settled_at, INCOMING.c.fetched_at)
    return or_(INCOMING.c.status == "review", settled_at >= literal(before, INCOMING.c.fetched_at.type))


def now_settled(status: str, why: str, at: datetime, by: str = "", **values: Any) -> dict[str, Any]:
    """The values of a row that is settled."""
    return {"status": status, "why": why, "settled_at": at, "settled_by": by, **values}
