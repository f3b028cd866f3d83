"""One pass of a plan's chain: open what has begun, gather what is due, decide it, and enqueue the messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from dunghan import collector
from dunghan.core import chain, dispatch
from dunghan.core.decide import Case, Rules, Verdict, decide
from dunghan.core.ladder import steps
from dunghan.core.periods import opens_on, periods
from dunghan.core.state import last_day
from dunghan.engine.context import Context
from dunghan.engine.delivery import recover
from dunghan.engine.digest import enqueue_digest
from dunghan.engine.post import Post
from dunghan.store import audit, boards, contacts, facts, messages, obligations
from dunghan.store.database import lock_plan, writing
from models.contact import Contact
from models.ladder import rung_name
from models.obligation import Event, Obligation
from models.plan import Plan
from models.report import Binding
from models.timezone import at, local_day

BATCH = 2000
"""How many due obligations are held in memory at a time."""


class Pass(NamedTuple):
    """What one pass did. ``reminders`` counts rungs that fired for a contact, ``skipped`` those that did not."""

    opened: int = 0
    reminders: int = 0
    messages: int = 0
    skipped: int = 0


def first_look(one: Obligation, rules: Rules) -> datetime | None:
    """When the ladder of a newly opened obligation is to be looked at first; None without a date."""
    last = one.deadline.last_day
    return steps(rules.ladder, last, rules.issued_on, rules.calendar)[0].at if last else None


def open_periods(context: Context, connection: Connection, plan: Plan, held: facts.PlanFacts, now: datetime) -> int:
    """Open every period whose first day has come: its obligations are stored with their deadlines, once."""
    rules = context.rules(plan, held)
    known = facts.opened_periods(connection, plan.id)
    catalog = context.catalog
    opened = 0
    for report in plan.reports:
        for of in periods(plan, report, context.horizon(now)):
            if (report.id, of.key) in known or now < at(opens_on(plan, of)):
                continue
            owed = chain.expand(plan, report, of, catalog.tree, catalog.calendar, held.dates, held.added)
            opened += obligations.open_all(connection, owed, now, [first_look(one, rules) for one in owed])
            obligations.note_period(connection, plan.id, report.id, of.key, now, len(owed))
            audit.record(
                connection,
                context.now(),
                "engine",
                "open",
                plan.id,
                report=report.id,
                period=of.key,
                expected=len(owed),
            )
    return opened


@collector.at_rest()
def decide_due(context: Context, connection: Connection, plan: Plan, held: facts.PlanFacts, now: datetime) -> Pass:
    """Gather what is due, decide it, and enqueue the messages, all in the caller's transaction.

    1. Nothing fires on a day off.
    2. Gather a batch of the obligations whose next rung has come, what happened to them, and the contacts.
    3. Decide each; what is on record already (a constraint of the database) is not decided twice.
    4. Record every rung, fired or not, queue one message per contact, plan and day, and note when each obligation is
       to be looked at next. So it is due no more; go on with the next batch until none is.
    5. Queue the digest if something was sent or became overdue.
    """
    if context.catalog.calendar.is_off(local_day(now)):
        return Pass()
    rules = context.rules(plan, held)
    post = Post(context, connection, plan, now)
    counts = Pass()
    periods_fired: set[str] = set()
    while due := facts.due(connection, plan.id, now, BATCH):
        happened = facts.events_of_ids(connection, [row.id for row in due])
        verdicts = _not_on_record(connection, _decided_all(due, happened, rules, now))
        done = _record(context, connection, plan, verdicts, post)
        counts = Pass(
            0, counts.reminders + done.reminders, counts.messages + post.send(), counts.skipped + done.skipped
        )
        swept = [obligations.Swept(row.id, v.next_at, row.noticed or v.rung is not None) for row, v in verdicts]
        obligations.note_swept(connection, swept, now)
        periods_fired.update(row.period for row, v in verdicts if v.rung is not None)
    if periods_fired:
        boards.changed(connection, plan.id, periods_fired)
    if not held.paused:
        counts = counts._replace(messages=counts.messages + enqueue_digest(context, connection, plan, now))
    return counts


def _decided_all(due: Sequence[facts.DueRow], happened: facts.Events, rules: Rules, now: datetime) -> "Decided":
    """Every row with its verdict. Where nothing happened, those that stand alike are decided once."""
    alike: dict[tuple[object, ...], Verdict] = {}
    found: Decided = []
    for row in due:
        if events := happened.get(row.id):
            found.append(_decided(row, events, rules, now))
            continue
        key = (row.last_day, row.binding, row.swept_until, row.noticed, row.chased)
        if key not in alike:
            alike[key] = _decided(row, (), rules, now)[1]
        found.append((row, alike[key]))
    return found


def _decided(row: facts.DueRow, events: Sequence[Event], rules: Rules, now: datetime) -> tuple[facts.DueRow, Verdict]:
    """The row with the last day in force at ``now``, and its verdict. An extension still to come is looked at then."""
    binding: Binding = "obliged" if row.binding == "obliged" else "requested"
    row = row._replace(last_day=last_day(row.last_day, events, now) or row.last_day)
    verdict = decide(Case(row.last_day, binding, events, row.swept_until, row.noticed, row.chased), rules, now)
    coming = [e.at for e in events if e.kind == "extend" and e.at > now]
    if coming:
        verdict = verdict._replace(next_at=min(filter(None, (verdict.next_at, *coming))))
    return row, verdict


Decided = list[tuple[facts.DueRow, Verdict]]


def _not_on_record(connection: Connection, verdicts: Decided) -> Decided:
    """Drop what the database holds already: after a recompute the ladder begins anew, and a rung may come up again."""
    anew = [row.id for row, v in verdicts if v.rung is not None and row.swept_until is None]
    done = messages.on_record(connection, anew) if anew else set()
    if not done:
        return verdicts
    return [
        (row, v._replace(rung=None, escalates=()))
        if v.rung is not None and (row.id, row.last_day, rung_name(v.rung)) in done
        else (row, v)
        for row, v in verdicts
    ]


def _record(context: Context, connection: Connection, plan: Plan, verdicts: Decided, post: Post) -> Pass:
    """Put every verdict on record, and hand what fired to the post."""
    kinds, catalog = context.kinds, context.catalog
    book = contacts.book(connection, _concerned(plan, verdicts))
    reminders = skipped = 0
    for row, verdict in verdicts:
        for skip in verdict.skipped:
            post.skip(row.id, row.last_day, rung_name(skip.rung), "reminder", skip.reason)
        skipped += len(verdict.skipped)
        if verdict.rung is None or verdict.reason is None:
            continue
        people = dispatch.officers(book, row.office, kinds)
        rung = rung_name(verdict.rung)
        for contact in people:
            post.write(contact, "reminder", row.id, row.last_day, rung, verdict.reason)
        if not people:
            post.skip(row.id, row.last_day, rung, "reminder", "unreachable")
        reminders += len(people)
        skipped += not people
        for told in verdict.escalates:
            up = dispatch.superior(row, plan.lead, told, catalog.ladder, catalog.ministries)
            if up is None:
                continue
            superiors: list[Contact] = dispatch.reachable(book, up.office, up.roles, kinds)
            for contact in superiors:
                post.write(contact, "escalation", row.id, row.last_day, rung_name(told), verdict.reason)
            if not superiors:
                post.skip(row.id, row.last_day, rung_name(told), "escalation", "unreachable")
                skipped += 1
    return Pass(reminders=reminders, skipped=skipped)


def _concerned(plan: Plan, verdicts: Decided) -> set[str]:
    offices = {plan.lead}
    for row, verdict in verdicts:
        if verdict.rung is not None:
            offices.add(row.office)
        if verdict.escalates:
            offices.update(row.to)
            if row.through:
                offices.add(row.through)
    return offices


def run_pass(context: Context, plan_id: str, now: datetime, dry_run: bool = False) -> Pass:
    """One pass in one transaction; a dry run rolls it back."""
    plan = context.catalog.plan(plan_id)
    if not dry_run:
        recover(context, now)
    with writing(context.db) as connection:
        lock_plan(connection, plan.id)
        held = facts.plan_facts(connection, plan.id)
        opened = open_periods(context, connection, plan, held, now)
        done = decide_due(context, connection, plan, held, now)._replace(opened=opened)
        if dry_run:
            connection.get_transaction().rollback()  # type: ignore[union-attr]
    return done


def open_only(context: Context, plan_id: str, now: datetime) -> int:
    """Open what has begun, in a transaction of its own."""
    plan = context.catalog.plan(plan_id)
    with writing(context.db) as connection:
        lock_plan(connection, plan.id)
        return open_periods(context, connection, plan, facts.plan_facts(connection, plan.id), now)


def decide_only(context: Context, plan_id: str, now: datetime, dry_run: bool = False) -> Pass:
    """Decide and enqueue what is due, in one transaction. A dry run opens what has begun too, and rolls all back."""
    if dry_run:
        return run_pass(context, plan_id, now, dry_run=True)
    plan = context.catalog.plan(plan_id)
    with writing(context.db) as connection:
        lock_plan(connection, plan.id)
        return decide_due(context, connection, plan, facts.plan_facts(connection, plan.id), now)
