"""Obligations counted by the database where nothing has happened to them: a nation's are a handful of rows then."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from dunghan.store.facts import COLUMNS, events_of_period, obligation_of
from dunghan.store.rows import fetch
from models.obligation import Event, Obligation

if TYPE_CHECKING:
    from dunghan.store.rows import Source

_GROUPED = "report, period, stage, last_day, opens_on, chased"
OF_A_PERIOD = "FROM obligation o WHERE o.plan = :plan AND o.report = :report AND o.period = :period"
HAPPENED = (
    "(EXISTS (SELECT 1 FROM submission s WHERE s.obligation_id = o.id) "
    "OR EXISTS (SELECT 1 FROM decision d WHERE d.obligation_id = o.id))"
)


class Alike(NamedTuple):
    """``many`` opened obligations of one stage with one last day, to which nothing happened; or one with its events.

    ``last_day`` is the stored one, before any extension; ``office`` is empty where there are many.
    """

    report: str
    period: str
    stage: str
    last_day: date | None
    opens_on: date
    chased: bool
    office: str = ""
    events: tuple[Event, ...] = ()
    many: int = 1


def single(one: Obligation, events: tuple[Event, ...] = ()) -> Alike:
    """One obligation with what happened to it."""
    due = one.deadline.last_day
    return Alike(one.report, one.period.key, one.stage, due, one.opens_on, one.chased, one.office, events)


def alike(connection: "Source", plan: str, report: str, period: str, stage: str | None = None) -> Iterator[Alike]:
    """Every opened obligation of one period of a report, or of one stage of it."""
    of_stage = "" if stage is None else " AND o.stage = :stage"
    sql = f"SELECT {_GROUPED}, COUNT(*) AS many {OF_A_PERIOD}{of_stage} AND NOT {HAPPENED} GROUP BY {_GROUPED}"
    values = {"plan": plan, "report": report, "period": period} | ({} if stage is None else {"stage": stage})
    for row in fetch(connection, sql, values, days=("last_day", "opens_on")):
        yield Alike(row.report, row.period, row.stage, row.last_day, row.opens_on, bool(row.chased), many=row.many)
    for one, events in eventful(connection, plan, report, period):
        if stage in (None, one.stage):
            yield single(one, events)


def eventful(
    connection: "Source", plan: str, report: str, period: str
) -> Iterator[tuple[Obligation, tuple[Event, ...]]]:
    """The obligations of a period to which something happened, each with what."""
    sql = f"SELECT {COLUMNS} {OF_A_PERIOD} AND {HAPPENED} ORDER BY o.id"
    values = {"plan": plan, "report": report, "period": period}
    happened = events_of_period(connection, plan, report, period)
    for row in fetch(connection, sql, values):
        yield obligation_of(row), tuple(happened[row.id])


def quiet(
    connection: "Source", plan: str, report: str, period: str, since: date, until: date, most: int
) -> list[Obligation]:
    """Obligations to which nothing happened, due between two days (both included): the first ``most`` of them."""
    sql = (
        f"SELECT {COLUMNS} {OF_A_PERIOD} AND o.last_day BETWEEN :since AND :until AND NOT {HAPPENED} "
        "ORDER BY o.last_day, o.id LIMIT :most"
    )
    values = {"plan": plan, "report": report, "period": period, "since": since, "until": until, "most": most}
    return [obligation_of(row) for row in fetch(connection, sql, values)]
