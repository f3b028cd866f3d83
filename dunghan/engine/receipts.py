"""Receipts: what was handed in, when, on time or late, under a number that both sides can name."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection

from dunghan.core.state import last_day
from dunghan.engine.context import Context
from dunghan.engine.owed import find
from dunghan.files import Kept
from dunghan.store import acts, contacts, facts, findings, messages
from dunghan.store.database import reading
from dunghan.store.findings import Finding
from models.errors import UsageError
from models.obligation import Obligation
from models.plan import Plan
from models.timezone import local_day


class Receipt(NamedTuple):
    """What a receipt says. ``late_days`` is None where nobody set a date, and 0 on time.

    Timeliness is that of the first version: a return does not make it late. ``first_at`` is when that one came, where
    this is a later one.
    """

    number: str
    obligation: str
    office: str
    received_at: datetime
    files: tuple[Kept, ...]
    nothing: bool
    note: str
    last_day: date | None
    late_days: int | None
    version: int
    first_at: datetime | None = None


def found_in(context: Context, obligation_id: str, version: int) -> list[Finding]:
    """What the checks found in one version."""
    with reading(context.db) as connection:
        handed = [s.id for s in acts.submissions(connection, obligation_id) if s.version == version and s.id]
        return findings.of(connection, handed).get(handed[0], []) if handed else []


def receipt(context: Context, obligation_id: str, version: int) -> Receipt:
    """The receipt of one version. Raises UsageError where there is no such version."""
    with reading(context.db) as connection:
        return receipt_within(context, connection, obligation_id, version)


def receipt_within(context: Context, connection: Connection, obligation_id: str, version: int) -> Receipt:
    """The receipt of one version, inside a transaction."""
    _, one, _ = find(context, connection, obligation_id)
    handed = acts.submissions(connection, obligation_id)
    found = next((s for s in handed if s.version == version), None)
    if found is None or found.id is None:
        raise UsageError(f"{obligation_id} has no version {version}: {len(handed)} were handed in.")
    events = facts.events_of(connection, obligation_id)
    last = last_day(one.deadline.last_day, events, context.now())
    first = min(s.received_at for s in handed)
    return Receipt(
        number=number(found.received_at, found.id),
        obligation=obligation_id,
        office=one.office,
        received_at=found.received_at,
        files=tuple(Kept(name=f["name"], size=f["size"], sha256=f["sha256"]) for f in found.files),
        nothing=found.kind == "nothing",
        note=found.note,
        last_day=last,
        late_days=None if last is None else max((local_day(first) - last).days, 0),
        version=version,
        first_at=first if version > 1 else None,
    )


def number(received_at: datetime, submission: int) -> str:
    """A receipt's number: the year of receipt, and the submission's own number.

    >>> from models.timezone import at
    >>> number(at(date(2018, 12, 8)), 123)
    'TN-2018-000123'
    """
    return f"TN-{local_day(received_at).year}-{submission:06d}"


def about(obligation_id: str, version: int) -> str:
    """What a receipt's message is about: its own place among a contact's messages of the day."""
    return f"{obligation_id}/{version}"


def queue(context: Context, connection: Connection, plan: Plan, one: Obligation, version: int, contact_id: int) -> None:
    """Queue a receipt's message in the transaction that recorded the submission. Without an address there is none."""
    contact = contacts.by_id(connection, [contact_id]).get(contact_id)
    ways = context.usable(contact) if contact else ()
    if not contact or not ways:
        return
    now = context.now()
    leaves = context.hours.next_slot(now, context.catalog.calendar)
    day, subject = local_day(leaves), about(one.id, version)
    row = {
        "contact_id": contact.id,
        "office": contact.office,
        "channel": ways[0][0],
        "about": subject,
        "message_id": context.message_id(plan.id, contact.id, day.isoformat(), "receipt", subject),
    }
    alike = {"plan": plan.id, "kind": "receipt", "day": day, "not_before": leaves, "created_at": now}
    messages.enqueue(connection, [row], alike)
