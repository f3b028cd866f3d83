"""What a script in cron would do besides sending: find who is due in the same database, write the text, note it down.

The competitors share it, so that they differ by how they send. They are what a competent colleague writes in an
afternoon: one query, a plain text, a commit for each mail (or a crash would send yesterday's mails again), WAL. They
write less than ours: no outbox, no attempts, no HTML, no digest, no reasons.
"""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

SENDER = "nhac-hen@zz.example"


class Due(NamedTuple):
    """One reminder to send."""

    obligation: str
    last_day: str
    quote: str
    contact: int
    name: str
    address: str


def open_database(file: Path) -> sqlite3.Connection:
    """The connection that the script keeps."""
    db = sqlite3.connect(file, timeout=60, check_same_thread=False)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    return db


def who_is_due(db: sqlite3.Connection, as_of: datetime) -> list[Due]:
    """Everybody whose next rung has come and who has not handed anything in."""
    rows = db.execute(
        "SELECT o.id, o.last_day, o.quote, c.id, c.name, c.email FROM obligation o "
        "JOIN contact c ON c.office = o.office AND c.role = 'officer' "
        "WHERE o.next_at <= ? AND NOT EXISTS (SELECT 1 FROM submission s WHERE s.obligation_id = o.id) ORDER BY o.id",
        (_stored(as_of),),
    )
    return [Due(*row) for row in rows]


def subject(one: Due) -> str:
    """The subject line."""
    return f"Nhắc nộp báo cáo trước ngày {one.last_day}"


def text(one: Due) -> str:
    """The plain text."""
    return (
        f"Kính gửi {one.name},\n\nĐơn vị còn chưa nộp báo cáo {one.obligation}. "
        f"Hạn nộp: hết ngày {one.last_day}.\nCăn cứ: “{one.quote}”.\n\n"
        "Nếu đã gửi qua đường khác, xin báo lại cơ quan thường trực để ghi nhận.\n\nTrân trọng,\nSở Quy Mô\n"
    )


def note(db: sqlite3.Connection, one: Due, as_of: datetime) -> None:
    """Note that the reminder went out, and commit."""
    db.execute(
        "INSERT INTO reminder (obligation_id, last_day, rung, kind, fired, reason, decided_at, contact_id) "
        "VALUES (?, ?, '-1d', 'reminder', 1, 'rung_due', ?, ?)",
        (one.obligation, one.last_day, _stored(as_of), one.contact),
    )
    db.execute("UPDATE obligation SET next_at = NULL, swept_until = ? WHERE id = ?", (_stored(as_of), one.obligation))
    db.commit()


def _stored(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
