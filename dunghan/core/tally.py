"""The count of a stage: expected, submitted, on time, late, missing, waived, undated; they always add up."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from dunghan.core.state import last_day, standing, timeliness
from models.obligation import Event
from models.timezone import next_midnight


class Owed(NamedTuple):
    """An obligation as far as counting needs it, or ``many`` that differ by their office alone, which is empty then."""

    report: str
    period: str
    stage: str
    office: str
    last_day: date | None
    events: Sequence[Event] = ()
    many: int = 1


class StageCount(NamedTuple):
    """``expected`` = submitted + waived + undated + missing; ``submitted`` = on time + late."""

    stage: str
    expected: int
    submitted: int
    on_time: int
    late: int
    missing: int
    waived: int
    undated: int
    overdue: int
    offices_missing: tuple[str, ...]


def count(stage: str, owed: Iterable[Owed], now: datetime) -> StageCount:
    """Count one stage of one period, each obligation once: as waived, submitted, undated or missing.

    ``offices_missing`` names those that came one by one.
    """
    expected = on_time = late = waived = undated = missing = overdue = 0
    names: list[str] = []
    for one in owed:
        expected += one.many
        when = timeliness(one.last_day, one.events, now)
        last = last_day(one.last_day, one.events, now)
        if standing(one.events, now) == "waived":
            waived += one.many
        elif when == "on_time":
            on_time += one.many
        elif when == "late":
            late += one.many
        elif last is None:
            undated += one.many
        else:
            missing += one.many
            overdue += one.many if now >= next_midnight(last) else 0
            if one.office:
                names.append(one.office)
    return StageCount(stage, expected, on_time + late, on_time, late, missing, waived, undated, overdue, tuple(names))


def tally(owed: Iterable[Owed], now: datetime) -> dict[tuple[str, str], list[StageCount]]:
    """Count every (report, period), stage by stage, in the order in which they come."""
    groups: dict[tuple[str, str], dict[str, list[Owed]]] = {}
    for one in owed:
        groups.setdefault((one.report, one.period), {}).setdefault(one.stage, []).append(one)
    return {key: [count(stage, of, now) for stage, of in stages.items()] for key, stages in groups.items()}
