"""The audit trail: who did what, when, and why; each row's digest covers the one before it."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, text

from models.tables import AuditRow

AUDIT: Table = AuditRow.__table__  # type: ignore[attr-defined]


def digest(previous: str, at: datetime, who: str, what: str, subject: str, why: str, detail: dict[str, Any]) -> str:
    """SHA-256 over the previous digest and this row's content."""
    held = [
        previous,
        at.astimezone(UTC).isoformat(),
        who,
        what,
        subject,
        why,
        json.dumps(detail, sort_keys=True, ensure_ascii=False),
    ]
    return hashlib.sha256("\x1f".join(held).encode()).hexdigest()


def record(
    connection: Connection, at: datetime, who: str, what: str, subject: str, why: str = "", **detail: Any
) -> None:
    """Append one row. ``detail`` holds JSON values, never an address or a child's name."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('audit', 0))"))
    previous = connection.scalar(select(AUDIT.c.digest).order_by(AUDIT.c.seq.desc()).limit(1)) or ""
    row = {"at": at, "who": who, "what": what, "subject": subject, "why": why, "detail": detail, "previous": previous}
    row["digest"] = digest(previous, at, who, what, subject, why, detail)
    connection.execute(insert(AUDIT), [row])


def first_break(connection: Connection, table: Table = AUDIT) -> int | None:
    """The number of the first row that does not follow from the one before it, or None if the chain is whole.

    ``table`` may be the trail as an older revision has it.
    """
    previous = ""
    query = select(table).order_by(table.c.seq).execution_options(yield_per=1000)
    with connection.execute(query) as rows:
        for row in rows:
            own = digest(previous, row.at, row.who, row.what, row.subject, row.why, row.detail)
            if row.previous != previous or row.digest != own:
                return int(row.seq)
            previous = row.digest
    return None


def of_subject(connection: Connection, subject: str) -> list[AuditRow]:
    """What was done to one subject, in order."""
    rows = connection.execute(select(AUDIT).where(AUDIT.c.subject == subject).order_by(AUDIT.c.seq))
    return [AuditRow(**row._mapping) for row in rows]
