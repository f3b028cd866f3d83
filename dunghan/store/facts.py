"""Reading what happened, by plain SQL: no table class is imported, so a listing stays cheap."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from dunghan.core.chain import Added
from dunghan.core.deadlines import Dates, DateSet
from dunghan.core.decide import Pause
from dunghan.store.rows import among, as_day, fetch
from models.due import Basis, Wording
from models.obligation import Deadline, Event, Obligation, Period
from models.office import Office
from models.timezone import local_day

if TYPE_CHECKING:
    from dunghan.store.rows import Source

COLUMNS = (  # of an obligation
    "id, plan, report, period, stage, office, CAST(to_offices AS TEXT) AS to_offices, through, binding, clause, quote, "
    "wording, basis, nominal, last_day, proposed_day, explanation, starts_on, ends_on, opens_on, chased"
)


@lru_cache(maxsize=4096)
def _period(key: str, starts_on: Any, ends_on: Any) -> Period:
    return Period(key, as_day(starts_on), as_day(ends_on))


@lru_cache(maxsize=4096)
def _deadline(
    wording: Wording, basis: Basis | None, nominal: Any, last_day: Any, proposed_day: Any, words: str
) -> Deadline:
    return Deadline(wording, basis, as_day(nominal), as_day(last_day), as_day(proposed_day), words)


@lru_cache(maxsize=16384)
def codes(text: str) -> tuple[str, ...]:
    """The office codes of a list as it is stored."""
    return tuple(json.loads(text))


def obligation_of(row: Any) -> Obligation:
    """An obligation from a row of ``COLUMNS``, its days as they come. What many share is made once."""
    return Obligation(
        plan=row.plan,
        report=row.report,
        period=_period(row.period, row.starts_on, row.ends_on),
        stage=row.stage,
        office=row.office,
        to=codes(row.to_offices),
        through=row.through,
        binding=row.binding,
        clause=row.clause,
        quote=row.quote,
        deadline=_deadline(row.wording, row.basis, row.nominal, row.last_day, row.proposed_day, row.explanation),
        opens_on=as_day(row.opens_on),
        chased=bool(row.chased),
    )


def opened(connection: "Source", plan: str) -> dict[str, Obligation]:
    """Every opened obligation of a plan, by id."""
    sql = f"SELECT {COLUMNS} FROM obligation WHERE plan = :plan"  # noqa: S608 - our own columns
    return {row.id: obligation_of(row) for row in fetch(connection, sql, {"plan": plan})}


def obligation(connection: "Source", obligation_id: str) -> Obligation | None:
    """One opened obligation, or None."""
    sql = f"SELECT {COLUMNS} FROM obligation WHERE id = :id"  # noqa: S608 - our own columns
    rows = fetch(connection, sql, {"id": obligation_id})
    return obligation_of(rows[0]) if rows else None


_EVENTS = """
SELECT obligation_id, received_at AS at, 'submit' AS kind, NULL AS until, "by", note AS because
FROM submission WHERE {where}
UNION ALL
SELECT obligation_id, at, kind, until, "by", because FROM decision WHERE {where}
ORDER BY 2
"""
Events = dict[str, list[Event]]


def events_where(connection: "Source", where: str, values: dict[str, Any]) -> Events:
    """Everything that happened to the obligations for whose ``obligation_id`` a condition holds, in order."""
    found: Events = defaultdict(list)
    for row in fetch(connection, _EVENTS.format(where=where), values, days=("until",), instants=("at",)):
        found[row.obligation_id].append(Event(row.at, row.kind, row.until, row.by, row.because))
    return found


def _events(connection: "Source", where: str, values: dict[str, Any]) -> Events:
    return events_where(connection, f"obligation_id IN (SELECT id FROM obligation WHERE {where})", values)  # noqa: S608


def events_of_plan(connection: "Source", plan: str) -> Events:
    """Everything that happened to a plan's obligations, by obligation, in order."""
    return _events(connection, "plan = :plan", {"plan": plan})


def events_of_period(connection: "Source", plan: str, report: str, period: str) -> Events:
    """Everything that happened to the obligations of one period of a report, by obligation, in order."""
    where = "plan = :plan AND report = :report AND period = :period"
    return _events(connection, where, {"plan": plan, "report": report, "period": period})


def decisions_of_period(connection: "Source", plan: str, report: str, period: str) -> Events:
    """Every decision on the obligations of one period of a report, by obligation, in order."""
    found: Events = defaultdict(list)
    sql = (
        'SELECT obligation_id, at, kind, until, "by", because FROM decision WHERE obligation_id IN '
        "(SELECT id FROM obligation WHERE plan = :plan AND report = :report AND period = :period) ORDER BY 2"
    )
    values = {"plan": plan, "report": report, "period": period}
    for row in fetch(connection, sql, values, days=("until",), instants=("at",)):
        found[row.obligation_id].append(Event(row.at, row.kind, row.until, row.by, row.because))
    return found


def events_of(connection: "Source", obligation_id: str) -> list[Event]:
    """Everything that happened to one obligation, in order."""
    return events_where(connection, "obligation_id = :id", {"id": obligation_id})[obligation_id]


def events_of_ids(connection: "Source", ids: Collection[str]) -> Events:
    """Everything that happened to these obligations, by obligation, in order."""
    return events_where(connection, f"obligation_id {among(connection, 'ids')}", {"ids": list(ids)})


class PlanFacts(NamedTuple):
    """What coordinators have decided on a plan as a whole."""

    dates: Dates
    added: Added
    pauses: tuple[Pause, ...]

    @property
    def paused(self) -> bool:
        """Whether the plan is paused now."""
        return bool(self.pauses) and self.pauses[-1].until is None


NO_FACTS = PlanFacts({}, {}, ())


def plan_facts(connection: "Source", plan: str) -> PlanFacts:
    """Dates set, offices added, and pauses of a plan."""
    sql = (
        "SELECT kind, at, report, stage, period, day, office, by, because FROM plan_decision "
        "WHERE plan = :plan ORDER BY id"
    )
    dates: dict[tuple[str, str, str], DateSet] = {}
    added: dict[str, tuple[str, ...]] = {}
    pauses: list[Pause] = []
    for row in fetch(connection, sql, {"plan": plan}, days=("day",), instants=("at",)):
        match row.kind:
            case "set_date":
                dates[row.report, row.stage, row.period] = DateSet(row.day, row.by, row.because, local_day(row.at))
            case "add_office":
                added[row.stage] = (*added.get(row.stage, ()), row.office)
            case "pause" if not (pauses and pauses[-1].until is None):
                pauses.append(Pause(row.at))
            case "resume" if pauses and pauses[-1].until is None:
                pauses[-1] = Pause(pauses[-1].since, row.at)
    return PlanFacts(dates, added, tuple(pauses))


def paused_plans(connection: "Source") -> frozenset[str]:
    """The plans for which nothing may go out now."""
    sql = "SELECT plan, kind FROM plan_decision WHERE kind IN ('pause', 'resume') ORDER BY id"
    latest = {row.plan: row.kind for row in fetch(connection, sql, {})}
    return frozenset(plan for plan, kind in latest.items() if kind == "pause")


def imported_offices(connection: "Source") -> list[Office]:
    """The offices that an operator imported beside those of ``config/offices``."""
    sql = "SELECT code, name, level, parent, valid_from, valid_until FROM office"
    return [Office(*row) for row in fetch(connection, sql, {}, days=("valid_from", "valid_until"))]


def newest_office(connection: "Source") -> int:
    """A mark of :func:`imported_offices`, which only ever grow: the number of the newest, 0 where there is none."""
    (found,) = fetch(connection, "SELECT max(id) AS newest FROM office", {})
    return int(found.newest or 0)


class DueRow(NamedTuple):
    """The slice of an obligation that a sweep needs; ``last_day`` is the stored one, before any extension."""

    id: str
    report: str
    period: str
    stage: str
    office: str
    to: tuple[str, ...]
    through: str | None
    binding: str
    chased: bool
    last_day: date
    swept_until: datetime | None
    noticed: bool


def due(connection: "Source", plan: str, now: datetime, most: int) -> list[DueRow]:
    """At most so many of the obligations whose next rung has come up, the longest waiting first."""
    sql = (
        "SELECT id, report, period, stage, office, CAST(to_offices AS TEXT) AS to_offices, through, binding, chased, "
        "last_day, swept_until, noticed FROM obligation "
        "WHERE plan = :plan AND next_at <= :now ORDER BY next_at, id LIMIT :most"
    )
    values = {"plan": plan, "now": now, "most": most}
    return fetch(connection, sql, values, days=("last_day",), instants=("swept_until",), make=_due_row)


def _due_row(cells: Sequence[Any]) -> DueRow:
    key, report, period, stage, office, to, through, binding, chased, last_day, swept_until, noticed = cells
    return DueRow(
        key, report, period, stage, office, codes(to), through, binding, bool(chased), last_day, swept_until,
        bool(noticed),
    )  # fmt: skip


def opened_periods(connection: "Source", plan: str) -> set[tuple[str, str]]:
    """The (report, period) pairs of a plan that have been opened."""
    sql = "SELECT report, period FROM period WHERE plan = :plan"
    return {(row.report, row.period) for row in fetch(connection, sql, {"plan": plan})}
