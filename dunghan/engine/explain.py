"""Explain: why this date, why this state, and what was or was not sent, and why."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from dunghan.core.ladder import steps
from dunghan.engine.context import Context
from dunghan.engine.owed import find, stand
from dunghan.engine.views import due_row, stamp
from dunghan.store import acts, facts
from dunghan.store.contacts import CONTACT
from dunghan.store.database import reading
from dunghan.store.messages import ATTEMPT, MESSAGE, REMINDER
from models.ladder import rung_name
from models.obligation import Obligation
from models.plan import Plan


def explain(context: Context, obligation_id: str, now: datetime) -> dict[str, Any]:
    """Everything about one obligation at ``now``, each part with its reason.

    Keys: those of ``due``, and ``opened, explanation, basis_note, events, submissions, reminders, planned``.
    """
    with reading(context.db) as connection:
        plan, one, is_open = find(context, connection, obligation_id)
        events = facts.events_of(connection, one.id)
        found = stand(one, tuple(events), now)
        return {
            **due_row(context, found),
            "as_of": stamp(now),
            "opened": is_open,
            "explanation": one.deadline.explanation,
            "basis_note": _basis_note(found.extended is not None, one.deadline.basis),
            "note": _note(plan, one),
            "events": [
                {"at": stamp(e.at), "kind": e.kind, "by": e.by, "because": e.because,
                 "until": e.until.isoformat() if e.until else None}
                for e in events if e.at <= now
            ],
            "submissions": [
                {"version": s.version, "received_at": stamp(s.received_at), "kind": s.kind, "reference": s.reference,
                 "files": s.files, "by": s.by}
                for s in acts.submissions(connection, one.id) if s.received_at <= now
            ],
            "reminders": list(_reminders(connection, one.id, now)),
            "planned": _planned(context, plan.issued_on, found.last_day, now) if found.state != "undated" else [],
        }  # fmt: skip


def _note(plan: Plan, one: Obligation) -> str | None:
    """The plan file's own note on this office's stage."""
    report = plan.report(one.report)
    links = report.chain if report else ()
    return next((k.note for k in links if k.stage == one.stage and k.clause == one.clause), None)


EXTENDED = "Ngày do điều phối viên gia hạn."
BASES = {
    "quoted": "Ngày lấy nguyên văn từ điều khoản của kế hoạch.",
    "derived": "Ngày suy ra theo quy tắc từ một ngày có trong văn bản.",
    "set": "Ngày do điều phối viên ấn định.",
    "proposed": "Chỉ là gợi ý; chưa ai ấn định nên không nhắc ai.",
    None: "Văn bản không nêu ngày; chưa ai ấn định nên không nhắc ai.",
}


def _basis_note(extended: bool, basis: str | None) -> str:
    return EXTENDED if extended else BASES[basis]


def _reminders(connection: Connection, obligation_id: str, now: datetime) -> Iterator[dict[str, Any]]:
    r, m, c = REMINDER.c, MESSAGE.c, CONTACT.c
    query = (
        select(r.decided_at, r.last_day, r.rung, r.kind, r.fired, r.reason, c.name, c.office, r.message_id,
               m.channel, m.status, m.answer, m.attempts, m.settled_at, m.not_before)
        .join(CONTACT, c.id == r.contact_id, isouter=True)
        .join(MESSAGE, m.id == r.message_id, isouter=True)
        .where(r.obligation_id == obligation_id, r.decided_at <= now)
        .order_by(r.decided_at, r.id)
    )  # fmt: skip
    rows = connection.execute(query).all()
    tries = _tries(connection, {row.message_id for row in rows if row.message_id is not None})
    for row in rows:
        message = None
        if row.message_id is not None:
            message = {
                "id": row.message_id,
                "status": row.status,
                "channel": row.channel,
                "leaves": stamp(row.not_before),
                "settled_at": stamp(row.settled_at),
                "answer": row.answer,
                "attempts": tries.get(row.message_id, []),
            }
        yield {
            "at": stamp(row.decided_at),
            "rung": row.rung,
            "kind": row.kind,
            "fired": bool(row.fired),
            "reason": row.reason,
            "last_day": row.last_day.isoformat(),
            "contact": row.name,
            "contact_office": row.office,
            "message": message,
        }


def _tries(connection: Connection, messages: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """Every try to send these messages, in order."""
    t = ATTEMPT.c
    found: dict[int, list[dict[str, Any]]] = {}
    query = select(t.message_id, t.at, t.channel, t.outcome, t.detail).where(t.message_id.in_(messages))
    for row in connection.execute(query.order_by(t.id)):
        said = {"at": stamp(row.at), "channel": row.channel, "outcome": row.outcome, "detail": row.detail}
        found.setdefault(row.message_id, []).append(said)
    return found


def _planned(context: Context, issued_on: Any, last_day: Any, now: datetime) -> list[dict[str, Any]]:
    if last_day is None:
        return []
    laid = steps(context.catalog.ladder, last_day, issued_on, context.catalog.calendar)
    return [{"rung": rung_name(s.rung), "at": stamp(s.at)} for s in laid if s.at > now]
