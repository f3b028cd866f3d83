"""Simulate: a virtual clock through the same pass, on a scratch store; what would be sent to whom, when."""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Table, func, insert, select, update
from sqlmodel import SQLModel

from dunghan.core.times import instant
from dunghan.engine import actions, handing_in
from dunghan.engine.context import Context
from dunghan.engine.sweep import run_pass
from dunghan.engine.views import stamp
from dunghan.store.contacts import CONTACT
from dunghan.store.database import connect, migrate, reading, writing
from dunghan.store.messages import MESSAGE, REMINDER
from models.errors import DunghanError, NotPossible, UsageError
from models.scenario import Scenario, Step
from models.timezone import at, local_day


class Timed(NamedTuple):
    """A scenario's step at its instant."""

    at: datetime
    step: Step


class VirtualClock:
    """A clock that stands where it was set."""

    def __init__(self, start: datetime) -> None:
        self.time = start

    def __call__(self) -> datetime:
        """The time it was set to."""
        return self.time


def simulate(
    context: Context,
    plan_id: str,
    since: datetime,
    until: datetime,
    scenario: Scenario | None = None,
    with_facts: bool = False,
) -> dict[str, Any]:
    """Play a plan from ``since`` to ``until``: a pass at the start and at each day's firing time.

    Returns the document of DESIGN section 7: ``messages`` and ``skipped``. Nothing is sent and the real store is
    only read: its contacts always, its history where ``with_facts`` says so.
    """
    context.catalog.plan(plan_id)
    clock = VirtualClock(since)
    scratch = Context(context.settings, db=_scratch(context, with_facts), now=clock)
    scratch.__dict__["catalog"] = context.catalog
    with reading(scratch.db) as connection:
        last_reminder = connection.scalar(select(func.max(REMINDER.c.id))) or 0
        last_message = connection.scalar(select(func.max(MESSAGE.c.id))) or 0
    steps = deque(_timed(scenario))
    waiting = with_facts
    for now in _instants(context, since, until):
        if context.catalog.calendar.is_off(local_day(now)) and not (steps and steps[0].at <= now):
            continue  # nothing fires on a day off
        while steps and steps[0].at <= now:
            clock.time = steps[0].at
            _play(scratch, steps.popleft())
            waiting = True
        clock.time = now
        waiting = run_pass(scratch, plan_id, now).messages > 0 or waiting
        if waiting:
            waiting = _arrive(scratch.db, now)
    while steps and steps[0].at <= until:
        clock.time = steps[0].at
        _play(scratch, steps.popleft())
    with reading(scratch.db) as connection:
        return {
            "messages": _messages(connection, plan_id, last_message),
            "skipped": _skipped(connection, plan_id, last_reminder),
        }


def _instants(context: Context, since: datetime, until: datetime) -> Iterator[datetime]:
    fires = context.catalog.ladder.fires_at
    day = local_day(since)
    if at(day, fires) != since:
        yield since
    while (now := at(day, fires)) <= until:
        if now >= since:
            yield now
        day += timedelta(days=1)


def _timed(scenario: Scenario | None) -> list[Timed]:
    steps = scenario.root if scenario else ()
    return sorted((Timed(instant(s.at, "at", bare=time.min), s) for s in steps), key=lambda t: t.at)


def _play(context: Context, timed: Timed) -> None:
    try:
        _act(context, timed)
    except DunghanError as error:
        step = timed.step
        kind = UsageError if isinstance(error, UsageError) else NotPossible
        raise kind(f"Scenario, {step.at} {step.action} {step.obligation}: {error}") from None


def _act(context: Context, timed: Timed) -> None:
    step, by = timed.step, "scenario"
    match step.action:
        case "submit":
            handing_in.submit(context, step.obligation, received_at=timed.at, note=step.because, by=by)
        case "accept":
            actions.accept(context, step.obligation, by=by, because=step.because, at=timed.at)
        case "return":
            actions.give_back(context, step.obligation, by=by, because=step.because, at=timed.at)
        case "waive":
            actions.waive(context, step.obligation, by=by, because=step.because, at=timed.at)
        case "extend":
            assert step.until is not None
            actions.extend(context, step.obligation, until=step.until, by=by, because=step.because, at=timed.at)
        case "acknowledge":
            assert step.until is not None
            actions.acknowledge(context, step.obligation, until=step.until, by=by, because=step.because, at=timed.at)


def _arrive(db: Engine, now: datetime) -> bool:
    """The virtual gateway takes everything that may leave. Says whether something has to wait."""
    m = MESSAGE.c
    with writing(db) as connection:
        connection.execute(update(MESSAGE).where(m.status == "queued", m.not_before <= now).values(status="delivered"))
        return connection.scalar(select(m.id).where(m.status == "queued").limit(1)) is not None


def _scratch(context: Context, with_facts: bool) -> Engine:
    """A store in memory with the real contacts, and the real history if asked for."""
    db = connect("sqlite:///:memory:")
    migrate(db)
    kept: Sequence[Table] = SQLModel.metadata.sorted_tables if with_facts else (CONTACT,)
    with reading(context.db) as source, writing(db) as target:
        for table in kept:
            rows = [dict(row._mapping) for row in source.execute(select(table))]
            if rows:
                target.execute(insert(table), rows)
    return db


def _written(rung: str) -> str | None:
    return rung if rung.endswith("d") else None


def _messages(connection: Connection, plan: str, after: int) -> list[dict[str, Any]]:
    m, r, c = MESSAGE.c, REMINDER.c, CONTACT.c
    carried: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(
        select(r.message_id, r.obligation_id, r.rung, r.reason).where(r.fired).order_by(r.id)
    ):
        one = {"obligation": row.obligation_id, "rung": _written(row.rung), "reason": row.reason}
        carried.setdefault(row.message_id, []).append(one)
    query = select(m.id, m.not_before, m.office, c.name, m.channel, m.kind).join(CONTACT, c.id == m.contact_id)
    query = query.where(m.plan == plan, m.id > after).order_by(m.not_before, m.id)
    return [
        {
            "at": stamp(row.not_before),
            "office": row.office,
            "contact": row.name,
            "channel": "email" if row.channel == "email" else "zalo",
            "kind": row.kind,
            "reminders": carried.get(row.id, []),
        }
        for row in connection.execute(query)
    ]


def _skipped(connection: Connection, plan: str, after: int) -> list[dict[str, Any]]:
    r, c = REMINDER.c, CONTACT.c
    query = select(r.decided_at, r.obligation_id, r.rung, r.reason, c.name).join(
        CONTACT, c.id == r.contact_id, isouter=True
    )
    query = query.where(~r.fired, r.id > after, r.obligation_id.startswith(f"{plan}/")).order_by(r.id)
    return [
        {
            "at": stamp(row.decided_at),
            "obligation": row.obligation_id,
            "rung": _written(row.rung),
            "contact": row.name,
            "reason": row.reason,
        }
        for row in connection.execute(query)
    ]
