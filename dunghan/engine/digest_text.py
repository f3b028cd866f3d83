"""What a digest says: who is missing, who was reached, who cannot be, and what has no date."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from dunghan.core import dispatch, wording
from dunghan.core.names import stage_name
from dunghan.core.periods import period_name
from dunghan.core.tally import Owed, tally
from dunghan.engine.context import Context
from dunghan.engine.owed import Standing
from dunghan.store import contacts
from dunghan.store.messages import MESSAGE
from models.plan import Plan
from models.timezone import at, local_day


def active(context: Context, found: Iterable[Standing], now: datetime) -> list[Standing]:
    """The dated obligations on whose ladder something may still happen: begun, and not past its last rung."""
    ended = local_day(now) - timedelta(days=context.catalog.ladder.obliged[-1])
    return [s for s in found if s.last_day and s.last_day >= ended and now >= at(s.one.opens_on)]


def unreachable(context: Context, connection: Connection, found: Iterable[Standing]) -> list[str]:
    """The offices that still owe something and have no officer who can be reached."""
    owing = {s.one.office for s in found if s.state in ("open", "due_soon", "overdue", "returned")}
    book = contacts.book(connection, owing)
    return sorted(o for o in owing if not dispatch.officers(book, o, context.kinds))


def digest_fields(
    context: Context, connection: Connection, plan: Plan, found: Sequence[Standing], now: datetime
) -> dict[str, str]:
    """What the digest's template pours in: tables of counts and names, and who could not be reached."""
    tree = context.catalog.tree
    current = active(context, found, now)
    titles = {r.id: r.title for r in plan.reports}
    counts = tally(
        [
            Owed(s.one.report, s.one.period.key, s.one.stage, s.one.office, s.one.deadline.last_day, s.events)
            for s in current
        ],
        now,
    )
    table, missing = [], []
    for (report, key), stages in counts.items():
        name = f"{titles.get(report, report)}, {period_name(key)}"
        for stage in stages:
            label = stage_name(stage.stage)
            table.append(
                f"{name} · {label}: phải nộp {stage.expected}, đã nộp {stage.submitted} "
                f"(đúng hạn {stage.on_time}, muộn {stage.late}), còn thiếu {stage.missing}"
            )
            if stage.missing:
                names = wording.some([tree.title(o) for o in stage.offices_missing], most=30)
                missing.append(f"{name} · {label} ({stage.missing}): {names}")
    sent = _sent(connection, plan, now)
    undated = sum(s.state == "undated" and now >= at(s.one.opens_on) for s in found)
    return {
        "date": f"{local_day(now):%d/%m/%Y}",
        "table": _bullets(table),
        "missing": _bullets(missing),
        "reached": _named(context, sent.get("delivered", [])),
        "waiting": _named(context, sent.get("retry", []) + sent.get("queued", []) + sent.get("sending", [])),
        "failed": _named(context, sent.get("rejected", []) + sent.get("dead", [])),
        "unreachable": _named(context, unreachable(context, connection, current)),
        "undated": str(undated) if undated else "",
    }


def _sent(connection: Connection, plan: Plan, now: datetime) -> dict[str, list[str]]:
    """Today's messages but the digest: their offices by status."""
    query = select(MESSAGE.c.status, MESSAGE.c.office).distinct().order_by(MESSAGE.c.office)
    query = query.where(MESSAGE.c.plan == plan.id, MESSAGE.c.day == local_day(now), MESSAGE.c.kind != "digest")
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.status, []).append(row.office)
    return found


def _bullets(rows: Iterable[str]) -> str:
    return "\n".join(f"- {row}" for row in rows)


def _named(context: Context, offices: Sequence[str]) -> str:
    if not offices:
        return ""
    return f"{len(offices)} đơn vị: {wording.some([context.catalog.tree.title(o) for o in offices], most=30)}"
