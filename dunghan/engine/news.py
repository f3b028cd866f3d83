"""News: what is told as events. Each is noted in our own record first, once, and only then told."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from dunghan.core.state import last_day, state
from dunghan.core.tally import count
from dunghan.engine.context import Context
from dunghan.engine.counting import countable
from dunghan.engine.views import stamp
from dunghan.store import announcements, papers
from dunghan.store.alike import Alike
from dunghan.store.announcements import Announcement
from dunghan.store.database import lock_plan, reading, writing
from dunghan.store.rows import fetch
from models.obligation import ANSWERED
from models.plan import Plan
from models.timezone import local_day

if TYPE_CHECKING:
    from sqlalchemy import Connection

NAMED = 50
"""How many obligations, offices or messages an event names before it counts the rest."""
AT_ONCE = 5000
"""How many submissions, or decisions, one look takes; the next look takes the rest."""
COMPLETED, REOPENED = "dunghan.stage.completed", "dunghan.stage.reopened"
OVERDUE = "dunghan.obligation.overdue"
RECEIVED, DECIDED = "dunghan.submission.received", "dunghan.decision.recorded"
DEAD = "dunghan.message.dead"

_FED = {
    RECEIVED: (
        "SELECT s.id, s.obligation_id, o.report, o.period, o.stage, s.version, s.kind, s.received_at AS at, "
        "NULL AS until FROM submission s JOIN obligation o ON o.id = s.obligation_id "
        "WHERE o.plan = :plan AND s.id > :upto AND s.recorded_at >= :since ORDER BY s.id LIMIT :most"
    ),
    DECIDED: (
        "SELECT d.id, d.obligation_id, o.report, o.period, o.stage, NULL AS version, d.kind, d.at, d.until "
        "FROM decision d JOIN obligation o ON o.id = d.obligation_id "
        "WHERE o.plan = :plan AND d.id > :upto AND d.recorded_at >= :since ORDER BY d.id LIMIT :most"
    ),
}
_DEAD = (
    "SELECT m.id, m.kind, m.office, m.channel, m.status, MAX(t.id) AS attempt "
    "FROM message m JOIN attempt t ON t.message_id = m.id "
    "WHERE m.plan = :plan AND m.day >= :since AND m.status IN ('dead', 'rejected') "
    "GROUP BY m.id, m.kind, m.office, m.channel, m.status ORDER BY m.id"
)
Stage = tuple[str, str, str]


def note_incoming(context: Context, plan: Plan, now: datetime) -> int:
    """Note what came in or failed since the last look: submissions, decisions, messages given up. Says how many."""
    with writing(context.db) as connection:
        lock_plan(connection, plan.id)  # whoever submits or decides holds it too, so their numbers come in order
        new = [*_fed(context, connection, plan, RECEIVED), *_fed(context, connection, plan, DECIDED)]
        new += _given_up(context, connection, plan, now)
        return announcements.note(connection, new)


def note_stages(
    context: Context, connection: "Connection", plan: Plan, found: Iterable[Alike], now: datetime
) -> int:  # fmt: skip
    """Note which stages were completed or reopened, and which last days have passed unanswered, among what changed.

    ``found`` are all obligations in season of the periods that changed. Says how many are new.
    """
    stages: dict[Stage, list[Alike]] = defaultdict(list)
    for one in found:
        stages[one.report, one.period, one.stage].append(one)
    new: list[Announcement] = []
    for stage, of in stages.items():
        new += _turned(context, connection, plan, stage, of, now)
        new += _overdue(context, connection, plan, stage, of, now)
    return announcements.note(connection, new)


def pending(context: Context, plan: Plan, most: int) -> list[Announcement]:
    """What was noted and not told yet."""
    with reading(context.db) as connection:
        return announcements.pending(connection, plan.id, most)


def note_emitted(context: Context, told: Sequence[Announcement]) -> None:
    """Record that the server has these."""
    with writing(context.db) as connection:
        announcements.note_emitted(connection, [one.key for one in told], context.now())


def _made(context: Context, plan: Plan, event: str, key: str, payload: dict[str, Any], **what: Any) -> Announcement:
    """The event's id follows from its key, and is another for another installation."""
    full = f"{event.removeprefix('dunghan.')}/{key}"
    seed = sha256(f"{context.settings.secret_key}|{full}".encode()).hexdigest()
    return Announcement(
        full, str(uuid5(NAMESPACE_URL, f"dunghan:{seed}")), plan.id, event, context.now(), payload, **what
    )


def _of_stage(plan: Plan, stage: Stage) -> dict[str, Any]:
    report, period, name = stage
    return {"plan": plan.id, "report": report, "period": period, "stage": name}


def _turned(
    context: Context, connection: "Connection", plan: Plan, stage: Stage, found: Sequence[Alike], now: datetime
) -> Iterator[Announcement]:
    states = {state(a.last_day, a.events, now) for a in found}
    complete = states <= ANSWERED and states != {"waived"}
    path = f"{plan.id}/{'/'.join(stage)}/"
    turns = sum(
        announcements.count(connection, plan.id, f"{e.removeprefix('dunghan.')}/{path}") for e in (COMPLETED, REOPENED)
    )
    if complete == bool(turns % 2):
        return
    counted = count(stage[2], map(countable, found), now)
    numbers = {
        name: getattr(counted, name) for name in ("expected", "submitted", "on_time", "late", "missing", "waived")
    }
    payload = _of_stage(plan, stage) | {"as_of": stamp(now)} | numbers
    yield _made(context, plan, COMPLETED if complete else REOPENED, f"{path}{turns + 1}", payload)


def _overdue(
    context: Context, connection: "Connection", plan: Plan, stage: Stage, found: Sequence[Alike], now: datetime
) -> Iterator[Announcement]:
    late: dict[date, list[Alike]] = defaultdict(list)
    for one in found:
        last = last_day(one.last_day, one.events, now)
        if last and one.chased and state(one.last_day, one.events, now) == "overdue":
            late[last].append(one)
    for last, of in sorted(late.items()):
        silent = papers.silent(connection, plan.id, *stage, NAMED, last) if any(not a.office for a in of) else []
        named = sorted({a.office for a in of if a.office} | {s.office for s in silent})[:NAMED]
        offices = sum(a.many for a in of)
        payload = _of_stage(plan, stage) | {
            "last_day": last.isoformat(), "as_of": stamp(now), "count": offices, "offices": named,
            "more": offices - len(named),
        }  # fmt: skip
        yield _made(context, plan, OVERDUE, f"{plan.id}/{'/'.join(stage)}/{last}", payload)


def _fed(context: Context, connection: "Connection", plan: Plan, event: str) -> Iterator[Announcement]:
    since = context.now() - timedelta(days=context.catalog.ladder.reach_back_days)  # older ones are no news
    values = {
        "plan": plan.id, "upto": announcements.latest(connection, plan.id, event), "since": since, "most": AT_ONCE,
    }  # fmt: skip
    stages: dict[Stage, list[Any]] = defaultdict(list)
    for row in fetch(connection, _FED[event], values, days=("until",), instants=("at",)):
        stages[row.report, row.period, row.stage].append(row)
    for stage, of in stages.items():
        payload = _of_stage(plan, stage) | {
            "count": len(of), "items": [_item(row) for row in of[:NAMED]], "more": max(len(of) - NAMED, 0),
        }  # fmt: skip
        upto = of[-1].id
        yield _made(context, plan, event, f"{plan.id}/{'/'.join(stage)}/{upto}", payload, upto=upto)


def _item(row: Any) -> dict[str, Any]:
    until = {"until": row.until.isoformat()} if row.until else {}
    version = {"version": row.version} if row.version else {}
    return {"obligation": row.obligation_id, "kind": row.kind, "at": stamp(row.at), **version, **until}


def _given_up(context: Context, connection: "Connection", plan: Plan, now: datetime) -> Iterator[Announcement]:
    reach = timedelta(days=context.catalog.ladder.reach_back_days)
    told = announcements.covered(connection, plan.id, DEAD, context.now() - 2 * reach)
    rows = fetch(connection, _DEAD, {"plan": plan.id, "since": local_day(now) - reach})
    new = [row for row in rows if row.attempt not in told]
    if not new:
        return
    named = [
        {"message": r.id, "kind": r.kind, "office": r.office, "channel": r.channel, "status": r.status} for r in new
    ]
    payload = {
        "plan": plan.id, "count": len(new), "dead": sum(r.status == "dead" for r in new),
        "rejected": sum(r.status == "rejected" for r in new), "messages": named[:NAMED],
        "more": max(len(new) - NAMED, 0),
    }  # fmt: skip
    attempts = [row.attempt for row in new]
    yield _made(context, plan, DEAD, f"{plan.id}/{max(attempts)}", payload, covers=attempts)
