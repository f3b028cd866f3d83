"""The views: the agenda (due), the count (status), in the JSON shapes of DESIGN section 7."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from dunghan.core.tally import Owed, StageCount, tally
from dunghan.engine.context import Context
from dunghan.engine.owed import Standing, Wanted, owed
from models.timezone import VIETNAM, at, next_midnight


def stamp(instant: datetime | None) -> str | None:
    """An instant as every contract writes it: ISO 8601 with ``+07:00``."""
    return instant.astimezone(VIETNAM).isoformat(timespec="seconds") if instant else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def due_row(context: Context, found: Standing) -> dict[str, Any]:
    """One obligation as ``due --json`` shows it. An extension's day is ``set``: a coordinator fixed it."""
    one, due = found.one, found.one.deadline
    last = found.last_day
    return {
        "obligation": one.id,
        "plan": one.plan,
        "report": one.report,
        "period": one.period.key,
        "stage": one.stage,
        "office": one.office,
        "office_name": context.catalog.tree.title(one.office),
        "to": list(one.to),
        "through": one.through,
        "wording": due.wording,
        "nominal": _iso(due.nominal),
        "last_day": _iso(last),
        "deadline": stamp(next_midnight(last)) if last else None,
        "proposed_day": _iso(due.proposed_day),
        "basis": "set" if found.extended else due.basis,
        "clause": one.clause,
        "quote": one.quote,
        "binding": one.binding,
        "state": found.state,
    }


def agenda(
    context: Context, wanted: Wanted, now: datetime, since: date | None = None, until: date | None = None
) -> Iterator[Standing]:
    """What is owed; ``since`` and ``until`` filter on the last day and drop what has none."""
    for found in owed(context, wanted, now):
        last = found.last_day
        if (since or until) and last is None:
            continue
        if last and ((since and last < since) or (until and last > until)):
            continue
        yield found


Counted = dict[tuple[str, str], list[StageCount]]


def count(context: Context, plan_id: str, now: datetime, period: str | None = None) -> Counted:
    """The count of every period that has begun by ``now`` (or of the named one), stage by stage."""
    found = owed(context, Wanted(plan=plan_id, period=period), now)
    return tally(_countable(found, now, everything=period is not None), now)


def _countable(found: Iterable[Standing], now: datetime, everything: bool) -> Iterator[Owed]:
    for standing in found:
        one = standing.one
        if everything or now >= at(one.opens_on):
            yield Owed(one.report, one.period.key, one.stage, one.office, one.deadline.last_day, standing.events)


def status(context: Context, plan_id: str, now: datetime, period: str | None = None) -> dict[str, Any]:
    """One plan's status as ``status --json`` shows it; ``offices_missing`` holds office codes."""
    periods = [
        {
            "report": report,
            "period": key,
            "stages": [
                {
                    "stage": s.stage,
                    "expected": s.expected,
                    "submitted": s.submitted,
                    "on_time": s.on_time,
                    "late": s.late,
                    "missing": s.missing,
                    "waived": s.waived,
                    "undated": s.undated,
                    "offices_missing": list(s.offices_missing),
                }
                for s in stages
            ],
        }
        for (report, key), stages in count(context, plan_id, now, period).items()
    ]
    return {"plan": plan_id, "as_of": stamp(now), "periods": periods}
