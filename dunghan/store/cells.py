"""Reading for the matrix of a period: its obligations in short, what is new since, and the rungs that went out."""

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from dunghan.store.rows import among, as_is, fetch

if TYPE_CHECKING:
    from dunghan.store.rows import Source


class Short(NamedTuple):
    """An obligation as far as the matrix needs it; ``last_day`` is the one in force."""

    id: str
    report: str
    period: str
    stage: str
    office: str
    last_day: date | None


_SHORT = "SELECT id, report, period, stage, office, COALESCE(extended_to, last_day) AS last_day FROM obligation"


def of_period(connection: "Source", plan: str, report: str, period: str) -> list[Short]:
    """Every opened obligation of one period of a report."""
    sql = f"{_SHORT} WHERE plan = :plan AND report = :report AND period = :period"
    values = {"plan": plan, "report": report, "period": period}
    return fetch(connection, sql, values, days=("last_day",), make=as_is(Short))


def of_ids(connection: "Source", ids: Collection[str]) -> list[Short]:
    """These obligations."""
    sql = f"{_SHORT} WHERE id {among(connection, 'ids')}"
    return fetch(connection, sql, {"ids": list(ids)}, days=("last_day",), make=as_is(Short))


def opened(connection: "Source") -> dict[str, list[str]]:
    """The periods of every plan that have been opened: the latest year first, a year before its parts."""
    found: dict[str, list[str]] = {}
    for row in fetch(connection, "SELECT DISTINCT plan, period FROM period", {}):
        found.setdefault(row.plan, []).append(row.period)
    return {plan: sorted(keys, key=lambda key: (-int(key[:4]), key)) for plan, keys in found.items()}


class Handed(NamedTuple):
    """When an obligation was handed in first and last."""

    obligation_id: str
    first: datetime
    last: datetime


def handed_in(connection: "Source", plan: str, report: str, period: str) -> list[Handed]:
    """Every obligation of one period of a report that was handed in: one row each, however many versions."""
    sql = (
        "SELECT obligation_id, MIN(received_at) AS first, MAX(received_at) AS last FROM submission "
        "WHERE obligation_id >= :low AND obligation_id < :high GROUP BY obligation_id"
    )
    values = _within(plan, report, period)
    return fetch(connection, sql, values, instants=("first", "last"), make=as_is(Handed))


def _within(plan: str, report: str, period: str) -> dict[str, str]:
    """Between what the ids of one period's obligations lie: the sign after the slash ends them."""
    low = f"{plan}/{report}/{period}/"
    return {"low": low, "high": low[:-1] + "0"}


class Mark(NamedTuple):
    """How far a plan's history has come; ``changes`` counts everything that happened to it."""

    changes: int
    submission: int
    decision: int


def mark(connection: "Source", plan: str) -> Mark:
    """How far a plan's history has come."""
    sql = (
        "SELECT (SELECT COALESCE(SUM(changes), 0) FROM board WHERE plan = :plan) AS changes, "
        "(SELECT COALESCE(MAX(id), 0) FROM submission) AS submission, "
        "(SELECT COALESCE(MAX(id), 0) FROM decision) AS decision"
    )
    return Mark(*(int(n) for n in tuple(fetch(connection, sql, {"plan": plan})[0])))


def touched(connection: "Source", plan: str, since: Mark, until: Mark) -> list[str]:
    """The obligations of a plan to which something happened between two marks, once for each time."""
    sql = (
        "SELECT obligation_id FROM submission WHERE id > :s AND id <= :s_end AND obligation_id LIKE :of "
        "UNION ALL SELECT obligation_id FROM decision WHERE id > :d AND id <= :d_end AND obligation_id LIKE :of"
    )
    bounds = {"s": since.submission, "s_end": until.submission, "d": since.decision, "d_end": until.decision}
    return [row.obligation_id for row in fetch(connection, sql, bounds | {"of": f"{plan}/%"})]


class Fired(NamedTuple):
    """A reminder that went to an obligation's office, and when it was decided."""

    obligation_id: str
    rung: str
    at: datetime


def fired(connection: "Source", plan: str, report: str, period: str) -> list[Fired]:
    """Every reminder that fired for the obligations of one period of a report, in order."""
    sql = (
        "SELECT obligation_id, rung, MIN(decided_at) AS at FROM reminder "
        "WHERE obligation_id >= :low AND obligation_id < :high AND fired AND kind = 'reminder' "
        "GROUP BY obligation_id, last_day, rung ORDER BY 3"
    )
    values = _within(plan, report, period)
    return fetch(connection, sql, values, instants=("at",), make=as_is(Fired))


def newest_reminder(connection: "Source") -> int:
    """The number of the newest rung on record."""
    return int(fetch(connection, "SELECT COALESCE(MAX(id), 0) AS n FROM reminder", {})[0].n)
