"""What checks found in submissions, in and out of the database; and where else the same content was handed in."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Table, insert

from dunghan.store.rows import among, as_is, fetch
from models.tables import FindingRow

if TYPE_CHECKING:
    from dunghan.store.rows import Source

FINDING: Table = FindingRow.__table__  # type: ignore[attr-defined]


class Finding(NamedTuple):
    """What a check found in one file. ``detail`` is what it was found by, in no particular language."""

    file: str
    sha256: str
    code: str
    detail: str = ""


class Elsewhere(NamedTuple):
    """A submission that holds the same content."""

    sha256: str
    obligation: str
    plan: str
    report: str
    period: str
    office: str


def record(connection: Connection, submission: int, found: Sequence[Finding], at: datetime) -> None:
    """Append what was found in a submission."""
    if found:
        rows = [{"submission_id": submission, "found_at": at, **one._asdict()} for one in found]
        connection.execute(insert(FINDING), rows)


def of(connection: "Source", submission_ids: Collection[int]) -> dict[int, list[Finding]]:
    """What was found in these submissions, by submission; one in which nothing was found is not there."""
    sql = (
        "SELECT submission_id, file, sha256, code, detail FROM finding "  # noqa: S608 - our own columns
        f"WHERE submission_id {among(connection, 'ids')} ORDER BY id"
    )
    found: dict[int, list[Finding]] = defaultdict(list)
    for row in fetch(connection, sql, {"ids": list(submission_ids)}):
        found[row.submission_id].append(Finding(row.file, row.sha256, row.code, row.detail))
    return dict(found)


def elsewhere(connection: "Source", contents: Collection[str], but: str) -> list[Elsewhere]:
    """Where these contents (SHA-256) were handed in before, the obligation ``but`` aside."""
    sql = (
        "SELECT DISTINCT h.sha256, o.id AS obligation, o.plan, o.report, o.period, o.office FROM handed_in_file h "  # noqa: S608
        "JOIN submission s ON s.id = h.submission_id JOIN obligation o ON o.id = s.obligation_id "
        f"WHERE h.sha256 {among(connection, 'contents')} AND o.id <> :but ORDER BY o.id LIMIT 200"
    )
    values: dict[str, Any] = {"contents": list(contents), "but": but}
    return fetch(connection, sql, values, make=as_is(Elsewhere))
