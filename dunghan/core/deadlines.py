"""Deadlines: from a clause's wording to the last day on which handing in is on time, with its explanation."""

import calendar as months
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from dunghan.core.calendar import WorkCalendar
from dunghan.core.names import show, stage_name
from models.due import Day, Due
from models.obligation import Deadline, Period
from models.plan import Plan
from models.report import Link, Report


class DateSet(NamedTuple):
    """A coordinator's date for the undated offices of a stage in one period (``day`` is the last day)."""

    day: date
    by: str
    because: str
    on: date


Dates = Mapping[tuple[str, str, str], DateSet]
"""What coordinators have set, by (report, stage, period key)."""


def resolve(rule: Day, of: Period) -> date:
    """The calendar day that a rule names in a period.

    A month without such a day gives its last one (Civil Code 2015, art. 148.3).

    >>> resolve(Day(month=1, day=30, year_offset=1), Period("2018", date(2018, 1, 1), date(2018, 12, 31)))
    datetime.date(2019, 1, 30)
    """
    if rule.month is not None:
        year, month = of.starts_on.year + rule.year_offset, rule.month
    else:
        index = of.ends_on.year * 12 + of.ends_on.month - 1 + rule.months_after
        year, month = index // 12, index % 12 + 1
    length = months.monthrange(year, month)[1]
    day = {"end": length, "middle": 15}[rule.day] if isinstance(rule.day, str) else min(rule.day, length)
    return date(year, month, day)


def _rule(due: Due, of: Period) -> Day | None:
    if due.days is not None:
        return due.days.get(of.key.partition("-")[2] or of.key)
    return due.day


def _undated(due: Due, of: Period) -> Deadline:
    if due.proposed is None:
        return Deadline("undated", None, explanation="Văn bản không nêu ngày; chưa ai ấn định hạn.")
    day = resolve(due.proposed.day, of)
    return Deadline(
        "undated",
        "proposed",
        proposed_day=day,
        explanation=f"Chưa có hạn. Gợi ý {show(day)}: {due.proposed.because} Chưa nhắc ai trước khi có người ấn định.",
    )


def _set(given: DateSet) -> Deadline:
    return Deadline(
        "by",
        "set",
        nominal=given.day,
        last_day=given.day,
        explanation=f"{given.by} ấn định ngày {given.on:%d/%m/%Y}: hết {show(given.day)}. Lý do: {given.because}",
    )


def _within(due: Due, of: Period, calendar: WorkCalendar) -> tuple[date, str]:
    assert due.within is not None
    limit = due.within
    start = of.ends_on if limit.after == "period_end" else limit.after
    if limit.unit == "working":
        last = calendar.forward(start, limit.count)
        return last, f"{limit.count} ngày làm việc kể từ {show(start)}, không tính ngày đầu"
    end = start + timedelta(days=limit.count)
    last = calendar.this_or_next(end)
    rolled = f"; {show(end)} là ngày nghỉ nên lùi đến ngày làm việc kế tiếp" if last != end else ""
    return last, f"{limit.count} ngày kể từ {show(start)}, không tính ngày đầu{rolled}"


def _dated(due: Due, of: Period, calendar: WorkCalendar, when_not_working: str) -> Deadline:
    if due.within is not None:
        last, why = _within(due, of, calendar)
        return Deadline("within", "quoted", nominal=last, last_day=last, explanation=f"{why}: {show(last)}.")
    rule = _rule(due, of)
    if rule is None:
        return _undated(Due(wording="undated"), of)
    nominal = resolve(rule, of)
    last = nominal - timedelta(days=1) if due.wording == "before" else nominal
    why = f"Trước ngày {nominal:%d/%m/%Y}" if due.wording == "before" else f"Chậm nhất ngày {nominal:%d/%m/%Y}"
    if when_not_working != "keep" and calendar.is_off(last):
        moved = calendar.this_or_next(last) if when_not_working == "next" else calendar.this_or_previous(last)
        why += f"; {show(last)} là ngày nghỉ ({calendar.why_off(last)}), kế hoạch cho dời"
        last = moved
    return Deadline(
        due.wording, "quoted", nominal=nominal, last_day=last, explanation=f"{why}: ngày cuối là {show(last)}."
    )


def _lower(stage: str) -> str:
    name = stage_name(stage)
    return name[:1].lower() + name[1:]


def _derived(due: Due, base: Deadline, calendar: WorkCalendar) -> Deadline:
    assert due.derived is not None
    if base.last_day is None:
        return Deadline("undated", None, explanation=f"Suy ra từ hạn của {_lower(due.derived.stage)}, hạn đó chưa có.")
    last = calendar.back(base.last_day, due.derived.working_days_before)
    why = (
        f"Suy ra: {due.derived.working_days_before} ngày làm việc trước ngày cuối của {_lower(due.derived.stage)} "
        f"({show(base.last_day)}), không tính ngày đó: {show(last)}."
    )
    return Deadline("by", "derived", nominal=last, last_day=last, explanation=why)


def deadlines(plan: Plan, report: Report, of: Period, calendar: WorkCalendar, dates: Dates) -> dict[int, Deadline]:
    """The deadline of every link of a report's chain in one period, by its place in the chain.

    A date that a coordinator set fills what the text left open; it never replaces a quoted one.
    """
    done: dict[int, Deadline] = {}

    def at(link: Link, of_stage: Callable[[str], Deadline]) -> Deadline:
        if link.due.derived is not None:
            found = _derived(link.due, of_stage(link.due.derived.stage), calendar)
        elif link.due.wording == "undated":
            found = _undated(link.due, of)
        else:
            found = _dated(link.due, of, calendar, plan.when_not_working)
        given = dates.get((report.id, link.stage, of.key))
        return _set(given) if given and found.last_day is None else found

    def of_stage(stage: str) -> Deadline:
        links = ((i, k) for i, k in enumerate(report.chain) if k.stage == stage)
        index, link = min(links, key=lambda found: found[1].due.derived is not None)  # a stage's own date first
        if index not in done:
            done[index] = at(link, of_stage)
        return done[index]

    for index, link in enumerate(report.chain):
        if index not in done:
            done[index] = at(link, of_stage)
    return done
