"""Writing what happens to obligations and plans: submissions and decisions, appended and never changed."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, insert, select

from dunghan.store import boards
from models.office import Office
from models.tables import DecisionRow, HandedInFileRow, OfficeRow, PlanDecisionRow, SubmissionRow

SUBMISSION: Table = SubmissionRow.__table__  # type: ignore[attr-defined]
DECISION: Table = DecisionRow.__table__  # type: ignore[attr-defined]
PLAN_DECISION: Table = PlanDecisionRow.__table__  # type: ignore[attr-defined]
HANDED_IN_FILE: Table = HandedInFileRow.__table__  # type: ignore[attr-defined]
OFFICE: Table = OfficeRow.__table__  # type: ignore[attr-defined]


class Recorded(NamedTuple):
    """A submission on record: its number in the table, and its version, counted from 1 for each obligation."""

    id: int
    version: int


def submit(
    connection: Connection,
    obligation_id: str,
    *,
    kind: str,
    received_at: datetime,
    recorded_at: datetime,
    reference: str,
    note: str,
    files: list[dict[str, Any]],
    by: str,
    via: str = "",
    contact_id: int | None = None,
) -> Recorded:
    """Append a submission, and whose content its files are."""
    version = latest_version(connection, obligation_id) + 1
    row = {
        "obligation_id": obligation_id,
        "version": version,
        "kind": kind,
        "received_at": received_at,
        "recorded_at": recorded_at,
        "reference": reference,
        "note": note,
        "files": files,
        "by": by,
        "via": via,
        "contact_id": contact_id,
    }
    key = connection.execute(insert(SUBMISSION).values(row).returning(SUBMISSION.c.id)).scalar_one()
    contents = sorted({file["sha256"] for file in files})
    if contents:
        held = [{"sha256": digest, "submission_id": key} for digest in contents]
        connection.execute(insert(HANDED_IN_FILE), held)
    boards.obligation_changed(connection, obligation_id)
    return Recorded(key, version)


def latest_version(connection: Connection, obligation_id: str) -> int:
    """The number of the version handed in last; 0 where nothing was."""
    query = select(func.max(SUBMISSION.c.version)).where(SUBMISSION.c.obligation_id == obligation_id)
    return int(connection.scalar(query) or 0)


def submissions(connection: Connection, obligation_id: str) -> list[SubmissionRow]:
    """Every version handed in, in order."""
    rows = connection.execute(
        select(SUBMISSION).where(SUBMISSION.c.obligation_id == obligation_id).order_by(SUBMISSION.c.version)
    )
    return [SubmissionRow(**row._mapping) for row in rows]


def decide(
    connection: Connection,
    obligation_id: str,
    kind: str,
    at: datetime,
    recorded_at: datetime,
    by: str,
    because: str,
    until: date | None = None,
) -> None:
    """Append a decision on an obligation."""
    row = {"obligation_id": obligation_id, "kind": kind, "at": at, "recorded_at": recorded_at, "by": by}
    connection.execute(insert(DECISION), [{**row, "because": because, "until": until}])
    boards.obligation_changed(connection, obligation_id)


def decide_plan(
    connection: Connection,
    plan: str,
    kind: str,
    at: datetime,
    recorded_at: datetime,
    by: str,
    because: str,
    **what: Any,
) -> None:
    """Append a decision on a plan; ``what`` may name report, stage, period, day, office."""
    row = {"plan": plan, "kind": kind, "at": at, "recorded_at": recorded_at, "by": by, "because": because}
    connection.execute(insert(PLAN_DECISION), [{**row, **what}])
    boards.changed(connection, plan, ())


def add_offices(connection: Connection, offices: list[Office]) -> int:
    """Add the tenures that are not there yet, and say how many were new."""
    known = {tuple(row) for row in connection.execute(select(OFFICE.c.code, OFFICE.c.valid_from))}
    new = [o._asdict() for o in offices if (o.code, o.valid_from) not in known]
    if new:
        connection.execute(insert(OFFICE), new)
    return len(new)
