"""The decisions on an obligation: accept, return, extend, waive, acknowledge. One audited road for all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection

from dunghan.core import dispatch
from dunghan.core.ladder import steps
from dunghan.core.state import known, last_day, standing
from dunghan.engine.context import Context
from dunghan.engine.owed import find
from dunghan.engine.post import Post
from dunghan.engine.sweep import first_look
from dunghan.store import acts, audit, contacts, facts, obligations
from dunghan.store.database import lock_plan, writing
from models.errors import DeadlineUndated, NotPossible, UsageError
from models.obligation import Event, Obligation
from models.plan import Plan
from models.timezone import local_day


class Acting(NamedTuple):
    """What an action works on, inside its transaction."""

    connection: Connection
    plan: Plan
    one: Obligation
    events: Sequence[Event]


class NewerVersion(UsageError):
    """Something was handed in after what was looked at: that one is to be judged."""


class NotLater(UsageError):
    """An extension has to go beyond the last day in force."""


def begin(context: Context, connection: Connection, obligation_id: str) -> Acting:
    """Find the obligation; one whose period has not begun is opened early. A pass of its plan is waited for."""
    lock_plan(connection, obligation_id.split("/", maxsplit=1)[0])
    plan, one, is_open = find(context, connection, obligation_id)
    if not is_open:
        rules = context.rules(plan, facts.plan_facts(connection, plan.id))
        obligations.open_all(connection, [one], context.now(), [first_look(one, rules)])
    return Acting(connection, plan, one, facts.events_of(connection, one.id))


@contextmanager
def acting(context: Context, obligation_id: str) -> Iterator[Acting]:
    """Begin in a transaction of its own."""
    with writing(context.db) as connection:
        yield begin(context, connection, obligation_id)


def _instant(context: Context, at: datetime | None) -> datetime:
    """When it is decided: read once the plan is ours, so that nobody's earlier decision seems to lie ahead of it."""
    return context.not_future(at or context.now(), "--at")


def accept(
    context: Context,
    obligation_id: str,
    *,
    by: str,
    because: str = "",
    at: datetime | None = None,
    version: int | None = None,
) -> None:
    """Accept what was handed in. Raises NewerVersion where that is not the ``version`` that was looked at."""
    _judge(context, obligation_id, "accept", by, because, at, version)


def give_back(
    context: Context,
    obligation_id: str,
    *,
    by: str,
    because: str,
    at: datetime | None = None,
    version: int | None = None,
) -> None:
    """Return what was handed in, with a reason. The office is told at once; its ladder goes on with the next rung.

    Raises NewerVersion where the latest is not the ``version`` that was looked at.
    """
    _judge(context, obligation_id, "return", by, because, at, version)


def _judge(
    context: Context, obligation_id: str, kind: str, by: str, because: str, at: datetime | None, version: int | None
) -> None:
    with acting(context, obligation_id) as doing:
        when = _instant(context, at)
        if version is not None and version != acts.latest_version(doing.connection, obligation_id):
            raise NewerVersion(f"{obligation_id}: version {version} is not the latest any more. See `dunghan explain`.")
        stands = standing(doing.events, when)
        possible = ("submitted",) if kind == "accept" else ("submitted", "accepted")
        if stands not in possible:
            why = "nothing has been handed in" if stands is None else f"it stands as {stands}"
            raise NotPossible(f"There is nothing to {kind} for {obligation_id}: {why}. See `dunghan explain`.")
        _decide(context, doing, kind, when, by, because)
        if kind == "return":
            _tell_returned(context, doing, when)


def extend(
    context: Context, obligation_id: str, *, until: date, by: str, because: str, at: datetime | None = None
) -> None:
    """Give a new last day (inclusive); a new ladder begins from it. Raises DeadlineUndated, NotLater, BadTime."""
    with acting(context, obligation_id) as doing:
        when = _instant(context, at)
        extend_within(context, doing, until, by=by, because=because, when=when)


def extend_within(context: Context, doing: Acting, until: date, *, by: str, because: str, when: datetime) -> None:
    """Extend inside the transaction of a larger action."""
    current = last_day(doing.one.deadline.last_day, doing.events, when)
    if current is None:
        raise DeadlineUndated(f"{doing.one.id} has no date to extend: set one with `dunghan set-date`.")
    if context.near(until) <= current:
        raise NotLater(f"An extension goes beyond the last day in force, {current}: {until} does not.")
    _decide(context, doing, "extend", when, by, because, until)
    rules = context.rules(doing.plan, facts.plan_facts(doing.connection, doing.plan.id))
    first = steps(rules.ladder, until, rules.issued_on, rules.calendar)[0].at
    obligations.extend(doing.connection, doing.one.id, until, first)


def waive(context: Context, obligation_id: str, *, by: str, because: str, at: datetime | None = None) -> None:
    """Release the office from this obligation."""
    with acting(context, obligation_id) as doing:
        when = _instant(context, at)
        waive_within(context, doing, by=by, because=because, when=when)


def waive_within(context: Context, doing: Acting, *, by: str, because: str, when: datetime) -> None:
    """Waive inside the transaction of a larger action."""
    if standing(doing.events, when) == "waived":
        raise NotPossible(f"{doing.one.id} is waived already. See `dunghan explain`.")
    _decide(context, doing, "waive", when, by, because)


def acknowledge(
    context: Context, obligation_id: str, *, until: date, by: str, because: str = "", at: datetime | None = None
) -> None:
    """Note the office's promise to hand in by a day (inclusive); reminders pause through it."""
    with acting(context, obligation_id) as doing:
        when = _instant(context, at)
        if context.near(until) < local_day(when):
            raise UsageError(f"The promised date {until} has passed: promise a day from {local_day(when)} on.")
        if standing(doing.events, when) in ("submitted", "accepted", "waived"):
            raise NotPossible(f"{obligation_id} is answered already: there is nothing to promise.")
        _decide(context, doing, "acknowledge", when, by, because, until)


def _decide(
    context: Context, doing: Acting, kind: str, when: datetime, by: str, because: str, until: date | None = None
) -> None:
    acts.decide(doing.connection, doing.one.id, kind, when, context.now(), by, because, until)
    detail = {"until": until.isoformat()} if until else {}
    audit.record(
        doing.connection, context.now(), by, kind, doing.one.id, because, decided_at=when.isoformat(), **detail
    )


def _tell_returned(context: Context, doing: Acting, when: datetime) -> None:
    """Queue the notice to the office's officers: one for each time a report is returned."""
    count = 1 + sum(e.kind == "return" for e in known(doing.events, when))
    last = last_day(doing.one.deadline.last_day, doing.events, when) or doing.one.period.ends_on
    post = Post(context, doing.connection, doing.plan, when)
    people = dispatch.officers(contacts.book(doing.connection, {doing.one.office}), doing.one.office, context.kinds)
    for contact in people:
        post.write(contact, "notice", doing.one.id, last, f"returned-{count}", "returned")
    if not people:
        post.skip(doing.one.id, last, f"returned-{count}", "notice", "unreachable")
    post.send()
