"""Writing obligations: open a period, move a last day, note how far the ladder has been swept."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, update

from dunghan.store import boards
from dunghan.store.bulk import insert_new
from dunghan.store.rows import among, run
from models.obligation import Obligation
from models.tables import ObligationRow, PeriodRow
from models.timezone import next_midnight

OBLIGATION: Table = ObligationRow.__table__  # type: ignore[attr-defined]
PERIOD: Table = PeriodRow.__table__  # type: ignore[attr-defined]


def open_all(
    connection: Connection, owed: Iterable[Obligation], now: datetime, next_at: Sequence[datetime | None]
) -> int:
    """Store obligations as opened, each with when its ladder is looked at first; what is there already stays."""
    rows = [_row(one, now, first) for one, first in zip(owed, next_at, strict=True)]
    for plan in {row["plan"] for row in rows}:
        boards.changed(connection, plan, {row["period"] for row in rows if row["plan"] == plan})
    return insert_new(connection, OBLIGATION, rows)


def _row(one: Obligation, now: datetime, next_at: datetime | None) -> dict[str, Any]:
    due = one.deadline
    return {
        "id": one.id,
        "plan": one.plan,
        "report": one.report,
        "period": one.period.key,
        "stage": one.stage,
        "office": one.office,
        "to_offices": list(one.to),
        "through": one.through,
        "binding": one.binding,
        "clause": one.clause,
        "quote": one.quote,
        "wording": due.wording,
        "basis": due.basis,
        "nominal": due.nominal,
        "last_day": due.last_day,
        "proposed_day": due.proposed_day,
        "deadline": due.instant,
        "explanation": due.explanation,
        "starts_on": one.period.starts_on,
        "ends_on": one.period.ends_on,
        "opens_on": one.opens_on,
        "chased": one.chased,
        "opened_at": now,
        "late_at": due.instant,
        "next_at": next_at,
        "noticed": False,
    }


def note_period(connection: Connection, plan: str, report: str, period: str, now: datetime, expected: int) -> None:
    """Record that a period of a report is open."""
    row = {"plan": plan, "report": report, "period": period, "opened_at": now, "expected": expected}
    insert_new(connection, PERIOD, [row])


class Swept(NamedTuple):
    """How far one obligation's ladder has come."""

    id: str
    next_at: datetime | None
    noticed: bool


def note_swept(connection: Connection, swept: Sequence[Swept], now: datetime) -> None:
    """Record that everything up to ``now`` has been decided for these obligations."""
    alike: dict[tuple[datetime | None, bool], list[str]] = defaultdict(list)
    for one in swept:
        alike[one.next_at, one.noticed].append(one.id)
    for (next_at, noticed), ids in alike.items():
        sql = (
            "UPDATE obligation SET swept_until = :now, next_at = :next_at, noticed = :noticed "  # noqa: S608
            f"WHERE id {among(connection, 'ids')}"
        )
        run(connection, sql, {"now": now, "next_at": next_at, "noticed": noticed, "ids": ids})


def extend(connection: Connection, obligation_id: str, until: date, next_at: datetime | None) -> None:
    """Give an obligation a new last day, whose ladder begins afresh."""
    connection.execute(
        update(OBLIGATION)
        .where(OBLIGATION.c.id == obligation_id)
        .values(extended_to=until, late_at=next_midnight(until), next_at=next_at, swept_until=None, noticed=False)
    )


def redate(connection: Connection, one: Obligation, next_at: datetime | None) -> int:
    """Replace an opened obligation's deadline by the one it now has (set-date, recompute); an extension stays.

    Says how many were changed: none where one was extended.
    """
    due = one.deadline
    boards.obligation_changed(connection, one.id)
    return connection.execute(
        update(OBLIGATION)
        .where(OBLIGATION.c.id == one.id)
        .values(
            wording=due.wording,
            basis=due.basis,
            nominal=due.nominal,
            last_day=due.last_day,
            proposed_day=due.proposed_day,
            deadline=due.instant,
            late_at=due.instant,
            explanation=due.explanation,
            next_at=next_at,
            swept_until=None,
            noticed=False,
        )
        .where(OBLIGATION.c.extended_to.is_(None))
    ).rowcount
