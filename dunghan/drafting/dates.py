"""When a clause is due, in the forms of the plan's schema; what does not fit comes back as a doubt."""

import re
from typing import Any, NamedTuple

from pydantic import ValidationError

from dunghan.clauses.found import Clause
from dunghan.clauses.times import Due as Said
from models.due import Day, Due

_MONTH_AFTER = re.compile(r"tháng (?:tiếp theo|sau|kế tiếp|liền kề)")
_UNDATED = {"wording": "undated"}
_PARTS = {"semiannual": ("H1", "H2"), "quarterly": ("Q1", "Q2", "Q3", "Q4")}


class Dated(NamedTuple):
    """A due date as the plan file writes it, and why a person has to look at it."""

    due: dict[str, Any]
    doubts: tuple[str, ...] = ()


def dated(clause: Clause, recurrence: str) -> Dated:
    """The due date of a clause within a report of that recurrence."""
    if not clause.due:
        return Dated(dict(_UNDATED), ("câu này không nêu ngày; đặt ngày bằng `dunghan set-date`, hoặc sửa ở đây",))
    doubts: list[str] = []
    form = _days(clause, recurrence, doubts) or {"day": _day(clause, clause.due[0], doubts)}
    if "day" in form and len(clause.due) > 1:
        doubts.append(f"câu này nêu {len(clause.due)} ngày, chỉ giữ được ngày đầu: đọc lại trích dẫn")
    wording = clause.wording if clause.wording in ("before", "by", "month") else "by"
    if wording == "before" and all(one.day is None for one in clause.due):
        doubts.append("“trước tháng …” không có ngày: đang hiểu là trước ngày cuối của tháng ấy")
    due = {"wording": wording, **form}
    try:
        Due.model_validate(due)
    except ValidationError:
        said = "; ".join(map(told, clause.due))
        return Dated(dict(_UNDATED), (*doubts, f"ngày trong câu này không có trong lịch: {said}"))
    return Dated(due, tuple(doubts))


def _days(clause: Clause, recurrence: str, doubts: list[str]) -> dict[str, Any] | None:
    """A day for each part of the year, where the clause names months; None where one day serves all."""
    months = [one for one in clause.due if one.month is not None]
    parts = _PARTS.get(recurrence, tuple(f"{n:02}" for n in range(1, 13)) if recurrence == "monthly" else ())
    if not parts or not months:
        return None
    size = 12 // len(parts)
    days: dict[str, Any] = {}
    ordered = sorted(months, key=lambda one: (one.next_year, one.month))
    for number, one in enumerate(ordered):
        at = (
            number
            if len(ordered) == len(parts)
            else (one.month or 1) - 1
            if size == 1
            else ((one.month or 1) - 1) // size
        )
        days.setdefault(parts[len(parts) - 1 if one.next_year else at], _day(clause, one, doubts))
    if len(days) < len(parts):
        missing = ", ".join(part for part in parts if part not in days)
        doubts.append(f"câu này không nêu ngày của kỳ {missing}: kỳ ấy để chưa có hạn")
    return {"days": days}


def _day(clause: Clause, said: Said, doubts: list[str]) -> dict[str, Any]:
    day: dict[str, Any] = {}
    if said.month is not None:
        day["month"] = said.month
    elif said.day is None:
        day["month"] = 12
        doubts.append(f"chỉ nêu năm {said.year}: đang hiểu là đến hết năm")
    elif _MONTH_AFTER.search(clause.quote.lower()):
        day["months_after"] = 1
    if said.day is None:
        day["day"] = "end"
    elif clause.wording == "month" and said.day == 15:
        day["day"] = "middle"
    else:
        day["day"] = said.day
    if said.next_year and said.month is not None:
        day["year_offset"] = 1
    try:
        Day.model_validate(day)
    except ValidationError:
        doubts.append(f"tháng {said.month} không có ngày {said.day}: đang hiểu là ngày cuối tháng")
        day["day"] = "end"
    return day


def last(due: dict[str, Any]) -> tuple[int, int, int] | None:
    """A due day for comparing within a period: years on, month, day (the last one on which it is on time)."""
    day = due.get("day") or next(iter(due.get("days", {}).values()), None)
    if not day or "month" not in day:
        return None
    number = {"end": 31, "middle": 15}.get(day["day"], day["day"])
    return day.get("year_offset", 0), day["month"], number - (due["wording"] == "before")


def told(due: Said) -> str:
    """A date as far as the text gives it: ``10/12``, ``12/2025``, ``2018``."""
    return "/".join(str(n) for n in (due.day, due.month, due.year) if n)
