"""Periods: the occurrences of a report, their keys, their days, and what they are called."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from models.obligation import Period
from models.plan import Plan
from models.report import Recurrence, Report

_MONTHS: dict[str, int] = {"annual": 12, "unspecified-periodic": 12, "semiannual": 6, "quarterly": 3, "monthly": 1}
_SHAPES = {12: "{year}", 6: "{year}-H{n}", 3: "{year}-Q{n}", 1: "{year}-{n:02}"}
_KEY = re.compile(r"([0-9]{4})(?:-(?:H([12])|Q([1-4])|(0[1-9]|1[0-2])))?")


@lru_cache(maxsize=4096)
def period(key: str) -> Period:
    """The period that a key names; ValueError where it names none.

    >>> period("2018-H2")
    Period(key='2018-H2', starts_on=datetime.date(2018, 7, 1), ends_on=datetime.date(2018, 12, 31))
    """
    found = _KEY.fullmatch(key)
    if not found:
        raise ValueError(f"{key!r} is not a period: write 2018, 2018-H1, 2018-Q3 or 2018-11")
    year, half, quarter, month = (int(part) if part else 0 for part in found.groups())
    if half:
        first, length = 6 * half - 5, 6
    elif quarter:
        first, length = 3 * quarter - 2, 3
    elif month:
        first, length = month, 1
    else:
        first, length = 1, 12
    last = first + length - 1
    return Period(key, date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def matches(wanted: str, key: str) -> bool:
    """Whether a filter takes a period: ``2018`` takes ``2018-H1`` as well.

    >>> matches("2018", "2018-Q3"), matches("2018-H1", "2018")
    (True, False)
    """
    return key == wanted or key.startswith(f"{wanted}-")


def _keys(recurrence: Recurrence, first: int, last: int) -> Iterator[str]:
    months = _MONTHS[recurrence]
    for year in range(first, last + 1):
        for n in range(1, 12 // months + 1):
            yield _SHAPES[months].format(year=year, n=n)


def periods(plan: Plan, report: Report, horizon: int) -> list[Period]:
    """Every period of a report that ends on or after the plan's issue, in order.

    ``horizon`` is the last year listed for a plan without an end.
    """
    if report.recurrence == "once":
        keys = [str(year) for year in report.years]
    else:
        keys = list(_keys(report.recurrence, plan.years.since, plan.years.until or max(horizon, plan.years.since)))
    return [p for p in map(period, keys) if p.ends_on >= plan.issued_on]


def opens_on(plan: Plan, of: Period) -> date:
    """The day on whose 00:00 a period opens: its first, never before the plan's issue."""
    return max(of.starts_on, plan.issued_on)


def period_name(key: str, language: str = "vi") -> str:
    """What people call a period.

    >>> period_name("2018"), period_name("2018-H1"), period_name("2018-Q3"), period_name("2018-11")
    ('năm 2018', '6 tháng đầu năm 2018', 'quý III năm 2018', 'tháng 11 năm 2018')
    """
    year, _, part = key.partition("-")
    if language == "en":
        return f"{part} {year}".strip()
    if not part:
        return f"năm {year}"
    if part[0] == "H":
        return f"6 tháng {'đầu' if part == 'H1' else 'cuối'} năm {year}"
    if part[0] == "Q":
        return f"quý {('I', 'II', 'III', 'IV')[int(part[1]) - 1]} năm {year}"
    return f"tháng {int(part)} năm {year}"
