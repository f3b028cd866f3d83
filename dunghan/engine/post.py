"""The post of one transaction: rungs on record, and one message per contact, plan and day to carry them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from dunghan.engine.context import Context
from dunghan.store import messages
from dunghan.store.messages import Carrier
from models.contact import Contact
from models.ladder import MessageKind, Reason
from models.plan import Plan
from models.timezone import local_day


class _Carried(NamedTuple):
    """What one message carries to a contact."""

    contact: Contact
    rows: list[dict[str, Any]]


class Post:
    """Collects what a transaction wants to say, and queues it in its one place a day.

    A slot whose message has left already is not written again: what comes later that day goes with
    the next working day's message.
    """

    def __init__(self, context: Context, connection: Connection, plan: Plan, now: datetime) -> None:
        self._context, self._connection, self._plan, self._now = context, connection, plan, now
        self._first = context.hours.next_slot(now, context.catalog.calendar)
        self._earlier: dict[str, list[messages.Unsent]] = {}
        self._reminders: list[dict[str, Any]] = []
        self._letters: dict[tuple[int, MessageKind], _Carried] = {}

    def skip(self, obligation: str, last_day: date, rung: str, kind: str, reason: Reason) -> None:
        """Put a rung on record that did not fire."""
        self._reminders.append(self._row(obligation, last_day, rung, kind, reason, fired=False))

    def write(
        self, contact: Contact, kind: MessageKind, obligation: str, last_day: date, rung: str, reason: Reason
    ) -> None:
        """Put a rung on record that fires for a contact, to be carried by that contact's message."""
        row = self._row(obligation, last_day, rung, kind, reason, fired=True)
        self._letters.setdefault((contact.id, kind), _Carried(contact, [])).rows.append(row)

    def write_alone(self, contact: Contact, kind: MessageKind) -> None:
        """A message that carries no rung (the digest)."""
        self._letters.setdefault((contact.id, kind), _Carried(contact, []))

    def _row(
        self, obligation: str, last_day: date, rung: str, kind: str, reason: Reason, fired: bool
    ) -> dict[str, Any]:
        return {
            "obligation_id": obligation,
            "last_day": last_day,
            "rung": rung,
            "kind": kind,
            "fired": fired,
            "reason": reason,
            "decided_at": self._now,
            "contact_id": None,
            "message_id": None,
        }

    def send(self) -> int:
        """Write it all down, and say how many messages are new."""
        queued = self._queue() if self._letters else 0
        messages.remind(self._connection, self._reminders)
        self._reminders, self._letters = [], {}
        return queued

    def _queue(self) -> int:
        real = self._context.now()
        by_kind: dict[MessageKind, dict[int, _Carried]] = defaultdict(dict)
        for (contact, kind), carried in self._letters.items():
            by_kind[kind][contact] = carried
        for kind in by_kind.keys() - self._earlier.keys():  # before any of ours waits as well
            self._earlier[kind] = messages.unsent(self._connection, self._plan.id, kind, real)
        queued = merged = 0
        for kind, letters in by_kind.items():
            new, carriers = self._carriers(kind, letters)
            for contact, message in carriers.items():
                for row in letters[contact].rows:
                    row["contact_id"], row["message_id"] = contact, message.id
                self._reminders += letters[contact].rows
            queued += new
            merged += len(letters) - new
            merged += messages.supersede(self._connection, self._earlier[kind], carriers, real)
        if merged:
            messages.merge_earlier(self._connection, self._reminders)
        return queued

    def _carriers(self, kind: MessageKind, letters: Mapping[int, _Carried]) -> tuple[int, dict[int, Carrier]]:
        """How many messages are new, and for each contact the one of the first day on which none has left already."""
        new, found = 0, dict[int, Carrier]()
        at, waiting = self._first, set(letters)
        while waiting:
            day = local_day(at)
            there = messages.held(self._connection, self._plan.id, day, kind, waiting)
            free = [self._message(letters[c].contact, kind, day) for c in letters if c in waiting and c not in there]
            alike = {"plan": self._plan.id, "kind": kind, "day": day, "not_before": at, "created_at": self._now}
            new += messages.enqueue(self._connection, free, alike)
            if free:
                there |= messages.held(self._connection, self._plan.id, day, kind, waiting - there.keys())
            found |= {c: Carrier(message.id, day) for c, message in there.items() if message.status in messages.UNSENT}
            waiting -= found.keys()
            catalog = self._context.catalog
            at = self._context.hours.day_after(at, catalog.calendar, catalog.ladder.fires_at)
        return new, found

    def _message(self, contact: Contact, kind: str, day: date) -> dict[str, Any]:
        return {
            "contact_id": contact.id,
            "office": contact.office,
            "channel": self._context.usable(contact)[0][0],
            "message_id": self._context.message_id(self._plan.id, contact.id, day.isoformat(), kind),
        }
