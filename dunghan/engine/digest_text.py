"""What a digest says: who is missing, who was reached, who cannot be, and what has no date."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from dunghan.core import dispatch, wording
from dunghan.core.names import stage_name
from dunghan.core.periods import period_name
from dunghan.core.state import OPEN_DAYS, state
from dunghan.core.tally import tally
from dunghan.engine.context import Context
from dunghan.engine.counting import active, begun, countable, ended, gather
from dunghan.store import contacts, papers
from dunghan.store.alike import Alike
from dunghan.store.rows import fetch
from models.obligation import OWING
from models.plan import Plan
from models.timezone import local_day

NAMED = 30
"""How many offices a list of a digest names before it counts the rest."""


def digest_fields(context: Context, connection: Connection, plan: Plan, now: datetime) -> dict[str, str]:
    """What the digest's template pours in: tables of counts and names, and who could not be reached."""
    everything = [a for period in begun(context, plan, now) for a in gather(context, connection, plan, now, period)]
    current = [a for a in everything if active(context, a, now)]
    titles = {r.id: r.title for r in plan.reports}
    table, missing = [], []
    for (report, key), stages in tally(map(countable, current), now).items():
        name = f"{titles.get(report, report)}, {period_name(key)}"
        for stage in stages:
            label = stage_name(stage.stage)
            table.append(
                f"{name} · {label}: phải nộp {stage.expected}, đã nộp {stage.submitted} "
                f"(đúng hạn {stage.on_time}, muộn {stage.late}), còn thiếu {stage.missing}"
            )
            if stage.missing:
                silent = [s.office for s in papers.silent(connection, plan.id, report, key, stage.stage, NAMED)]
                first = sorted({*silent, *stage.offices_missing})
                missing.append(f"{name} · {label} ({stage.missing}): {_some(context, first, stage.missing)}")
    sent = _sent(connection, plan, now)
    undated = sum(a.many for a in everything if state(a.last_day, a.events, now) == "undated")
    return {
        "date": f"{local_day(now):%d/%m/%Y}",
        "table": _bullets(table),
        "missing": _bullets(missing),
        "reached": _named(context, sent.get("delivered", [])),
        "waiting": _named(context, sent.get("retry", []) + sent.get("queued", []) + sent.get("sending", [])),
        "failed": _named(context, sent.get("rejected", []) + sent.get("dead", [])),
        "unreachable": _named(context, unreachable(context, connection, plan, current, now)),
        "undated": str(undated) if undated else "",
    }


def unreachable(
    context: Context, connection: Connection, plan: Plan, found: Iterable[Alike], now: datetime
) -> list[str]:
    """The offices that still owe something and have no officer who can be reached."""
    owing = [a for a in found if state(a.last_day, a.events, now) in OWING]
    since, until = ended(context, now), local_day(now) + timedelta(days=OPEN_DAYS)
    lost: set[str] = set()
    for report, period in {(a.report, a.period) for a in owing}:
        lost.update(papers.unreached(connection, plan.id, report, period, since, until, context.kinds))
    singles = {a.office for a in owing if a.office}
    book = contacts.book(connection, singles)
    lost.update(o for o in singles if not dispatch.officers(book, o, context.kinds))
    return sorted(lost)


def _sent(connection: Connection, plan: Plan, now: datetime) -> dict[str, list[str]]:
    """Today's messages but those to the coordinators themselves: their offices by status."""
    sql = (
        "SELECT DISTINCT status, office FROM message WHERE plan = :plan AND day = :day "
        "AND kind NOT IN ('digest', 'news', 'receipt') "
        "ORDER BY office"
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in fetch(connection, sql, {"plan": plan.id, "day": local_day(now)}):
        found[row.status].append(row.office)
    return found


def _bullets(rows: Iterable[str]) -> str:
    return "\n".join(f"- {row}" for row in rows)


def _some(context: Context, first: Sequence[str], total: int) -> str:
    shown = [context.catalog.tree.title(o) for o in first[:NAMED]]
    return wording.some(shown, most=NAMED, total=total)


def _named(context: Context, offices: Sequence[str]) -> str:
    return f"{len(offices)} đơn vị: {_some(context, offices, len(offices))}" if offices else ""
