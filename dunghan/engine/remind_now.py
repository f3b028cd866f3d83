"""Remind now: a coordinator's own reminder to an office, once a day and contact, beside the ladder."""

from collections.abc import Sequence
from datetime import datetime

from dunghan import outbox
from dunghan.core import dispatch
from dunghan.core.state import silence
from dunghan.engine.actions import Acting, acting
from dunghan.engine.context import Context
from dunghan.engine.owed import stand
from dunghan.engine.post import Post
from dunghan.store import audit, contacts, facts, messages
from models.contact import Contact
from models.errors import DeadlineUndated, NotPossible
from models.obligation import ANSWERED
from models.timezone import local_day

_UNREAD = (*outbox.FAILED, "withdrawn")
"""What a message of today stands as that may still leave today: nobody has it."""


class NothingToRemind(NotPossible):
    """It has been answered, or its plan's reminders or its own are paused."""


class NobodyReachable(NotPossible):
    """The office has no officer with a usable address."""


class RemindedToday(NotPossible):
    """Every officer there has today's reminder already, or it waits to leave."""


def remind_now(context: Context, obligation_id: str, *, by: str, because: str) -> int:
    """Queue a reminder to the office's officers now and return how many messages were queued (at least one).

    1. Refuse what nobody may be reminded of: answered, undated, waived, promised for a later day, or paused.
    2. Where today's message to a contact failed, waits for another try or was withdrawn unsent, it goes (again), at
       once; a withdrawn one carries this reminder from then on.
    3. Where there is none today, one is written; its rung is this day's, so the database allows one a day and contact.
    4. Record who asked for it, and why.

    Raises NothingToRemind, DeadlineUndated, NobodyReachable, RemindedToday.
    """
    with acting(context, obligation_id) as doing:
        now = context.now()
        found = stand(doing.one, tuple(doing.events), now)
        _refuse(doing, found.state, now)
        last = found.last_day
        if last is None and found.state != "returned":
            raise DeadlineUndated(f"{doing.one.id} has no date: set one with `dunghan set-date` first.")
        office = doing.one.office
        people = dispatch.officers(contacts.book(doing.connection, {office}), office, context.kinds)
        if not people:
            raise NobodyReachable(f"No officer of {office} can be reached: import a contact, and call them.")
        slot = context.hours.next_slot(now, context.catalog.calendar)
        held = messages.held(
            doing.connection, doing.plan.id, local_day(slot), "reminder", [person.id for person in people]
        )
        queued = _again(context, doing, [p for p in people if p.id in held], held)
        post = Post(context, doing.connection, doing.plan, now)
        for person in people:
            if person.id not in held or held[person.id].status == "withdrawn":
                rung = f"by-hand-{local_day(now)}"
                post.write(person, "reminder", doing.one.id, last or doing.one.period.ends_on, rung, "by_hand")
        queued += post.send()
        if not queued:
            raise RemindedToday(f"{doing.one.id}: {office} has today's reminder already, or it waits in the outbox.")
        audit.record(doing.connection, now, by, "remind_now", doing.one.id, because, reason="by_hand", messages=queued)
    return queued


def _refuse(doing: Acting, state: str, now: datetime) -> None:
    if state in ANSWERED:
        raise NothingToRemind(f"{doing.one.id} stands as {state}: there is nothing to remind of.")
    if silence(doing.events, now) == "acknowledged":
        raise NothingToRemind(f"{doing.one.id}: a day has been promised that has not passed.")
    if facts.plan_facts(doing.connection, doing.plan.id).paused:
        raise NothingToRemind(f"{doing.plan.id} is paused: `dunghan resume {doing.plan.id}` first.")


def _again(context: Context, doing: Acting, people: Sequence[Contact], held: dict[int, messages.Held]) -> int:
    return sum(
        outbox.retry(doing.connection, [held[person.id].id], usable[0][0], _UNREAD)
        for person in people
        if (usable := context.usable(person))
    )
