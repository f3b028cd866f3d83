"""Drafts of plans in and out of the database: a row for a document, and one for each clause found in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update

from models.tables import PlanDraftClauseRow, PlanDraftRow

PLAN_DRAFT: Table = PlanDraftRow.__table__  # type: ignore[attr-defined]
PLAN_DRAFT_CLAUSE: Table = PlanDraftClauseRow.__table__  # type: ignore[attr-defined]


def add(
    connection: Connection,
    *,
    sha256: str,
    by: str,
    at: datetime,
    files: Sequence[Any],
    findings: dict[str, Any],
    clauses: int,
) -> int:
    """Put a draft on record with so many clauses that nobody has decided; its number."""
    row = {"sha256": sha256, "by": by, "at": at, "files": list(files), "findings": findings}
    draft = int(connection.execute(insert(PLAN_DRAFT).values(row).returning(PLAN_DRAFT.c.id)).scalar_one())
    undecided = {"draft_id": draft, "decision": "", "by": "", "at": None, "corrected": None, "changes": 0}
    if clauses:
        connection.execute(insert(PLAN_DRAFT_CLAUSE), [undecided | {"number": n + 1} for n in range(clauses)])
    return draft


def of_content(connection: Connection, sha256: str) -> int | None:
    """The number of the draft of a document with this content, or None."""
    found: int | None = connection.scalar(select(PLAN_DRAFT.c.id).where(PLAN_DRAFT.c.sha256 == sha256))
    return found


def one(connection: Connection, draft: int) -> Any | None:
    """A draft's row, or None."""
    return connection.execute(select(PLAN_DRAFT).where(PLAN_DRAFT.c.id == draft)).first()


def clauses(connection: Connection, draft: int) -> Sequence[Any]:
    """What stands decided of its clauses, in their order."""
    c = PLAN_DRAFT_CLAUSE.c
    return connection.execute(select(PLAN_DRAFT_CLAUSE).where(c.draft_id == draft).order_by(c.number)).all()


def listing(connection: Connection) -> Sequence[Any]:
    """Every draft, the newest first, without what was found: its clauses, and how many of them are ``decided``."""
    d, c = PLAN_DRAFT.c, PLAN_DRAFT_CLAUSE.c
    decided = func.count(c.number).filter(c.decision != "").label("decided")
    columns = (d.id, d.by, d.at, d.files)
    counted = (
        select(d.id, func.count(c.number).label("clauses"), decided)
        .outerjoin(PLAN_DRAFT_CLAUSE, c.draft_id == d.id)
        .group_by(d.id)
        .subquery()
    )
    query = select(*columns, counted.c.clauses, counted.c.decided).join(counted, counted.c.id == d.id)
    return connection.execute(query.order_by(d.id.desc())).all()


def decide(connection: Connection, draft: int, number: int, *, seen: int, **values: Any) -> bool:
    """Decide on a clause that has been decided ``seen`` times so far; False where somebody else was quicker."""
    c = PLAN_DRAFT_CLAUSE.c
    looked_at = update(PLAN_DRAFT_CLAUSE).where(c.draft_id == draft, c.number == number, c.changes == seen)
    return bool(connection.execute(looked_at.values(changes=seen + 1, **values)).rowcount)


def named(connection: Connection) -> set[str]:
    """The SHA-256 of every file that a draft names."""
    return {file["sha256"] for files in connection.scalars(select(PLAN_DRAFT.c.files)) for file in files}
