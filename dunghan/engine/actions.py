"""The actions on an obligation: submit, accept, return, extend, waive, acknowledge. One audited road for all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from dunghan import files as store
from dunghan.core import dispatch
from dunghan.core.ladder import steps
from dunghan.core.state import known, last_day, standing
from dunghan.engine import checks, receipts
from dunghan.engine.context import Context
from dunghan.engine.owed import find
from dunghan.engine.post import Post
from dunghan.engine.sweep import first_look
from dunghan.files import Kept
from dunghan.store import acts, audit, contacts, facts, findings, obligations
from dunghan.store.database import lock_plan, reading, writing
from dunghan.store.findings import Finding
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


class HandedIn(NamedTuple):
    """Something handed in, before it is on record. ``nothing`` is "không phát sinh"."""

    obligation: str
    received_at: datetime
    files: Sequence[Path] = ()
    nothing: bool = False
    reference: str = ""
    note: str = ""
    via: str = ""
    """The door it came in by: empty for a command, ``portal``, ``mail``, ``prefect``."""
    contact_id: int | None = None
    """Who handed it in, where it is known: they get a receipt."""
    kept: Sequence[Kept] = ()
    """Files that lie in the store already, beside those of ``files``."""


class AlreadyAccepted(NotPossible):
    """Handed in by an office although what it handed in before has been accepted."""


_BY_THE_OFFICE = frozenset({"portal", "mail"})
"""The doors that offices themselves come in by."""


def _begin(context: Context, connection: Connection, obligation_id: str) -> Acting:
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
        yield _begin(context, connection, obligation_id)


def submit(
    context: Context,
    obligation_id: str,
    *,
    received_at: datetime | None = None,
    files: Sequence[Path] = (),
    nothing: bool = False,
    reference: str = "",
    note: str = "",
    by: str,
) -> int:
    """Record something handed in and return its version. "Nothing to report" is a submission like any other.

    Files are stored before the row that names them. Raises BadTime for a future time of receipt.
    """
    one = HandedIn(obligation_id, received_at or context.now(), files, nothing, reference, note)
    return submit_all(context, [one], by=by)[0]


def submit_all(context: Context, handed: Sequence[HandedIn], *, by: str) -> list[int]:
    """Record everything handed in, or nothing, in one transaction; returns the versions.

    1. Keep the files, and look into them.
    2. Lock the plans, and record each submission with what was found.
    3. Queue a receipt for whoever is known to have handed in.

    Where an office itself hands in (``via`` portal or mail), AlreadyAccepted is raised for what has been accepted, and
    the same once more from the same person, as after a double click, is the version that it is already.
    """
    for one in handed:
        context.not_future(one.received_at, "--received-at")
    kept = [(*one.kept, *(store.keep(context.settings.files_url, path) for path in one.files)) for one in handed]
    inside = [_look_inside(context, one.obligation, files) for one, files in zip(handed, kept, strict=True)]
    with writing(context.db) as connection:
        for plan in sorted({one.obligation.split("/")[0] for one in handed}):  # in order, or two wait for each other
            lock_plan(connection, plan)
        return [
            _record(context, connection, one, files, found, by)
            for one, files, found in zip(handed, kept, inside, strict=True)
        ]


def _look_inside(context: Context, obligation_id: str, files: Sequence[Kept]) -> list[Finding]:
    if not files:
        return []
    with reading(context.db) as connection:
        plan, one, _ = find(context, connection, obligation_id)
    return checks.inside(context, plan, one, files)


def _record(
    context: Context,
    connection: Connection,
    one: HandedIn,
    files: Sequence[Kept],
    found: Sequence[Finding],
    by: str,
) -> int:
    doing = _begin(context, connection, one.obligation)
    if one.via in _BY_THE_OFFICE and (again := _already(context, doing, one, files)):
        return again
    recorded = acts.submit(
        connection,
        doing.one.id,
        kind="nothing" if one.nothing else "report",
        received_at=one.received_at,
        recorded_at=context.now(),
        reference=one.reference,
        note=one.note,
        files=[dict(file) for file in files],
        by=by,
        via=one.via,
        contact_id=one.contact_id,
    )
    same = checks.doubles(connection, doing.one, files)
    findings.record(connection, recorded.id, [*found, *same], context.now())
    audit.record(
        connection, context.now(), by, "submit", doing.one.id, one.note,
        version=recorded.version, received_at=one.received_at.isoformat(), reference=one.reference, nothing=one.nothing,
        files=[f["sha256"] for f in files],
    )  # fmt: skip
    if one.contact_id is not None:
        receipts.queue(context, connection, doing.plan, doing.one, recorded.version, one.contact_id)
    return recorded.version


def _already(context: Context, doing: Acting, one: HandedIn, files: Sequence[Kept]) -> int | None:
    """The version that this is already, or None. What was returned meanwhile is handed in anew, even unchanged."""
    stands = standing(doing.events, context.now())
    if stands == "accepted":
        raise AlreadyAccepted(f"{one.obligation} has been accepted: what comes after that goes to the coordinator.")
    if stands != "submitted":
        return None
    last = acts.submissions(doing.connection, one.obligation)[-1]
    same = (
        last.contact_id == one.contact_id
        and (last.kind == "nothing") == one.nothing
        and last.note == one.note
        and sorted(f["sha256"] for f in last.files) == sorted(f["sha256"] for f in files)
    )
    return last.version if same else None


def accept(context: Context, obligation_id: str, *, by: str, because: str = "", at: datetime | None = None) -> None:
    """Accept what was handed in."""
    _judge(context, obligation_id, "accept", by, because, at)


def give_back(context: Context, obligation_id: str, *, by: str, because: str, at: datetime | None = None) -> None:
    """Return what was handed in, with a reason. The office is told at once; its ladder goes on with the next rung."""
    _judge(context, obligation_id, "return", by, because, at)


def _judge(context: Context, obligation_id: str, kind: str, by: str, because: str, at: datetime | None) -> None:
    when = context.not_future(at or context.now(), "--at")
    with acting(context, obligation_id) as doing:
        stands = standing(doing.events, when)
        possible = ("submitted",) if kind == "accept" else ("submitted", "accepted")
        if stands not in possible:
            said = {"accept": "accept", "return": "return"}[kind]
            why = "nothing has been handed in" if stands is None else f"it stands as {stands}"
            raise NotPossible(f"There is nothing to {said} for {obligation_id}: {why}. See `dunghan explain`.")
        _decide(context, doing, kind, when, by, because)
        if kind == "return":
            _tell_returned(context, doing, when)


def extend(
    context: Context, obligation_id: str, *, until: date, by: str, because: str, at: datetime | None = None
) -> None:
    """Give a new last day (inclusive); a new ladder begins from it. Raises DeadlineUndated, UsageError."""
    when = context.not_future(at or context.now(), "--at")
    with acting(context, obligation_id) as doing:
        extend_within(context, doing, until, by=by, because=because, when=when)


def extend_within(context: Context, doing: Acting, until: date, *, by: str, because: str, when: datetime) -> None:
    """Extend inside the transaction of a larger action."""
    current = last_day(doing.one.deadline.last_day, doing.events, when)
    if current is None:
        raise DeadlineUndated(f"{doing.one.id} has no date to extend: set one with `dunghan set-date`.")
    if until <= current:
        raise UsageError(f"An extension goes beyond the last day in force, {current}: {until} does not.")
    _decide(context, doing, "extend", when, by, because, until)
    rules = context.rules(doing.plan, facts.plan_facts(doing.connection, doing.plan.id))
    first = steps(rules.ladder, until, rules.issued_on, rules.calendar)[0].at
    obligations.extend(doing.connection, doing.one.id, until, first)


def waive(context: Context, obligation_id: str, *, by: str, because: str, at: datetime | None = None) -> None:
    """Release the office from this obligation."""
    when = context.not_future(at or context.now(), "--at")
    with acting(context, obligation_id) as doing:
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
    when = context.not_future(at or context.now(), "--at")
    if until < local_day(when):
        raise UsageError(f"The promised date {until} has passed: promise a day from {local_day(when)} on.")
    with acting(context, obligation_id) as doing:
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
